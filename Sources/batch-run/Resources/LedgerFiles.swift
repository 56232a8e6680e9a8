import Glibc
import MillraceCore

/// The two files of one ticket.
struct LedgerFiles: Sendable {
  /// Locked by who has the ticket.
  let lock: String
  let entry: String

  static let greatestTicket = 999_999_999

  init(folder: String, ticket: Int) {
    lock = "\(folder)/\(ticket).lock"
    entry = "\(folder)/\(ticket).json"
  }

  /// The number of a file of that name; nil when it is no ticket's.
  static func ticket(ofLock name: String) -> Int? {
    let digits = name.prefix { ("0"..."9").contains($0) }
    guard name.dropFirst(digits.count) == ".lock", let number = Int(digits), String(number) == digits,
      (1...greatestTicket).contains(number)
    else { return nil }
    return number
  }

  func write(_ entry: LedgerEntry) throws(Failure) {
    let bytes = ByteBuffer(capacity: 512)
    entry.json.write(to: bytes)
    try AtomicFile.write(bytes, to: self.entry, permissions: 0o600)
  }

  /// Removes both; who does has the lock. The locked file goes last: as long as it is there nobody takes the number.
  func remove() {
    unsafe unlink(entry)
    unsafe unlink(lock)
  }

  /// Ends what `probe` found free.
  static func close(_ descriptor: Int32) {
    // A child just being started has a copy of the descriptor.
    flock(descriptor, LOCK_UN)
    Glibc.close(descriptor)
  }

  enum Probe {
    case held
    /// The descriptor of the file, locked, which is the caller's to close.
    case free(Int32)
    case gone
    case unusable(String)
  }

  /// Whether the ticket's owner lives. Unlike `FileLock` it makes no file.
  func probe() -> Probe {
    let descriptor = unsafe open(lock, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { return errno == ENOENT ? .gone : .unusable(systemErrorText(errno)) }
    if retryingInterrupted({ flock(descriptor, LOCK_EX | LOCK_NB) }) == 0 { return .free(descriptor) }
    let error = errno
    Glibc.close(descriptor)
    return error == EWOULDBLOCK ? .held : .unusable(systemErrorText(error))
  }
}
