import MillraceCore

/// Reads the PMIDs of a row's field: one, or several in a JSON array or with commas, semicolons, bars or white space
/// between.
final class PMIDReader {
  private let field: FieldName
  private let text = ByteBuffer()

  init(_ field: FieldName) { self.field = field }

  /// - Throws: bad data when the table has columns and not this one.
  func check(_ table: Table) throws(Failure) { try table.requireColumn(field) }

  /// The row's PMIDs in its order, each once.
  ///
  /// - Throws: as `read` does.
  func pmids(of row: RecordCursor) throws(Failure) -> [PMID] {
    var pmids: [PMID] = []
    var seen: Set<PMID> = []
    try read(row) { (pmid) throws(Failure) in
      if seen.insert(pmid).inserted { pmids.append(pmid) }
    }
    return pmids
  }

  /// Gives each PMID, in the row's order.
  ///
  /// - Throws: bad data with the row's place when the row lacks the field or it holds something else.
  func read(_ row: RecordCursor, _ take: (PMID) throws(Failure) -> Void) throws(Failure) {
    guard let value = row.value(of: field) else {
      throw Failure(.badData, "the row has no such field", at: row.place(field: field))
    }
    text.removeAll()
    guard value.appendText(to: text) else {
      throw Failure(.badData, "not a PMID", at: row.place(field: field))
    }
    let bytes = unsafe text.bytes
    // In a table of columns a list is a text: that of the field `pmids`, say.
    let isArray = unsafe value.spelling == .array || Self.isList(bytes.trimmed)
    var start = 0
    for end in 0...bytes.count {
      guard unsafe end == bytes.count || Self.separates(bytes[end], isArray: isArray) else { continue }
      if end > start {
        let part = unsafe UnsafeRawBufferPointer(rebasing: bytes[start..<end])
        let pmid: PMID
        do throws(Failure) {
          pmid = try unsafe PMID(value: part)
        } catch {
          throw Failure(error.status, error.message, at: row.place(field: field), advice: error.advice)
        }
        try take(pmid)
      }
      start = end + 1
    }
  }

  private static func isList(_ text: UnsafeRawBufferPointer) -> Bool {
    unsafe text.first == UInt8(ascii: "[") && text.last == UInt8(ascii: "]")
  }

  private static func separates(_ byte: UInt8, isArray: Bool) -> Bool {
    switch byte {
    case UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "|"), 0x20, 0x09, 0x0a, 0x0d: true
    case UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "\""): isArray
    default: false
    }
  }
}
