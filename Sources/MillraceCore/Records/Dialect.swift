/// How a table's bytes are to be read.
public struct Dialect: Sendable, Equatable {
  public var format: RecordFormat
  /// Between fields of CSV and TSV.
  public var delimiter: UInt8
  /// The first record names the columns; without it they are column_1, column_2, …
  public var hasHeader: Bool

  public init(format: RecordFormat, delimiter: UInt8? = nil, hasHeader: Bool = true) {
    self.format = format
    self.delimiter = delimiter ?? (format == .tsv ? UInt8(ascii: "\t") : UInt8(ascii: ","))
    self.hasHeader = hasHeader && format != .ndjson
  }
}

extension Dialect {
  /// Whether a byte outside quotes ends a line.
  public func endsLine(_ byte: UInt8) -> Bool { byte == 0x0a || (byte == 0x0d && format != .ndjson) }
}

/// What becomes of a row of CSV with more or fewer values than the header has names.
public enum RaggedRows: String, Sendable, CaseIterable {
  /// The row is bad.
  case fail
  /// Values that are missing are empty; a row with too many is bad.
  case fill
  /// Values that are missing are empty, surplus ones are dropped.
  case trim
}

/// What a person said about how to read the input; what is left open is found from its first bytes.
public struct ReadingOptions: Sendable {
  public var format: RecordFormat?
  public var delimiter: UInt8?
  public var hasHeader = true
  public var ragged = RaggedRows.fail
  /// Longest record, in bytes; a longer one is bad input (often a quote that is never closed).
  public var maximumRecordBytes = 16 << 20

  public init() {}
}

extension Dialect {
  /// White space of JSON, and of lines without a record.
  static let blank: [UInt8] = [0x20, 0x09, 0x0a, 0x0d]

  /// Bytes looked at to find the format.
  static let sniffedBytes = 64 << 10

  /// The dialect of an input that begins with `bytes` (behind a byte order mark), as far as `options` leave it open.
  ///
  /// A first byte `{` is NDJSON, anything else CSV; a first line with tabs and no comma is TSV.
  static func sniff(_ bytes: UnsafeRawBufferPointer, options: ReadingOptions, name: String) throws(Failure) -> Dialect {
    let head = unsafe UnsafeRawBufferPointer(rebasing: bytes.prefix(sniffedBytes))
    if let format = options.format {
      return Dialect(format: format, delimiter: options.delimiter, hasHeader: options.hasHeader)
    }
    if let offset = unsafe head.firstIndex(of: 0) {
      if unsafe head.starts(with: [0xff, 0xfe]) || head.starts(with: [0xfe, 0xff]) {
        throw Failure(
          .badData, "text in UTF-16, where UTF-8 was expected", at: Place(file: name),
          advice: "iconv -f UTF-16 -t UTF-8 converts it")
      }
      throw Failure(
        .badData, "binary data (a zero byte), where CSV or NDJSON was expected",
        at: Place(file: name, byteOffset: offset), advice: "--from csv reads it nevertheless")
    }
    let first = unsafe head.first { !blank.contains($0) }
    if first == UInt8(ascii: "{"), options.delimiter == nil {
      return Dialect(format: .ndjson)
    }
    if first == UInt8(ascii: "["), options.delimiter == nil, unsafe isJSONArray(head) {
      throw Failure(
        .badData, "a JSON array, where NDJSON (one object a line) was expected", at: Place(file: name, line: 1),
        advice: "jq -c '.[]' makes NDJSON of it; --from csv reads it as CSV")
    }
    if options.delimiter == nil {
      let line = unsafe head.prefix { $0 != 0x0a && $0 != 0x0d }
      if unsafe line.contains(0x09) && !line.contains(UInt8(ascii: ",")) {
        return Dialect(format: .tsv, hasHeader: options.hasHeader)
      }
    }
    return Dialect(format: .csv, delimiter: options.delimiter, hasHeader: options.hasHeader)
  }

  /// Whether text that starts with `[` goes on as JSON does: a CSV header may start with a bracket too.
  private static func isJSONArray(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let behind = unsafe bytes.drop { $0 != UInt8(ascii: "[") }.dropFirst().first {
      !blank.contains($0)
    }
    guard let behind else { return false }
    return behind == UInt8(ascii: "{") || behind == UInt8(ascii: "[") || behind == UInt8(ascii: "\"")
      || behind == UInt8(ascii: "]")
  }
}
