import MillraceCore

/// What a column holds, which decides how it is compared.
enum ColumnType: String, Sendable, CaseIterable {
  /// Numbers, compared by their distribution.
  case numerical
  /// One of a number of values, compared by their shares.
  case categorical
  /// True or false.
  case boolean
  /// Moments or days, compared as numbers are.
  case datetime
  /// What tells rows apart: looked at for uniqueness only.
  case id
  /// Free text: not compared.
  case text

  var isContinuous: Bool { self == .numerical || self == .datetime }
  var isDiscrete: Bool { self == .categorical || self == .boolean }
  /// Whether distributions of such columns are compared.
  var isCompared: Bool { isContinuous || isDiscrete }
}

/// What somebody has said of a column, or what was found.
struct ColumnDescription: Sendable, Equatable {
  var type: ColumnType
  var datetimeFormat: DatetimeFormat?
  /// The type in SDV's words, where its metadata say one that this program has no type of its own for.
  var statedType: String?
  /// Limits and values that SDV's metadata may give, which count instead of what the real table shows.
  var rangeMinimum: String?
  var rangeMaximum: String?
  var rangeValues: [String]?
  var rangeIsNullable: Bool?

  init(_ type: ColumnType, datetimeFormat: DatetimeFormat? = nil) {
    self.type = type
    self.datetimeFormat = datetimeFormat
  }
}
