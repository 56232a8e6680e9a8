import Glibc
import Support
import Testing

@testable import MillraceCore

@Suite struct FileLockTests {
  let folder = TemporaryFolder()
  private var path: String { folder("lock") }

  @Test func aSecondHolderIsRefusedUntilTheFirstIsGone() throws {
    var first = try FileLock.tryAcquire(path)
    #expect(first != nil)
    #expect(try FileLock.tryAcquire(path) == nil)
    #expect(FileLock.isHeld(path))
    #expect(FileLock.holder(of: path) == "process \(getpid()) on \(hostName())")
    withExtendedLifetime(first) {}
    first = nil
    #expect(!FileLock.isHeld(path))
    #expect(try FileLock.tryAcquire(path) != nil)
  }

  /// Its holder removes the file and lets go of it: who waited must not hold a file that nobody else will find.
  @Test func whoWaitedForAFileThatIsGoneHasTheOneThatIsThere() throws {
    var first: FileLock? = try FileLock.acquire(path)
    let inode = try #require(fileStatus(path, followingLinks: false)).st_ino
    let waiting = try Worker<FileLock>("lock") { [path] () throws(Failure) in try FileLock.acquire(path) }
    // Where the kernel tells of nobody who waits, the file may be gone before it is opened; the end is the same.
    if let locks = readFile("/proc/locks"), String(decoding: locks, as: UTF8.self).contains(":\(inode) ") {
      #expect(
        eventually {
          String(decoding: readFile("/proc/locks") ?? [], as: UTF8.self).split(separator: "\n")
            .contains { $0.contains("-> FLOCK") && $0.contains(":\(inode) ") }
        })
    }
    #expect(unsafe unlink(path) == 0)
    withExtendedLifetime(first) {}
    first = nil
    let second = try waiting.join()
    #expect(FileLock.isHeld(path))
    #expect(try FileLock.tryAcquire(path) == nil)
    withExtendedLifetime(second) {}
  }

  @Test func aFolderThatIsGoneIsTold() throws {
    let failure = #expect(throws: Failure.self) { try FileLock.tryAcquire(folder("missing/lock")) }
    #expect(failure?.status == .cannotCreate)
  }
}
