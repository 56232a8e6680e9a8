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

/// A clock that the test moves. One that is stopped, at a whole second, moves by nothing else: how long a test takes is
/// nothing that it tells.
final class MovedClock: Sendable {
  private let offset = Mutex(0.0)
  private let start: Timestamp?
  private let looks = Atomic(0)

  init(isStopped: Bool = false) { start = isStopped ? Timestamp(seconds: Clock.system.now().seconds) : nil }

  /// How often anybody looked at it.
  var lookCount: Int { looks.load(ordering: .relaxed) }

  var clock: Clock {
    Clock {
      self.looks.add(1, ordering: .relaxed)
      let now = self.start ?? Clock.system.now()
      let offset = self.offset.withLock { $0 }
      let nanoseconds = Double(now.nanoseconds) + (offset - offset.rounded(.down)) * 1e9
      return Timestamp(
        seconds: now.seconds + Int(offset.rounded(.down)) + Int(nanoseconds / 1e9),
        nanoseconds: Int(nanoseconds) % 1_000_000_000)
    }
  }
  func move(_ seconds: Double) { offset.withLock { $0 += seconds } }

  /// Waits until those who look again and again have looked several times.
  func isLookedAt() async -> Bool {
    let before = lookCount
    return await soon { lookCount >= before + 20 }
  }
}

/// Sets a file's time of last use, on a clock.
func use(_ path: String, secondsAgo age: Int, of clock: Clock = .system) {
  let now = clock.now()
  let moment = timespec(tv_sec: now.seconds - age, tv_nsec: now.nanoseconds)
  var times = [moment, moment]
  unsafe utimensat(AT_FDCWD, path, &times, AT_SYMLINK_NOFOLLOW)
}

/// Seconds that this thread has computed, and that the kernel has for it: however busy the machine is, they are the work's
/// own.
func threadTime() -> (user: Double, system: Double) {
  var usage = rusage()
  // RUSAGE_THREAD, which Swift does not import.
  unsafe getrusage(1, &usage)
  func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
  return (seconds(usage.ru_utime), seconds(usage.ru_stime))
}

func - (later: (user: Double, system: Double), earlier: (user: Double, system: Double)) -> (
  user: Double, system: Double
) {
  (later.user - earlier.user, later.system - earlier.system)
}

func text(_ entry: CacheEntry?) -> String? { entry.map { String(decoding: $0.body, as: UTF8.self) } }
