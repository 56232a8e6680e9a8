import CRecordIndex

/// Finds where records end in a stream of buffers, without looking at their fields.
///
/// Quoted line ends, CR LF across buffers and blank lines are taken care of; the state is carried from call to call.
/// ```swift
/// var scanner = RecordScanner(format: .csv, delimiter: UInt8(ascii: ","))
/// let step = scanner.scan(bytes, isLast: false, maximumRecords: 10_000)
/// // bytes[..<step.consumed] are dealt with; step.records of them ended a record
/// ```
public struct RecordScanner: Sendable {
  private var scan: millrace_record_scan

  /// What one call found.
  public struct Step: Sendable, Equatable {
    /// Bytes taken. When `maximumRecords` were found: up to behind the last one's terminator. Otherwise all, but for a
    /// carriage return at the very end of a buffer that is not the last: it must be handed in again with what follows.
    public var consumed: Int
    /// Records whose terminator was taken; blank lines are none.
    public var records: Int
    /// Behind the last terminator of a record, 0 when there was none.
    public var lastEnd: Int
  }

  /// A scanner at the start of a record (behind a byte order mark). `delimiter` matters for CSV and TSV alone.
  public init(format: RecordFormat, delimiter: UInt8 = UInt8(ascii: ",")) {
    scan = millrace_record_scan_start(format == .ndjson ? 0 : delimiter)
  }

  /// Takes bytes until `maximumRecords` records have ended.
  ///
  /// `ByteBuffer.padding` bytes behind `bytes` must be readable.
  public mutating func scan(_ bytes: UnsafeRawBufferPointer, isLast: Bool, maximumRecords: Int = .max) -> Step {
    guard let base = bytes.baseAddress else { return Step(consumed: 0, records: 0, lastEnd: 0) }
    let result = unsafe millrace_scan_records(
      &scan, base.assumingMemoryBound(to: UInt8.self), bytes.count, isLast, UInt64(maximumRecords))
    return Step(consumed: result.consumed, records: Int(result.records), lastEnd: result.last_end)
  }

  /// Something follows the last terminator: a record that has not ended, which counts when the input ends here.
  public var isInsideRecord: Bool { !scan.after_terminator }

  /// The input so far ends within a quoted field.
  public var isInsideQuotes: Bool { UInt32(scan.state) == MILLRACE_QUOTED.rawValue }

  /// Lines that ended so far, those inside quotes too: the next byte is on line `lines + 1`.
  public var lines: Int { Int(scan.lines) }

  /// The line, counted from 1, on which the quoted field that the input ends in was opened.
  public var quoteLine: Int { Int(scan.quote_line) + 1 }
}
