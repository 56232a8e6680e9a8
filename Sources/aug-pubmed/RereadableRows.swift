import MillraceCore

/// Rows that are read twice: once for the PMIDs in them, once to be written.
///
/// Regular files are opened again. What comes from a pipe is kept in a temporary file without a name.
struct RereadableRows {
  private let input: InputOptions
  /// The pipes' content, in the order in which they are read.
  private var copies: [String: UnnamedFile] = [:]
  let pmids: PMIDList

  /// Reads all rows and collects the PMIDs in their field `field`. Bad rows are passed over here: the second reading
  /// tells of them, unless the first one is to stop the run (`failsOnBadRows`) before the XML is read for nothing.
  init(_ input: InputOptions, field: FieldName, failsOnBadRows: Bool, open: @escaping Stage.Opener) throws(Failure) {
    self.input = input
    var copies: [String: UnnamedFile] = [:]
    for path in Set(input.paths) where !isRegularFile(path) {
      copies[path] = try UnnamedFile(in: temporaryFolder())
    }
    let copied = copies
    let tables = TableSequence(input.paths, options: input.reading) { path throws(Failure) in
      let recorded = try open(path)
      guard let copy = copied[path] else { return recorded }
      return CopyingInput(recorded, to: copy)
    }
    self.copies = copies
    pmids = try Self.collect(tables, field: field, ragged: input.ragged, failsOnBadRows: failsOnBadRows)
  }

  /// The same rows from their beginning.
  func again() -> TableSequence {
    let copies = copies
    return TableSequence(input.paths, options: input.reading) { path throws(Failure) in
      if let copy = copies[path] {
        return UnrecordedInput(UnnamedFileSource(copy), name: path == "-" ? "standard input" : path)
      }
      return try UnrecordedInput(path: path)
    }
  }

  private static func collect(
    _ tables: TableSequence, field: FieldName, ragged: RaggedRows, failsOnBadRows: Bool
  ) throws(Failure) -> PMIDList {
    let cursor = RecordCursor()
    cursor.ragged = ragged
    let reader = PMIDReader(field)
    if let table = try tables.firstTable() { try reader.check(table) }
    var list = PMIDList([])
    var pmids: [PMID] = []
    while let block = try tables.next() {
      cursor.open(block)
      while true {
        do throws(Failure) {
          guard try cursor.next() else { break }
          try reader.read(cursor) { pmids.append($0) }
        } catch {
          if failsOnBadRows { throw error }
        }
      }
      // Each PMID is kept once: there are some forty million, however many rows there are.
      if pmids.count > 1 << 20, pmids.count > list.sorted.count {
        list = list.union(pmids)
        pmids.removeAll(keepingCapacity: true)
      }
    }
    return list.union(pmids)
  }
}

/// An input that is copied while it is read.
private final class CopyingInput: TableInput {
  let name: String
  private let input: RecordedInput
  private let copy: UnnamedFile

  init(_ input: RecordedInput, to copy: UnnamedFile) {
    name = input.name
    self.input = input
    self.copy = copy
  }

  func read(into buffer: ByteBuffer) throws(Failure) -> Int {
    let start = buffer.count
    let count = try input.read(into: buffer)
    unsafe try copy.append(UnsafeRawBufferPointer(rebasing: buffer.bytes[start...]))
    return count
  }

  func finish(records: Int?) throws(Failure) { try input.finish(records: records) }
}

/// The bytes of a temporary file.
///
/// Unchecked Sendable: one thread at a time reads.
private final class UnnamedFileSource: ByteSource, @unchecked Sendable {
  private let file: UnnamedFile
  private var offset = 0

  init(_ file: UnnamedFile) { self.file = file }

  func read(into buffer: ByteBuffer) throws(Failure) -> Int {
    let count = try file.read(at: offset, count: min(1 << 16, buffer.capacity - buffer.count), into: buffer)
    offset += count
    return count
  }
}
