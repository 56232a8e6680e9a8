/// One value of a row that is being made: what it is, and where its text lies.
struct Cell: BitwiseCopyable {
  var content = CellContent.null
  /// In the draft's text.
  var start: Int32 = 0
  var end: Int32 = 0
}

/// What a generator has made, beside the text that it appended.
struct CellContent: BitwiseCopyable {
  enum Kind: UInt8, BitwiseCopyable {
    /// No value; no text either.
    case null
    /// `true` or `false`.
    case boolean
    /// The text is a JSON number without a fraction.
    case integer
    /// The text is a JSON number.
    case number
    case text
    /// The text begins `YYYY-MM-DD` unless a format says otherwise; the number is the day, counted from 1970-01-01.
    case date
    /// The number is the seconds since 1970-01-01T00:00:00 of the wall clock.
    case dateTime
    /// The text is a JSON array or object.
    case json
  }

  var kind: Kind
  /// For formulas and constraints: the number, 1 for true, days or seconds of dates; 0 for text.
  var number: Double

  @inline(__always) init(_ kind: Kind, _ number: Double = 0) {
    self.kind = kind
    self.number = number
  }

  static let null = CellContent(.null)
  static let text = CellContent(.text)
  static let json = CellContent(.json)
}
