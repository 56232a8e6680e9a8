import Glibc

/// Reads the records of a sidecar, or of a hand-over in the store, one line at a time.
///
/// What it reads may be hostile: a line has at most `longestLine` bytes and 64 levels, and each is checked to be a JSON
/// object before anyone sees it. Nothing is held but the line.
///
/// Unchecked Sendable: a reader has one owner at a time.
@safe public final class ProvenanceReader: @unchecked Sendable {
  public enum Kind: Sendable, Equatable {
    case pipeline, stage, file, context, child
    /// A kind of a later version: kept, and otherwise ignored.
    case other
  }

  /// A stage with `StageRecord.mostInputs` inputs has a line of some 30 MiB.
  static let longestLine = 64 << 20
  static let deepestNesting = 64

  public let name: String
  private let descriptor: Int32
  private let parser: JSONParser
  private let buffer = ByteBuffer(capacity: 1 << 16)
  private var position = 0
  private var offset = 0
  private var atEnd = false
  private var lineNumber = 0
  private var line = 0..<0

  /// The kind of the record that `next` stopped at.
  public private(set) var kind = Kind.other

  /// Takes the descriptor over. Reading starts at the beginning, wherever the descriptor's offset is.
  init(descriptor: Int32, name: String) throws(Failure) {
    self.descriptor = descriptor
    self.name = name
    parser = try JSONParser()
  }

  /// Opens a sidecar, or returns nil when there is none.
  public convenience init?(path: String) throws(Failure) {
    let descriptor = retryingInterrupted { unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY) }
    if descriptor < 0 {
      if errno == ENOENT || errno == ENOTDIR { return nil }
      throw .system(.noInput, "cannot read the provenance", errorNumber: errno, at: Place(file: path))
    }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, fileKind(status) == S_IFREG else {
      close(descriptor)
      throw Failure(.noInput, "expected a sidecar, found no regular file", at: Place(file: path))
    }
    try self.init(descriptor: descriptor, name: path)
  }

  deinit { close(descriptor) }

  /// Steps to the next record; false at the end.
  public func next() throws(Failure) -> Bool {
    while let range = try nextLine() {
      lineNumber += 1
      line = range
      if range.isEmpty { continue }
      do throws(JSONError) {
        try unsafe parser.parse(padded: bytes, maximumDepth: Self.deepestNesting)
      } catch {
        throw failure("byte \(error.offset) of the record: \(error.message)")
      }
      guard parser[0].kind == .object else { throw failure("expected a JSON object") }
      kind =
        switch memberText("kind") {
        case "pipeline": .pipeline
        case "stage": .stage
        case "file": .file
        case "context": .context
        case "child": .child
        default: .other
        }
      return true
    }
    return false
  }

  /// The record's bytes, without the end of line. Valid until `next`.
  public var bytes: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(rebasing: buffer.bytes[line]) }

  /// The record as a value.
  public func value() throws(Failure) -> JSONValue {
    do throws(Failure) {
      return try unsafe JSONValue.parse(bytes, maximumDepth: Self.deepestNesting)
    } catch {
      throw failure(error.message)
    }
  }

  /// A member of the record that is text or a number, without making a value of the whole record.
  public func memberText(_ name: StaticString) -> String? {
    var index = 1
    var found: String?
    while index < parser.count {
      let nameToken = parser[index]
      let valueToken = parser[index + 1]
      if !nameToken.hasEscapes, isEqual(nameToken.range, name),
        valueToken.kind == .string || valueToken.kind == .number
      {
        found = text(of: valueToken)
      }
      index = valueToken.next
    }
    return found
  }

  /// Starts over.
  public func rewind() {
    position = 0
    offset = 0
    buffer.count = 0
    atEnd = false
    lineNumber = 0
  }

  /// Bytes of the whole file.
  var size: Int {
    var status = stat()
    return unsafe fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
  }

  /// The digest of the whole file.
  public func digest() throws(Failure) -> SHA256Digest {
    try contentOfFile(descriptor, name: name).digest
  }

  private func isEqual(_ range: Range<Int>, _ name: StaticString) -> Bool {
    unsafe range.count == name.utf8CodeUnitCount
      && memcmp(buffer.base + line.lowerBound + range.lowerBound, name.utf8Start, range.count) == 0
  }

  private func text(of token: JSONParser.Token) -> String? {
    let body = unsafe UnsafeRawBufferPointer(rebasing: bytes[token.range])
    guard token.hasEscapes else { return unsafe String(decoding: body, as: UTF8.self) }
    let unescaped = ByteBuffer(capacity: body.count)
    guard unsafe unescaped.appendUnescapedJSON(body) else { return nil }
    return unsafe String(decoding: unescaped.bytes, as: UTF8.self)
  }

  private func nextLine() throws(Failure) -> Range<Int>? {
    var searched = position
    while true {
      if searched < buffer.count, let found = unsafe memchr(buffer.base + searched, 0x0A, buffer.count - searched) {
        let start = position
        let end = unsafe buffer.base.distance(to: found)
        position = end + 1
        return start..<end
      }
      searched = buffer.count
      if atEnd {
        if position == buffer.count { return nil }
        // A record without its end of line was cut off while it was written.
        throw failure("the last record is cut off", line: lineNumber + 1)
      }
      guard buffer.count - position <= Self.longestLine else {
        throw failure("a record longer than \(Self.longestLine) bytes", line: lineNumber + 1)
      }
      searched -= position
      try fill()
    }
  }

  /// Moves the begun line to the front and reads more behind it.
  private func fill() throws(Failure) {
    let rest = buffer.count - position
    unsafe memmove(buffer.base, buffer.base + position, rest)
    buffer.count = rest
    position = 0
    buffer.reserve(1 << 16)
    let count = retryingInterrupted {
      unsafe pread(descriptor, buffer.base + buffer.count, buffer.capacity - buffer.count, off_t(offset))
    }
    guard count >= 0 else {
      throw .system(.inputOutput, "cannot read", errorNumber: errno, at: Place(file: name))
    }
    buffer.count += count
    offset += count
    atEnd = count == 0
  }

  private func failure(_ message: String, line: Int? = nil) -> Failure {
    Failure(.badData, message, at: Place(file: name, line: line ?? lineNumber), advice: "the provenance is damaged")
  }
}
