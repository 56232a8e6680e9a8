import Glibc

/// The file in which the processes of a user share a `LimiterState`: read, changed and written under its lock, which is
/// held for some microseconds and never while somebody waits.
///
/// A process may be stopped in the midst of that and keep its lock for hours. So the file has several, one byte each:
/// who cannot get the first takes the second, until the first is free again. The one that was stopped begins anew when it
/// goes on.
///
/// One thread at a time uses it.
final class LimiterFile {
  private let path: String
  /// Opened at the first use.
  private var descriptor: Int32 = -1
  /// The lock that is taken: all below were kept for too long.
  private var level: off_t = 0
  private let patience: Double

  private static let locks: off_t = 8

  /// - Parameters:
  ///   - folder: Is made (0700) where needed.
  ///   - key: Enters the file's name as a part of a digest only.
  ///   - patience: How long to try for a lock before the next one is taken, in seconds.
  init(folder: String, service: String, key: String?, patience: Double = 1) {
    self.patience = patience
    let digest = SHA256Digest(of: "\(service)\0\(key ?? "")").hex.prefix(16)
    path = "\(folder)/limits/\(Self.fileName(service))-\(digest)"
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  private static func fileName(_ service: String) -> String {
    String(service.prefix(40).map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == ".") ? $0 : "-" })
  }

  /// Changes the state that all processes see, and returns what `change` does.
  ///
  /// - Parameter change: May be called again when this process was stopped before the change was written.
  /// - Throws: When the file cannot be used; `change` was not called then, or its change did not reach the others.
  func update<Result>(now: () -> Int64, _ change: (inout LimiterState) -> Result) throws(Failure) -> Result {
    // On a file system where each reading takes so long, the last one must do.
    for _ in 0..<3 {
      if let result = try attempt(now: now, change, isLast: false) { return result }
    }
    guard let result = try attempt(now: now, change, isLast: true) else { fatalError("the last attempt has a result") }
    return result
  }

  /// Nil when so much time went by before the writing that others may have gone on meanwhile.
  private func attempt<Result>(
    now: () -> Int64, _ change: (inout LimiterState) -> Result, isLast: Bool
  ) throws(Failure) -> Result? {
    try lock()
    let locked = Clock.monotonicSeconds()
    defer { Linux.unlockBytes(descriptor) }
    let (before, isWhole) = try read(now: now())
    var state = before
    let result = change(&state)
    guard state != before || !isWhole else { return result }
    // All that can be done before the last look at the clock is: who is stopped behind it writes over what others wrote.
    let pieces = Self.pieces(of: state, over: isWhole ? before : nil)
    guard isLast || Clock.monotonicSeconds() - locked < patience / 2 else { return nil }
    for piece in pieces { try write(piece) }
    return result
  }

  private func lock() throws(Failure) {
    while true {
      if descriptor < 0 { try open() }
      try lockOneByte()
      var status = stat()
      if unsafe fstat(descriptor, &status) == 0, status.st_nlink > 0 { return }
      // Somebody removed the file, and those who come now make another one.
      closeFile()
    }
  }

  private func lockOneByte() throws(Failure) {
    for lower in 0..<level where try tryLock(lower) {
      level = lower
      return
    }
    var end = Clock.monotonicSeconds() + patience
    var pause: UInt32 = 100
    while try !tryLock(level) {
      if Clock.monotonicSeconds() > end {
        guard level + 1 < Self.locks else {
          throw Failure(.inputOutput, "other processes keep the file locked", at: Place(file: path))
        }
        level += 1
        end = Clock.monotonicSeconds() + patience
      }
      usleep(UInt32.random(in: pause / 2...pause))
      pause = min(pause * 2, 20_000)
    }
  }

  private func tryLock(_ level: off_t) throws(Failure) -> Bool {
    let error = Linux.lockByte(descriptor, at: level)
    switch error {
    case 0: return true
    case EAGAIN, EACCES, EINTR: return false
    default: throw .system(.inputOutput, "cannot lock the file", errorNumber: error, at: Place(file: path))
    }
  }

  private func open() throws(Failure) {
    try makePrivateFolder(folderPart(of: path))
    descriptor = unsafe Glibc.open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .cannotCreate(path, errorNumber: errno) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, fileKind(status) == S_IFREG, status.st_uid == geteuid() else {
      closeFile()
      throw Failure(.cannotCreate, "expected a file of this user, found something else", at: Place(file: path))
    }
  }

  private func closeFile() {
    close(descriptor)
    descriptor = -1
  }

  /// - Returns: Also whether the file holds exactly that.
  private func read(now: Int64) throws(Failure) -> (state: LimiterState, isWhole: Bool) {
    var status = stat()
    unsafe fstat(descriptor, &status)
    var count = 0
    // A file that is too long has one byte more than can be good.
    let size = min(max(0, Int(status.st_size)), LimiterState.longestText + 1)
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, length in
      count = retryingInterrupted { unsafe pread(descriptor, buffer.baseAddress, size, 0) }
      length = max(0, count)
    }
    guard count >= 0 else {
      throw .system(.inputOutput, "cannot read", errorNumber: errno, at: Place(file: path))
    }
    return LimiterState.read(bytes, now: now)
  }

  /// Bytes for a place in the file.
  private struct Piece {
    var bytes: [UInt8]
    var offset = 0
    /// Whether the file ends behind them.
    var isEnd = false
  }

  /// What is written, in that order.
  ///
  /// - Parameter before: What the file holds; nil when it is not good.
  private static func pieces(of state: LimiterState, over before: LimiterState?) -> [Piece] {
    let head = state.head
    guard let before, before.head.count == head.count, state.log.starts(with: before.log) else {
      return [Piece(bytes: state.bytes, isEnd: true)]
    }
    // A kill in between leaves a request in the log that was not let go.
    let lines = LimiterState.lines(state.log[before.log.count...])
    return
      (lines.isEmpty
      ? [] : [Piece(bytes: lines, offset: head.count + before.log.count * LimiterState.lineLength)])
      + [Piece(bytes: head)]
  }

  private func write(_ piece: Piece) throws(Failure) {
    let (bytes, offset) = (piece.bytes, off_t(piece.offset))
    let count = retryingInterrupted { unsafe pwrite(descriptor, bytes, bytes.count, offset) }
    guard count == bytes.count else { throw cannotWrite(count < 0 ? errno : ENOSPC) }
    if piece.isEnd { guard ftruncate(descriptor, offset + off_t(bytes.count)) == 0 else { throw cannotWrite(errno) } }
  }

  private func cannotWrite(_ error: Int32) -> Failure {
    .system(.inputOutput, "cannot write", errorNumber: error, at: Place(file: path))
  }
}
