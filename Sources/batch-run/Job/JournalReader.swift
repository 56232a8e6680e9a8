import MillraceCore

/// Reads a journal line by line; a last line that is not finished is none.
struct JournalReader {
  let path: String
  private var source: FileSource?
  private var buffer = ByteBuffer(capacity: 1 << 16)
  private var start = 0
  private var number = 0
  /// Bytes of the whole lines read so far.
  private(set) var wholeBytes = 0
  private static let longestLine = 16 << 20
  /// What stands behind `wholeBytes` never reached the disk.
  private var isCutOff = false

  init(path: String) { self.path = path }

  /// The next event; nil at the end. A journal that is not there has none. Called again later, it goes on with what was
  /// appended since.
  ///
  /// - Throws: `.badConfiguration` for a line that is no event.
  mutating func next() throws(Failure) -> JournalLine? {
    if source == nil {
      guard isRegularFile(path) else { return nil }
      source = try FileSource(path: path)
    }
    while !isCutOff, let line = try nextLine() {
      number += 1
      if unsafe buffer.bytes[line].contains(0) {
        try cutOff(line)
        return nil
      }
      let object = try unsafe ObjectReader(
        parsing: UnsafeRawBufferPointer(rebasing: buffer.bytes[line]), at: Place(file: path, line: number))
      if let line = try JournalLine(object) { return line }
    }
    return nil
  }

  /// Takes a line with zero bytes for what a power loss left of lines that were not on the disk yet.
  ///
  /// - Throws: `.badConfiguration` when a later line says that it was: then the file is damaged.
  private mutating func cutOff(_ line: Range<Int>) throws(Failure) {
    let (place, whole) = (Place(file: path, line: number), wholeBytes - line.count - 1)
    isCutOff = true
    while let next = try nextLine() {
      let bytes = unsafe UnsafeRawBufferPointer(rebasing: buffer.bytes[next])
      let later = try? JournalLine(try unsafe ObjectReader(parsing: bytes, at: place))
      guard case .synced? = later?.event else { continue }
      throw Failure(
        .badConfiguration, "the journal is damaged: zero bytes in the middle", at: place,
        advice: "results of the job that are whole stand in its folder results")
    }
    wholeBytes = whole
  }

  private mutating func nextLine() throws(Failure) -> Range<Int>? {
    var scanned = start
    while true {
      if let end = unsafe buffer.bytes[scanned...].firstIndex(of: 0x0A) {
        defer {
          wholeBytes += end + 1 - start
          start = end + 1
        }
        return start..<end
      }
      scanned = buffer.count - start
      let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer.bytes[start...])
      guard rest.count < Self.longestLine else {
        throw Failure(.badConfiguration, "not what batch-run writes: no end of line", at: Place(file: path))
      }
      let larger = ByteBuffer(capacity: max(1 << 16, 2 * rest.count))
      unsafe larger.append(rest)
      buffer = larger
      start = 0
      guard let source, try source.read(into: buffer) > 0 else { return nil }
    }
  }
}
