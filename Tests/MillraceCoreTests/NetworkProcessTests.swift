import Glibc
import Support
import Synchronization
import Testing

@testable import MillraceCore

/// What needs a process of its own: the environment, the library that is missing, the end of a run.
@Suite(.ownThread) struct NetworkProcessTests {
  let folder = TemporaryFolder()
  let noProxies: [String: String?] = [
    "http_proxy": nil, "https_proxy": nil, "HTTPS_PROXY": nil, "all_proxy": nil, "ALL_PROXY": nil, "no_proxy": nil,
    "NO_PROXY": nil,
  ]

  func fetch(_ urls: [String], environment: [String: String?] = [:], options: [String] = []) -> Outcome {
    Executable("probe").run(
      ["fetch"] + options + urls, environment: noProxies.merging(environment) { $1 })
  }

  @Test func withoutTheLibraryNoRequestIsMade() {
    folder.write("libcurl.so.4", "this is no library")
    let outcome = fetch(["http://127.0.0.1:1/"], environment: ["LD_LIBRARY_PATH": folder.path])
    #expect(outcome.status == 69)
    #expect(outcome.errorText.hasPrefix("probe: no request can be made without libcurl: \(folder("libcurl.so.4")): "))
    #expect(outcome.errorText.hasSuffix(" (install it; Debian's package is libcurl4)\n"))
  }

  @Test func aLibraryWithoutItsFunctionsIsNamed() {
    // A library that is there and is another one.
    let other = Executable("/bin/sh").run([
      "-c", "ls /lib/*/libz.so.1 /usr/lib/*/libz.so.1 /usr/lib64/libz.so.1 | head -n 1",
    ])
    let path = other.outputText.split(separator: "\n").first.map(String.init) ?? ""
    unsafe symlink(path, folder("libcurl.so.4"))
    let outcome = fetch(["http://127.0.0.1:1/"], environment: ["LD_LIBRARY_PATH": folder.path])
    #expect(outcome.status == 69)
    #expect(outcome.errorText.contains("libcurl.so.4 has no curl_global_init: it is older than 7.68"))
  }

  @Test func toolsThatAskNothingLoadNoLibrary() throws {
    folder.write("libcurl.so.4", "this is no library, and nobody looks")
    for tool in ["probe", "chunk", "merge", "aug-pubmed", "prov"] {
      let program = Executable(tool)
      let linked = Executable("/usr/bin/readelf").run(["-d", program.path])
      #expect(linked.outputText.contains("NEEDED") && !linked.outputText.contains("curl"))
      #expect(program.run(["--version"], environment: ["LD_LIBRARY_PATH": folder.path]).status == 0)
    }
    // What a process maps is what it has loaded.
    let lock = Executable("probe").start(["hold-lock", folder("lock")])
    defer {
      lock.send(SIGKILL)
      _ = lock.wait()
    }
    #expect(eventually { lock.outputSoFar == Array("locked\n".utf8) })
    let maps = try #require(readFile("/proc/\(lock.processID)/maps"))
    let text = String(decoding: maps, as: UTF8.self)
    #expect(text.contains("libc.so") && !text.contains("curl") && !text.contains("libssl"))
  }

  @Test func aProcessMayEndWhileRequestsRun() {
    let server = RawServer { request, connection in
      if request.target == "/first" { connection.answer(text: "12345") } else { connection.waitForClient() }
    }
    for _ in 0..<5 {
      let outcome = fetch(
        [server.url("/first")] + (0..<12).map { server.url("/\($0)") }, options: ["--first", "1"])
      #expect(outcome.status == 0 && outcome.outputText == "200 5\n", "\(outcome.errorText)")
    }
  }

  @Test func proxiesAreThoseOfTheEnvironment() throws {
    let proxy = RawServer { request, connection in
      connection.answer("502 Bad Gateway", headers: ["Content-Type: text/html"], text: "<html>the proxy</html>")
    }
    let environment = ["http_proxy": "http://me:PASSWORD@127.0.0.1:\(proxy.port)"]
    let outcome = fetch(["http://nobody.invalid/x" + secretQuery], environment: environment)
    // An answer is an answer; that it is the proxy's, only its body tells.
    #expect(outcome.status == 0 && outcome.outputText == "502 22\n", "\(outcome.errorText)")
    #expect(proxy.requests[0].target == "http://nobody.invalid/x" + secretQuery)
    let direct = fetch(
      [proxy.url("/direct")], environment: environment.merging(["no_proxy": "127.0.0.1"]) { $1 })
    #expect(direct.status == 0)
    #expect(proxy.requests.last?.target == "/direct")
  }

  @Test(arguments: ["403 Forbidden", "407 Proxy Authentication Required", "503 Busy"])
  func aProxyThatRefusesATunnel(status: String) {
    let proxy = RawServer { _, connection in
      connection.answer(status, headers: ["Content-Type: text/html"], text: "<html>no</html>")
      connection.end()
    }
    let outcome = fetch(
      ["https://nobody.invalid/x" + secretQuery],
      environment: ["https_proxy": "http://me:PASSWORD@127.0.0.1:\(proxy.port)"])
    #expect(outcome.status == 69)
    #expect(outcome.errorText.hasPrefix("probe: the proxy "))
    if status.hasPrefix("407") {
      #expect(
        outcome.errorText
          == "probe: the proxy asks for a login before it makes a connection to nobody.invalid:443 (https_proxy takes one as "
          + "http://name:password@host:port)\n")
    } else {
      #expect(outcome.errorText.contains(" makes no connection to nobody.invalid:443: "))
      #expect(outcome.errorText.contains(status.prefix(3)))
      #expect(outcome.errorText.hasSuffix("(check https_proxy, http_proxy and no_proxy in the environment)\n"))
    }
    #expect(!outcome.errorText.contains("SECRET") && !outcome.errorText.contains("PASSWORD"))
    #expect(proxy.requests.allSatisfy { $0.head.hasPrefix("CONNECT nobody.invalid:443 ") })
  }

  @Test func aProxyThatDoesNotRunOrHasNoName() {
    let refused = fetch(["https://nobody.invalid/" + secretQuery], environment: ["https_proxy": "http://127.0.0.1:1"])
    #expect(refused.status == 69)
    #expect(refused.errorText.contains("no connection to nobody.invalid:443: Failed to connect to 127.0.0.1 port 1 "))
    let unknown = fetch(
      ["https://nobody.invalid/" + secretQuery], environment: ["https_proxy": "http://proxy.invalid:1"])
    #expect(unknown.status == 69)
    #expect(unknown.errorText.contains("the proxy makes no connection to nobody.invalid:443: Could not resolve proxy"))
    #expect(!(refused.errorText + unknown.errorText).contains("SECRET"))
  }
}

@Suite(.ownThread) struct WaitingTests {
  @Test func givesWhatTheTaskGivesOrThrows() async throws {
    let outcomes = Mutex<[Result<Int, Failure>]>([])
    let worker = try Worker<Void>("waits") {
      for fails in [false, true] {
        do throws(Failure) {
          let value = try waiting { () async throws(Failure) in
            try? await Task.sleep(for: .milliseconds(1))
            if fails { throw Failure(.badData, "as asked") }
            return 42
          }
          outcomes.withLock { $0.append(.success(value)) }
        } catch {
          outcomes.withLock { $0.append(.failure(error)) }
        }
      }
    }
    // The task runs in the pool of the tests: waiting for it here could keep it from a thread.
    #expect(await soon { outcomes.withLock { $0.count } == 2 })
    try worker.join()
    #expect(outcomes.withLock { $0 } == [.success(42), .failure(Failure(.badData, "as asked"))])
  }
}
