import Glibc
import MillraceCore
import ScriptedChat
import Support
import Testing

/// The program, and a scripted model in a process of its own.
private final class ProgramDesk {
  static let key = "sk-test-0123456789abcdefghijklmnop"

  let folder = TemporaryFolder()
  let server: ServerProgram

  init(_ arguments: [String] = []) {
    server = ServerProgram("chat-server", ["--log", folder("log")] + arguments)
  }

  var environment: [String: String?] {
    [
      "OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": Self.key, "OPENAI_MODEL": nil, "OPENAI_ORG_ID": nil,
      "OPENAI_PROJECT_ID": nil, "MILLRACE_CACHE_DIR": folder("cache"), "MILLRACE_STATE_DIR": folder("state"),
      "MILLRACE_PROVENANCE_DIR": folder("store"), "MILLRACE_PROVENANCE": nil, "http_proxy": nil, "all_proxy": nil,
      "ALL_PROXY": nil, "TMPDIR": folder.path,
    ]
  }

  func start(_ arguments: [String], _ changes: [String: String?] = [:]) -> RunningProgram {
    Executable("synth-gen").start(
      arguments, environment: environment.merging(changes) { $1 }, workingDirectory: folder.path)
  }

  func run(_ arguments: [String], _ changes: [String: String?] = [:]) async -> Outcome {
    await start(arguments, changes).end(timeLimit: 600)
  }

  /// Lines of the server's log.
  var requests: Int { (folder.text("log") ?? "").split(separator: "\n").count }

  /// The details in the record of the last stage of a sidecar.
  func details(_ output: String) throws -> JSONValue {
    let lines = (folder.text("\(output).prov") ?? "").split(separator: "\n")
    let stages = try lines.map { try JSONValue.parse(String($0)) }.filter { $0["kind"]?.text == "stage" }
    return stages.last?["details"] ?? .null
  }

  /// Files in the folder and below whose bytes hold a text.
  func files(holding text: String) -> [String] {
    let outcome = Executable("/bin/grep").run(["-rlaF", "--", text, folder.path])
    return outcome.outputText.split(separator: "\n").map(String.init)
  }
}

@Suite struct DescribeProgramTests {
  private let words = "orders of a shop"

  @Test func aDescriptionBecomesRows() async throws {
    let desk = ProgramDesk()
    let made = await desk.run([words, "-n", "25", "-o", "orders.csv"])
    #expect(made.status == 0, "\(made.errorText)")
    let rows = (desk.folder.text("orders.csv") ?? "").split(separator: "\n")
    #expect(rows.count == 26 && rows[0] == "order_id,customer,email,price,quantity,total")
    #expect(rows[1].hasPrefix("1000,"))
    let details = try desk.details("orders.csv")
    #expect(details["schema_source"]?.text == "llm" && details["model"]?.text == "gpt-4.1-mini")
    #expect(details["service"]?.text == desk.server.url)
    #expect(details["attempts"]?.elements?.map { $0["status"]?.text } == ["200"])
    #expect(details["tokens"]?.json == #"{"prompt":1200,"completion":300}"#)
    // The schema that is printed makes the same rows.
    let printed = await desk.run(["schema", words])
    #expect(printed.status == 0)
    desk.folder.write("orders.yaml", printed.output)
    let again = await desk.run(["--schema", "orders.yaml", "-n", "25"])
    #expect(again.output == desk.folder.read("orders.csv"))
    #expect(desk.requests == 1)
    let kept = await desk.run([words, "-n", "25", "-o", "kept.csv", "--offline"])
    #expect(kept.status == 0 && desk.folder.read("kept.csv") == desk.folder.read("orders.csv"))
    #expect(try desk.details("kept.csv")["schema_source"]?.text == "cache")
    #expect(try desk.details("kept.csv")["schema_digest"] == details["schema_digest"])
  }

  /// Twenty processes with the same new description: one request, identical bytes.
  @Test func twentyProcessesAskOnce() async throws {
    let desk = ProgramDesk(["--varying", "--delay", "1"])
    let running = (0..<20).map { desk.start([words, "-n", "200", "-o", "\($0).csv"]) }
    for (number, program) in running.enumerated() {
      let outcome = await program.end(timeLimit: 600)
      #expect(outcome.status == 0, "\(number): \(outcome.errorText)")
    }
    #expect(desk.requests == 1)
    #expect(Set((0..<20).map { desk.folder.text("\($0).csv") }).count == 1)
    let sources = try (0..<20).map { try desk.details("\($0).csv")["schema_source"]?.text }
    #expect(sources.count { $0 == "llm" } == 1 && sources.count { $0 == "cache" } == 19)
    #expect(Set(try (0..<20).map { try desk.details("\($0).csv")["schema_digest"]?.text }).count == 1)
    #expect(desk.folder.names(in: "cache/synth-gen").sorted() == ["asking", "schemas.json", "schemas.json.lock"])
    #expect(desk.folder.names(in: "cache/synth-gen/asking").isEmpty)
  }

  /// One process is waited for; where it had no answer, the others need not hear so one after the other.
  @Test func whereNobodyHasAnAnswerAllAreTold() async {
    let desk = ProgramDesk(["--always", "503"])
    let running = (0..<6).map { _ in desk.start([words, "-n", "5", "--require-llm"]) }
    for program in running {
      let outcome = await program.end(timeLimit: 600)
      #expect(outcome.status == 69 && outcome.output.isEmpty, "\(outcome.errorText)")
    }
    #expect((3...18).contains(desk.requests))
    #expect(desk.folder.names(in: "cache/synth-gen/asking").isEmpty)
  }

  /// Who asks is killed: the others ask themselves, and nothing is half written.
  @Test func aKilledProcessHoldsNobodyUp() async throws {
    let desk = ProgramDesk(["--script", "stall"])
    let first = desk.start([words, "-n", "5", "-o", "first.csv", "--timeout", "1h"])
    while desk.requests == 0, !first.hasEnded { try await Task.sleep(for: .milliseconds(5)) }
    #expect(desk.folder.names(in: "cache/synth-gen/asking").count == 1)
    let second = desk.start([words, "-n", "5", "-o", "second.csv"])
    try await Task.sleep(for: .milliseconds(300))
    #expect(desk.requests == 1)
    first.send(SIGKILL)
    _ = await first.end()
    #expect(await second.end(timeLimit: 600).status == 0)
    #expect(try desk.details("second.csv")["schema_source"]?.text == "llm")
    #expect(desk.folder.text("first.csv") == nil)
    #expect(desk.folder.names(in: "cache/synth-gen/asking").isEmpty)
    #expect(try JSONValue.parse(desk.folder.text("cache/synth-gen/schemas.json") ?? "").members?.count == 1)
  }

  @Test func whatCannotBeAskedIsTold() async {
    let desk = ProgramDesk(["--always", "503"])
    for empty in ["", "  "] {
      let outcome = await desk.run([empty])
      #expect(outcome.status == 64 && outcome.errorText.contains("the description is empty"), "\(outcome.errorText)")
    }
    let required = await desk.run([words, "--require-llm"])
    #expect(required.status == 69 && required.output.isEmpty)
    #expect(
      required.errorText.contains(
        "no schema for the description: \(desk.server.url.dropFirst(7).dropLast(3)): status 503 (tried 3 times)"),
      "\(required.errorText)")
    let keyless = await desk.run(
      [words, "--require-llm"], ["OPENAI_API_KEY": nil, "OPENAI_BASE_URL": nil])
    #expect(keyless.status == 69)
    #expect(keyless.errorText.contains("no schema for the description: no key is set in OPENAI_API_KEY"))
    let clear = await desk.run([words], ["OPENAI_BASE_URL": "http://node17.example/v1"])
    #expect(clear.status == 78)
    #expect(
      clear.errorText.contains("the key in OPENAI_API_KEY would be sent to node17.example without encryption"))
    let base = await desk.run([words, "--base-url", "nonsense"])
    #expect(base.status == 64 && base.errorText.contains("not the address of a service: \"nonsense\""))
    desk.folder.write("s.yaml", "fields: {a: {sequence: 1}}\n")
    for (arguments, message) in [
      ([words, "--offline", "--refresh"], "--offline and --refresh exclude each other"),
      ([words, "--no-cache", "--cache", "x"], "--no-cache and --cache exclude each other"),
      ([words, "--timeout", "0s"], "--timeout must be between 1s and 1h"),
      ([words, "--cache", "redis://localhost"], "--cache: expected a folder"),
      ([words, "--cache", ""], "--cache: expected a folder, found nothing"),
      (["--schema", "s.yaml", "--offline"], "go with a description"),
    ] {
      let outcome = await desk.run(arguments)
      #expect(outcome.status == 64 && outcome.errorText.contains(message), "\(arguments): \(outcome.errorText)")
    }
  }

  /// Whatever an answer tries, it makes a table or nothing.
  @Test func aHostileAnswerIsRefused() async throws {
    let desk = ProgramDesk(["--always", "injected"])
    let outcome = await desk.run([words, "--require-llm"])
    #expect(outcome.status == 69 && outcome.output.isEmpty)
    #expect(
      outcome.errorText.contains("none of 3 answers of the model gpt-4.1-mini is a schema"), "\(outcome.errorText)")
    #expect(outcome.errorText.contains("unknown generator \"file\""))
    #expect(desk.requests == 3 && desk.folder.text("owned") == nil && readFile("/tmp/owned") == nil)
  }

  /// A dry run sends nothing and keeps nothing.
  @Test func aDryRunAsksNobody() async {
    let desk = ProgramDesk()
    let outcome = await desk.run([words, "--dry-run", "--require-llm"])
    #expect(outcome.status == 69 && desk.requests == 0 && desk.folder.names(in: "cache").isEmpty)
  }

  /// The key goes to the service, and is in no file and no message, whatever happens.
  @Test(arguments: [
    "ok", "429-quota", "401", "400", "key-in-error", "503", "refusal", "prose", "html-200", "reset", "injected",
  ])
  func theKeyIsWrittenNowhere(fault: String) async {
    let desk = ProgramDesk(["--api-key", ProgramDesk.key] + (fault == "ok" ? [] : ["--always", fault]))
    for arguments in [["-o", "a.csv"], ["-o", "b.csv", "--require-llm", "-v"], ["--log-format", "json"]] {
      let outcome = await desk.run([words, "-n", "3"] + arguments)
      for text in [outcome.outputText, outcome.errorText] {
        #expect(!text.utf8Contains(ProgramDesk.key) && !text.utf8Contains("sk-test-0123"), "\(text)")
      }
    }
    #expect(desk.files(holding: ProgramDesk.key).isEmpty)
    #expect(desk.requests >= 1)
  }
}
