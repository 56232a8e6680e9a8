import MillraceCore

/// Turns PubMed XML into rows: bytes in, NDJSON out.
///
/// Takes baseline and update files, EFetch answers, single records, and several such documents one behind the other.
/// One thread uses a parser. Memory holds one record, not the input.
final class ArticleParser {
  /// The largest record. PubMed's own stay near a megabyte.
  static let maximumRecordBytes = 32 << 20
  /// Bytes that are best given at a time: more take memory and win nothing.
  static let pieceBytes = 64 << 10

  /// The rows so far, a newline behind each.
  let output: ByteBuffer
  /// One entry for each row in `output`.
  var rows: [WrittenRow] { builder.rows }
  /// Records read to their end.
  var completeRecords: Int { builder.completeRecords }

  private let source: String
  private let builder: RecordBuilder
  private var document: XMLPushParser?
  private var documentCount = 0
  /// Bytes of the open document before the chunk at hand.
  private var documentBytes = 0
  /// Lines before the open document.
  private var linesBefore = 0
  /// Bytes since a record ended.
  private var recordBytes = 0
  /// How the open document begins, to tell what it is if it is no XML.
  private var opening: [UInt8] = []

  /// - Parameters:
  ///   - source: the input's name for failures, as the user gave it.
  ///   - wanted: parse only records with these PMIDs; the others are skipped.
  ///   - output: where rows go.
  init(
    source: String, fields: ArticleFields = .all, markup: Markup = .unicode, wanted: PMIDList? = nil,
    output: ByteBuffer = ByteBuffer(capacity: 1 << 16)
  ) {
    self.source = source
    self.output = output
    builder = RecordBuilder(fields: fields, markup: markup, wanted: wanted, output: output)
  }

  /// Parses the next bytes of the input.
  ///
  /// - Throws: bad data with the line: no XML (an HTML page, a JSON message, compressed bytes), not well-formed, not
  ///   PubMed's, an error that EFetch answered with, or too large. The rows in `output` are whole.
  func parse(_ chunk: UnsafeRawBufferPointer) throws(Failure) {
    var rest = unsafe chunk
    while unsafe !rest.isEmpty {
      guard let document else {
        unsafe rest = try open(rest)
        continue
      }
      let recordsBefore = builder.completeRecords
      if opening.count < 512 { unsafe opening.append(contentsOf: rest.prefix(512 - opening.count)) }
      unsafe document.parse(rest)
      try check(document)
      if let end = document.rootEnd {
        linesBefore += document.line - 1
        unsafe rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(end - documentBytes))
        self.document = nil
        recordBytes = 0
        continue
      }
      documentBytes += rest.count
      recordBytes = builder.completeRecords == recordsBefore ? recordBytes + rest.count : 0
      if recordBytes > Self.maximumRecordBytes {
        throw failure("a record is larger than \(Self.maximumRecordBytes >> 20) MB", line: document.line)
      }
      return
    }
  }

  /// Empties `output` and `rows`, when the owner has written them.
  func removeRows() {
    output.removeAll()
    builder.rows.removeAll(keepingCapacity: true)
  }

  /// Ends the input. An input without any document has no rows and is no error.
  ///
  /// - Throws: bad data when the last document is cut off.
  func finish() throws(Failure) {
    guard let document else { return }
    document.finish()
    if document.rootEnd != nil {
      self.document = nil
      return
    }
    if document.isWhole { return try check(document) }
    if documentCount > 1, document.hasOnlyProlog, document.documentType == nil, !startsWithDeclaration { return }
    try check(document, atEnd: true)
  }

  /// Begins a document at the first byte that is not white space, and returns the bytes from there.
  private func open(_ bytes: UnsafeRawBufferPointer) throws(Failure) -> UnsafeRawBufferPointer {
    guard let start = unsafe bytes.firstIndex(where: { !$0.isXMLSpace }) else {
      linesBefore += unsafe Self.lines(bytes)
      return unsafe UnsafeRawBufferPointer(start: nil, count: 0)
    }
    linesBefore += unsafe Self.lines(UnsafeRawBufferPointer(rebasing: bytes[..<start]))
    let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[start...])
    switch unsafe rest[0] {
    // A tag, or the first byte of a byte order mark.
    case UInt8(ascii: "<"), 0xEF, 0xFE, 0xFF: break
    default:
      let content = unsafe Self.describe(rest)
      throw failure(
        "not PubMed XML but \(content)", line: 1,
        advice: ["JSON", "other text"].contains(content)
          ? "rows that articles are to be added to stand before --xml" : nil)
    }
    builder.beginDocument()
    document = try XMLPushParser(builder: builder)
    documentCount += 1
    documentBytes = 0
    recordBytes = 0
    opening.removeAll(keepingCapacity: true)
    return unsafe rest
  }

  /// Throws what stopped a document, if anything did.
  private func check(_ document: XMLPushParser, atEnd: Bool = false) throws(Failure) {
    guard atEnd || document.isBroken else { return }
    if isHTML { throw failure("not PubMed XML but an HTML page", line: document.line) }
    // What libxml2 makes of half a tag is no reason to refuse the document: it is cut off.
    if atEnd {
      let place = document.hasOnlyProlog ? "before its first record" : "inside a document"
      throw failure(
        "the XML is cut off: it ends \(place), after \(records)", line: document.line, advice: "fetch the file again")
    }
    if let reason = document.refusal ?? builder.refusal {
      throw failure("not PubMed XML: \(reason)", line: document.line)
    }
    throw failure(
      "not well-formed XML: \(document.fatalError ?? "unknown error"), after \(records)", line: document.line)
  }

  private func failure(_ message: String, line: Int, advice: String? = nil) -> Failure {
    Failure(.badData, message, at: Place(file: source, line: linesBefore + line), advice: advice)
  }

  private var records: String {
    counted(completeRecords, "complete record")
  }

  private var startsWithDeclaration: Bool { opening.starts(with: Array("<?xml".utf8)) }

  /// Whether the document begins like the page that a proxy or an overloaded server sends instead of an answer.
  private var isHTML: Bool {
    let text = String(decoding: opening, as: UTF8.self).lowercased()
    return text.contains("<!doctype html") || text.contains("<html")
  }

  /// Names content that is no XML, without quoting it: an answer may repeat the user's API key.
  private static func describe(_ bytes: UnsafeRawBufferPointer) -> String {
    if unsafe bytes.starts(with: [0x1F, 0x8B]) { return "gzip data, compressed once more than expected" }
    if unsafe bytes.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) { return "zstd data, compressed once more than expected" }
    switch unsafe bytes[0] {
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      return unsafe errorMember(bytes).map { "a JSON message: \"\($0)\"" } ?? "JSON"
    case 0x21..<0x7F: return "other text"
    default: return "binary data"
    }
  }

  /// The text of `"error"` in a message such as `{"error":"API rate limit exceeded",…}`.
  private static func errorMember(_ bytes: UnsafeRawBufferPointer) -> String? {
    let text = unsafe String(decoding: bytes.prefix(4096), as: UTF8.self)
    let parts = text.split(separator: "\"", omittingEmptySubsequences: false)
    guard let key = parts.firstIndex(of: "error"), key + 2 < parts.count,
      parts[key + 1].allSatisfy({ $0 == ":" || $0.isWhitespace })
    else { return nil }
    return String(parts[key + 2].prefix(200))
  }

  private static func lines(_ bytes: UnsafeRawBufferPointer) -> Int {
    unsafe bytes.reduce(0) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 }
  }
}
