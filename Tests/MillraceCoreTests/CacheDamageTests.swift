import Glibc
import Support
import Testing

@testable import MillraceCore

@Suite(.ownThread) struct CacheDamageTests {
  let folder = TemporaryFolder()
  let warnings = Warnings()

  func cache() -> ResponseCache { ResponseCache(folder: folder("cache"), warn: warnings.warn) }

  func name(_ key: String) -> String {
    let hex = SHA256Digest(of: key).hex
    return "cache/\(hex.prefix(2))/\(hex.dropFirst(2))"
  }

  /// Damages an entry, and expects a miss, nothing left, and a new entry in its place.
  func expectMiss(_ comment: Comment, damage: (String) throws -> Void) rethrows {
    let cache = cache()
    cache.store(Array("answer".utf8), for: "key")
    try damage(folder(name("key")))
    #expect(cache.entry(for: "key") == nil, comment)
    #expect(fileStatus(folder(name("key")), followingLinks: false) == nil, comment)
    // Without a look in between, too.
    cache.store(Array("answer".utf8), for: "key")
    try damage(folder(name("key")))
    cache.store(Array("again".utf8), for: "key")
    #expect(text(cache.entry(for: "key")) == "again", comment)
    #expect(fileStatus(folder(name("key")), followingLinks: false).map { $0.st_mode } == S_IFREG | 0o600, comment)
    #expect(warnings.texts.last == mention("key"), comment)
  }

  func mention(_ key: String) -> String {
    "\(folder(name(key))): an answer in the cache is damaged, and fetched anew"
  }

  @Test func everyFlippedBitIsAMiss() throws {
    var generator = SeededGenerator()
    let cache = cache()
    let body = (0..<300).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
    cache.store(body, for: "a key with \"quotes\" and ü")
    let name = name("a key with \"quotes\" and ü")
    let whole = try #require(folder.read(name))
    for bit in 0..<(whole.count * 8) {
      var damaged = whole
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      folder.write(name, damaged)
      unsafe chmod(folder(name), 0o600)
      #expect(cache.entry(for: "a key with \"quotes\" and ü") == nil, "bit \(bit), seed \(generator.seed)")
      #expect(folder.read(name) == nil)
    }
    #expect(warnings.texts == [mention("a key with \"quotes\" and ü")], "mentioned once")
  }

  @Test func everyTruncationIsAMiss() throws {
    let cache = cache()
    cache.store(Array("answer".utf8), for: "key")
    let whole = try #require(folder.read(name("key")))
    for count in 0..<whole.count {
      folder.write(name("key"), whole[..<count])
      unsafe chmod(folder(name("key")), 0o600)
      #expect(cache.entry(for: "key") == nil, "\(count) bytes")
    }
    folder.write(name("key"), whole + [0])
    unsafe chmod(folder(name("key")), 0o600)
    #expect(cache.entry(for: "key") == nil)
  }

  @Test func aForgedSizeIsNone() {
    let body = Array("answer".utf8)
    var header = unsafe body.withUnsafeBytes {
      unsafe CacheEntryHeader(key: "key", stored: Timestamp(seconds: 1), body: $0)
    }
    for bytes in [Int.max, -1] {
      header.bytes = bytes
      let line = ByteBuffer()
      header.write(to: line)
      #expect(unsafe CacheEntryHeader.read(Array(line.bytes)) == nil)
    }
  }

  @Test func anEntryUnderAnotherName() throws {
    let cache = cache()
    cache.store(Array("other".utf8), for: "other")
    cache.store(Array("answer".utf8), for: "key")
    #expect(unsafe rename(folder(name("other")), folder(name("key"))) == 0)
    #expect(cache.entry(for: "key") == nil)
    #expect(cache.entry(for: "other") == nil)
    #expect(warnings.texts == [mention("key")])
  }

  @Test func whatIsNoFile() throws {
    folder.write("target", "precious")
    let target = folder("target")
    expectMiss("a link to a file") { path in
      unsafe unlink(path)
      unsafe symlink(target, path)
    }
    #expect(folder.text("target") == "precious")
    expectMiss("a link to nothing") { path in
      unsafe unlink(path)
      unsafe symlink("/nowhere", path)
    }
    expectMiss("a folder") { path in
      unsafe unlink(path)
      unsafe mkdir(path, 0o700)
    }
    expectMiss("a FIFO") { path in
      unsafe unlink(path)
      unsafe mkfifo(path, 0o600)
    }
    expectMiss("a file open to others") { path in unsafe chmod(path, 0o644) }
    expectMiss("a file without permissions to write") { path in unsafe chmod(path, 0o400) }
    expectMiss("a header without end") { path in
      unsafe truncate(path, 0)
      unsafe truncate(path, 10 << 20)
    }
  }

  @Test(.enabled(if: geteuid() == 0, "it takes root to give a file away")) func aFileOfAnotherUser() {
    expectMiss("another user's") { path in unsafe chown(path, 65534, 65534) }
  }

  // MARK: Caches that cannot be used

  @Test func theFolderIsAFile() async {
    folder.write("cache", "a file")
    let cache = cache()
    #expect(
      warnings.texts == [
        "\(folder("cache")): the cache cannot be used, so every answer is fetched anew: expected a folder, found something else (remove or rename it)"
      ])
    cache.store([1], for: "key")
    #expect(cache.entry(for: "key") == nil)
    #expect(cache.claim(["key"]).keys == ["key"])
    #expect(await cache.wait(for: "key"))
    cache.evictWhenDue()
    #expect(warnings.texts.count == 1)
    #expect(folder.text("cache") == "a file")
  }

  @Test(.enabled(if: SmallDisk.isAvailable, "only root can mount a small disk")) func fullDisk() throws {
    let disk = try #require(SmallDisk(bytes: 256 << 10))
    let cache = ResponseCache(folder: disk.folder("cache"), warn: warnings.warn)
    let body = [UInt8](repeating: 5, count: 30_000)
    for index in 0..<20 { cache.store(body, for: "key \(index)") }
    let kept = (0..<20).filter { cache.entry(for: "key \($0)")?.body == body }
    #expect((3...8).contains(kept.count))
    try #require(warnings.texts.count == 1)
    #expect(
      warnings.texts[0].hasSuffix(
        ": answers are not kept in the cache: cannot write: no space left on device (MILLRACE_CACHE_DIR names another folder)"
      ))
    var names: [String] = []
    for group in disk.folder.names(in: "cache") where group.utf8.count == 2 {
      names += disk.folder.names(in: "cache/\(group)")
    }
    #expect(names.count == kept.count, "nothing half-written: \(names)")
    #expect(try cache.remove(.all, isDryRun: false).entries == kept.count)
    cache.store(body, for: "key")
    #expect(cache.entry(for: "key")?.body == body)
  }

  @Test(.enabled(if: SmallDisk.isAvailable, "only root can mount a small disk")) func readOnlyFileSystem() throws {
    let disk = try #require(SmallDisk(bytes: 256 << 10))
    let path = disk.folder("cache")
    ResponseCache(folder: path, warn: warnings.warn).store([1], for: "key")
    disk.makeReadOnly()
    let cache = ResponseCache(folder: path, warn: warnings.warn)
    #expect(cache.entry(for: "key")?.body == [1], "what is there serves")
    #expect(cache.claim(["key", "other"]).keys == ["key", "other"])
    cache.evictWhenDue()
    #expect(warnings.texts == [])
    cache.store([2], for: "key")
    cache.store([3], for: "another")
    #expect(cache.entry(for: "key")?.body == [1])
    try #require(warnings.texts.count == 1)
    #expect(
      warnings.texts[0].contains(": answers are not kept in the cache: cannot create the file: read-only file system (")
    )
    _ = ResponseCache(folder: disk.folder("new"), warn: warnings.warn)
    #expect(
      warnings.texts.last?.contains(
        ": the cache cannot be used, so every answer is fetched anew: cannot create the file: read-only file system (")
        == true)
  }

  static let probe = Executable("probe")

  @Test(.enabled(if: Nobody.canRun(probe), "it takes root and executables that everybody may run"))
  func theCacheOfAnotherUser() {
    cache().store([1], for: "key 0")
    unsafe chmod(folder.path, 0o777)
    let outcome = Nobody.run(
      Self.probe, ["cache", "get-all", "--keys", "3", "--log", folder("log"), folder("cache")])
    #expect(outcome.status == 1, "nothing is found again")
    #expect(
      outcome.errorText
        == "warning: \(folder("cache")): the cache cannot be used, so every answer is fetched anew: the folder belongs to another user (choose another place)\n"
    )
    #expect(folder.text("log")?.split(separator: "\n").count == 3)
  }

  @Test(.enabled(if: Nobody.canRun(probe), "it takes root and executables that everybody may run"))
  func anEntryThatCannotBeRead() {
    unsafe chmod(folder.path, 0o777)
    let arguments = ["cache", "get-all", "--keys", "3", "--log", folder("log"), folder("cache")]
    #expect(Nobody.run(Self.probe, arguments).status == 0)
    unsafe chmod(folder(name("key 1")), 0)
    let outcome = Nobody.run(Self.probe, arguments)
    #expect(outcome.status == 0)
    #expect(
      outcome.errorText
        == "warning: \(folder(name("key 1"))): answers in the cache cannot be read, so they are fetched anew: cannot read: permission denied (MILLRACE_CACHE_DIR names another folder)\n"
    )
    #expect(folder.text("log")?.split(separator: "\n").count == 4, "the one is fetched anew, and kept")
    #expect(Nobody.run(Self.probe, arguments).errorText == "")
  }

  @Test func aLostGroupFolderComesBack() {
    let cache = cache()
    cache.store([1], for: "key")
    unsafe unlink(folder(name("key")))
    unsafe rmdir(folderPart(of: folder(name("key"))))
    #expect(cache.entry(for: "key") == nil)
    cache.store([2], for: "key")
    #expect(cache.entry(for: "key")?.body == [2])
    #expect(warnings.texts == [])
  }
}
