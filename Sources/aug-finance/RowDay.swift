import MillraceCore

extension CalendarDay {
  /// Reads a day as rows have it: `2021-03-05`, or a date-time such as `2021-03-05T16:00:00Z` or `2021-03-05 16:00`, of
  /// which the day is taken as it is written; no time zone is reckoned with.
  ///
  /// Throws `Failure(.badData)` for anything else; the caller knows the place.
  init(inRow text: String) throws(Failure) {
    guard let day = CalendarDay(String(text.prefix(10))), Self.isTime(text.utf8.dropFirst(10)) else {
      throw Failure(
        .badData, "not a date: \"\(text.prefix(60))\"",
        advice: "write 2021-03-05, of the years \(Self.writtenYears.lowerBound) to \(Self.writtenYears.upperBound)")
    }
    self = day
  }

  /// Whether the text behind a day is nothing, or a time of RFC 3339 or ISO 8601 with all its parts in range.
  private static func isTime(_ text: Substring.UTF8View) -> Bool {
    guard let separator = text.first else { return true }
    guard separator == UInt8(ascii: "T") || separator == UInt8(ascii: "t") || separator == UInt8(ascii: " ") else {
      return false
    }
    var rest = TimeText(text.dropFirst())
    guard rest.takeNumber(upTo: 23) else { return false }
    guard rest.take(":"), rest.takeNumber(upTo: 59) else { return false }
    if rest.take(":") {
      // 60 is a leap second.
      guard rest.takeNumber(upTo: 60) else { return false }
      if rest.take(".") { guard rest.takeDigits() else { return false } }
    }
    if rest.isEmpty || rest.take("Z") || rest.take("z") { return rest.isEmpty }
    guard rest.take("+") || rest.take("-"), rest.takeNumber(upTo: 23) else { return false }
    if rest.isEmpty { return true }
    _ = rest.take(":")
    return rest.takeNumber(upTo: 59) && rest.isEmpty
  }
}

/// What is left of a time that is read from its beginning.
private struct TimeText {
  private var rest: Substring.UTF8View

  init(_ text: Substring.UTF8View) { rest = text }

  var isEmpty: Bool { rest.isEmpty }

  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard let first = rest.first, UInt32(first) == character.value else { return false }
    rest = rest.dropFirst()
    return true
  }

  /// Two digits.
  mutating func takeNumber(upTo greatest: Int) -> Bool {
    let digits = rest.prefix(2)
    guard digits.count == 2, digits.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(Substring(digits)),
      number <= greatest
    else { return false }
    rest = rest.dropFirst(2)
    return true
  }

  /// One digit or more.
  mutating func takeDigits() -> Bool {
    let digits = rest.prefix { (0x30...0x39).contains($0) }
    rest = rest.dropFirst(digits.count)
    return !digits.isEmpty
  }
}
