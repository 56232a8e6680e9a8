import Glibc
import MillraceCore
import Support
import Testing

@Suite struct EUtilitiesProgramTests {
  let folder = TemporaryFolder()

  private func port(_ url: String) -> Int { Int(url.split(separator: "/")[1].split(separator: ":")[1]) ?? 0 }

  @Test func servesAndLogs() throws {
    let records = folder.write("r.xml", "<PubmedArticleSet>\(EUtilitiesFetchTests.record)</PubmedArticleSet>")
    let server = ServerProgram(
      "eutils-server",
      [
        "--rate", "0", "--log", folder("log"), "--script", "efetch:502,ok", "--fault", "esearch:error-400=1",
        "--records", records,
      ])
    #expect(server.url.hasPrefix("http://127.0.0.1:"))
    #expect(server.url.hasSuffix("/entrez/eutils/"))
    let client = try #require(RawClient(port: port(server.url)))
    for request in ["efetch.fcgi?id=77,1&x=%22%0A", "efetch.fcgi?id=77,1", "esearch.fcgi?term=a"] {
      client.send("GET /entrez/eutils/\(request) HTTP/1.1\r\nHost: x\r\n\r\n")
      _ = client.answer()
    }
    let lines = try #require(folder.text("log")).split(separator: "\n")
    #expect(lines.count == 3)
    let records3 = try lines.map { try JSONValue.parse(String($0)) }
    #expect(records3.map { $0["status"] } == [.number("502"), .number("200"), .number("400")])
    #expect(records3.map { $0["misbehaviour"] } == [.string("502"), .null, .string("error-400")])
    #expect(records3.map { $0["asked"] } == [.number("2"), .number("2"), .number("0")])
    #expect(records3.map { $0["returned"] } == [.number("0"), .number("1"), .number("0")])
    #expect(records3.map { $0["connection"] } == Array(repeating: .number("1"), count: 3))
    #expect(records3.map { $0["number"] } == [.number("1"), .number("2"), .number("3")])
    #expect(records3[0]["method"] == .string("GET"))
    #expect(records3[0]["path"] == .string("/entrez/eutils/efetch.fcgi"))
    let parameters: [JSONValue] = [.array([.string("id"), .string("77,1")]), .array([.string("x"), .string("\"\n")])]
    #expect(records3[0]["parameters"] == .array(parameters))
    guard case .number(let time) = records3[0]["time"] else {
      Issue.record("no time")
      return
    }
    var now = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &now)
    #expect(abs((Double(time) ?? 0) - Double(now.tv_sec)) < 60)
    #expect(time.split(separator: ".").last?.count == 6)
  }

  @Test func endsWithItsInput() {
    let server = ServerProgram("eutils-server")
    let process = server.program.processID
    let port = port(server.url)
    #expect(RawClient(port: port) != nil)
    _ = consume server
    #expect(RawClient(port: port) == nil)
    #expect(kill(process, 0) == -1)
  }

  @Test func endsAfterItsLifetime() {
    let outcome = Executable("eutils-server").run(["--lifetime", "0.3"])
    #expect(outcome.status == 0)
    #expect(outcome.outputText.hasPrefix("http://127.0.0.1:"))
    #expect(outcome.elapsed >= 0.3)
  }

  @Test func endsWithItsParent() throws {
    let program = Executable("eutils-server").path
    let outcome = Executable("/bin/sh").run(
      ["-c", "\"$0\" </dev/null >url & until [ -s url ]; do sleep 0.05; done", program], workingDirectory: folder.path)
    #expect(outcome.status == 0)
    let port = port(try #require(folder.text("url")).split(separator: "\n").first.map(String.init) ?? "")
    #expect(eventually { RawClient(port: port) == nil })
  }

  @Test(arguments: [
    ["--fault", "nonsense=0.1"], ["--fault", "502=2"], ["--script", "502,nonsense"], ["--always", "ok"],
    ["--rate", "-1"],
    ["--port", "70000"], ["--records", "/nowhere.xml"],
  ])
  func wrongArguments(_ arguments: [String]) {
    let outcome = Executable("eutils-server").run(arguments)
    #expect(outcome.status == 64)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errorText.contains(arguments[0]) || outcome.errorText.contains(arguments[1]))
  }

  @Test func helpNamesEveryFault() {
    let outcome = Executable("eutils-server").run(["--help"])
    #expect(outcome.status == 0)
    for fault in ["429-retry-after", "cut-agreeing", "redirect-loop", "missing-articles"] {
      #expect(outcome.outputText.contains("  \(fault): "))
    }
  }
}
