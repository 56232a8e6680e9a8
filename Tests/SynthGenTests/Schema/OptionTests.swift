import Support
import Testing

@Suite struct OptionTests {
  private let desk = SchemaDesk()
  private let schema = "fields: {id: sequence}\n"

  @Test(arguments: [
    (["-n", "-1"], "-n"), (["-n", "x"], "the value 'x' is invalid for '-n <number>'"),
    (["--first-row", "0"], "--first-row must be between 1 and"),
    (["--as-of", "soon"], "\"soon\" is no date"), (["--locale", "xx"], "there is no locale \"xx\""),
    (["--table", "a", "--out-dir", "d"], "--out-dir makes all tables whole: --table does not go with it"),
    (["words"], "a description and --schema exclude each other"),
  ])
  func refusesWrongOptions(arguments: [String], message: String) {
    let outcome = desk.run(schema, arguments)
    #expect(outcome.status == 64)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errorText.contains(message), "\(outcome.errorText)")
  }

  @Test(arguments: [[""], ["  "]])
  func anEmptyDescriptionIsAnErrorAtOnce(words: [String]) {
    let outcome = desk.program.run(words)
    #expect(outcome.status == 64)
    #expect(outcome.errorText.contains("the description is empty"), "\(outcome.errorText)")
  }

  @Test func noWordsAreAnError() {
    let outcome = desk.program.run([])
    #expect(outcome.status == 64)
    #expect(outcome.errorText.contains("say what the rows are to be like"))
  }

  @Test func noRowsAreAHeaderAlone() {
    #expect(desk.run(schema, ["-n", "0"]).outputText == "id\n")
    #expect(desk.run(schema, ["-n", "0", "--to", "ndjson"]).outputText == "")
    #expect(desk.run("rows: 0\n" + schema).outputText == "id\n")
  }

  @Test func theSchemaSaysHowManyRows() {
    #expect(desk.run("rows: 3\n" + schema).outputText == "id\n1\n2\n3\n")
    #expect(desk.run("rows: 3\n" + schema, ["-n", "2"]).outputText == "id\n1\n2\n")
    #expect(desk.run("rows: 3\n" + schema, ["--first-row", "3"]).outputText == "id\n3\n")
    let beyond = desk.run("rows: 3\n" + schema, ["--first-row", "5"])
    #expect(beyond.status == 64)
    #expect(beyond.errorText.contains("--first-row 5, where the table \"rows\" has 3 rows"))
  }

  @Test func aMissingFileIsNamed() {
    let outcome = desk.program.run(["--schema", "/nowhere/s.yaml"])
    #expect(outcome.status == 66)
    #expect(outcome.errorText.contains("/nowhere/s.yaml"))
  }

  @Test func aDryRunTouchesNothing() {
    let outcome = desk.run(schema, ["--dry-run", "-o", "out.csv", "--out-dir", "tables"])
    #expect(outcome.status == 0)
    #expect(desk.folder.names == ["s.yaml"])
  }

  @Test func uniqueValuesAreUniqueOrRefused() {
    let values = desk.values("{generator: integer, min: 1, max: 1000, unique: true}", count: 1000)
    #expect(Set(values).count == 1000)
    #expect(values != values.sorted())
    #expect(
      desk.refusal(ofField: "{generator: integer, min: 1, max: 1000, unique: true}", ["-n", "1001"])
        == "synth-gen: s.yaml:2: field \"x\": integer: it has 1000 different values, and 1001 rows are to be unique "
        + "(widen its range, leave unique out, or ask for at most 1000 rows with -n)")
    #expect(
      desk.refusal(ofField: "{formula: \"1\", unique: true}")
        == "synth-gen: s.yaml:2: field \"x\": formula: its values cannot be made unique "
        + "(use a sequence, uuid4, a regex or a template with one of them, or leave unique out)")
  }

  @Test func correlatedNumbersGoTogether() throws {
    let rows = desk.rows(
      "a: {generator: number, mean: 100, sd: 15, decimals: 6}",
      "b: {generator: number, distribution: gamma, shape: 3, decimals: 6}",
      "c: {generator: number, mean: 0, sd: 1, decimals: 6}", count: 20_000,
      also: "correlations: [{fields: [a, b], correlation: -0.7}]\n")
    let numbers = rows.map { $0.compactMap(Double.init) }
    func ranks(_ column: Int) -> [Double] {
      let order = numbers.indices.sorted { numbers[$0][column] < numbers[$1][column] }
      var ranks = Array(repeating: 0.0, count: order.count)
      for (rank, index) in order.enumerated() { ranks[index] = Double(rank) }
      return ranks
    }
    func correlation(_ one: [Double], _ other: [Double]) -> Double {
      let (meanOne, meanOther) = (one.reduce(0, +) / Double(one.count), other.reduce(0, +) / Double(one.count))
      let products = zip(one, other).map { ($0 - meanOne) * ($1 - meanOther) }.reduce(0, +)
      let squares =
        one.map { ($0 - meanOne) * ($0 - meanOne) }.reduce(0, +)
        * other.map { ($0 - meanOther) * ($0 - meanOther) }.reduce(0, +)
      return products / squares.squareRoot()
    }
    // Spearman's coefficient of a Gaussian copula is 6/π asin(ρ/2).
    #expect(abs(correlation(ranks(0), ranks(1)) + 0.6829) < 0.03)
    #expect(abs(correlation(ranks(0), ranks(2))) < 0.04)
    #expect(abs(numbers.map { $0[1] }.reduce(0, +) / 20_000 - 3) < 0.1)
  }
}
