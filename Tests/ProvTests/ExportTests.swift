import MillraceCore
import Support
import Testing

/// What `prov export` says about pipelines of every shape. `ExportValidatorTests` have others read it.
@Suite struct ExportTests {
  let shell = Shell()
  static let formats = ["prov-json", "ro-crate --metadata-only", "openlineage", "in-toto", "frictionless"]

  /// The document that an export writes on standard output.
  private func export(_ format: String, _ file: String, _ options: String = "") throws -> JSONValue {
    let outcome = shell("prov export --to \(format) \(options) \(file)")
    #expect(outcome.status == 0, "\(outcome.errorText)")
    return try JSONValue.parse(outcome.outputText)
  }

  private func events(_ file: String) throws -> [JSONValue] {
    try shell("prov export --to openlineage \(file)").outputText.split(separator: "\n").map {
      try JSONValue.parse(String($0))
    }
  }

  private func digest(_ file: String) throws -> String { try SHA256Digest.ofFile(shell.folder(file)).digest.hex }

  /// Pairs of an activity's first output and what it used, by their names in PROV.
  private func relations(_ document: JSONValue, _ section: String) -> [(activity: String, entity: String)] {
    (document[section]?.members ?? []).compactMap { member in
      guard let activity = member.value["prov:activity"]?.text, let entity = member.value["prov:entity"]?.text else {
        return nil
      }
      return (activity, entity)
    }
  }

  @Test(arguments: formats) func theSameSidecarMakesTheSameExport(format: String) throws {
    shell("probe stage --add A --contexts 3 in.txt | probe stage --add B -o out")
    let first = shell("prov export --to \(format) out", environment: ["TZ": "UTC"])
    #expect(first.status == 0)
    #expect(!first.output.isEmpty)
    #expect(shell("prov export --to \(format) out", environment: ["TZ": "Asia/Kolkata"]).output == first.output)
    #expect(shell("prov export --to \(format) -o exported out").output.isEmpty)
    #expect(shell.folder.read("exported") == first.output)
  }

  @Test(arguments: formats) func secretsStayOut(format: String) throws {
    shell("probe stage --add A --api-key hunter2 in.txt | probe stage --api-key=hunter3 -o out")
    let text = shell("prov export --to \(format) out").outputText
    #expect(text.contains("REDACTED") || format == "ro-crate --metadata-only" || format == "frictionless")
    #expect(!text.contains("hunter"))
  }

  /// Filters that change nothing write the same bytes: what each stage wrote is told apart nevertheless.
  @Test func aChainOfEqualBytesIsNoCircle() throws {
    shell("probe stage in.txt | probe stage | probe stage -o out")
    let document = try export("prov-json", "out")
    let used = relations(document, "used")
    let generated = relations(document, "wasGeneratedBy")
    #expect(used.count == 3)
    #expect(Set(generated.map(\.entity)).count == 3)
    for stage in 1..<3 { #expect(used[stage].entity == generated[stage - 1].entity) }
    #expect(!generated.map(\.entity).contains(used[0].entity))
    #expect(document["wasDerivedFrom"]?.members?.count == 3)
    #expect(document["wasAssociatedWith"]?.members?.count == 6)
    #expect(document["agent"]?.members?.count == 2)
    let events = try events("out")
    #expect(
      events.compactMap { $0["eventType"]?.text } == Array(repeating: ["START", "COMPLETE"], count: 3).flatMap(\.self))
    #expect(events[3]["inputs"]?.elements?[0]["name"] == events[1]["outputs"]?.elements?[0]["name"])
    #expect(events[5]["outputs"]?.elements?[0]["name"]?.text?.hasSuffix("/out") == true)
  }

  @Test func rowsAreToldOnRequest() throws {
    shell("probe stage --add A --contexts 3 in.txt | probe stage --contexts 2 -o out")
    #expect(try export("prov-json", "out")["entity"]?.members?.count == 3)
    let document = try export("prov-json", "out", "--contexts")
    let items = document["entity"]?.members?.filter { $0.value["prov:type"]?.text == "context" } ?? []
    #expect(items.compactMap { $0.value["prov:label"]?.text } == ["1", "2", "3", "1", "2"])
    #expect(relations(document, "wasGeneratedBy").count == 7)
    #expect(items[0].value["millrace:attempts"]?.text?.contains("\"503\"") == true)
  }

  /// An origin that is a file is one thing, however many stages read it.
  @Test func aFileReadTwiceIsOneThing() throws {
    shell("probe stage --add A in.txt | probe stage --add B -o out - in.txt")
    let document = try export("in-toto", "out")
    let dependencies = try #require(
      document["predicate"]?["buildDefinition"]?["resolvedDependencies"]?.elements?.filter {
        $0["digest"]?["sha256"] != nil
      })
    #expect(dependencies.map { $0["digest"]?["sha256"]?.text } == [try digest("in.txt")])
    #expect(document["subject"]?.elements?.map { $0["digest"]?["sha256"]?.text } == [try digest("out")])
    #expect(relations(try export("prov-json", "out"), "used").count == 3)
  }

  @Test(arguments: [
    ("cat in.txt | tr a-z A-Z | probe stage --add A -o out", "unknown-upstream"),
    ("probe stage --add A in.txt | cat | probe stage --add B -o out", "content-match"),
    ("{ probe stage --add A in.txt; probe stage --add B in.txt; } | probe stage --add C -o out", "concat"),
    ("probe stage --add A in.txt | tee >(probe stage > other) | cat | probe stage --add C -o out", nil),
    ("probe stage --killed in.txt | probe stage --add B -o out", "upstream-died"),
  ]) func whatIsNotKnownIsSaid(_ script: String, _ completeness: String?) throws {
    shell(script)
    let expected = try #require(try shell.completeness("out.prov"))
    if let completeness { #expect(expected == completeness) }
    let prov = try export("prov-json", "out")
    #expect(prov["used"]?.members?.contains { $0.value["millrace:link"]?.text == expected } == true)
    #expect(prov["entity"]?.members?.last?.value["millrace:completeness"]?.text == expected)
    let crate = try export("ro-crate --metadata-only", "out")
    #expect(
      crate["@graph"]?.elements?.first { $0["@id"]?.text == "./" }?["description"]?.text?.hasSuffix(": \(expected)")
        == true)
    #expect(
      try events("out").last?["run"]?["facets"]?["millrace_stage"]?["completeness"]?.text == expected)
    let statement = try export("in-toto", "out")
    #expect(
      statement["predicate"]?["buildDefinition"]?["internalParameters"]?["completeness"]?.text == expected)
    #expect(try export("frictionless", "out")["provenance"]?["completeness"]?.text == expected)
    if expected == "concat" {
      #expect(prov["wasDerivedFrom"]?.members?.count == 5)
    }
  }

  @Test func filesOfAFolder() throws {
    shell.folder.write("in.csv", "id\n" + (1...5).map { "\($0)\n" }.joined())
    shell("chunk -n 2 -d parts in.csv > parts.manifest")
    let one = try export("in-toto", "parts/chunk-00001.csv")
    #expect(one["subject"]?.elements?.map { $0["name"]?.text } == ["chunk-00001.csv"])
    #expect(one["subject"]?.elements?[0]["digest"]?["sha256"]?.text == (try digest("parts/chunk-00001.csv")))
    for folder in ["parts", "parts/", "parts/.prov"] {
      let all = try export("in-toto", folder)
      #expect(
        all["subject"]?.elements?.compactMap { $0["name"]?.text }
          == ["chunk-00000.csv", "chunk-00001.csv", "chunk-00002.csv", "chunks.manifest"])
    }
    let package = try export("frictionless", "parts")
    #expect(package["resources"]?.elements?.count == 4)
    #expect(package["title"]?.text == "chunk-00000.csv and 3 more files")
    shell("echo 9 >> parts/chunk-00001.csv")
    #expect(shell("prov export --to in-toto parts").status == 1)
    #expect(shell("prov export --to in-toto parts/chunk-00000.csv").status == 0)
  }

  @Test func aFileThatWasAppendedTo() throws {
    shell("probe stage --add A in.txt > out; probe stage --add B >> out < in.txt")
    let statement = try export("in-toto", "out")
    #expect(statement["subject"]?.elements?[0]["digest"]?["sha256"]?.text == (try digest("out")))
    let document = try export("prov-json", "out")
    #expect(document["activity"]?.members?.count == 2)
    let whole = try #require(document["entity"]?.members?.last?.name)
    let parts = document["wasDerivedFrom"]?.members?.filter { $0.value["prov:generatedEntity"]?.text == whole }
    #expect(parts?.count == 2)
    shell("printf x | dd of=out bs=1 seek=2 conv=notrunc 2> /dev/null")
    #expect(shell("prov export --to in-toto out").status == 1)
    shell("rm out")
    let gone = shell("prov export --to in-toto out.prov")
    #expect(gone.status == 66)
    #expect(
      gone.errorText == "prov: out: the records do not tell the digest of the file, and it is not there to compute it "
        + "(put the file beside its sidecar)\n")
  }

  /// An array job's merge reads thousands of chunks: time grows as their number.
  @Test func manyInputsTakeTimeInProportion() throws {
    func make(_ count: Int) {
      let digits = String(repeating: "0", count: 56)
      let inputs = (0..<count).map { number in
        let digest = digits + String(10_000_000 + number)
        return #"{"name":"c\#(number)","path":"c\#(number)","sha256":"\#(digest)","bytes":1,"link":"verified"}"#
      }
      let lines = (shell.folder.text("out.prov") ?? "").split(separator: "\n").map(String.init)
      let parts = lines[1].split(separator: "[", omittingEmptySubsequences: false)
      let stage = parts[0] + "[" + parts[1].split(separator: "]", omittingEmptySubsequences: false)[0]
      let start =
        stage + #"],"parameters":{},"start":"2026-11-21T12:00:00.000+00:00","end":"2026-11-21T12:00:01.000+00:00","#
      let end = #""status":0,"output":{"sha256":"\#((try? digest("out")) ?? "")","bytes":7},"inputs":["#
      shell.folder.write(
        "many.prov", lines[0] + "\n" + start + end + inputs.joined(separator: ",") + "]}\n")
    }
    shell("probe stage --add A -o out in.txt; cp out many")
    for format in Self.formats {
      make(1000)
      let few = shell("prov export --to \(format) -o exported many")
      #expect(few.status == 0, "\(few.errorText)")
      make(20_000)
      let many = shell("prov export --to \(format) -o exported many")
      #expect(many.status == 0)
      #expect(many.cpu < 40 * few.cpu, "\(format)")
      #expect((shell.folder.read("exported")?.count ?? 0) > 20_000 * 100)
    }
  }
}
