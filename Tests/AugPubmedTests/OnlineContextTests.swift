import ScriptedEUtilities
import MillraceCore
import Support
import Testing

/// What the sidecar says about rows and where their articles are from.
@Suite struct OnlineContextTests {
  private static let records = [
    PubMedDesk.article(11, "Alpha one"), PubMedDesk.article(12, String(repeating: "Alpha ", count: 60)),
  ].joined()

  private let desk = PubMedDesk(records: [Self.records], corpus: 0)

  @Test func aRowsRecordSaysWhatWasAskedAndAnswered() throws {
    desk.folder.write("g.csv", "id,g\nr1,alpha one\nr2,unknownthing alpha\nr3,\nr4,nosuch\n")
    desk.run("g.csv", "--query", "{g}[ti]", "--max-articles", "1", "--id-field", "id", "--jobs", "1", "-o", "out")
    let contexts = try desk.contexts("out.prov")
    #expect(contexts.compactMap { $0["item"]?.text } == ["r1", "r2", "r3", "r4"])
    #expect(contexts.allSatisfy { $0["source"]?.text == desk.server.baseURL })
    #expect(contexts.allSatisfy { $0["fields"]?.json == "[\"status\",\"pmids\",\"articles\"]" })
    let details = contexts.compactMap { $0["details"] }
    #expect(
      details.map(\.json) == [
        #"{"status":"ok","query":"alpha one[ti]","translation":"\"alpha\"[Title] AND \"one\"[Title]","count":1,"taken":1,"#
          + #""asked":["11"],"received":["11"],"missing":[],"snippet":"Alpha one"}"#,
        #"{"status":"partial_query","query":"unknownthing alpha[ti]","translation":"\"alpha\"[Title]","#
          + #""dropped":["unknownthing[ti]"],"count":2,"taken":1,"asked":["12"],"received":["12"],"missing":[],"#
          + #""snippet":"\#(String((String(repeating: "Alpha ", count: 60)).prefix(160)))…"}"#,
        #"{"status":"no_query"}"#,
        #"{"status":"no_hits","query":"nosuch[ti]","translation":"nosuch[ti]","dropped":["nosuch[ti]"],"#
          + #""messages":["No items found."],"count":0,"taken":0}"#,
      ])
    let attempts = contexts.map {
      $0["attempts"]?.elements?.map { "\($0["request"]?.text ?? "") \($0["status"]?.text ?? "")" }
    }
    #expect(attempts == [["esearch 200", "efetch 200"], ["esearch 200"], nil, ["esearch 200"]])
    #expect(contexts.map { $0["cache"]?["hit"] } == [.bool(false), .bool(false), nil, .bool(false)])
  }

  @Test func aSecondRunSaysThatItTookItFromTheCache() throws {
    let arguments = ["--field", "g", "--fields", "status,title", "-o", "out"]
    let first = desk.run(arguments, input: .text("g\nalpha\n"))
    #expect(first.status == 0)
    let bytes = desk.folder.read("out")
    let sent = desk.server.requests.count
    desk.run(arguments, input: .text("g\nalpha\n"))
    #expect(desk.server.requests.count == sent)
    #expect(desk.folder.read("out") == bytes)
    let context = try #require(try desk.contexts("out.prov").first)
    #expect(context["cache"]?["hit"] == .bool(true))
    let age = try #require(context["cache"]?["age"]?.json)
    #expect((0...600).contains(Double(age) ?? -1), "\(age)")
    #expect(context["attempts"]?.elements?.isEmpty ?? true)
    // Without the network the same; and what the cache lacks is told.
    let offline = desk.run(arguments + ["--offline"], input: .text("g\nalpha\n"))
    #expect(offline.status == 0)
    #expect(desk.folder.read("out") == bytes)
    let missing = desk.run(["--field", "g", "--offline", "-o", "none"], input: .text("g\nbeta\n"))
    #expect(missing.status == 69)
    #expect(
      missing.errorText
        == "aug-pubmed: PubMed gives no answer for the query \"beta\": the cache has no answer, and --offline sends no "
        + "request (run it once without --offline)\n")
    // And all is asked for anew where that is wanted.
    desk.run(arguments + ["--refresh"], input: .text("g\nalpha\n"))
    #expect(desk.server.requests.count == 2 * sent)
    desk.run(arguments + ["--no-cache"], input: .text("g\nalpha\n"))
    #expect(desk.server.requests.count == 3 * sent)
    desk.run(arguments + ["--cache-age", "0s"], input: .text("g\nalpha\n"))
    #expect(desk.server.requests.count == 4 * sent)
  }

  @Test func missingPMIDsAndFailuresAreOnRecord() throws {
    let desk = PubMedDesk(
      records: [Self.records], corpus: 0,
      faults: FaultPlan(scripts: [FaultPlan.Script(of: "efetch", [.badGateway, nil, nil, .tooLong])]))
    desk.run("--pmid-field", "p", "-o", "out", input: .text("p\n11 99\n"))
    let context = try #require(try desk.contexts("out.prov").first)
    #expect(
      context["details"]?.json
        == #"{"status":"partly_found","asked":["11","99"],"received":["11"],"missing":["99"],"snippet":"Alpha one"}"#)
    let attempts = try #require(context["attempts"]?.elements)
    #expect(attempts.map { $0["status"]?.text } == ["502", "200", "200"])
    #expect(attempts.map { $0["request"]?.text } == ["efetch", "efetch", "efetch"])
    let waited = attempts.compactMap { $0["waited"]?.json }.compactMap { Double($0) }
    #expect(waited.count == 3)
    #expect(waited.first.map { $0 < 0.9 } == true && waited.dropFirst().first.map { $0 >= 1 } == true, "\(waited)")
    let failed = desk.run("--pmid-field", "p", "--on-error", "skip", "-o", "failed", input: .text("p\n12\n"))
    #expect(failed.status == 1)
    let record = try #require(try desk.contexts("failed.prov").first)
    #expect(
      record["details"]?.json
        == #"{"status":"failed_permanent","asked":["12"],"#
        + #""failure":"the request is too long for the service"}"#)
    #expect(record["attempts"]?.elements?.compactMap { $0["status"]?.text } == ["414"])
  }

  @Test func theStageNamesItsSourceAndWhatItWasAsked() throws {
    desk.run(
      "--query", "{g}[ti]", "--since", "2001", "--sort", "date", "--explode", "-o", "out", input: .text("g\nalpha\n"))
    let stage = try #require(try desk.records("out.prov").first { $0["kind"]?.text == "stage" })
    let source = try #require(stage["sources"]?.elements?.first)
    #expect(source["url"]?.text == desk.server.baseURL)
    #expect(source["licence"]?.text == "https://www.ncbi.nlm.nih.gov/home/about/policies/")
    #expect(source["time"]?.text?.count == 29)
    let parameters = try #require(stage["parameters"])
    for (name, value) in [
      ("query", "\"{g}[ti]\""), ("since", "\"2001\""), ("sort", "\"date\""), ("date-type", "\"publication\""),
      ("max-articles", "20"), ("all", "false"), ("explode", "true"), ("base-url", "\"\(desk.server.baseURL)\""),
      ("cache-age", "\"7d\""), ("offline", "false"),
    ] {
      #expect(parameters[name]?.json == value, "\(name)")
    }
  }

  @Test func theChainIsWholeAndProvShowsARow() throws {
    desk.folder.write("g.csv", "id,g\nr1,alpha\n")
    let outcome = desk.shell(
      """
      aug-pubmed --field g --id-field id --base-url \(desk.server.baseURL) --interval 0 -o one g.csv
      aug-pubmed --pmid-field pmids --id-field id --fields status --prefix again_ --base-url \(desk.server.baseURL) \
        --interval 0 -o two one
      prov verify two && prov trace two --item r1
      """)
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(try desk.records("two.prov").first?["completeness"]?.text == "verified")
    let text = outcome.outputText
    for part in ["alpha", "esearch 200 after waiting", "efetch 200 after waiting", "\"11\"", "miss", "translation"] {
      #expect(text.contains(part), "\(part): \(text)")
    }
  }

  private static let hasJSONSchema = Executable("/usr/bin/env").run(["python3", "-c", "import jsonschema"]).status == 0

  @Test(.enabled(if: hasJSONSchema)) func recordsFollowThePublishedSchema() throws {
    desk.run("--field", "g", "-o", "one", input: .text("g\nalpha\nnosuch\n\"\"\nunknownx alpha\n"))
    desk.run("--field", "g", "-o", "two", input: .text("g\nalpha\n"))
    desk.run("--pmid-field", "g", "-o", "three", input: .text("g\n11\n99\n"))
    let failing = PubMedDesk(faults: FaultPlan(rates: [FaultPlan.Rate(.tooLong, 1)]))
    failing.run("--field", "g", "--on-error", "skip", "-o", "four", input: .text("g\nTP53\n"))
    let schema =
      String(#filePath.dropLast("Tests/AugPubmedTests/OnlineContextTests.swift".count))
      + "docs/schemas/provenance.schema.json"
    let script = """
      import json, jsonschema, sys
      validator = jsonschema.Draft202012Validator(json.load(open(sys.argv[1])))
      contexts = 0
      for name in sys.argv[2:]:
          for line in open(name):
              record = json.loads(line)
              validator.validate(record)
              contexts += record["kind"] == "context"
      print(contexts)
      """
    let outcome = Executable("/usr/bin/env").run(
      ["python3", "-c", script, schema] + ["one.prov", "two.prov", "three.prov"].map { desk.folder($0) }
        + [failing.folder("four.prov")])
    #expect(outcome.outputText == "8\n", "\(outcome.errorText)")
  }
}
