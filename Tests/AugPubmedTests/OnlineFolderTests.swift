import AugmenterSupport
import ScriptedEUtilities
import Glibc
import MillraceCore
import Support
import Testing

/// Folders for answers and for the pace that cannot be used, and what is written into them.
@Suite struct OnlineFolderTests {
  private let desk = PubMedDesk()
  private let rows = Executable.Input.text("g\nTP53\nEGFR\nTP53\n")

  /// The run goes on without the cache, and says so once.
  private func expectUncached(_ outcome: Outcome, _ text: String) {
    #expect(outcome.status == 0)
    #expect(outcome.outputText.split(separator: "\n").count == 4)
    #expect(outcome.messages.count == 1, "\(outcome.errorText)")
    #expect(outcome.errorText.contains(text), "\(outcome.errorText)")
  }

  @Test func whatIsNoFolderIsTold() {
    desk.folder.write("file", "x")
    let cache = desk.run(
      "--field", "g", "--fields", "status,pmid", "--cache", desk.folder("file"), input: rows)
    expectUncached(cache, "the cache cannot be used, so every answer is fetched anew")
    #expect(desk.folder.text("file") == "x")
  }

  @Test func aStateFolderThatCannotBeUsedIsToldOnce() {
    desk.folder.write("file", "x")
    let outcome = Executable("aug-pubmed").run(
      ["--field", "g", "--fields", "status", "--base-url", desk.server.baseURL, "--interval", "0.3"],
      input: .text("g\nTP53\nEGFR\nMYC\nKRAS\n"),
      environment: desk.variables.merging(["MILLRACE_STATE_DIR": desk.folder("file/state")]) { $1 })
    expectUncachedPace(outcome)
    // Within the process the pace holds all the same.
    let times = desk.requests("esearch").map(\.microseconds).sorted()
    #expect(times.count == 4)
    // Three intervals, less what a busy machine delays the first request.
    #expect((times.last ?? 0) - (times.first ?? 0) > 500_000, "\(times)")
  }

  private func expectUncachedPace(_ outcome: Outcome) {
    #expect(outcome.status == 0)
    #expect(outcome.messages.count == 1, "\(outcome.errorText)")
    #expect(outcome.errorText.contains("the rate limit holds within this process only"), "\(outcome.errorText)")
  }

  @Test(.enabled(if: SmallDisk.isAvailable, "mounting a file system takes root")) func aReadOnlyDiskIsTold() throws {
    let disk = try #require(SmallDisk(bytes: 1 << 20))
    try #require(Executable("/bin/mount").run(["-o", "remount,ro", disk.folder.path]).status == 0)
    let outcome = desk.run(
      "--field", "g", "--fields", "status,pmid", input: rows, environment: ["MILLRACE_CACHE_DIR": disk.folder("cache")])
    expectUncached(outcome, "the cache cannot be used, so every answer is fetched anew: ")
    let pace = Executable("aug-pubmed").run(
      ["--field", "g", "--fields", "status", "--base-url", desk.server.baseURL, "--interval", "0.01", "--refresh"],
      input: rows,
      environment: desk.variables.merging(["MILLRACE_STATE_DIR": disk.folder("state")]) { $1 })
    expectUncachedPace(pace)
  }

  @Test(.enabled(if: SmallDisk.isAvailable, "mounting a file system takes root")) func aFullDiskIsTold() throws {
    let disk = try #require(SmallDisk(bytes: 64 << 10))
    disk.folder.write("ballast", [UInt8](repeating: 1, count: 24 << 10))
    let genes = "g\n" + (0..<40).map { "GENE\($0)\n" }.joined()
    let outcome = desk.run(
      "--field", "g", "--fields", "status,pmid", input: .text(genes),
      environment: ["MILLRACE_CACHE_DIR": disk.folder("cache")])
    #expect(outcome.status == 0)
    #expect(outcome.outputText.split(separator: "\n").count == 41)
    #expect(outcome.messages.count == 1, "\(outcome.errorText)")
    #expect(outcome.errorText.contains("answers are not kept in the cache: "), "\(outcome.errorText)")
    // What was kept is whole.
    let sent = desk.server.requests.count
    let again = desk.run(
      "--field", "g", "--fields", "status,pmid", input: .text(genes),
      environment: ["MILLRACE_CACHE_DIR": disk.folder("cache")])
    #expect(again.output == outcome.output)
    #expect(desk.server.requests.count < 2 * sent)
  }

  @Test(.enabled(if: geteuid() == 0, "it takes root to give a folder away")) func somebodyElsesFolderIsTold() {
    #expect(unsafe mkdir(desk.folder("other"), 0o777) == 0 && chown(desk.folder("other"), 65_534, 65_534) == 0)
    let outcome = desk.run(
      "--field", "g", "--fields", "status,pmid", input: rows, environment: ["MILLRACE_CACHE_DIR": desk.folder("other")])
    #expect(outcome.status == 0)
    #expect(outcome.outputText.split(separator: "\n").count == 4)
    // Answers go into a folder of our own below it, or nowhere.
    for name in desk.folder.names(in: "other") {
      var status = stat()
      #expect(unsafe lstat(desk.folder("other/\(name)"), &status) == 0 && status.st_uid == geteuid())
      #expect(status.st_mode & 0o077 == 0)
    }
  }

  @Test func damagedEntriesAreReplaced() {
    let first = desk.run("--field", "g", "--fields", "status,title", input: rows)
    let sent = desk.server.requests.count
    let entries = files(below: "cache").filter { $0.contains("/pubmed/") && (desk.folder.read($0)?.count ?? 0) > 100 }
    #expect(entries.count >= 3)
    for (number, name) in entries.enumerated() {
      desk.folder.write(name, damagedEntry(desk.folder.read(name) ?? [], number))
    }
    let again = desk.run("--field", "g", "--fields", "status,title", input: rows)
    #expect(again.output == first.output)
    #expect(again.status == 0)
    #expect(again.errorText.split(separator: "\n").count == 1, "mentioned once")
    #expect(again.errorText.hasSuffix(": an answer in the cache is damaged, and fetched anew\n"))
    let repaired = desk.server.requests.count
    #expect(repaired > sent)
    let third = desk.run("--field", "g", "--fields", "status,title", input: rows)
    #expect(third.output == first.output)
    #expect(desk.server.requests.count == repaired)
  }

  /// The names of all files below a folder of the desk's.
  private func files(below name: String) -> [String] {
    desk.folder.names(in: name).flatMap { entry -> [String] in
      let path = "\(name)/\(entry)"
      var status = stat()
      guard unsafe lstat(desk.folder(path), &status) == 0 else { return [] }
      return status.st_mode & S_IFMT == S_IFDIR ? files(below: path) : [path]
    }
  }
}

/// The key is sent to the service and stands nowhere else.
@Suite struct OnlineSecretTests {
  private static let key = "K3yOfSomebody0123456789abcdef"
  private let rows = Executable.Input.text("g\nTP53\nEGFR\n")

  /// Looks for the key in all that a run left.
  private func expectNoKey(_ desk: PubMedDesk, _ outcome: Outcome, key: String = key) {
    #expect(!outcome.errorText.contains(key), "\(outcome.errorText)")
    #expect(!outcome.outputText.contains(key))
    let found = Executable("/bin/grep").run(["-rlaF", "-e", key, desk.folder.path])
    #expect(found.outputText == "", "in \(found.outputText)")
    #expect(found.status == 1)
    let names = Executable("/usr/bin/find").run([desk.folder.path]).outputText
    #expect(!names.contains(key))
  }

  @Test func aWrongKeyEndsTheRun() {
    let desk = PubMedDesk { $0.apiKey = "the right one" }
    for policy in ["fail", "skip"] {
      let outcome = desk.run(
        "--field", "g", "--on-error", policy, "-o", "out", "-v", input: rows, environment: ["NCBI_API_KEY": Self.key])
      #expect(outcome.status == 78)
      #expect(
        outcome.messages.last
          == "aug-pubmed: the service refuses the key in NCBI_API_KEY (see the account settings at NCBI for the right one, "
          + "or unset it and go at 3 requests a second)")
      expectNoKey(desk, outcome)
    }
    #expect(desk.requests("esearch").allSatisfy { $0["api_key"] == Self.key })
    #expect(desk.folder.read("out") == nil)
  }

  @Test func aServiceThatRepeatsTheKeyIsNotRepeated() throws {
    let desk = PubMedDesk {
      $0.faults = FaultPlan(scripts: [
        FaultPlan.Script([.tooManySeconds, .tooManyIn200, .forwarding, nil, nil, .tooManyDate])
      ])
    }
    let outcome = Executable("aug-pubmed").run(
      [
        "--field", "g", "--fields", "status,title", "--on-error", "skip", "-o", "out", "-v", "--base-url",
        desk.server.baseURL,
        "--interval", "0.02",
      ], input: rows, environment: desk.variables.merging(["NCBI_API_KEY": Self.key]) { $1 },
      workingDirectory: desk.folder.path)
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(desk.server.requests.contains { $0.misbehaviour == "429-retry-after" && $0["api_key"] == Self.key })
    expectNoKey(desk, outcome)
    #expect(
      try desk.contexts("out.prov").flatMap { $0["attempts"]?.elements ?? [] }.count == desk.server.requests.count)
  }

  @Test(arguments: [key, "a&b=c+d%20e<>\"'"]) func errorsThatNameTheKeyAreCleaned(key: String) throws {
    let server = ScriptedServer { request in
      let sent = request.parameter("api_key") ?? ""
      let spelled = sent.map { $0 == "<" ? "&lt;" : $0 == "&" ? "&amp;" : "\($0)" }.joined()
      return ServerResponse(
        type: "text/xml",
        text: "<eSearchResult><ERROR>Invalid db name specified: \(spelled) of \(spelled)</ERROR></eSearchResult>")
    }
    let desk = PubMedDesk()
    let outcome = Executable("aug-pubmed").run(
      [
        "--field", "g", "--on-error", "quarantine=bad", "-o", "out", "-v", "--base-url", server.url, "--interval",
        "0.02",
      ],
      input: rows, environment: desk.variables.merging(["NCBI_API_KEY": key]) { $1 }, workingDirectory: desk.folder.path
    )
    #expect(outcome.status == 1)
    #expect(desk.folder.text("bad")?.contains("Invalid db name specified: REDACTED of REDACTED") == true)
    expectNoKey(desk, outcome, key: key)
    let stopped = Executable("aug-pubmed").run(
      ["--field", "g", "-o", "out2", "--log-format", "json", "--base-url", server.url, "--interval", "0.02"],
      input: rows,
      environment: desk.variables.merging(["NCBI_API_KEY": key]) { $1 }, workingDirectory: desk.folder.path)
    #expect(stopped.status == 65)
    expectNoKey(desk, stopped, key: key)
  }

  @Test func anEmptyKeyIsNone() {
    let desk = PubMedDesk()
    #expect(desk.run("--field", "g", "--fields", "status", input: rows, environment: ["NCBI_API_KEY": ""]).status == 0)
    #expect(desk.server.requests.allSatisfy { $0["api_key"] == nil })
    #expect(
      desk.run("--field", "g", "--fields", "status", "--refresh", input: rows, environment: ["NCBI_API_KEY": " k1\r"])
        .status == 0)
    #expect(desk.server.requests.suffix(2).allSatisfy { $0["api_key"] == "k1" })
    let strange = desk.run("--field", "g", input: rows, environment: ["NCBI_API_KEY": "ab cd"])
    #expect(strange.status == 78)
    #expect(strange.errorText.hasPrefix("aug-pubmed: NCBI_API_KEY holds characters that are in no key ("))
    #expect(!strange.errorText.contains("ab cd"))
  }

  @Test func theNameAndPasswordOfAGatewayStandNowhere() throws {
    let desk = PubMedDesk()
    let base = "http://somebody:p4ssw0rd@" + desk.server.baseURL.dropFirst(7)
    let outcome = Executable("aug-pubmed").run(
      ["--field", "g", "-o", "out", "-v", "--base-url", base, "--interval", "0.02"], input: rows,
      environment: desk.variables, workingDirectory: desk.folder.path)
    #expect(outcome.status == 0, "\(outcome.errorText)")
    expectNoKey(desk, outcome, key: "p4ssw0rd")
    let source = try #require(try desk.contexts("out.prov").first?["source"]?.text)
    #expect(source.hasPrefix("http://REDACTED@127.0.0.1:"))
  }
}

/// libcurl is loaded by those who ask, and by nobody else.
@Suite struct LoadedLibrariesTests {
  @Test(arguments: ["aug-pubmed", "chunk", "merge", "prov"]) func noToolIsLinkedToIt(tool: String) {
    let outcome = Executable("/usr/bin/env").run(["readelf", "-d", Executable(tool).path])
    guard outcome.status == 0 else { return }
    #expect(outcome.outputText.contains("NEEDED"))
    #expect(!outcome.outputText.contains("libcurl") && !outcome.outputText.contains("hiredis"))
  }

  @Test func onlyRequestsLoadIt() {
    let desk = PubMedDesk()
    let article = "<PubmedArticleSet>\(PubMedDesk.article(1, "x"))</PubmedArticleSet>"
    desk.folder.write("one.xml", article)
    /// The libraries of a run, as the loader itself tells.
    func loads(
      _ name: String, _ arguments: [String], _ input: Executable.Input, _ library: String = "libcurl"
    ) -> Bool {
      let outcome = Executable("aug-pubmed").run(
        arguments, input: input,
        environment: desk.variables.merging(["LD_DEBUG": "files", "LD_DEBUG_OUTPUT": desk.folder(name)]) { $1 },
        workingDirectory: desk.folder.path)
      #expect(outcome.status == 0, "\(outcome.errorText)")
      let log = desk.folder.names.first { $0.hasPrefix("\(name).") }.flatMap { desk.folder.text($0) } ?? ""
      #expect(log.contains("libc.so"))
      return log.contains(library)
    }
    let rows = Executable.Input.text("p\n30000001\n")
    #expect(!loads("files", ["--pmid-field", "p", "--xml", "one.xml"], rows))
    #expect(!loads("parse", ["parse", "one.xml"], .none))
    #expect(!loads("dry", ["--pmid-field", "p", "--dry-run"] + desk.network, rows))
    #expect(loads("online", ["--pmid-field", "p"] + desk.network, rows))
    #expect(!loads("cached", ["--pmid-field", "p"] + desk.network, rows))
  }
}
