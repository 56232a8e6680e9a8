import MillraceCore
import Support
import Testing

/// Each way in which a service can misbehave, at each of its utilities: what is told, and what rows are made of it.
@Suite struct OnlineMisbehaviourTests {
  private enum Expected: Sendable {
    /// The service may recover: status 69, or marked rows.
    case transient(String)
    /// The request is refused: status 65, or marked rows.
    case permanent(String)
    /// The run ends whatever happens to rows.
    case fatal(Int32, String)
  }

  private static let key = "SECRET0KEY0OF0A0TEST"

  private static func cases(_ utility: String) -> [(fault: String, expected: Expected)] {
    let isSearch = utility == "esearch"
    let unreadable = isSearch ? "the answer of ESearch cannot be read" : "the answer of EFetch cannot be read: the XML"
    return [
      ("429", .transient("the service says \"API rate limit exceeded\" (tried 4 times)")),
      ("429-in-200", .transient("the service says \"API rate limit exceeded\" (tried 4 times)")),
      ("500-html", .transient("status 500 with an HTML page (tried 4 times)")),
      ("500-json", .transient("the service says \"error forwarding request\" (tried 4 times)")),
      ("502", .transient("status 502 with an HTML page (tried 4 times)")),
      ("reset", .transient("broke the connection off")),
      ("reset-midway", .transient("broke the connection off")),
      ("stall", .transient("for 3 s (tried 4 times)")),
      ("cut", .transient("closed the connection within its answer (tried 4 times)")),
      ("cut-agreeing", .transient("\(unreadable)\(isSearch ? ": it" : "") is cut off")),
      ("error-200", .transient("the service says \"Search Backend failed: read failed on socket\" (tried 4 times)")),
      ("error-400", .transient("the service says \"Error: External viewer error: Empty Response. Bytes read: 0")),
      ("prolog-only", .transient(unreadable)),
      ("html-200", .transient("an HTML page instead of XML, of a proxy perhaps (tried 4 times)")),
      ("json-200", .transient("JSON instead of XML (tried 4 times)")),
      ("empty-200", .transient("an empty answer (tried 4 times)")),
      ("414", .permanent("the request is too long for the service (--on-error skip marks such rows and goes on)")),
      ("400-key", .fatal(78, "the service refuses the key in NCBI_API_KEY (")),
      ("403", .fatal(69, "/entrez/eutils/, or a proxy before it, forbids the request: status 403 (ask who runs it")),
      ("404", .fatal(69, "/entrez/eutils/ answers with status 404 (--base-url names the folder that")),
      ("endless", .fatal(69, "is larger than \(isSearch ? "16M" : "256M")")),
      ("redirect-loop", .fatal(69, "redirects more than 5 times (check the service's URL)")),
      ("redirect-elsewhere", .fatal(69, " redirects to localhost:")),
    ] + (isSearch ? [] : [("wrong-articles", .transient("EFetch answers with none of the articles asked for"))])
  }

  private struct Trial {
    let fault: String
    let expected: Expected
    let desk: OnlineDesk
    let failing: RunningProgram
    let skipping: RunningProgram
  }

  /// All at once: a run waits seven seconds for a service that stays down.
  @Test(arguments: ["esearch", "efetch"]) func aServiceThatAlwaysMisbehaves(utility: String) async throws {
    let trials = Self.cases(utility).map { fault, expected in
      let desk = OnlineDesk(["--always", "\(utility):\(fault)"])
      desk.writeGenes(1...3)
      // Runs that stall need not wait longer than must be.
      let arguments = ["genes.csv", "--field", "gene"] + (fault == "stall" ? ["--timeout", "3s"] : [])
      let environment: [String: String?] = ["NCBI_API_KEY": Self.key]
      return Trial(
        fault: fault, expected: expected, desk: desk,
        failing: desk.start(arguments + ["-o", "fail.csv"], environment: environment),
        // With a state of its own: refusals of one run would hold the other one back.
        skipping: desk.start(
          arguments + ["-o", "skip.csv", "--on-error", "skip", "--no-cache"],
          environment: environment.merging(["MILLRACE_STATE_DIR": desk.folder("state2")]) { $1 }))
    }
    for trial in trials {
      let name = "\(utility):\(trial.fault)"
      let failed = await trial.failing.end()
      let skipped = await trial.skipping.end()
      #expect(failed.output.isEmpty && skipped.output.isEmpty, "\(name)")
      // How long refusals hold the run back depends on how many requests were under way.
      let messages = failed.errorText.split(separator: "\n").filter {
        !$0.contains(" note: PubMed calls for a pause: ")
      }
      #expect(messages.count == 1, "\(name): \(failed.errorText)")
      #expect(failed.errorText.hasPrefix("aug-pubmed: "), "\(name): \(failed.errorText)")
      #expect(!trial.desk.folder.names.contains("fail.csv"), "\(name)")
      let rows = trial.desk.folder.text("skip.csv")?.split(separator: "\n").dropFirst().map(String.init) ?? []
      let (status, text): (Int32, String)
      switch trial.expected {
      case .transient(let reason):
        (status, text) = (69, reason)
        #expect(skipped.status == 1, "\(name): \(skipped.errorText)")
        #expect(rows == (1...3).map { "GENE\($0),failed_transient,[],[]" }, "\(name)")
        #expect(skipped.errorText.contains("PubMed gave no answer for 3 rows\n"), "\(name): \(skipped.errorText)")
      case .permanent(let reason):
        (status, text) = (65, reason)
        #expect(skipped.status == 1, "\(name): \(skipped.errorText)")
        #expect(rows == (1...3).map { "GENE\($0),failed_permanent,[],[]" }, "\(name)")
        #expect(skipped.errorText == "aug-pubmed: warning: PubMed refuses 3 rows\n", "\(name)")
      case .fatal(let code, let reason):
        (status, text) = (code, reason)
        #expect(skipped.status == code, "\(name): \(skipped.errorText)")
        #expect(!trial.desk.folder.names.contains("skip.csv"), "\(name)")
        #expect(skipped.errorText.contains(reason), "\(name): \(skipped.errorText)")
      }
      #expect(failed.status == status, "\(name): \(failed.errorText)")
      #expect(failed.errorText.contains(text), "\(name): \(failed.errorText)")
      #expect(filesWithKey(trial.desk) == ["log"], "\(name)")
      #expect(!failed.errorText.contains(Self.key) && !skipped.errorText.contains(Self.key), "\(name)")
    }
  }

  /// Every fault that passes, each at one request: the rows are those of a service without faults.
  @Test(arguments: ["esearch", "efetch"]) func aServiceThatMisbehavesAtFirst(utility: String) async throws {
    let faults = Self.cases(utility).compactMap { fault, expected in
      if case .transient = expected { fault } else { nil }
    }
    let desk = OnlineDesk(["--script", "\(utility):\(faults.joined(separator: ","))"])
    // Thirty fetches of two hundred articles, or thirty searches; so many that none meets more than three faults.
    let arguments = ["genes.csv", "--field", "gene", "--fields", "pmid,title", "--max-articles", "200"]
    desk.writeGenes(200...229, prefix: utility == "efetch" ? "huge" : "GENE")
    let outcome = await desk.run(arguments + ["-o", "out.csv"])
    #expect(outcome.status == 0, "\(outcome.errorText)")
    let requests = try desk.requests()
    #expect(requests.compactMap(\.misbehaviour).count == faults.count)
    #expect(
      Set(requests.compactMap(\.misbehaviour)) == Set(faults), "\(requests.compactMap(\.misbehaviour))")
    #expect(try desk.attempts("out.csv.prov").count == requests.count)
    #expect(desk.statuses("out.csv").allSatisfy { ["ok", "truncated"].contains($0) })
    let right = OnlineDesk()
    right.writeGenes(200...229, prefix: utility == "efetch" ? "huge" : "GENE")
    #expect(await right.run(arguments + ["-o", "out.csv"]).status == 0)
    let isSame = desk.folder.read("out.csv") == right.folder.read("out.csv")
    #expect(isSame)
  }

  @Test func articlesThatAreLeftOutAreNamed() async throws {
    let desk = OnlineDesk(["--always", "efetch:missing-articles"])
    desk.writeGenes(1...20)
    let outcome = await desk.run(["genes.csv", "--field", "gene", "-o", "out.csv"])
    #expect(outcome.status == 0)
    #expect(outcome.errorText.contains(" PMIDs were not found: "))
    // What a search names and EFetch leaves out is asked for twice.
    let requests = try desk.requests().filter { $0.utility == "efetch" }
    #expect(requests.count == 2)
    let given = Set(try #require(requests.first).pmids).subtracting(try #require(requests.last).pmids)
    var left = 0
    for context in try desk.contexts("out.csv.prov") {
      func list(_ name: String) -> [String] { context["details"]?[name]?.elements?.compactMap(\.text) ?? [] }
      let (asked, received, missing) = (list("asked"), list("received"), list("missing"))
      #expect(Set(asked) == Set(received + missing) && asked.count == received.count + missing.count)
      left += missing.count
      let status = missing.isEmpty ? "ok" : received.isEmpty ? "not_found" : "partly_found"
      #expect(context["details"]?["status"]?.text == status)
    }
    #expect(left > 0 && !given.isEmpty)

    // Likewise of those that a row names.
    let named = OnlineDesk(["--always", "efetch:missing-articles"])
    named.folder.write("genes.csv", "pmid\n30000001\n30000002\n")
    let second = await named.run(["genes.csv", "--pmid-field", "pmid", "-o", "out.csv"])
    #expect(second.status == 0)
    #expect(second.errorText == "aug-pubmed: warning: 1 PMID was not found: 30000001\n")
    #expect(named.statuses("out.csv") == ["not_found", "ok"])
  }

  /// An answer that is short of articles must not become a gap that stays.
  @Test func whatASearchNamesIsNeverKeptAsMissing() async throws {
    let desk = OnlineDesk(["--script", "efetch:missing-articles,missing-articles,ok"])
    desk.writeGenes(1...5)
    let first = await desk.run(["genes.csv", "--field", "gene", "-o", "first.csv"])
    #expect(first.errorText.contains(" not found: "))
    let second = await desk.run(["genes.csv", "--field", "gene", "-o", "second.csv"])
    #expect(second.status == 0 && second.errorText == "", "\(second.errorText)")
    #expect(desk.statuses("second.csv") == Array(repeating: "ok", count: 5))
    let requests = try desk.requests()
    #expect(requests.filter { $0.utility == "esearch" }.count == 5)
    #expect(requests.filter { $0.utility == "efetch" }.count == 3)
  }

  /// A row that goes elsewhere takes its articles with it, and leaves on record what was tried.
  @Test func triesForRowsSetAsideStayOnRecord() async throws {
    let desk = OnlineDesk(["--always", "502"])
    desk.writeGenes(1...2)
    let outcome = await desk.run(
      ["genes.csv", "--field", "gene", "--on-error", "quarantine=bad.ndjson", "-o", "out.csv"])
    #expect(outcome.status == 1)
    let contexts = try desk.contexts("out.csv.prov")
    #expect(contexts.map { $0["fields"]?.elements?.count } == [0, 0])
    let attempts = contexts.flatMap { $0["attempts"]?.elements ?? [] }
    let requests = try desk.requests()
    #expect(attempts.count == requests.count && attempts.count == 8)
  }

  /// The names of files in the desk's folder, and in those within, that hold the key.
  private func filesWithKey(_ desk: OnlineDesk) -> [String] {
    let found = Executable("/usr/bin/grep").run(["-rl", Self.key, "."], workingDirectory: desk.folder.path)
    return found.outputText.split(separator: "\n").map { String($0.dropFirst(2)) }
  }
}
