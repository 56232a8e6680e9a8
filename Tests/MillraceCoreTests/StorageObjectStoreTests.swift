import Glibc
import Support
import Testing

@testable import MillraceCore

@Suite struct ObjectStoreTests {
  let folder = TemporaryFolder()

  func store() throws -> ObjectStore { try ObjectStore(folder: folder("deep/store")) }

  func put(_ text: String, in store: ObjectStore) throws -> SHA256Digest {
    unsafe try Array(text.utf8).withUnsafeBytes { try unsafe store.put($0) }
  }

  func get(_ digest: SHA256Digest, from store: ObjectStore, limit: Int = 1000) throws -> String? {
    try store.get(digest, limit: limit).map { unsafe String(decoding: $0.bytes, as: UTF8.self) }
  }

  func path(_ digest: SHA256Digest) -> String { "deep/store/\(digest.hex.prefix(2))/\(digest.hex.dropFirst(2))" }

  func use(_ digest: SHA256Digest, secondsAgo age: Int) {
    var times = [timespec(tv_sec: time(nil) - age, tv_nsec: 0), timespec(tv_sec: time(nil) - age, tv_nsec: 0)]
    unsafe utimensat(AT_FDCWD, folder(path(digest)), &times, 0)
  }

  @Test func givesBackWhatWasPut() throws {
    let store = try store()
    let digest = try put("abc", in: store)
    #expect(digest.hex == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(try put("abc", in: store) == digest)
    #expect(try get(digest, from: store) == "abc")
    let empty = try put("", in: store)
    #expect(try get(empty, from: store)?.isEmpty == true)
    let status = try #require(fileStatus(folder(path(digest)), followingLinks: false))
    #expect(status.st_mode & 0o7777 == 0o600)
    #expect(try #require(fileStatus(store.folder, followingLinks: false)).st_mode & 0o7777 == 0o700)
  }

  @Test func absent() throws {
    let digest = try #require(SHA256Digest(hex: String(repeating: "0", count: 64)))
    #expect(try store().get(digest, limit: 10) == nil)
    #expect(try store().open(digest) == nil)
  }

  @Test func damagedObjectIsRefusedAndRemoved() throws {
    let store = try store()
    let digest = try put("abc", in: store)
    folder.write(path(digest), "abd")
    let failure = #expect(throws: Failure.self) { try store.get(digest, limit: 10) }
    #expect(failure?.status == .badData)
    #expect(failure?.description == "\(folder(path(digest))): the content is damaged and was removed")
    #expect(try store.get(digest, limit: 10) == nil)
  }

  @Test func limit() throws {
    let store = try store()
    let digest = try put("12345", in: store)
    #expect(try get(digest, from: store, limit: 5) == "12345")
    let failure = #expect(throws: Failure.self) { try store.get(digest, limit: 4) }
    #expect(failure?.message == "more than 4 bytes")
  }

  @Test func evictsByAgeThenBySize() throws {
    let store = try store()
    let digests = try (0..<4).map { try put("object \($0)", in: store) }
    for (index, digest) in digests.enumerated() { use(digest, secondsAgo: 1000 - 100 * index) }
    #expect(try store.evict(unusedFor: 950, keeping: 1 << 20) == 1)
    #expect(try get(digests[0], from: store) == nil)
    // Reading makes object 1 the most recently used.
    #expect(try get(digests[1], from: store) == "object 1")
    #expect(try store.evict(unusedFor: 10_000, keeping: 16) == 1)
    #expect(try get(digests[2], from: store) == nil)
    #expect(try get(digests[1], from: store) == "object 1")
    #expect(try get(digests[3], from: store) == "object 3")
  }

  @Test func refusesForeignFolders() throws {
    unsafe mkdir(folder("open"), 0o700)
    unsafe chmod(folder("open"), 0o750)
    let open = #expect(throws: Failure.self) { try ObjectStore(folder: folder("open")) }
    #expect(open?.status == .cannotCreate)
    #expect(open?.description == "\(folder("open")): other users may enter the folder (chmod 700 \(folder("open")))")
    unsafe symlink("open", folder("link"))
    let link = #expect(throws: Failure.self) { try ObjectStore(folder: folder("link")) }
    #expect(link?.message == "expected a folder, found something else")
  }

  @Test(.enabled(if: geteuid() == 0, "only root can give a folder away")) func refusesOtherUsersFolder() throws {
    unsafe mkdir(folder("theirs"), 0o700)
    unsafe chown(folder("theirs"), 12345, 12345)
    let failure = #expect(throws: Failure.self) { try ObjectStore(folder: folder("theirs")) }
    #expect(failure?.message == "the folder belongs to another user")
  }
}

@Suite struct FileLockTests {
  let folder = TemporaryFolder()

  @Test func isExclusiveAndReleased() throws {
    #expect(FileLock.holder(of: folder("lock")) == nil)
    var lock: FileLock? = try FileLock.acquire(folder("lock"))
    #expect(FileLock.holder(of: folder("lock")) == "process \(getpid()) on \(hostName())")
    #expect(try FileLock.tryAcquire(folder("lock")) == nil)
    withExtendedLifetime(lock) {}
    lock = nil
    #expect(try FileLock.tryAcquire(folder("lock")) != nil)
  }

  @Test func isFreeWhenItsHolderIsKilled() throws {
    let holder = Executable("probe").start(["hold-lock", folder("lock")])
    try #require(eventually { !holder.outputSoFar.isEmpty })
    #expect(try FileLock.tryAcquire(folder("lock")) == nil)
    #expect(FileLock.holder(of: folder("lock"))?.hasPrefix("process \(holder.processID) on ") == true)
    holder.send(SIGKILL)
    #expect(holder.wait().signal == SIGKILL)
    #expect(try FileLock.tryAcquire(folder("lock")) != nil)
  }

  @Test func missingFolder() throws {
    let failure = #expect(throws: Failure.self) { try FileLock.acquire(folder("no/lock")) }
    #expect(failure?.status == .cannotCreate)
    #expect(failure?.advice == "the folder \(folder("no")) is missing: mkdir -p \(folder("no"))")
  }
}
