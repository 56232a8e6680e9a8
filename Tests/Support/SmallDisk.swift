import Glibc

/// A file system of a few kilobytes, for tests of full disks: a tmpfs of its own, which takes root.
public final class SmallDisk: Sendable {
  public let folder = TemporaryFolder()

  /// Whether this machine lets the tests mount one; suites that need it are skipped otherwise.
  public static let isAvailable = SmallDisk(bytes: 4096) != nil

  public init?(bytes: Int) {
    guard unsafe mount("tmpfs", folder.path, "tmpfs", 0, "size=\(bytes)") == 0 else { return nil }
  }

  /// From now on nothing can be written there, not by root either.
  public func makeReadOnly() {
    let result = unsafe mount("tmpfs", folder.path, "tmpfs", UInt(MS_REMOUNT | MS_RDONLY), nil)
    precondition(result == 0, "cannot mount it anew")
  }

  deinit { unsafe umount2(folder.path, Int32(MNT_DETACH)) }
}

/// Waits until something holds; false when it does not within `seconds`, which are for what never comes, on a machine that
/// does much else.
public func eventually(within seconds: Double = 200, _ condition: () -> Bool) -> Bool {
  let end = monotonicSeconds() + seconds * Sanitizer.patience
  while monotonicSeconds() < end {
    if condition() { return true }
    usleep(2000)
  }
  return condition()
}
