import Glibc

/// Context records on their way to the sidecar: the first in memory, the rest in a file without a name, so that millions
/// of them cost no memory.
///
/// Unchecked Sendable: the recorder uses it under its lock.
final class ContextSpill: @unchecked Sendable {
  /// Where the file is made: beside the sidecar, or in the store.
  private let folder: String
  private let buffer = ByteBuffer(capacity: 1 << 16)
  private var descriptor: Int32 = -1
  private static let inMemory = 1 << 18

  private(set) var count = 0
  private(set) var bytes = 0

  init(folder: String) { self.folder = folder }

  deinit { if descriptor >= 0 { close(descriptor) } }

  func append(_ lines: ByteBuffer, count: Int) throws(Failure) {
    unsafe buffer.append(lines.bytes)
    self.count += count
    bytes += lines.count
    if buffer.count > Self.inMemory { try spill() }
  }

  private func spill() throws(Failure) {
    if descriptor < 0 { descriptor = try Self.openUnnamed(in: folder) }
    unsafe try writeAll(buffer.bytes, to: descriptor, named: folder)
    buffer.removeAll()
  }

  /// Copies all lines, in order.
  func copy(to writer: inout ChainWriter) throws(Failure) {
    if descriptor >= 0 {
      let piece = ByteBuffer(capacity: 1 << 16)
      var offset = 0
      while true {
        let count = retryingInterrupted { unsafe pread(descriptor, piece.base, piece.capacity, off_t(offset)) }
        guard count >= 0 else {
          throw .system(.inputOutput, "cannot read the context records", errorNumber: errno, at: Place(file: folder))
        }
        if count == 0 { break }
        piece.count = count
        unsafe try writer.append(lines: piece.bytes)
        offset += count
      }
    }
    unsafe try writer.append(lines: buffer.bytes)
  }

  /// Opens a file for reading and writing and takes its name away.
  private static func openUnnamed(in folder: String) throws(Failure) -> Int32 {
    // The prefix is the one by which `TemporaryFiles.sweep` knows what a killed process left.
    var name = Array("\(folder)/\(TemporaryFiles.prefix)XXXXXX".utf8CString)
    let descriptor = unsafe name.withUnsafeMutableBufferPointer { name in
      guard let start = name.baseAddress else { return Int32(-1) }
      let descriptor = unsafe mkstemp(start)
      if descriptor >= 0 {
        unsafe unlink(start)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
      }
      return descriptor
    }
    guard descriptor >= 0 else { throw AtomicFile.failure(folder, errorNumber: errno) }
    return descriptor
  }
}
