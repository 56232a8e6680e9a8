import MillraceCore
import Support
import Testing

@testable import prov

/// What `prov diff` tells of two runs.
@Suite struct DiffTests {
  let shell = Shell()

  init() { shell.folder.write("in.csv", "id,name\n1,a\n2,b\n3,c\n") }

  @Test func theSameRunTwiceDoesNotDiffer() {
    shell("chunk -n 1 -d parts in.csv | merge -o a; chunk -n 1 -d parts in.csv | merge -o b --jobs 3")
    let outcome = shell("prov diff a b")
    #expect(outcome.status == 1)
    // The option was given; what only follows from it is not told.
    #expect(outcome.outputText == "stage 2, merge\n<   arguments  -o a\n>   arguments  -o b --jobs 3\n")
    shell("chunk -n 1 -d parts in.csv | merge -o c")
    let same = shell("prov diff a c")
    #expect(same.status == 0)
    #expect(same.outputText == "no difference (--all compares names of outputs, times and hosts, too)\n")
    #expect(shell("prov diff a a.prov --all").outputText == "no difference\n")
    let all = shell("prov diff --all a c")
    #expect(all.status == 1)
    for text in ["<   arguments ", ">   arguments ", "<   start ", "<   process id "] {
      #expect(all.outputText.contains(text), "\(all.outputText)")
    }
    #expect(!all.outputText.contains("host") && !all.outputText.contains("version"))
  }

  @Test func anInputThatChangedIsToldWhereItCameIn() {
    shell("chunk -n 1 -d parts in.csv | merge -o a; sed -i s/c/d/ in.csv; chunk -n 1 -d parts in.csv | merge -o b")
    let outcome = shell("prov diff a b")
    #expect(outcome.status == 1)
    #expect(
      outcome.outputText.split(separator: "\n").map { $0.split(separator: " ").prefix(3).joined(separator: " ") } == [
        "stage 1, chunk", "< input in.csv", "> input in.csv", "< output sha256:\(digest("a", 0, "output"))",
        "> output sha256:\(digest("b", 0, "output"))", "< file chunk-00002.csv", "> file chunk-00002.csv",
        "< file chunks.manifest", "> file chunks.manifest", "stage 2, merge",
        "< output sha256:\(digest("a", 1, "output"))", "> output sha256:\(digest("b", 1, "output"))",
      ])
  }

  /// The first digits of a stage's output, and the comma behind them.
  private func digest(_ file: String, _ stage: Int, _ member: String) -> String {
    let stages = (try? shell.records("\(file).prov").filter { $0["kind"]?.text == "stage" }) ?? []
    return "\(stages[stage][member]?["sha256"]?.text?.prefix(12) ?? ""),"
  }

  @Test func optionsRowsSeedsAndLinksAreTold() {
    shell(
      """
      printf 'a,b\\n1,2\\n3\\n' > ragged.csv
      merge --ragged fill --seed 1 -o a ragged.csv
      cat ragged.csv | merge --on-error skip --seed 2 -o b
      """)
    let lines = shell("prov diff a b").outputText.split(separator: "\n")
      .map { $0.split(separator: " ").joined(separator: " ") }
    #expect(
      lines == [
        "stage 1, merge", "< arguments --ragged fill --seed 1 -o a ragged.csv",
        "> arguments --on-error skip --seed 2 -o b", "< parameter ragged fill", "> parameter ragged fail",
        "< parameter on-error fail", "> parameter on-error skip", "< seed 1", "> seed 2",
        "< name of input ragged.csv", "> name of input standard input", "< link of input ragged.csv verified",
        "> link of input ragged.csv unknown-upstream", "< rows out 2", "> rows out 1", "< rows dropped 0",
        "> rows dropped 1", "> dropped: bad row 1", "< status 0", "> status 1",
        "< output sha256:\(digest("a", 0, "output")) 11 bytes, 2 records",
        "> output sha256:\(digest("b", 0, "output")) 8 bytes, 1 record", "chain", "< completeness verified",
        "> completeness unknown-upstream",
      ])
  }

  @Test func aStageMoreIsNamed() {
    shell("merge in.csv | merge --to ndjson -o a; merge in.csv | merge --no-verify | merge --to ndjson -o b")
    #expect(shell("prov diff a b").outputText == "> stage 2, merge: only in the second\n")
    #expect(shell("prov diff b a").outputText == "< stage 2, merge: only in the first\n")
  }

  @Test func aThousandInputsAreNotAThousandLines() throws {
    shell(
      """
      (echo id; seq 1000) > rows.csv; chunk -n 1 -d parts rows.csv > /dev/null
      rm parts/.prov; merge parts/chunk-* -o a
      for i in $(seq 100 199); do printf 'id\nx%s\n' $i > parts/chunk-00$i.csv; done
      merge parts/chunk-* -o b
      """)
    let outcome = shell("prov diff a b")
    #expect(outcome.status == 1)
    #expect(outcome.outputText.contains("differences of \"input\" (--full tells all)\n"), "\(outcome.outputText)")
    #expect(outcome.outputText.split(separator: "\n").count < 40)
    let document = try JSONValue.parse(shell("prov diff --json a b").outputText)
    let names = (document["stages"]?.elements ?? []).flatMap { $0["differences"]?.elements ?? [] }
      .compactMap { $0["name"]?.text }
    #expect(names.count { $0.hasPrefix("input ") } >= 100)
    #expect(document["differ"] == .bool(true))
    #expect(document["a"]?.text == "a.prov" && document["b"]?.text == "b.prov")
  }

  @Test func errorsAreTold() {
    shell("merge in.csv -o a")
    let missing = shell("prov diff a nothing")
    #expect(missing.status == 66)
    #expect(missing.errorText == "prov: nothing: cannot open the file: no such file or directory\n")
    let unknown = shell("prov diff in.txt a")
    #expect(unknown.status == 66)
    #expect(
      unknown.errorText == "prov: in.txt: no sidecar, and no record of its content in the store "
        + "(the file was written by another program, or long ago, or with --no-provenance)\n")
    #expect(shell("prov diff a").status == 64)
    shell("cp a -a; cp a.prov -- -a.prov")
    #expect(shell("prov diff -- -a a").status == 0)
  }

  // MARK: Alignment

  private func stages(_ tools: String) -> [JSONValue] {
    tools.split(separator: " ").map { word in
      let parts = word.split(separator: ":")
      return .object([
        .init("tool", .string(String(parts[0]))),
        .init("arguments", .array(parts.dropFirst().map { .string(String($0)) })),
      ])
    }
  }

  @Test(arguments: [
    ("chunk merge", "chunk merge", "0-0 1-1"),
    ("chunk merge:a", "merge:a", "0- 1-0"),
    ("merge:a merge:b", "merge:b", "0- 1-0"),
    ("merge:a merge:b", "merge:a", "0-0 1-"),
    ("a b c d", "a c b d", "0-0 1- 2-1 -2 3-3"),
    ("a", "b", "0- -0"),
    ("", "a", "-0"),
    ("", "", ""),
  ])
  func stagesArePairedByToolAndOrder(_ one: String, _ other: String, _ expected: String) {
    let pairs = StageAlignment(stages(one), stages(other)).pairs
    let text = pairs.map { "\($0.one.map(String.init) ?? "")-\($0.other.map(String.init) ?? "")" }
    #expect(text.joined(separator: " ") == expected)
  }

  /// Every stage comes once, in order, and pairs have one tool, whatever the lists.
  @Test func anAlignmentLeavesNothingOut() {
    var random = SeededGenerator()
    for _ in 0..<200 {
      let lists = (0..<2).map { _ in
        stages(
          (0..<Int.random(in: 0...12, using: &random)).map { _ in
            "abc".randomElement(using: &random).map(String.init) ?? ""
          }
          .joined(separator: " "))
      }
      let pairs = StageAlignment(lists[0], lists[1]).pairs
      #expect(pairs.compactMap(\.one) == Array(lists[0].indices), "seed \(random.seed)")
      #expect(pairs.compactMap(\.other) == Array(lists[1].indices), "seed \(random.seed)")
      for pair in pairs {
        if let one = pair.one, let other = pair.other {
          #expect(lists[0][one]["tool"] == lists[1][other]["tool"], "seed \(random.seed)")
        }
      }
    }
  }

  /// The words of every tool are known: an option that is missing in `ToolOptions` would be taken for no output.
  @Test(arguments: ToolOptions.tools.keys.sorted())
  func everyOptionOfEveryToolIsKnown(_ tool: String) throws {
    let help = try JSONValue.parse(Executable(tool).run(["--experimental-dump-help"]).outputText)
    let options = try #require(ToolOptions.tools[tool])
    let root = try #require(help["command"])
    let commands = [root] + (root["subcommands"]?.elements ?? []).filter { $0["commandName"]?.text != "help" }
    var names: Set<String> = []
    for command in commands {
      for argument in command["arguments"]?.elements ?? [] {
        for name in argument["names"]?.elements ?? [] {
          let text = try #require(name["name"]?.text)
          if ["help", "h", "version"].contains(text) { continue }
          let word = name["kind"]?.text == "long" ? "--\(text)" : "-\(text)"
          names.insert(word)
          let role = try #require(options.roles[word], "\(tool) \(word) is missing in ToolOptions")
          var isFlag = false
          if case .flag = role { isFlag = true }
          #expect((argument["kind"]?.text == "flag") == isFlag, "\(tool) \(word)")
        }
      }
    }
    #expect(names.contains("-o") && names.count > 10)
    #expect(Set(commands.dropFirst().compactMap { $0["commandName"]?.text }) == options.subcommands)
  }

  /// Every tool of the package can be compared and repeated, but the one that does it.
  @Test func everyToolIsKnown() throws {
    let package = String(decoding: try #require(readFile(Self.root + "Package.swift")), as: UTF8.self)
    let tools = package.split(separator: "\n").filter { $0.hasPrefix("    tool(\"") }
      .compactMap { $0.split(separator: "\"").dropFirst().first.map(String.init) }
    #expect(Set(tools) == Set(ToolOptions.tools.keys).union(["prov"]))
  }

  private static let root = String(#filePath.dropLast("Tests/ProvTests/DiffTests.swift".count))
}
