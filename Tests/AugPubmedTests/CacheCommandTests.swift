import Glibc
import MillraceCore
import Support
import Testing

/// `cache list|prune|clear`, for a folder and for a Redis server.
@Suite struct CacheCommandTests {
  private let desk = PubMedDesk()
  private let rows = Executable.Input.text("g\nTP53\nEGFR\n")

  private func cache(_ words: String..., environment: [String: String?] = [:]) -> Outcome {
    Executable("aug-pubmed").run(
      ["cache"] + words, environment: desk.variables.merging(environment) { $1 }, workingDirectory: desk.folder.path)
  }

  private static let places = [nil, RedisProgram.isInstalled ? "redis" : nil].enumerated().filter {
    $0.offset == 0 || $0.element != nil
  }.map(\.element)

  @Test(arguments: places) func listPruneAndClear(_ home: String?) throws {
    let server = home.map { _ in RedisProgram() }
    let place = server.map { ["--cache", "\($0.url)/1"] } ?? []
    func cache(_ words: String...) -> Outcome {
      Executable("aug-pubmed").run(["cache"] + words + place, environment: desk.variables)
    }
    let none = cache("list")
    #expect(none.status == 0 && none.outputText == "" && none.errorText == "", "\(none.errorText)")
    #expect(cache("clear").errorText == "aug-pubmed: note: removed 0 answers, 0 bytes\n")
    #expect(!isThere(desk.folder("cache")), "to look makes no folder")

    let first = desk.run(["--field", "g", "--fields", "status,title"] + place, input: rows)
    #expect(first.status == 0, "\(first.errorText)")
    let listed = cache("list")
    #expect(listed.status == 0 && listed.errorText == "", "\(listed.errorText)")
    let answers = try listed.outputText.split(separator: "\n").map { try JSONValue.parse(String($0)) }
    #expect(answers.count >= 3)
    for answer in answers {
      #expect(answer.members?.map(\.name) == ["key", "bytes", "stored", "age"])
      #expect(answer["key"]?.text?.isEmpty == false && (answer["bytes"]?.integer ?? 0) > 100)
      #expect(answer["stored"]?.text?.hasSuffix("Z") == true && (0..<1000).contains(answer["age"]?.integer ?? -1))
    }
    let bytes = answers.reduce(0) { $0 + ($1["bytes"]?.integer ?? 0) }

    #expect(cache("prune").errorText == "aug-pubmed: note: removed 0 answers, 0 bytes\n")
    #expect(cache("prune", "--older-than", "1h").errorText == "aug-pubmed: note: removed 0 answers, 0 bytes\n")
    let all = "\(answers.count) answers, \(bytes) bytes\n"
    #expect(cache("prune", "--older-than", "0s", "--dry-run").errorText == "aug-pubmed: note: would remove \(all)")
    #expect(cache("clear", "--dry-run").errorText == "aug-pubmed: note: would remove \(all)")
    #expect(cache("list").outputText.split(separator: "\n").count == answers.count)
    let removed = cache("prune", "--older-than", "0s")
    #expect(removed.status == 0 && removed.errorText == "aug-pubmed: note: removed \(all)" && removed.outputText == "")
    #expect(cache("list").outputText == "")

    let sent = desk.server.requests.count
    let second = desk.run(["--field", "g", "--fields", "status,title"] + place, input: rows)
    #expect(second.output == first.output && desk.server.requests.count == 2 * sent)
    #expect(cache("clear").errorText == "aug-pubmed: note: removed \(all)")
    #expect(cache("list").outputText == "")
  }

  @Test func wordsThatAreWrong() {
    for (words, message) in [
      (["prune", "--older-than", "forever"], "--older-than forever would remove nothing; name a time such as 30d."),
      (
        ["list", "--cache", "ftp://x/"], "--cache: expected a folder or redis://host:port/database for the cache, found"
      ),
      (["clear", "--cache", "redis://h:0"], "--cache: expected a port between 1 and 65535 in "),
      (["list", "more"], "unexpected argument 'more'"),
    ] {
      let outcome = Executable("aug-pubmed").run(["cache"] + words, environment: desk.variables)
      #expect(outcome.status == 64)
      #expect(outcome.errorText.contains(message), "\(outcome.errorText)")
    }
    let alone = cache()
    #expect(alone.status == 0 && alone.outputText.contains("aug-pubmed cache <subcommand>"), "\(alone.outputText)")
  }

  @Test func whatIsNoFolder() {
    desk.folder.write("file", "x")
    for word in ["list", "prune", "clear"] {
      let outcome = cache(word, "--cache", "file")
      #expect(outcome.status == 74)
      #expect(
        outcome.errorText == "aug-pubmed: file/pubmed: cannot read the folder: not a directory\n",
        "\(outcome.errorText)")
    }
    desk.folder.write("cache", "x")
    #expect(cache("list").status == 74)
  }

  @Test func aFolderWithAFileInItsPlace() {
    unsafe mkdir(desk.folder("other"), 0o700)
    desk.folder.write("other/pubmed", "x")
    let outcome = cache("clear", "--cache", "other")
    #expect(outcome.status == 73)
    #expect(
      outcome.errorText
        == "aug-pubmed: other/pubmed: expected a folder, found something else (remove or rename it)\n")
    #expect(desk.folder.text("other/pubmed") == "x")
  }

  static let tool = Executable("aug-pubmed")

  @Test(.enabled(if: Nobody.canRun(tool), "it takes root and executables that everybody may run"))
  func aFolderThatCannotBeRead() {
    unsafe chmod(desk.folder.path, 0o711)
    unsafe mkdir(desk.folder("own"), 0o777)
    unsafe mkdir(desk.folder("own/pubmed"), 0o300)
    for path in ["own", "own/pubmed"] { unsafe chown(desk.folder(path), 65534, 65534) }
    let outcome = Nobody.run(Self.tool, ["cache", "list", "--cache", desk.folder("own")])
    #expect(outcome.status == 74)
    #expect(
      outcome.errorText
        == "aug-pubmed: \(desk.folder("own/pubmed")): cannot read the folder: permission denied\n")
    unsafe mkdir(desk.folder("root"), 0o700)
    let hidden = Nobody.run(Self.tool, ["cache", "list", "--cache", desk.folder("root")])
    #expect(hidden.status == 74)
    #expect(
      hidden.errorText
        == "aug-pubmed: \(desk.folder("root/pubmed")): cannot read the folder: permission denied\n")
  }

  @Test func aServerThatIsNotThere() {
    for word in ["list", "prune", "clear"] {
      let words = word == "prune" ? [word, "--older-than", "1d"] : [word]
      let outcome = Executable("aug-pubmed").run(
        ["cache"] + words + ["--cache", "redis://127.0.0.1:1"], environment: desk.variables)
      #expect(outcome.status == 69)
      #expect(
        outcome.errorText
          == "aug-pubmed: redis://127.0.0.1:1: no connection: connection refused (check that a Redis server runs there)\n"
      )
    }
  }

  @Test func aReaderThatGoesAway() {
    desk.run("--field", "g", "--fields", "status", input: rows)
    let outcome = desk.shell("set -o pipefail; aug-pubmed cache list | true")
    #expect(outcome.errorText == "")
    #expect(outcome.status == 141 || outcome.status == 0)
  }
}
