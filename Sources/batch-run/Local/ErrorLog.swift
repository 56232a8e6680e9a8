import Glibc
import MillraceCore

/// What commands write on standard error, kept chunk by chunk.
///
/// Of an attempt that writes much, the beginning and the end are kept: a command that complains of each row would fill the
/// disk otherwise.
struct ErrorLog {
  let folder: JobFolder

  /// Bytes that are kept of each end.
  static let endBytes = 1 << 20

  /// Where a worker's command writes while it runs.
  func path(ofWorker worker: Int) -> String { "\(folder.path)/stderr/.worker-\(worker)" }

  /// Gives the disk back what will not be kept of a file that a command is writing to. Where the file system cannot do that,
  /// the file grows until the command ends.
  static func trim(_ descriptor: Int32) {
    let size = ChunkAttempt.size(of: descriptor)
    // What is near the end now will not be when more has come.
    guard size > 4 * endBytes else { return }
    ChildProcess.free(endBytes..<size - endBytes, of: descriptor)
  }

  /// Appends what an attempt wrote to its chunk's log, under a line that tells the attempt.
  func keep(_ end: AttemptEnd, from path: String) throws(Failure) {
    let source = unsafe open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
    guard source >= 0 else {
      throw .system(.noInput, "cannot open the file", errorNumber: errno, at: Place(file: path))
    }
    defer { close(source) }
    let size = ChunkAttempt.size(of: source)
    guard size > 0 else { return }
    let log = folder.errorPath(end.chunk)
    let descriptor = unsafe open(log, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw .system(
        .cannotCreate, "cannot keep what the command said", errorNumber: errno, at: Place(file: log)
      )
    }
    defer { close(descriptor) }
    let buffer = ByteBuffer(capacity: 256 << 10)
    buffer.append("--- attempt \(end.attempt), \(end.start.description), \(end.host)\n")
    let omitted = size - 2 * Self.endBytes
    if omitted > 0 {
      try copy(0..<Self.endBytes, of: source, path, to: descriptor, log, buffer)
      buffer.append("\n--- \(omitted) bytes were left out here\n")
      try copy(size - Self.endBytes..<size, of: source, path, to: descriptor, log, buffer)
    } else {
      try copy(0..<size, of: source, path, to: descriptor, log, buffer)
    }
  }

  /// Writes what is in the buffer, and behind it a part of a file.
  private func copy(
    _ range: Range<Int>, of source: Int32, _ path: String, to descriptor: Int32, _ log: String,
    _ buffer: ByteBuffer
  ) throws(Failure) {
    try unsafe writeAll(buffer.bytes, to: descriptor, named: log)
    var position = range.lowerBound
    while position < range.upperBound {
      let wanted = min(buffer.capacity, range.upperBound - position)
      let count = retryingInterrupted { unsafe pread(source, buffer.base, wanted, off_t(position)) }
      guard count >= 0 else {
        throw .system(
          .inputOutput, "cannot read the file", errorNumber: errno, at: Place(file: path))
      }
      if count == 0 { break }
      try unsafe writeAll(
        UnsafeRawBufferPointer(start: buffer.base, count: count), to: descriptor, named: log)
      position += count
    }
    buffer.removeAll()
  }
}
