import MillraceCore
import Support
import Testing

@Suite struct EvaluateTests {
  let desk = EvaluationDesk()

  /// A table of two numbers and a category that depend on each other.
  static func table(_ seed: UInt64, rows: Int = 120, noise: Double = 0.2) -> String {
    var generator = SeededGenerator(seed: seed)
    var text = "size,price,kind\n"
    for _ in 0..<rows {
      let size = Double.random(in: 0..<10, using: &generator)
      let price = size * 3 + Double.random(in: -noise...noise, using: &generator) * 10
      text += "\(size),\(price),\(size > 5 ? "large" : "small")\n"
    }
    return text
  }

  @Test func figuresComeAsLinesOfJSON() throws {
    desk.folder.write("real.csv", Self.table(1))
    desk.folder.write("synthetic.csv", Self.table(2))
    let outcome = desk.evaluate("real.csv", "synthetic.csv", ["--jobs", "2"])
    #expect(outcome.status == 0)
    let figures = try PrintedFigures(outcome)
    #expect(figures.records[0]["property"]?.text == "overall")
    #expect(figures.records[0]["metric"]?.text == "QualityReport")
    #expect(try #require(figures.score("QualityReport")) > 0.9)
    #expect(try #require(figures.score("CorrelationSimilarity", "size", "price")) > 0.95)
    #expect(figures.score("NewRowSynthesis") != nil)
    #expect(try #require(figures.score("AUC", "kind")) > 0.9)
    #expect(try #require(figures.score("R2", "price")) > 0.9)
  }

  @Test func aRunIsTheSameForAnyNumberOfJobsAndDependsOnTheSeed() {
    desk.folder.write("real.csv", Self.table(1))
    desk.folder.write("synthetic.csv", Self.table(2))
    let runs = [["--jobs", "1"], ["--jobs", "3"], ["--jobs", "1", "--seed", "9"]].map {
      desk.evaluate("real.csv", "synthetic.csv", $0).output
    }
    #expect(!runs[0].isEmpty)
    #expect(runs[0] == runs[1])
    #expect(runs[0] != runs[2])
  }

  @Test func figuresComeAsCSVToo() {
    desk.folder.write("real.csv", "a,\"b \"\"c\"\", d\"\n1,x\n2,y\n3,x\n")
    let outcome = desk.evaluate("real.csv", "real.csv", ["--to", "csv", "--no-efficacy", "--no-privacy"])
    let lines = outcome.outputText.split(separator: "\n")
    #expect(lines[0] == "property,metric,column,other_column,score,real,synthetic,counted,note")
    #expect(lines[1].hasPrefix("overall,QualityReport,,,1.0,,,,"))
    #expect(lines.contains { $0.hasPrefix("column_shapes,TVComplement,\"b \"\"c\"\", d\",,1.0,") })
  }

  @Test func aGateClosesBelowItsScore() {
    desk.folder.write("real.csv", "a\n1.5\n2.5\n3.5\n4.5\n")
    desk.folder.write("half.csv", "a\n1.5\n2.5\n13.5\n14.5\n")
    let shut = desk.evaluate("real.csv", "half.csv", ["--fail-under", "0.9"])
    #expect(shut.status == 1)
    #expect(shut.errorText == "synth-gen: warning: the overall score is 50.0 %, below the 90.0 % of --fail-under\n")
    #expect(shut.outputText.contains("QualityReport"))
    #expect(desk.evaluate("real.csv", "half.csv", ["--fail-under", "0.5"]).status == 0)
    // What cannot be compared is not good enough.
    desk.folder.write("nothing.csv", "a\nNA\nNA\n")
    #expect(desk.evaluate("nothing.csv", "nothing.csv", ["--fail-under", "0.1"]).status == 1)
  }

  @Test func tablesMayHaveDifferentFormatsAndOrders() throws {
    desk.folder.write("real.csv", "a,b\n1.5,x\n2.5,y\n2.5,y\n")
    desk.folder.write(
      "synthetic.ndjson", "{\"b\":\"x\",\"a\":1.5}\n{\"a\":2.5,\"b\":\"y\"}\n{\"a\":7,\"b\":\"\\u0079\",\"a\":2.5}\n")
    let figures = try PrintedFigures(desk.evaluate("real.csv", "synthetic.ndjson", ["--no-efficacy"]))
    #expect(figures.score("QualityReport") == 1)
    #expect(figures.score("NewRowSynthesis") == 0)
  }

  @Test func aTableMayComeFromStandardInput() throws {
    desk.folder.write("real.csv", "a\n1\n2\n")
    let outcome = desk.evaluate("real.csv", "-", input: .text("a\n1\n2\n"))
    #expect(try PrintedFigures(outcome).score("QualityReport") == 1)
    let both = desk.evaluate("-", "-", input: .text("a\n1\n"))
    #expect(both.status == 64)
    #expect(both.errorText.contains("only one of the tables can be read from standard input"))
  }

  // MARK: Bad input

  @Test(arguments: [
    ("a,b\n", "a,b\n1,x\n", "real.csv: no rows (a comparison needs at least one row on either side)"),
    ("a,b\n1,x\n", "", "synthetic.csv: no rows (a comparison needs at least one row on either side)"),
    (
      "a,b\n1,x\n", "a,c\n1,x\n",
      "synthetic.csv:1: the columns differ: only in real.csv: \"b\"; only in synthetic.csv: \"c\" (the tables must have "
        + "the same columns, in any order)"
    ),
    ("a,b\n1,x,y\n", "a,b\n1,x\n", "real.csv:2: 3 values, where the header names 2"),
    ("{\"a\":1}\n{\"a\":\n", "a\n1\n", "real.csv:2: byte"),
  ])
  func badTablesAreRefused(real: String, synthetic: String, message: String) {
    desk.folder.write("real.csv", real)
    desk.folder.write("synthetic.csv", synthetic)
    let outcome = desk.evaluate("real.csv", "synthetic.csv", ["--html", "page.html"])
    #expect(outcome.status == 65)
    #expect(outcome.errorText.hasPrefix("synth-gen: " + message), "\(outcome.errorText)")
    #expect(outcome.outputText == "")
    #expect(desk.folder.names == ["real.csv", "synthetic.csv"])
  }

  @Test func textThatIsNotUTF8IsRefused() {
    desk.folder.write("real.csv", "a\nx\n".utf8)
    desk.folder.write("latin.csv", Array("a\nx\n".utf8) + [0xE9, 0x0A])
    let outcome = desk.evaluate("real.csv", "latin.csv")
    #expect(outcome.status == 65)
    #expect(outcome.errorText.hasPrefix("synth-gen: latin.csv:3: byte 4: not UTF-8: byte 0xe9 (iconv"))
  }

  @Test(arguments: [
    (["--types", "a=foo"], 64, "no such column type: \"foo\""),
    (["--types", "a=numercal"], 64, "did you mean numerical?"),
    (["--types", "a"], 64, "expected column=type, not \"a\""),
    (["--types", "prise=text"], 64, "names a column that the tables do not have: \"prise\" (did you mean \"price\"?"),
    (["--fail-under", "2"], 64, "--fail-under must be between 0 and 1, not 2.0"),
    (["--max-pairs=-1"], 64, "--max-pairs must be at least 0, not -1"),
    (["--target", "kind", "--no-efficacy"], 64, "--target and --no-efficacy exclude each other"),
    (["--target", "nothing"], 64, "no such target: \"nothing\" (targets are size, price, kind)"),
    (["--target", "word", "--types", "kind=id"], 64, "no such target"),
    (["--holdout", "missing.csv"], 66, "missing.csv: cannot open"),
    (["--metadata", "real.csv"], 78, "real.csv: no JSON"),
    (["--html", "no/such/folder/page.html"], 73, "no/such/folder"),
    (["--html", "x", "--output", "x"], 64, "--html and --output name the same file"),
  ])
  func wrongOptionsAreRefused(options: [String], status: Int32, message: String) {
    desk.folder.write("real.csv", Self.table(1, rows: 60))
    let outcome = desk.evaluate("real.csv", "real.csv", options)
    #expect(outcome.status == status, "\(outcome.errorText)")
    #expect(outcome.errorText.contains(message), "\(outcome.errorText)")
    #expect(desk.folder.names == ["real.csv"])
  }

  @Test(arguments: [
    (#"{"columns": {"size": {"sdtype": "numerical"}, "x": {"sdtype": "id"}}}"#, "that the tables do not have: \"x\""),
    (#"{"columns": {"size": {}}}"#, "field \"size\": no \"sdtype\""),
    (#"{"columns": {"size": {"sdtype": "datetime", "datetime_format": "%Q"}}}"#, "a format of dates that is not known"),
    (#"{"columns": {}, "primary_key": "size"}"#, "a key names a column that \"columns\" does not describe"),
    (#"{"tables": {"a": {}, "b": {}}}"#, "metadata of 2 tables, where one is compared"),
    (#"[]"#, "no \"columns\" in the metadata"),
  ])
  func wrongMetadataIsRefused(metadata: String, message: String) {
    desk.folder.write("real.csv", Self.table(1, rows: 30))
    desk.folder.write("metadata.json", metadata)
    let outcome = desk.evaluate("real.csv", "real.csv", ["--metadata", "metadata.json"])
    #expect(outcome.status == 78)
    #expect(outcome.errorText.hasPrefix("synth-gen: metadata.json: "), "\(outcome.errorText)")
    #expect(outcome.errorText.contains(message), "\(outcome.errorText)")
  }

  // MARK: Poor input

  @Test(arguments: ["a,b\n1,x\n", "a,b\n,\n,\n,\n", "a,b\n1,x\n1,x\n1,x\n", "a,b\n1,x\nfoo,y\n3,\n"])
  func poorTablesAreCompared(table: String) throws {
    desk.folder.write("table.csv", table)
    desk.folder.write("constant.csv", "a,b\n1,x\n1,x\n")
    for (real, synthetic) in [("table", "table"), ("table", "constant"), ("constant", "table")] {
      let outcome = desk.evaluate("\(real).csv", "\(synthetic).csv", ["--html", "page.html"])
      #expect(outcome.status == 0, "\(outcome.errorText)")
      #expect(try PrintedFigures(outcome).records.count > 8)
      #expect(try #require(desk.folder.text("page.html")).hasSuffix("</html>\n"))
    }
  }

  @Test func valuesThatAreNoNumbersAreToldOf() throws {
    desk.folder.write("real.csv", "a\n1.5\n2.5\n3.5\n")
    desk.folder.write("synthetic.csv", "a\n1.5\nfoo\nbar\n")
    let figures = try PrintedFigures(desk.evaluate("real.csv", "synthetic.csv"))
    let record = try #require(figures.record("MissingValueSimilarity", "a"))
    #expect(
      record["note"]?.text == "2 values of the synthetic table are no number, and count as missing: \"foo\"")
  }

  @Test func ofTooManyPairsSomeAreDrawn() throws {
    let names = (0..<2000).map { "c\($0)" }.joined(separator: ",")
    let rows = (0..<4).map { row in (0..<2000).map { "\(Double(row * $0 % 7) + 0.5)" }.joined(separator: ",") }
    desk.folder.write("wide.csv", names + "\n" + rows.joined(separator: "\n") + "\n")
    let outcome = desk.evaluate("wide.csv", "wide.csv", ["--max-pairs", "500", "--html", "page.html"])
    #expect(outcome.status == 0, "\(outcome.errorText)")
    let figures = try PrintedFigures(outcome)
    #expect(figures.records.count { $0["other_column"] != nil } == 500)
    let average = figures.records.first { $0["property"]?.text == "column_pair_trends" }
    #expect(try #require(average?["note"]?.text).hasSuffix("500 pairs were drawn from 1999000"))
  }

  // MARK: The page and the record

  @Test func thePageStandsAlone() throws {
    let name = "<script>alert(1)</script>"
    let table = Self.table(1, rows: 80).replacing("size", with: "\"\(name)\"")
    desk.folder.write("real.csv", table)
    let outcome = desk.evaluate("real.csv", "real.csv", ["--html", "page.html"])
    #expect(outcome.status == 0)
    let page = try #require(desk.folder.text("page.html"))
    #expect(!page.contains("<script"))
    #expect(page.contains("&lt;script&gt;alert(1)"))
    #expect(!page.contains("http://") && !page.contains("https://") && !page.contains("url("))
    #expect(page.contains("default-src &#39;none&#39;"))
    #expect(page.contains("prefers-color-scheme: dark"))
    for heading in ["Columns", "Pairs of columns", "Privacy", "Models", "All columns"] {
      #expect(page.contains("<h2>\(heading)</h2>"))
    }
  }

  @Test func aDryRunWritesNothing() {
    desk.folder.write("real.csv", "a\n1\n2\n")
    let outcome = desk.evaluate("real.csv", "real.csv", ["--html", "page.html", "--output", "x", "--dry-run"])
    #expect(outcome.status == 0)
    #expect(desk.folder.names == ["real.csv"])
  }

  @Test func theSidecarNamesTheInputs() throws {
    desk.folder.write("real.csv", "a\n1\n2\n")
    desk.folder.write("synthetic.csv", "a\n1\n2\n")
    desk.folder.write("metadata.json", #"{"columns":{"a":{"sdtype":"numerical"}}}"#)
    let outcome = Executable("synth-gen").run(
      [
        "evaluate", "--real", "real.csv", "--synthetic", "synthetic.csv", "--metadata", "metadata.json", "-o",
        "figures.ndjson",
      ], environment: ["MILLRACE_PROVENANCE": nil], workingDirectory: desk.folder.path)
    #expect(outcome.status == 0, "\(outcome.errorText)")
    let sidecar = try #require(desk.folder.text("figures.ndjson.prov"))
    for name in ["real.csv", "synthetic.csv", "metadata.json"] { #expect(sidecar.contains("\"\(name)\"")) }
  }
}
