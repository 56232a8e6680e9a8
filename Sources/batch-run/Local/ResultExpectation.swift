import Glibc
import MillraceCore

/// What makes a result a good one.
struct ResultExpectation: Sendable {
  var acceptedStatuses: [Int32]
  /// As many records as the chunk has.
  var keepsRowCount: Bool
  var form: ResultForm
  /// Of the chunk.
  var dialect: Dialect

  init(_ specification: JobSpecification, dialect: Dialect) {
    acceptedStatuses = specification.acceptedStatuses
    keepsRowCount = specification.keepsRowCount
    form = specification.result
    self.dialect = dialect
  }

  /// What is wrong with the result of a command that ended well; nil when nothing is.
  func complaint(
    aboutResult result: Int32, at path: String, ofChunk chunk: CutChunk, input: Int32
  ) throws(Failure) -> String? {
    let size = ChunkAttempt.size(of: result)
    if form != .bytes, size > 0, Self.lastByte(result) != 0x0A, Self.endsLine(input) {
      return "it ends within a line (--result bytes takes such results)"
    }
    guard keepsRowCount else { return nil }
    let rows = try size == 0 ? 0 : countRows(path)
    return rows == chunk.records ? nil : "it has \(rows) records, and the chunk \(chunk.records)"
  }

  private func countRows(_ path: String) throws(Failure) -> Int {
    let source = try FileSource(path: path)
    let reading =
      form.dialect(ofResultsOf: dialect).map { ReadingOptions(ofJobs: $0) } ?? ReadingOptions(ofResultsOf: dialect)
    let reader: BlockReader
    do throws(Failure) {
      reader = try BlockReader(
        source, name: path, options: reading, pool: BufferPool(capacity: BlockReader.blockBytes))
      while try reader.next() != nil {}
    } catch {
      guard error.status == .badData else { throw error }
      return 0
    }
    return reader.records
  }

  private static func lastByte(_ descriptor: Int32) -> UInt8? {
    var byte: UInt8 = 0
    let size = ChunkAttempt.size(of: descriptor)
    return unsafe pread(descriptor, &byte, 1, off_t(max(0, size - 1))) == 1 ? byte : nil
  }

  private static func endsLine(_ input: Int32) -> Bool { lastByte(input) == 0x0A }
}
