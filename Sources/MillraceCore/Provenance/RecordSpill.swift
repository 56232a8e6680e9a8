/// Records of rows or files on their way to the sidecar: the first in memory, the rest in a file without a name, so that millions
/// of them cost no memory.
///
/// Unchecked Sendable: the recorder uses it within its lock.
final class RecordSpill: @unchecked Sendable {
  /// Where the file is made: beside the sidecar, or in the store.
  private let folder: String
  private let buffer = ByteBuffer(capacity: 1 << 16)
  private var file: UnnamedFile?
  private static let inMemory = 1 << 18

  private(set) var bytes = 0

  init(folder: String) { self.folder = folder }

  func append(_ lines: ByteBuffer) throws(Failure) {
    unsafe buffer.append(lines.bytes)
    bytes += lines.count
    if buffer.count > Self.inMemory { try spill() }
  }

  /// Appends a record as a line.
  func append(_ record: JSONValue) throws(Failure) {
    let line = ByteBuffer()
    record.write(to: line)
    line.append("\n")
    try append(line)
  }

  private func spill() throws(Failure) {
    if file == nil { file = try UnnamedFile(in: folder) }
    unsafe try file?.append(buffer.bytes)
    buffer.removeAll()
  }

  /// Copies all lines, in order.
  func copy(to writer: inout ChainWriter) throws(Failure) {
    if let file {
      let piece = ByteBuffer(capacity: 1 << 16)
      var offset = 0
      while try file.read(at: offset, count: 1 << 16, into: piece) > 0 {
        unsafe try writer.append(lines: piece.bytes)
        offset += piece.count
        piece.removeAll()
      }
    }
    unsafe try writer.append(lines: buffer.bytes)
  }
}
