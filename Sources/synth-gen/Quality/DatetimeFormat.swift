import MillraceCore

/// A form of days and moments: ISO 8601, or a pattern as strptime(3) has them.
struct DatetimeFormat: Sendable, Equatable {
  /// Nil for ISO 8601: `2026-03-01`, with a time behind a space or `T`, with a fraction and an offset or without.
  let pattern: String?
  private let directives: [Directive]

  private enum Directive: Equatable {
    case literal(UInt8)
    case field(UInt8)
  }

  static let iso8601 = DatetimeFormat()

  private init() {
    pattern = nil
    directives = []
  }

  private static let known = Array("YymdHMSfbBjzZpIaATFDeT%".utf8)

  /// - Throws: bad configuration for a directive that is not known.
  init(_ pattern: String, at place: Place? = nil) throws(Failure) {
    var directives: [Directive] = []
    var bytes = Array(pattern.utf8)[...]
    while let byte = bytes.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        directives.append(.literal(byte))
        continue
      }
      // `%-d` is a day without a zero in front, which is read as any other.
      if bytes.first == UInt8(ascii: "-") { bytes.removeFirst() }
      guard let letter = bytes.popFirst(), Self.known.contains(letter) else {
        throw Failure(
          .badConfiguration, "a format of dates that is not known: \"\(printable(pattern))\"", at: place,
          advice: "patterns are those of strptime, such as %Y-%m-%d %H:%M:%S")
      }
      switch letter {
      case UInt8(ascii: "F"): directives += Self.expanded("Y-m-d")
      case UInt8(ascii: "D"): directives += Self.expanded("m/d/y")
      case UInt8(ascii: "T"): directives += Self.expanded("H:M:S")
      case UInt8(ascii: "%"): directives.append(.literal(letter))
      default: directives.append(.field(letter))
      }
    }
    self.pattern = pattern
    self.directives = directives
  }

  private static func expanded(_ letters: String) -> [Directive] {
    letters.utf8.map { (0x41...0x7A).contains($0) ? .field($0) : .literal($0) }
  }

  /// What is tried on a column of texts, in this order.
  static let candidates: [DatetimeFormat] =
    [iso8601]
    + [
      "%Y/%m/%d", "%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%d-%b-%Y", "%d %b %Y", "%b %d, %Y",
      "%B %d, %Y", "%d %B %Y",
    ].flatMap { day in
      ["", " %H:%M:%S", " %H:%M", " %I:%M %p", " %I:%M:%S %p"].compactMap { try? DatetimeFormat(day + $0) }
    }

  // MARK: Reading

  /// Nanoseconds since 1970-01-01T00:00:00Z; nil for a text of another form. A time without an offset is taken as UTC.
  func nanoseconds(_ text: String) -> Double? {
    var reader = DatetimeReader(Array(text.utf8))
    let isRead = pattern == nil ? reader.readISO8601() : read(&reader)
    guard isRead, reader.isAtEnd else { return nil }
    return reader.nanoseconds
  }

  private func read(_ reader: inout DatetimeReader) -> Bool {
    for directive in directives {
      switch directive {
      case .literal(let byte): if !reader.skip(byte) { return false }
      case .field(let letter): if !reader.readField(letter) { return false }
      }
    }
    return true
  }
}
