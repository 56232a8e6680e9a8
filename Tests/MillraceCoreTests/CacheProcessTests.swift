import Glibc
import Support
import Testing

@testable import MillraceCore

/// A cache that real processes share.
@Suite(.ownThread) struct CacheProcessTests {
  let folder = TemporaryFolder()
  let probe = Executable("probe")

  @Test func eachKeyIsFetchedOnce() {
    let arguments = ["cache", "get-all", "--keys", "50", "--log", folder("log"), folder("cache")]
    let processes = (0..<10).map { _ in probe.start(arguments) }
    for process in processes {
      let outcome = process.wait()
      #expect(outcome.status == 0)
      #expect(outcome.errorText == "")
    }
    let fetched = folder.text("log")?.split(separator: "\n").map(String.init) ?? []
    #expect(fetched.sorted() == (0..<50).map { "key \($0)" }.sorted())
    #expect(probe.run(arguments).status == 0)
    #expect(folder.text("log")?.split(separator: "\n").count == 50, "a later run fetches nothing")
  }

  @Test func theKeysOfTheDeadAreFree() async throws {
    let holder = probe.start(["cache", "hold-claim", folder("cache"), "a", "b"])
    try #require(eventually { holder.outputSoFar == Array("a,b\n".utf8) })
    let cache = ResponseCache(folder: folder("cache"), warn: { _ in })
    #expect(cache.claim(["a", "c"]).keys == ["c"])
    let second = probe.start(["cache", "hold-claim", folder("cache"), "b", "d"])
    try #require(eventually { second.outputSoFar == Array("d\n".utf8) })
    async let waited = cache.wait(for: "a")
    holder.send(SIGKILL)
    #expect(holder.wait().signal == SIGKILL)
    #expect(await waited)
    #expect(cache.claim(["a", "b", "d"]).keys == ["a", "b"])
    second.send(SIGKILL)
    _ = second.wait()
  }

  @Test func killedWritersLeaveNoBadEntry() throws {
    var generator = SeededGenerator()
    for round in 0..<12 {
      let writers = (0..<3).map { _ in probe.start(["cache", "store-forever", folder("cache")]) }
      // Once all keys have an entry each has one for ever, whoever is killed while it writes another.
      let stored = round == 0 ? "first\nall\n" : "first\n"
      for writer in writers { try #require(eventually { writer.outputSoFar.starts(with: stored.utf8) }) }
      usleep(UInt32.random(in: 0...30_000, using: &generator))
      for writer in writers { writer.send(SIGKILL) }
      for writer in writers { #expect(writer.wait().signal == SIGKILL) }
      // Whatever has an entry's name is whole: none is removed as damaged.
      for index in 0..<10 {
        let hex = SHA256Digest(of: "key \(index)").hex
        let path = folder("cache/\(hex.prefix(2))/\(hex.dropFirst(2))")
        #expect(isThere(path), "key \(index), seed \(generator.seed)")
        let cache = ResponseCache(folder: folder("cache"), warn: { _ in })
        #expect(cache.entry(for: "key \(index)") != nil, "key \(index), seed \(generator.seed)")
      }
    }
  }
}
