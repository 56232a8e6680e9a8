import ScriptedEUtilities
import Glibc
import MillraceCore
import Support
import Testing

/// What is wrong with a service, the network or the surroundings: a clear line and the right status each.
@Suite struct OnlineTroubleTests {
  private func desk(_ fault: Fault) -> PubMedDesk {
    PubMedDesk(corpus: 0, faults: FaultPlan(rates: [FaultPlan.Rate(fault, 1)]))
  }

  private let rows = Executable.Input.text("g\nTP53\n")

  /// The advice behind a failure that another run may not meet.
  private let again =
    "(what was answered is kept, so the same command goes on from here; --on-error skip marks such rows and goes on)"

  @Test func noAddressForLettersIsToldOnce() {
    let desk = PubMedDesk()
    let genes = "g\n" + (0..<600).map { "GENE\($0 % 3)\n" }.joined()
    for email in [nil, ""] {
      let outcome = desk.run(
        "--field", "g", "--fields", "status", input: .text(genes), environment: ["NCBI_EMAIL": email])
      #expect(outcome.status == 0)
      #expect(
        outcome.errorText
          == "aug-pubmed: warning: no e-mail address is set: NCBI asks for one, to write to before it blocks anybody "
          + "(--email or NCBI_EMAIL)\n")
    }
    #expect(desk.server.requests.allSatisfy { $0["email"] == nil && $0["tool"] == "millrace" })
    let offline = desk.run(
      "--field", "g", "--fields", "status", "--offline", input: .text(genes), environment: ["NCBI_EMAIL": nil])
    #expect(offline.errorText == "")
  }

  // MARK: Services that are none

  @Test(arguments: [
    (Fault.redirectLoop, "redirects more than 5 times (check the service's URL)"),
    (.redirectElsewhere, "redirects to localhost:"), (.endless, "is larger than 16M (ask for less at a time)"),
    (.notFound, "answers with status 404 (--base-url names the folder that esearch.fcgi lies in)"),
    (
      .forbidden,
      ", or a proxy before it, forbids the request: status 403 (ask who runs it; --base-url, http_proxy and "
    ),
  ])
  func whatIsNoServiceEndsTheRun(fault: Fault, text: String) {
    let desk = desk(fault)
    // As there is no hope for any row, leaving rows out is no way round it.
    for policy in ["fail", "skip"] {
      let outcome = desk.run("--field", "g", "--on-error", policy, "-o", "out", input: rows)
      #expect(outcome.status == 69)
      #expect(outcome.messages.count == 1)
      #expect(outcome.errorText.contains(text), "\(outcome.errorText)")
      #expect(desk.requests("esearch").count == (policy == "fail" ? 1 : 2))
    }
    #expect(desk.folder.read("out") == nil)
  }

  @Test func otherServersAreTold() {
    let files = ScriptedServer { _ in ServerResponse(404, type: "text/html", text: "<html>no such file</html>") }
    let desk = PubMedDesk()
    let outcome = desk.run("--field", "g", "--base-url", files.url, input: rows)
    #expect(outcome.status == 69)
    #expect(
      outcome.errorText
        == "aug-pubmed: \(files.url)/ answers with status 404 (--base-url names the folder that esearch.fcgi lies in)\n"
    )
  }

  /// All at once, as each takes the pauses of three retries.
  @Test func whatMayPassIsTriedAgainAndTold() {
    let pages = ScriptedServer { _ in ServerResponse(200, type: "text/html", text: "<!DOCTYPE html><html>hello</html>")
    }
    let proxy = ScriptedServer { _ in ServerResponse(200, type: "text/html", text: "<html>sign in first</html>") }
    let desk = PubMedDesk()
    func start(_ base: String, _ options: String..., environment: [String: String?] = [:]) -> RunningProgram {
      desk.start(["--field", "g", "--base-url", base] + options, input: rows, environment: environment)
    }
    let runs = [
      start(pages.url), start("http://no-such-host.invalid/"), start("http://127.0.0.1:1/"),
      start(
        "http://pubmed.example.org/", "--fields", "status", "--on-error", "skip", environment: ["http_proxy": proxy.url]
      ),
    ].map { $0.wait() }
    let reasons = [
      "an HTML page instead of XML, of a proxy perhaps", "the name no-such-host.invalid has no address",
      "no connection to 127.0.0.1:1: connection refused",
    ]
    for (outcome, reason) in zip(runs, reasons) {
      #expect(outcome.status == 69)
      #expect(
        outcome.errorText
          == "aug-pubmed: PubMed gives no answer for the query \"TP53\": \(reason) (tried 4 times) \(again)\n")
      #expect(outcome.elapsed > 7)
    }
    #expect(pages.requests == 4)
    #expect(runs[3].status == 1)
    #expect(runs[3].outputText == "g,status\nTP53,failed_transient\n")
    #expect(proxy.requests == 4)
  }

  @Test func aProxyThatRefusesIsTold() {
    let proxy = ScriptedServer { _ in ServerResponse(403, type: "text/html", text: "<html>not from here</html>") }
    let outcome = PubMedDesk().run(
      "--field", "g", "--base-url", "https://pubmed.example.org/", input: rows, environment: ["https_proxy": proxy.url])
    #expect(outcome.status == 69)
    #expect(
      outcome.errorText.hasPrefix("aug-pubmed: the proxy makes no connection to pubmed.example.org:443: "),
      "\(outcome.errorText)")
    #expect(outcome.errorText.hasSuffix("(check https_proxy, http_proxy and no_proxy in the environment)\n"))
    #expect(proxy.requests == 1)
  }

  @Test(arguments: [nil, "1"] as [String?]) func aProxyThatAsksForALoginIsTold(tls: String?) {
    let proxy = ScriptedServer { _ in ServerResponse(407, type: "text/html", text: "<html>who are you</html>") }
    let scheme = tls == nil ? "http" : "https"
    let outcome = PubMedDesk().run(
      "--field", "g", "--base-url", "\(scheme)://pubmed.example.org/", "--on-error", "skip", input: rows,
      environment: ["\(scheme)_proxy": proxy.url])
    #expect(outcome.status == 69)
    #expect(outcome.messages.count == 1)
    #expect(
      outcome.errorText
        == (tls == nil
          ? "aug-pubmed: a proxy asks for a login before it asks http://pubmed.example.org/: status 407 (http_proxy and "
            + "https_proxy take one as http://name:password@host:port)\n"
          : "aug-pubmed: the proxy asks for a login before it makes a connection to pubmed.example.org:443 (https_proxy "
            + "takes one as http://name:password@host:port)\n"))
    #expect(proxy.requests == 1)
  }

  /// Its own words in an answer do not end the run of other rows.
  @Test func aQueryWithTheWordsOfAnErrorIsARowLikeOthers() {
    let server = ScriptedServer { request in
      ServerResponse(
        200, type: "text/xml",
        text: "<eSearchResult><ERROR>Can't run executor: api key invalid[All Fields]</ERROR></eSearchResult>")
    }
    let outcome = PubMedDesk().run(
      "--field", "g", "--fields", "status", "--base-url", server.url, "--on-error", "skip",
      input: .text("g\napi key invalid\n"), environment: ["NCBI_API_KEY": "SECRETKEY"])
    #expect(outcome.status == 1)
    #expect(outcome.outputText == "g,status\napi key invalid,failed_transient\n")
  }

  @Test func theKeyIsNotSentInTheClear() {
    let proxy = ScriptedServer { _ in ServerResponse(502, type: "text/html", text: "") }
    let outcome = PubMedDesk().run(
      "--field", "g", "--base-url", "http://pubmed.example.org/", input: rows,
      environment: ["NCBI_API_KEY": "SECRETKEY", "http_proxy": proxy.url])
    #expect(outcome.status == 78)
    #expect(
      outcome.errorText
        == "aug-pubmed: the key in NCBI_API_KEY would be sent to pubmed.example.org without encryption (--base-url takes an "
        + "address with https; or unset the key)\n")
    #expect(proxy.requests == 0)
  }

  // MARK: Options

  @Test func whatIsNoAddressForLettersIsRefused() {
    let desk = PubMedDesk()
    let option = desk.run("--field", "g", "--email", "not an address", input: rows)
    #expect(option.status == 64)
    #expect(
      option.errorText.contains("--email takes an e-mail address such as name@example.org, not \"not an address\""),
      "\(option.errorText)")
    let variable = desk.run("--field", "g", input: rows, environment: ["NCBI_EMAIL": "me@here\nX: y"])
    #expect(variable.status == 78)
    #expect(variable.errorText.hasPrefix("aug-pubmed: NCBI_EMAIL is no e-mail address: \"me@here"))
    #expect(variable.messages.count == 1)
    // The option wins.
    let both = desk.run(
      "--field", "g", "--fields", "status", "--email", "a@b", input: rows, environment: ["NCBI_EMAIL": "none"])
    #expect(both.status == 0)
    #expect(desk.server.requests.allSatisfy { $0["email"] == "a@b" })
  }

  @Test(arguments: [
    (["--field", "g", "--date-type", "entry"], "--date-type says which date --since and --until mean, and needs one"),
    (["--field", "g", "--date-type", "publication", "--all"], "--date-type says which date --since and --until mean"),
    (["--pmid-field", "g", "--date-type", "entry", "--since", "2020"], "the options of a search do not go with it"),
    (["--pmid-field", "g", "--date-type", "entry"], "--date-type says which date --since and --until mean"),
  ])
  func aTypeOfDateWithoutADateIsRefused(options: [String], text: String) {
    let outcome = PubMedDesk().run(options, input: rows)
    #expect(outcome.status == 64)
    #expect(outcome.errorText.contains(text), "\(outcome.errorText)")
  }

  @Test(arguments: ["afile", "afile/x/y"]) func aCacheThatIsAFileIsTold(cache: String) {
    let desk = PubMedDesk()
    desk.folder.write("afile", "precious")
    let outcome = desk.run("--field", "g", "--fields", "status", "--cache", cache, input: rows)
    #expect(outcome.status == 0)
    #expect(
      outcome.errorText
        == "aug-pubmed: warning: afile: the cache cannot be used, so every answer is fetched anew: expected a folder, found "
        + "something else (name another folder)\n")
    #expect(desk.folder.text("afile") == "precious")
  }

  private static let openssl = Executable("/usr/bin/openssl")

  @Test(.enabled(if: readFile("/usr/bin/openssl") != nil, "openssl is not installed"))
  func aCertificateThatDoesNotVerifyIsToldAndOneThatIsTrustedTaken() throws {
    let desk = PubMedDesk()
    let made = Self.openssl.run(
      [
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
        "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "certificate.pem",
      ], workingDirectory: desk.folder.path)
    try #require(made.status == 0)
    let server = Self.openssl.start(
      ["s_server", "-accept", "127.0.0.1:0", "-key", "key.pem", "-cert", "certificate.pem", "-www", "-naccept", "2"],
      workingDirectory: desk.folder.path)
    defer {
      server.send(SIGKILL)
      server.wait()
    }
    var port: Substring?
    let isListening = eventually {
      port = String(decoding: server.outputSoFar, as: UTF8.self).split(separator: "\n").first {
        $0.hasPrefix("ACCEPT 127.0.0.1:")
      }
      .map { $0.dropFirst(17) }
      return port != nil
    }
    try #require(isListening)
    let arguments = ["--field", "g", "--base-url", "https://127.0.0.1:\(port ?? "")/e", "--interval", "0"]
    let outcome = Executable("aug-pubmed").run(arguments, input: rows, environment: desk.variables)
    #expect(outcome.status == 69)
    #expect(
      outcome.errorText.hasPrefix("aug-pubmed: the certificate of 127.0.0.1:\(port ?? "") does not verify: "),
      "\(outcome.errorText)")
    #expect(
      outcome.errorText.hasSuffix("(check the address; SSL_CERT_FILE names the file of a private authority)\n"))
    // Trusted, the server's page is what is wrong.
    let trusted = Executable("aug-pubmed").run(
      arguments, input: rows,
      environment: desk.variables.merging(["SSL_CERT_FILE": desk.folder("certificate.pem")]) { $1 })
    #expect(trusted.status == 69)
    #expect(!trusted.errorText.contains("certificate"), "\(trusted.errorText)")
  }

  @Test func aMissingLibraryIsTold() {
    let desk = PubMedDesk()
    desk.folder.write("libcurl.so.4", "")
    let outcome = desk.run("--field", "g", input: rows, environment: ["LD_LIBRARY_PATH": desk.folder.path])
    #expect(outcome.status == 69 || outcome.status == 78)
    #expect(
      outcome.errorText
        == "aug-pubmed: no request can be made without libcurl: \(desk.folder("libcurl.so.4")): file too short (install it; "
        + "Debian's package is libcurl4)\n")
    #expect(desk.server.requests.isEmpty)
  }

  @Test func nobodyAsksNCBITooFast() {
    let outcome = Executable("aug-pubmed").run(
      ["--field", "g", "--interval", "0.2"], input: rows, environment: PubMedDesk().variables)
    #expect(outcome.status == 64)
    #expect(
      outcome.errorText
        == "aug-pubmed: --interval 0.2 is less than NCBI allows, and it blocks who asks faster (0.334 is the least, and 0.1 "
        + "with a key in NCBI_API_KEY)\n")
  }

  @Test(arguments: ["ftp://example.org/", "eutils", "http://user:word@example.org/?api_key=abc"])
  func whatIsNoAddressIsRefused(address: String) {
    let outcome = Executable("aug-pubmed").run(
      ["--field", "g", "--base-url", address], input: rows, environment: PubMedDesk().variables)
    #expect(outcome.status == 64)
    #expect(outcome.errorText.hasPrefix("aug-pubmed: not the address of a service: "), "\(outcome.errorText)")
    #expect(!outcome.errorText.contains("word") && !outcome.errorText.contains("abc"))
  }

  // MARK: Ends

  @Test func anInterruptEndsTheWaitingAtOnce() {
    let desk = desk(.stall)
    desk.folder.write("g.csv", "g\nTP53\nEGFR\n")
    let before = desk.folder.names
    for signal in [SIGINT, SIGTERM] {
      let program = desk.start(["g.csv", "--field", "g", "-o", "out"])
      let isAsked = eventually { desk.server.requests.count >= (signal == SIGINT ? 1 : 3) }
      #expect(isAsked)
      let began = monotonicSeconds()
      program.send(signal)
      let outcome = program.wait()
      #expect(monotonicSeconds() - began < 5)
      #expect(outcome.signal == signal || outcome.status == 128 + signal, "\(outcome)")
      #expect(!desk.folder.names.contains { $0.hasPrefix("out") || $0.hasPrefix(".") })
    }
    #expect(Set(desk.folder.names).subtracting(before).isSubset(of: ["cache", "state", "store"]))
  }

  @Test func aReaderThatHasSeenEnoughEndsTheRunQuietly() {
    let desk = PubMedDesk()
    desk.folder.write("g.csv", "g\n" + (0..<4000).map { "GENE\($0)\n" }.joined())
    let outcome = desk.shell(
      "aug-pubmed g.csv --field g --fields status --base-url \(desk.server.baseURL) --interval 0 | head -1; "
        + "echo ${PIPESTATUS[0]}")
    #expect(outcome.outputText == "g,status\n141\n")
    #expect(outcome.errorText == "")
    #expect(desk.server.requests.count < 4000)
  }
}
