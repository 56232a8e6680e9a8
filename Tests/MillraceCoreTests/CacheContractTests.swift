import Glibc
import Support
import Testing

@testable import MillraceCore

/// What every home of answers does alike.
@Suite(.ownThread) struct CacheContractTests {
  @Test(arguments: TestedHome.available) func givesBackWhatWasStored(_ home: TestedHome) {
    let bench = CacheBench(home)
    let cache = bench.cache()
    #expect(cache.entry(for: "key") == nil)
    cache.store(Array("answer".utf8), for: "key")
    #expect(text(cache.entry(for: "key")) == "answer")
    #expect(cache.entry(for: "another") == nil)
    cache.store(Array("newer".utf8), for: "key")
    #expect(text(bench.cache().entry(for: "key")) == "newer")
    cache.store([], for: "empty")
    #expect(cache.entry(for: "empty")?.body == [])
    #expect(bench.warnings.texts == [])
  }

  @Test(arguments: TestedHome.available) func anyBytesUnderAnyKey(_ home: TestedHome) {
    var generator = SeededGenerator()
    let bench = CacheBench(home)
    let cache = bench.cache()
    for _ in 0..<50 {
      let body = (0..<Int.random(in: 0...20_000, using: &generator)).map { _ in
        UInt8(truncatingIfNeeded: generator.next())
      }
      let key = String(
        (0..<Int.random(in: 0...60, using: &generator)).map { _ in
          "a\n\r*$\"\\é\u{0}{ %".randomElement(using: &generator) ?? "x"
        })
      cache.store(body, for: key)
      #expect(cache.entry(for: key)?.body == body, "seed \(generator.seed)")
    }
    let long = String(repeating: "key \"ü\"\n", count: 10_000)
    cache.store(Array("long".utf8), for: long)
    #expect(text(cache.entry(for: long)) == "long")
    #expect(bench.warnings.texts == [])
  }

  @Test(arguments: TestedHome.available) func bigAnswers(_ home: TestedHome) {
    let bench = CacheBench(home)
    let cache = bench.cache()
    let body = (0..<24 << 20).map { UInt8(truncatingIfNeeded: $0 &* 7 ^ $0 >> 11) }
    cache.store(body, for: "big")
    let isSame = cache.entry(for: "big")?.body == body
    #expect(isSame)
    #expect(bench.warnings.texts == [])
  }

  @Test(arguments: TestedHome.available) func tooLargeIsNotKept(_ home: TestedHome) {
    let bench = CacheBench(home)
    let cache = bench.cache(limits: .init(bodyBytes: 10))
    cache.store(Array(repeating: 1, count: 11), for: "body")
    cache.store(Array(repeating: 1, count: 10), for: "fits")
    cache.store([1], for: String(repeating: "k", count: 1 << 20))
    #expect(cache.entry(for: "body") == nil && cache.entry(for: "fits") != nil)
    #expect(bench.cache(limits: .init(bodyBytes: 9)).entry(for: "fits") == nil, "more than this reader takes")
    bench.cache().store(Array(repeating: 1, count: 3 << 20), for: "large")
    #expect(cache.entry(for: "large") == nil)
    #expect(cache.entry(for: "fits") != nil, "and it goes on")
    #expect(bench.cache().entry(for: "large") != nil, "and is left to others")
    #expect(bench.warnings.texts == [])
  }

  @Test(arguments: TestedHome.available) func ages(_ home: TestedHome) {
    let bench = CacheBench(home)
    let cache = bench.cache(maximumAge: 100)
    cache.store(Array("answer".utf8), for: "key")
    bench.time.move(99)
    #expect(cache.entry(for: "key")?.age == 99)
    bench.time.move(1)
    #expect(cache.entry(for: "key") == nil)
    #expect(text(cache.entry(for: "key", maximumAge: nil)) == "answer", "an old answer is good for another reader")
    #expect(cache.entry(for: "key", maximumAge: 0) == nil, "at 0 nothing is fresh")
    bench.time.move(25 * 3600)
    cache.store(Array("ahead".utf8), for: "ahead")
    bench.time.move(-25 * 3600)
    #expect(cache.entry(for: "ahead") == nil, "written by a clock that is wrong")
    #expect(bench.raw("ahead").isEmpty)
    #expect(bench.warnings.texts == [])
  }

  // MARK: Damage

  @Test(arguments: TestedHome.available) func aDamagedAnswerIsAMissAndIsMentionedOnce(_ home: TestedHome) throws {
    var generator = SeededGenerator()
    let bench = CacheBench(home)
    let cache = bench.cache()
    cache.store(Array("the answer, of some length".utf8), for: "key")
    let whole = bench.raw("key")
    try #require(whole.count > 100)
    for bit in 0..<whole.count * 8 where bit % 5 == 0 {
      var damaged = whole
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      bench.setRaw("key", damaged)
      #expect(cache.entry(for: "key") == nil, "bit \(bit)")
      #expect(bench.raw("key").isEmpty, "bit \(bit)")
    }
    for _ in 0..<20 {
      let count = Int.random(in: 1..<whole.count, using: &generator)
      bench.setRaw("key", Array(whole[..<count]))
      #expect(cache.entry(for: "key") == nil, "\(count) bytes")
    }
    for damaged in [whole + [0], Array("{}\n".utf8), Array("?".utf8), [UInt8](repeating: 7, count: 2 << 20)] {
      bench.setRaw("key", damaged)
      #expect(cache.entry(for: "key") == nil)
    }
    cache.store([1], for: "other")
    bench.setRaw("key", bench.raw("other"))
    #expect(cache.entry(for: "key") == nil, "the entry of another key")
    try #require(bench.warnings.texts.count == 1)
    #expect(bench.warnings.texts[0].hasSuffix(": an answer in the cache is damaged, and fetched anew"))
    #expect(bench.warnings.texts[0].contains(SHA256Digest(of: "key").hex.dropFirst(2)))
    cache.store(Array("again".utf8), for: "key")
    #expect(text(cache.entry(for: "key")) == "again")
  }

  // MARK: The cache as a whole

  @Test(arguments: TestedHome.available) func listAndRemove(_ home: TestedHome) throws {
    let bench = CacheBench(home)
    let cache = bench.cache()
    #expect(try cache.remove(.all, isDryRun: false) == .init())
    func keys() throws -> [String] {
      var keys: [String] = []
      try cache.list { keys.append($0.key) }
      return keys.sorted()
    }
    let long = String(repeating: "k", count: 9000)
    cache.store([1, 2, 3], for: "old")
    cache.store([1, 2], for: long)
    bench.time.move(500)
    cache.store([], for: "new")
    cache.store([], for: "damaged")
    bench.setRaw("damaged", [1])
    var listed: [String: CacheListing] = [:]
    try cache.list { listed[$0.key] = $0 }
    #expect(listed.keys.sorted() == [long, "new", "old"])
    #expect(listed["old"]?.age == 500)
    #expect(listed["old"]?.stored == cache.entry(for: "old")?.stored)
    #expect(listed["old"]?.bytes == bench.raw("old").count)
    #expect(listed[long]?.bytes == bench.raw(long).count)

    let going = bench.raw("old").count + bench.raw(long).count + 1
    let planned = try cache.remove(.olderThan(seconds: 400), isDryRun: true)
    #expect(planned == CacheRemoval(entries: 3, bytes: going))
    #expect(try keys().count == 3)
    #expect(try cache.remove(.olderThan(seconds: 400), isDryRun: false) == planned)
    #expect(try keys() == ["new"])
    #expect(try cache.prune() == .init())
    #expect(try cache.remove(.all, isDryRun: true).entries == 1)
    #expect(try cache.remove(.all, isDryRun: false).entries == 1)
    #expect(try keys() == [] && cache.entry(for: "new") == nil)
    cache.store([1], for: "new")
    #expect(cache.entry(for: "new") != nil)
    #expect(bench.warnings.texts == [])
  }

  @Test(arguments: TestedHome.available) func thousandsOfAnswers(_ home: TestedHome) throws {
    let bench = CacheBench(home)
    let cache = bench.cache()
    for index in 0..<2500 { cache.store(Array("\(index)".utf8), for: "key \(index)") }
    var keys: [String] = []
    try cache.list { keys.append($0.key) }
    #expect(keys.count == 2500 && Set(keys).count == 2500)
    #expect(try cache.remove(.all, isDryRun: true).entries == 2500)
    #expect(try cache.remove(.all, isDryRun: false).entries == 2500)
    try cache.list { _ in Issue.record("nothing is left") }
  }

  @Test(arguments: TestedHome.available) func aListThatNobodyReadsEnds(_ home: TestedHome) throws {
    let bench = CacheBench(home)
    let cache = bench.cache()
    for index in 0..<10 { cache.store([1], for: "key \(index)") }
    var count = 0
    #expect(throws: Failure.brokenPipe) {
      try cache.list { _ throws(Failure) in
        count += 1
        if count == 3 { throw Failure.brokenPipe }
      }
    }
    #expect(count == 3)
    #expect(cache.entry(for: "key 1") != nil)
  }

  // MARK: Single flight

  @Test(arguments: TestedHome.available) func claimsExcludeEachOther(_ home: TestedHome) async {
    let bench = CacheBench(home)
    let (cache, other) = (bench.cache(), bench.cache())
    let claim = cache.claim(["a", "b", "a"])
    #expect(claim.keys == ["a", "b"])
    let second = other.claim(["b", "c"])
    #expect(second.keys == ["c"] && !second.isHeld("b") && second.isHeld("c"))
    #expect(cache.claim(["c"]).keys == [], "one cache in two claims is no exception")
    #expect(await other.wait(for: "b", upTo: 0.1) == false)
    #expect(await other.wait(for: "d"))
    async let waited = other.wait(for: "b")
    try? await Task.sleep(for: .milliseconds(50))
    claim.release()
    claim.release()
    #expect(await waited)
    #expect(other.claim(["a", "b"]).keys == ["a", "b"])
    withExtendedLifetime(second) {}
    #expect(bench.warnings.texts == [])
  }

  @Test(arguments: TestedHome.available) func aClaimEndsWithItsOwner(_ home: TestedHome) {
    let cache = CacheBench(home).cache()
    do { #expect(cache.claim(["a"]).isHeld("a")) }
    #expect(cache.claim(["a"]).isHeld("a"))
    #expect(cache.claim([]).keys == [])
  }

  @Test(arguments: TestedHome.available) func aCancelledWaitEnds(_ home: TestedHome) async {
    let cache = CacheBench(home).cache()
    let claim = cache.claim(["a"])
    let waiting = Task { await cache.wait(for: "a") }
    try? await Task.sleep(for: .milliseconds(30))
    waiting.cancel()
    #expect(await waiting.value == false)
    withExtendedLifetime(claim) {}
  }

  @Test(arguments: TestedHome.available) func thousandsOfKeysAreQuick(_ home: TestedHome) {
    let bench = CacheBench(home, server: home == .redis ? RedisProgram() : nil)
    let keys = (0..<5000).map { "key \($0)" }
    let began = threadTime()
    let claim = bench.cache().claim(keys)
    let other = bench.cache().claim(keys)
    let took = threadTime() - began
    #expect(claim.keys == keys && other.keys == [])
    #expect(took.user + took.system < 5, "\(took) s")
    if home == .redis { #expect((bench.count(of: "eval") ?? .max) <= 20, "five hundred keys with each command") }
  }

  @Test(arguments: TestedHome.available) func tenProcessesFetchEachKeyOnce(_ home: TestedHome) {
    let probe = Executable("probe")
    let server = home == .redis ? RedisProgram() : nil
    let bench = CacheBench(home, server: server)
    let arguments = ["cache", "get-all", "--keys", "50", "--log", bench.folder("log"), bench.place]
    for process in (0..<10).map({ _ in probe.start(arguments, environment: ["REDISCLI_AUTH": nil]) }) {
      let outcome = process.wait()
      #expect(outcome.status == 0 && outcome.errorText == "", "\(outcome.errorText)")
    }
    let fetched = bench.folder.text("log")?.split(separator: "\n").map(String.init) ?? []
    #expect(fetched.sorted() == (0..<50).map { "key \($0)" }.sorted())
    #expect(probe.run(arguments, environment: ["REDISCLI_AUTH": nil]).status == 0)
    #expect(bench.folder.text("log")?.split(separator: "\n").count == 50, "a later run fetches nothing")
  }
}
