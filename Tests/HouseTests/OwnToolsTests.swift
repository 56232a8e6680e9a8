import Support
import Synchronization
import Testing

/// The examples for those who write tools are a package of its own, which `make test` builds beforehand.
private let builtTools = "\(root)/examples/own-tools/.build/debug"

@Suite struct NewAugmenterTests {
  static let echo = Executable("\(builtTools)/aug-echo")

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
    let source = try #require(text("examples/own-tools/Sources/aug-echo/EchoAugmenter.swift"))
    #expect(page.contains("```swift\n\(source)```\n"))
  }
}

@Suite struct NewFilterTests {
  static let gcContent = Executable("\(builtTools)/gc-content")
  static let source = "examples/own-tools/Sources/gc-content/GCContent.swift"

  private let folder = TemporaryFolder()

  private func run(_ arguments: [String], input: String = "") -> Outcome {
    Self.gcContent.run(
      arguments, input: .text(input), environment: ["MILLRACE_PROVENANCE_DIR": folder("store")],
      workingDirectory: folder.path)
  }

  @Test func thePageShowsTheExample() throws {
    let page = try #require(text("docs/new-filter.md"))
    let source = try #require(text(Self.source))
    #expect(page.contains("```swift\n\(source)```\n"))
    #expect(source.split(separator: "\n", omittingEmptySubsequences: false).count <= 41, "forty lines and the end")
  }

  @Test(.enabled(if: isExecutable(gcContent.path), "make test builds the example"))
  func thePageShowsWhatItWrites() throws {
    let page = try #require(text("docs/new-filter.md"))
    let shown = page.split(separator: "\n", omittingEmptySubsequences: false).drop {
      !$0.contains("| examples/own-tools")
    }
    .dropFirst().prefix { $0.hasPrefix("    ") }.map { $0.dropFirst(4) + "\n" }.joined()
    let outcome = run(["--field", "sequence"], input: "id,sequence\n1,GATTACA\n2,\n")
    #expect(outcome.outputText == shown)
    #expect(outcome.errorText == "")
  }

  /// What the library brings: formats, order over threads, provenance of each row, bad rows, columns that are not there.
  @Test(.enabled(if: isExecutable(gcContent.path), "make test builds the example"))
  func theExampleIsAFilter() throws {
    let bases = ["acgt", "NNNN", "GGCC", "uuau", "at\\u0067c"]
    let rows = (0..<20_000).map { "{\"n\": \($0), \"dna\":\"\(bases[$0 % 5])\"}\n" }.joined()
    let written = run(["--field", "dna", "--jobs", "3"], input: rows)
    #expect(written.status == 0)
    let shares = ["0.5", "null", "1.0", "0.0", "0.5"]
    #expect(
      written.outputText
        == (0..<20_000).map { "{\"n\": \($0), \"dna\":\"\(bases[$0 % 5])\",\"gc\":\(shares[$0 % 5])}\n" }.joined())

    let input = "id,dna\na,GC\nb,xyz\nc,AT\n"
    let stopped = run(["--field", "dna", "-o", "none.csv"], input: input)
    #expect(stopped.status == 65)
    #expect(stopped.errorText == "gc-content: standard input:3: field \"dna\": not a base\n")
    #expect(folder.text("none.csv") == nil)
    let dropping = [
      "--field", "dna", "--on-error", "quarantine=bad", "-o", "out.csv", "--context", "rows", "--id-field", "id",
    ]
    let dropped = run(dropping, input: input)
    #expect(dropped.status == 1)
    #expect(folder.text("out.csv") == "id,dna,gc\na,GC,1.0\nc,AT,0.0\n")
    #expect(folder.text("bad")?.contains("\"reason\":\"not a base\",\"record\":\"b,xyz\"") == true)
    let sidecar = try #require(folder.text("out.csv.prov"))
    #expect(sidecar.contains("\"tool\":\"gc-content\""))
    #expect(sidecar.contains("\"field\":\"dna\""))
    let contexts = sidecar.split(separator: "\n").filter { $0.hasPrefix("{\"kind\":\"context\"") }
    #expect(contexts.count == 2)
    #expect(contexts.last?.contains("\"item\":\"c\",\"source\":\"standard input\",\"fields\":[\"gc\"]") == true)

    let missing = run(["--field", "rna", "-o", "none.csv"], input: input)
    #expect(missing.status == 65)
    #expect(
      missing.errorText
        == "gc-content: standard input:1: field \"rna\": no such column (the columns are id, dna)\n")
    #expect(run(["--dry-run", "--field", "dna", "-o", "none.csv"], input: "dna\nA\n").status == 0)
    #expect(folder.text("none.csv") == nil)
    #expect(run(["--version"]).outputText.hasPrefix("gc-content (Millrace) "))
  }
}
