import MillraceCore

/// What the rows of a table must be like.
struct TableChecks: Sendable, Equatable {
  /// Fields that no row may lack or leave empty.
  var required: [FieldName] = []
  var types: [FieldType] = []
  var ranges: [FieldRange] = []
  /// Fields, or several fields together, whose values no two rows may share.
  var unique: [[FieldName]] = []
  /// Rows that may break a rule before the step fails.
  var maximumFailures = 0

  var isEmpty: Bool { required.isEmpty && types.isEmpty && ranges.isEmpty && unique.isEmpty }

  struct FieldType: Sendable, Equatable {
    var field: FieldName
    var type: ValueType
  }

  struct FieldRange: Sendable, Equatable {
    var field: FieldName
    var minimum: Bound?
    var maximum: Bound?
  }

  /// An end of a range: of numbers, or of days.
  enum Bound: Sendable, Equatable {
    case number(Double)
    case day(CalendarDay)

    init?(_ text: String) {
      let buffer = ByteBuffer(text)
      if let number = unsafe NumberText.value(buffer.bytes, in: buffer) {
        self = .number(number)
      } else if let day = CalendarDay(text) {
        self = .day(day)
      } else {
        return nil
      }
    }
  }
}

/// What a value must be read as. Values that are empty or null are no values, and of every type.
enum ValueType: String, Sendable, CaseIterable {
  case integer, number, string, boolean
  /// `YYYY-MM-DD`.
  case date

  var words: String {
    switch self {
    case .integer: "an integer"
    case .number: "a number"
    case .string: "a string"
    case .boolean: "true or false"
    case .date: "a date (YYYY-MM-DD)"
    }
  }
}
