import Glibc
import Synchronization

/// A pipe that a child has as its standard input: it ends when its owner says so, or dies.
final class Lifeline: Sendable {
  /// For the child, which closes it here by `Input.descriptor`.
  let childEnd: Int32
  private let ownEnd: Mutex<Int32?>

  init() {
    var ends: [Int32] = [0, 0]
    let isMade = unsafe ends.withUnsafeMutableBufferPointer { ends in
      unsafe ends.baseAddress.map { unsafe pipe($0) } == 0
    }
    precondition(isMade, "no pipe: error \(errno)")
    // Nobody but this process may hold the pipe open; pipe2(2) is not among the calls that the Glibc module shows.
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    childEnd = ends[0]
    ownEnd = Mutex(ends[1])
  }

  deinit { end() }

  /// False when it had ended before.
  @discardableResult
  func end() -> Bool {
    guard let descriptor = ownEnd.withLock({ $0.take() }) else { return false }
    close(descriptor)
    return true
  }
}
