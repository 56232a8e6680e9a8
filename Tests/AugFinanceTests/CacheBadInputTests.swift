import AugmenterSupport
import Glibc
import ScriptedAlphaVantage
import Support
import Testing

/// A cache that cannot be used, or is damaged, costs requests and no rows.
@Suite struct CacheBadInputTests {
  let desk = FinanceDesk()
  private let symbols = (1...12).map { "PLAIN\($0)" }

  init() { desk.writeSymbols(symbols, to: "t.csv") }

  private func run(_ options: String..., cache: String? = nil) async -> Outcome {
    await desk.start(
      ["t.csv", "--field", "symbol", "--summarise", "--adjusted", "--fields", "days,last"] + options,
      environment: cache.map { ["MILLRACE_CACHE_DIR": $0] } ?? [:]
    ).end()
  }

  private var rows: String {
    "symbol,status,days,last\n"
      + symbols.map { "\($0),ok,100,\(desk.history($0).points.last.map { "\($0.close)" } ?? "")\n" }.joined()
  }

  private func expect(_ outcome: Outcome, warns text: String) {
    #expect(outcome.status == 0)
    #expect(outcome.outputText == rows)
    #expect(outcome.errorText.split(separator: "\n").count == 1, "\(outcome.errorText)")
    #expect(outcome.errorText.hasPrefix("aug-finance: warning: "), "\(outcome.errorText)")
    #expect(outcome.errorText.contains(text), "\(outcome.errorText)")
  }

  @Test func whatIsNoFolderIsTold() async {
    desk.folder.write("file", "precious")
    expect(
      await run("--cache", "file"),
      warns:
        "file: the cache cannot be used, so every answer is fetched anew: expected a folder, found something else (name "
        + "another folder)")
    #expect(desk.folder.text("file") == "precious")
    #expect(desk.logLength == 36)
  }

  @Test(.enabled(if: SmallDisk.isAvailable, "mounting a file system takes root")) func aReadOnlyDiskIsTold()
    async throws
  {
    let disk = try #require(SmallDisk(bytes: 1 << 20))
    disk.makeReadOnly()
    expect(
      await run(cache: disk.folder("cache")), warns: "the cache cannot be used, so every answer is fetched anew: ")
    #expect(desk.logLength == 36)
  }

  @Test(.enabled(if: SmallDisk.isAvailable, "mounting a file system takes root")) func aFullDiskIsTold() async throws {
    let disk = try #require(SmallDisk(bytes: 64 << 10))
    disk.folder.write("ballast", [UInt8](repeating: 1, count: 24 << 10))
    expect(await run(cache: disk.folder("cache")), warns: "answers are not kept in the cache: ")
    #expect(desk.logLength == 36)
    // What was kept is whole.
    #expect(await run(cache: disk.folder("cache")).outputText == rows)
  }

  @Test func damagedEntriesAreReplacedAndMentionedOnce() async {
    #expect(await run().outputText == rows)
    #expect(desk.logLength == 36)
    let files = Executable("/usr/bin/find").run([desk.folder("cache/alphavantage"), "-type", "f", "-size", "+0"])
    var damaged = 0
    for (number, path) in files.outputText.split(separator: "\n").map(String.init).sorted().enumerated() {
      let name = String(path.dropFirst(desk.folder.path.utf8.count + 1))
      guard let bytes = desk.folder.read(name), bytes.count > 100 else { continue }
      damaged += 1
      desk.folder.write(name, damagedEntry(bytes, number))
    }
    #expect(damaged >= 36)
    let again = await run()
    expect(again, warns: ": an answer in the cache is damaged, and fetched anew")
    #expect(desk.logLength == 72)
    let third = await run()
    #expect(third.outputText == rows)
    #expect(third.errorText == "")
    #expect(desk.logLength == 72)
  }

  @Test func aStateFolderThatCannotBeUsedIsToldOnce() async {
    desk.folder.write("file", "x")
    let outcome = await desk.start(
      ["t.csv", "--field", "symbol", "--summarise", "--fields", "days,last"],
      environment: ["MILLRACE_STATE_DIR": desk.folder("file/state")]
    ).end()
    expect(outcome, warns: "the rate limit holds within this process only")
  }
}
