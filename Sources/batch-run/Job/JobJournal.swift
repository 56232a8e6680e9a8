import Glibc
import MillraceCore
import Synchronization

/// Appends to a job's journal: the owner of the job alone does.
///
/// A line is written by one `write`, so a kill leaves whole lines. What a full disk cut off is taken back.
final class JobJournal: Sendable {
  private let descriptor: Int32
  private let path: String
  private let clock: Clock
  private struct State {
    var end: off_t
    var hasUnsynced = false
  }
  private let state: Mutex<State>
  /// Held until the disk has what was appended: who finds nothing to be brought there may rely on it.
  private let syncing = Mutex(())

  /// Opens the journal behind its last whole line; what stands there unfinished is cut off.
  init(path: String, wholeBytes: Int, clock: Clock) throws(Failure) {
    self.path = path
    self.clock = clock
    descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw .system(.cannotCreate, "cannot write the journal", errorNumber: errno, at: Place(file: path))
    }
    state = Mutex(State(end: off_t(wholeBytes)))
    guard ftruncate(descriptor, off_t(wholeBytes)) == 0 else {
      throw .system(.inputOutput, "cannot write the journal", errorNumber: errno, at: Place(file: path))
    }
  }

  deinit { close(descriptor) }

  /// Appends events, and returns their lines.
  ///
  /// - Throws: `.inputOutput` when the disk is full, say; then none of them is in the journal.
  @discardableResult
  func append(_ events: [JobEvent]) throws(Failure) -> [JournalLine] {
    let lines = events.map { JournalLine(time: clock.now(), event: $0) }
    let text = ByteBuffer(capacity: 512)
    for line in lines {
      line.json.write(to: text)
      text.append(UInt8(ascii: "\n"))
    }
    let failure = state.withLock { state -> Failure? in
      var written = 0
      while written < text.count {
        let count = retryingInterrupted {
          unsafe pwrite(descriptor, text.base + written, text.count - written, state.end + off_t(written))
        }
        guard count > 0 else {
          let error = errno
          _ = ftruncate(descriptor, state.end)
          return .system(.inputOutput, "cannot write the journal", errorNumber: error, at: Place(file: path))
        }
        written += count
      }
      state.end += off_t(written)
      state.hasUnsynced = true
      return nil
    }
    if let failure { throw failure }
    return lines
  }

  /// Has what was appended reach the disk.
  func sync() throws(Failure) {
    let error = syncing.withLock { _ -> Int32 in
      let hasUnsynced = state.withLock { state in
        defer { state.hasUnsynced = false }
        return state.hasUnsynced
      }
      guard hasUnsynced, fdatasync(descriptor) != 0 else { return 0 }
      let error = errno
      state.withLock { $0.hasUnsynced = true }
      return error
    }
    guard error != 0 else { return }
    throw .system(.inputOutput, "cannot write the journal", errorNumber: error, at: Place(file: path))
  }
}
