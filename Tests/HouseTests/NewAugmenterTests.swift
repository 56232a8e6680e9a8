import Support
import Synchronization
import Testing

/// The example of an augmenter, which is a package of its own: `make test` builds it beforehand.
@Suite struct NewAugmenterTests {
  static let echo = Executable("\(root)/examples/aug-echo/.build/debug/aug-echo")

  private let folder = TemporaryFolder()

  private func run(_ arguments: [String], at url: String, input: String) -> Outcome {
    Self.echo.run(
      ["--base-url", url, "--interval", "0"] + arguments, input: .text(input),
      environment: [
        "MILLRACE_CACHE_DIR": folder("cache"), "MILLRACE_STATE_DIR": folder("state"),
        "MILLRACE_PROVENANCE_DIR": folder("store"), "http_proxy": nil, "all_proxy": nil,
      ], workingDirectory: folder.path)
  }

  @Test(.enabled(if: isExecutable(echo.path), "make test builds the example"))
  func theExampleAugmentsRows() throws {
    let texts = Mutex<[String]>([])
    let server = ScriptedServer { request in
      let text = request.parameter("text") ?? ""
      let isFirst = texts.withLock { texts in
        texts.append(text)
        return texts.count == 1
      }
      if isFirst { return ServerResponse(429, headers: [NamedValue("Retry-After", "1")]) }
      if text == "forbidden word" { return ServerResponse(400) }
      return ServerResponse(body: Array(text.utf8))
    }
    let rows = "word,n\nhello,1\n\"a \"\"b\"\", c\",2\n,3\nhello,4\nforbidden word,5\n"
    let first = run(["--field", "word", "--on-error", "skip", "-o", "out.csv"], at: server.url, input: rows)
    #expect(first.status == 1)
    #expect(
      folder.text("out.csv") == """
        word,n,status,echo
        hello,1,ok,hello
        "a ""b"", c",2,ok,"a ""b"", c"
        ,3,no_text,
        hello,4,ok,hello
        forbidden word,5,failed_permanent,

        """)
    #expect(first.errorText.contains("aug-echo: warning: Echo refuses 1 row\n"))
    // One that was refused once, and each different word.
    #expect(server.requests == 4)
    let second = run(["--field", "word", "--offline"], at: server.url, input: "word\nhello\n")
    #expect(second.outputText == "word,status,echo\nhello,ok,hello\n")
    #expect(server.requests == 4)
    let stopped = run(["--field", "word"], at: server.url, input: "word\nforbidden word\n")
    #expect(stopped.status == 65)
    #expect(
      stopped.errorText
        == "aug-echo: Echo refuses \"forbidden word\": status 400 (--on-error skip marks such rows and goes on)\n")
  }

  /// The page shows the example as it is.
  @Test func thePageShowsTheExample() throws {
    let page = try #require(text("docs/new-augmenter.md"))
    let source = try #require(text("examples/aug-echo/Sources/aug-echo/EchoAugmenter.swift"))
    #expect(page.contains("```swift\n\(source)```\n"))
  }
}
