import Glibc
import Support
import Testing

@testable import MillraceCore

@Suite(.ownThread) struct CacheTests {
  let folder = TemporaryFolder()
  let warnings = Warnings()
  let time = MovedClock(isStopped: true)

  func cache(
    maximumAge: Double? = nil, limits: CacheLimits = .init(), locks: CacheLocks = .system
  ) -> ResponseCache {
    ResponseCache(
      folder: folder("deep/eutils"), maximumAge: maximumAge, limits: limits, clock: time.clock, locks: locks,
      warn: warnings.warn)
  }

  func path(_ key: String) -> String {
    let hex = SHA256Digest(of: key).hex
    return folder("deep/eutils/\(hex.prefix(2))/\(hex.dropFirst(2))")
  }

  func permissions(_ path: String) -> mode_t? { fileStatus(path, followingLinks: false).map { $0.st_mode & 0o7777 } }

  // MARK: Hits and ages

  @Test func givesBackWhatWasStored() {
    let cache = cache()
    #expect(cache.entry(for: "esearch?term=BRCA1") == nil)
    cache.store(Array("answer".utf8), for: "esearch?term=BRCA1")
    #expect(text(cache.entry(for: "esearch?term=BRCA1")) == "answer")
    #expect(cache.entry(for: "esearch?term=BRCA2") == nil)
    cache.store(Array("newer".utf8), for: "esearch?term=BRCA1")
    #expect(text(self.cache().entry(for: "esearch?term=BRCA1")) == "newer")
    cache.store([], for: "empty")
    #expect(cache.entry(for: "empty")?.body == [])
    let long = String(repeating: "key \"ü\"\n", count: 10_000)
    cache.store(Array("long".utf8), for: long)
    #expect(text(cache.entry(for: long)) == "long")
    #expect(warnings.texts == [])
  }

  @Test func anyBytes() {
    var generator = SeededGenerator()
    let cache = cache()
    for _ in 0..<50 {
      let body = (0..<Int.random(in: 0...20_000, using: &generator)).map { _ in
        UInt8(truncatingIfNeeded: generator.next())
      }
      let key = String(
        (0..<Int.random(in: 0...60, using: &generator)).map { _ in
          "a\n\"\\é\u{0}{".randomElement(using: &generator) ?? "x"
        })
      cache.store(body, for: key)
      #expect(cache.entry(for: key)?.body == body, "seed \(generator.seed)")
    }
  }

  @Test func onlyItsUserCanRead() {
    cache().store(Array("answer".utf8), for: "key")
    #expect(permissions(path("key")) == 0o600)
    for folder in ["deep/eutils", "deep"] { #expect(permissions(self.folder(folder)) == 0o700) }
    #expect(permissions(folderPart(of: path("key"))) == 0o700)
  }

  @Test func tooLargeIsNotKept() {
    let cache = cache(limits: .init(bodyBytes: 10))
    cache.store(Array(repeating: 1, count: 11), for: "body")
    cache.store(Array(repeating: 1, count: 10), for: "fits")
    cache.store([1], for: String(repeating: "k", count: 1 << 20))
    #expect(cache.entry(for: "body") == nil)
    #expect(cache.entry(for: "fits") != nil)
    #expect(folder.names(in: "deep/eutils").count == 1)
    #expect(warnings.texts == [])
    #expect(self.cache(limits: .init(bodyBytes: 9)).entry(for: "fits") == nil, "more than this reader takes")
    #expect(cache.entry(for: "fits") != nil, "and no reason to take it from others")
    #expect(warnings.texts == [])
  }

  @Test func age() {
    let cache = cache(maximumAge: 100)
    cache.store(Array("answer".utf8), for: "key")
    #expect(cache.entry(for: "key")?.age == 0)
    time.move(99)
    #expect(cache.entry(for: "key")?.age == 99)
    time.move(1)
    #expect(cache.entry(for: "key") == nil)
    #expect(text(cache.entry(for: "key", maximumAge: nil)) == "answer", "an old answer is good for another reader")
    #expect(text(cache.entry(for: "key", maximumAge: 200)) == "answer")
    cache.store(Array("fresh".utf8), for: "key")
    #expect(text(cache.entry(for: "key")) == "fresh")
    #expect(cache.entry(for: "key", maximumAge: 0) == nil, "at 0 nothing is fresh")
  }

  @Test func entriesFromTheFuture() {
    let cache = cache(maximumAge: 10)
    time.move(23 * 3600)
    cache.store(Array("slightly".utf8), for: "slightly")
    time.move(2 * 3600)
    cache.store(Array("far".utf8), for: "far")
    time.move(-25 * 3600)
    #expect(cache.entry(for: "slightly")?.age == 0)
    #expect(cache.entry(for: "far") == nil)
    #expect(!isThere(path("far")))
  }

  // MARK: Eviction

  @Test func theLeastRecentlyUsedGoFirst() throws {
    let (cache, limited) = (cache(), cache(limits: .init(unusedFor: 1000, entries: 3)))
    func isThere(_ index: Int) -> Bool { MillraceCore.isThere(path("key \(index)")) }
    for index in 0..<6 {
      cache.store(Array("answer \(index)".utf8), for: "key \(index)")
      use(path("key \(index)"), secondsAgo: 2000 - 300 * index, of: time.clock)
    }
    // 0 to 3 went unused for 1,100 s and longer.
    #expect(try limited.prune().entries == 4)
    #expect((0..<6).map(isThere) == [false, false, false, false, true, true])
    for index in 0..<4 {
      cache.store(Array("answer \(index)".utf8), for: "key \(index)")
      use(path("key \(index)"), secondsAgo: 100 - index, of: time.clock)
    }
    #expect(try limited.prune().entries == 3)
    #expect((0..<6).map(isThere) == [false, true, true, true, false, false])
  }

  @Test func bytesAreLimited() throws {
    let cache = cache()
    for index in 0..<4 {
      cache.store(Array(repeating: 7, count: 10_000), for: "key \(index)")
      use(path("key \(index)"), secondsAgo: 100 - index, of: time.clock)
    }
    let removed = try self.cache(limits: .init(bytes: 25_000)).prune()
    #expect(removed.entries == 2)
    #expect((20_001..<21_000).contains(removed.bytes))
    #expect((0..<4).map { isThere(path("key \($0)")) } == [false, false, true, true])
  }

  @Test func aHitIsAUseOnceAnHour() throws {
    let cache = cache()
    cache.store(Array("answer".utf8), for: "key")
    func used() throws -> Int { try #require(fileStatus(path("key"), followingLinks: false)).st_mtim.tv_sec }
    use(path("key"), secondsAgo: 1800, of: time.clock)
    let before = try used()
    #expect(cache.entry(for: "key") != nil)
    #expect(try used() == before)
    use(path("key"), secondsAgo: 3700, of: time.clock)
    #expect(cache.entry(for: "key") != nil)
    #expect(try used() > before)
    #expect(cache.entry(for: "key") != nil, "the age counts from storing, not from the last use")
  }

  @Test func pruningIsDueOnceAnHour() throws {
    let cache = cache(limits: .init(unusedFor: 1000))
    cache.store([1], for: "one")
    use(path("one"), secondsAgo: 2000, of: time.clock)
    cache.evictWhenDue()
    #expect(!isThere(path("one")))
    cache.store([2], for: "two")
    use(path("two"), secondsAgo: 2000, of: time.clock)
    self.cache(limits: .init(unusedFor: 1000)).evictWhenDue()
    #expect(isThere(path("two")), "another process did it just now")
    use(folder("deep/eutils/pruned"), secondsAgo: 3700, of: time.clock)
    cache.evictWhenDue()
    #expect(!isThere(path("two")))
    #expect(warnings.texts == [])
  }

  @Test func aLongRunPrunesOnItsWay() throws {
    let cache = cache(limits: .init(entries: 20))
    for index in 0..<200 { cache.store([1], for: "key \(index)") }
    var count = 0
    try cache.list { _ in count += 1 }
    #expect((20...23).contains(count))
  }

  @Test func listAndClear() throws {
    let cache = cache()
    #expect(try cache.remove(.all, isDryRun: false) == .init())
    for index in 0..<3 {
      cache.store(Array(repeating: 1, count: 100 * index), for: "key \(index)")
      use(path("key \(index)"), secondsAgo: 100 - index, of: time.clock)
    }
    folder.write("deep/eutils/README", "not an entry")
    time.move(50)
    var listed: [CacheListing] = []
    try cache.list { listed.append($0) }
    #expect(listed.map(\.key) == ["key 0", "key 1", "key 2"])
    #expect(listed.allSatisfy { $0.age == 50 })
    #expect(listed[2].bytes == readFile(path("key 2"))?.count)
    #expect(try cache.remove(.all, isDryRun: false).entries == 3)
    #expect(cache.entry(for: "key 1") == nil)
    cache.store([1], for: "key 1")
    #expect(cache.entry(for: "key 1") != nil)
    #expect(folder.text("deep/eutils/README") == "not an entry")
  }

  @Test func theOldAndTheDamagedGo() throws {
    let cache = cache()
    cache.store([1], for: "old")
    cache.store([2], for: "damaged")
    time.move(1000)
    cache.store([3], for: "new")
    folder.write("deep/eutils/" + path("damaged").dropFirst(folder("deep/eutils/").count), "?")
    let before = try cache.remove(.olderThan(seconds: 900), isDryRun: true)
    #expect(before.entries == 2)
    #expect(cache.entry(for: "old") != nil)
    #expect(try cache.remove(.olderThan(seconds: 900), isDryRun: false) == before)
    #expect(cache.entry(for: "old") == nil && cache.entry(for: "new") != nil)
    #expect(try cache.remove(.all, isDryRun: true).entries == 1)
    #expect(cache.entry(for: "new") != nil)
    #expect(try self.cache(limits: .init(entries: 0)).remove(.beyondLimits, isDryRun: true).entries == 1)
    #expect(cache.entry(for: "new") != nil)
    #expect(warnings.texts == [])
  }

  // MARK: Single flight

  @Test func claimsExcludeEachOther() async {
    let (cache, other) = (cache(), cache())
    let claim = cache.claim(["a", "b", "a"])
    #expect(claim.keys == ["a", "b"])
    let second = other.claim(["b", "c"])
    #expect(second.keys == ["c"])
    #expect(!second.isHeld("b"))
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
  }

  @Test func aClaimEndsWithItsOwner() {
    let cache = cache()
    do { #expect(cache.claim(["a"]).isHeld("a")) }
    #expect(cache.claim(["a"]).isHeld("a"))
  }

  @Test func aCancelledWaitEnds() async {
    let cache = cache()
    let claim = cache.claim(["a"])
    let waiting = Task { await cache.wait(for: "a") }
    try? await Task.sleep(for: .milliseconds(30))
    waiting.cancel()
    #expect(await waiting.value == false)
    withExtendedLifetime(claim) {}
  }

  @Test func thousandsOfKeysAreQuick() {
    let keys = (0..<5000).map { "key \($0)" }
    let began = threadTime()
    let claim = cache().claim(keys)
    let other = cache().claim(keys)
    let took = threadTime() - began
    #expect(claim.keys == keys)
    #expect(other.keys == [])
    #expect(took.user + took.system < 5, "\(took) s")
  }

  @Test func tensOfThousandsOfKeysCostTheKernelLittle() {
    let keys = (0..<40_000).map { "key \($0)" }
    let began = threadTime()
    let claim = cache().claim(keys)
    let took = (threadTime() - began).system
    #expect(claim.keys == keys)
    #expect(took < 2, "\(took) s of system time")
    #expect((2...64).contains(folder.names(in: "deep/eutils/claims").count), "each file takes a descriptor")
  }

  @Test func keysThatShareALockAreHeldTogether() {
    var locks = CacheLocks.system
    locks.slot = { CacheSlot(file: 7, offset: $0.hasPrefix("a") ? 1 : 2) }
    let (cache, other) = (cache(locks: locks), cache(locks: locks))
    let claim = cache.claim(["a1", "a2", "a1"])
    #expect(claim.keys == ["a1", "a2"])
    #expect(other.claim(["a3"]).keys == [] && cache.claim(["a3"]).keys == [])
    let second = cache.claim(["a1", "b"])
    #expect(second.keys == ["b"])
    claim.release()
    #expect(other.claim(["a3", "b"]).keys == ["a3"], "the other claim in this file is still there")
    second.release()
    #expect(other.claim(["a3", "b"]).keys == ["a3", "b"])
  }

  /// A network file system that is mounted without its lock service.
  @Test(arguments: [ENOLCK, EOPNOTSUPP, ENOSYS, EINVAL]) func withoutLocksEverybodyMayFetch(errorNumber: Int32) async {
    let locks = CacheLocks(lock: { _, _ in errorNumber }, isLocked: { _, _ in false })
    let cache = cache(locks: locks)
    let claim = cache.claim(["a", "b"])
    #expect(claim.keys == ["a", "b"])
    #expect(cache.claim(["a"]).keys == ["a"])
    #expect(await cache.wait(for: "a"))
    cache.store([1], for: "a")
    #expect(cache.entry(for: "a")?.body == [1])
    #expect(warnings.texts == [])
    withExtendedLifetime(claim) {}
  }
}
