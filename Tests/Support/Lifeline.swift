import Glibc
import Synchronization

/// A pipe that a child has as its standard input: it ends when its owner says so, or dies. What is written there the child
/// reads.
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

  /// Writes a line for a child that reads; false when that was not possible.
  @discardableResult
  func write(_ line: String) -> Bool {
    let bytes = Array("\(line)\n".utf8)
    return ownEnd.withLock { descriptor in
      guard let descriptor else { return false }
      return unsafe Glibc.write(descriptor, bytes, bytes.count) == bytes.count
    }
  }

  /// False when it had ended before.
  @discardableResult
  func end() -> Bool {
    guard let descriptor = ownEnd.withLock({ $0.take() }) else { return false }
    close(descriptor)
    return true
  }
}
