import Glibc
import Support
import Synchronization
import Testing

@testable import MillraceCore

/// Warnings as they come.
final class Warnings: Sendable {
  private let list = Mutex<[Failure]>([])
  var texts: [String] { list.withLock { $0.map(\.description) } }
  var warn: @Sendable (Failure) -> Void { { failure in self.list.withLock { $0.append(failure) } } }
}

/// A clock that the test moves.
final class MovedClock: Sendable {
  private let offset = Mutex(0.0)
  var clock: Clock {
    Clock {
      let now = Clock.system.now()
      let offset = self.offset.withLock { $0 }
      let nanoseconds = Double(now.nanoseconds) + (offset - offset.rounded(.down)) * 1e9
      return Timestamp(
        seconds: now.seconds + Int(offset.rounded(.down)) + Int(nanoseconds / 1e9),
        nanoseconds: Int(nanoseconds) % 1_000_000_000)
    }
  }
  func move(_ seconds: Double) { offset.withLock { $0 += seconds } }
}

/// Sets a file's time of last use.
func use(_ path: String, secondsAgo age: Int) {
  let moment = timespec(tv_sec: time(nil) - age, tv_nsec: 0)
  var times = [moment, moment]
  unsafe utimensat(AT_FDCWD, path, &times, AT_SYMLINK_NOFOLLOW)
}

func text(_ entry: CacheEntry?) -> String? { entry.map { String(decoding: $0.body, as: UTF8.self) } }
