import MillraceCore

/// Finds what a column holds from its texts in the real table.
///
/// Rules, in this order: true and false alone are boolean; numbers are numerical, but few different whole ones are
/// categories, and consecutive ones that are all different, or have the name of one, are identifiers; days and moments of
/// one form are datetimes; other texts are categories when they repeat, else identifiers when each is different, short
/// and one word, else text.
struct TypeInference {
  /// Whole numbers with at most so many values, each ten times in the middle, are codes rather than amounts.
  private static let mostCodes = 10
  /// A column of fewer rows says little about whether its texts repeat.
  private static let fewRows = 20

  /// Those that are not missing.
  let texts: [String]
  /// Rows whose value is not missing.
  let count: Int
  let name: String

  func description() -> ColumnDescription {
    if texts.isEmpty { return ColumnDescription(.categorical) }
    if texts.allSatisfy({ NumberReading.boolean($0) != nil }) { return ColumnDescription(.boolean) }
    if let type = numberType() { return ColumnDescription(type) }
    if let format = datetimeFormat() { return ColumnDescription(.datetime, datetimeFormat: format) }
    return ColumnDescription(textType())
  }

  private func numberType() -> ColumnType? {
    var values: [Double] = []
    for text in texts {
      guard let value = NumberReading.number(text) else { return nil }
      values.append(value)
    }
    // A postal code, say: as a number it would be another.
    if texts.contains(where: {
      $0.utf8.count > 1 && $0.hasPrefix("0") && $0.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }) {
      return textType()
    }
    let isWhole = values.allSatisfy { $0.rounded() == $0 }
    guard isWhole, let least = values.min(), let greatest = values.max() else { return .numerical }
    if least >= 0, values.count <= min(Self.mostCodes, count / 10) { return .categorical }
    let isAllDifferent = values.count == count && count >= Self.fewRows
    if isAllDifferent, greatest - least == Double(count - 1) || hasNameOfIdentifier { return .id }
    return .numerical
  }

  private var hasNameOfIdentifier: Bool {
    let words = name.lowercased().split { !$0.isLetter && !$0.isNumber }
    return words.last.map { ["id", "uuid", "guid", "key", "identifier"].contains($0) } ?? false
      || name.hasSuffix("Id") || name.hasSuffix("ID")
  }

  func datetimeFormat() -> DatetimeFormat? {
    DatetimeFormat.candidates.first { format in texts.allSatisfy { format.nanoseconds($0) != nil } }
  }

  private func textType() -> ColumnType {
    if count <= Self.fewRows || texts.count * 2 <= count { return .categorical }
    guard texts.count == count else { return .text }
    return texts.allSatisfy { $0.utf8.count <= 64 && !$0.utf8.contains(0x20) } ? .id : .text
  }
}
