/// What is known of one input before its first record: its name, dialect and columns.
public final class Table: Sendable {
  /// For diagnostics: the file as the user named it, or "standard input".
  public let name: String
  public let dialect: Dialect
  /// The columns of CSV in order, as their header spells them; empty for NDJSON.
  public let columns: [FieldName]
  /// The bytes in front of the first record as they stand: byte order mark, blank lines, header and its line end.
  public let preamble: [UInt8]

  public init(name: String, dialect: Dialect, columns: [FieldName] = [], preamble: [UInt8] = []) {
    self.name = name
    self.dialect = dialect
    self.columns = columns
    self.preamble = preamble
  }

  /// Position of the column with this name; of the first one when several have it.
  public func column(named name: FieldName) -> Int? { columns.firstIndex(of: name) }

  /// Names that JSON keys can be made of: an empty name becomes `column_3` after its position, the second `a` becomes
  /// `a_2`, the third `a_3`.
  public var distinctColumns: [FieldName] {
    let spelled = Set(columns)
    var used: Set<FieldName> = []
    var numbers: [FieldName: Int] = [:]
    return columns.enumerated().map { index, column in
      let stem = column.bytes.isEmpty ? FieldName("column_\(index + 1)") : column
      var name = stem
      while used.contains(name) || (name != column && spelled.contains(name)) {
        let number = numbers[stem, default: 2]
        name = FieldName(bytes: stem.bytes + Array("_\(number)".utf8))
        numbers[stem] = number + 1
      }
      used.insert(name)
      return name
    }
  }

  /// The names of `some` that `others` does not have; a name that is there twice must be there twice.
  public static func difference(_ some: [FieldName], _ others: [FieldName]) -> [FieldName] {
    var left = others.reduce(into: [:]) { counts, name in counts[name, default: 0] += 1 }
    return some.filter { name in
      left[name, default: 0] -= 1
      return left[name, default: 0] < 0
    }
  }

  /// What some programs write in front of UTF-8.
  public static let byteOrderMark: [UInt8] = [0xef, 0xbb, 0xbf]

  /// What ends a line that nothing of the input ends: what ends the header.
  public static func lineEnd(behind preamble: [UInt8]) -> [UInt8] {
    preamble.suffix(2) == [0x0d, 0x0a] ? [0x0d, 0x0a] : [0x0a]
  }

  /// Names for the columns of a table without a header.
  static func numberedColumns(_ count: Int) -> [FieldName] {
    (0..<count).map { FieldName("column_\($0 + 1)") }
  }
}

extension Table {
  /// - Throws: bad data when the table has columns and not this one.
  public func requireColumn(_ field: FieldName) throws(Failure) {
    guard !columns.isEmpty, !columns.contains(field) else { return }
    let names = columns.map(\.description).joined(separator: ", ")
    throw Failure(
      .badData, "no such column", at: Place(file: name, line: 1, field: field.description),
      advice: "the columns are \(names)")
  }

  /// - Throws: bad data when one of the two is CSV and the other is not.
  public func requireFormat(of first: Table, advice: String) throws(Failure) {
    guard (dialect.format == .ndjson) != (first.dialect.format == .ndjson) else { return }
    throw Failure(
      .badData, "\(dialect.format.rawValue), where \(first.name) is \(first.dialect.format.rawValue)",
      at: Place(file: name), advice: advice)
  }

  /// - Parameters:
  ///   - columns: in any order.
  ///   - first: the table that they are of.
  /// - Throws: bad data when the table lacks one of them, or has others.
  public func requireColumns(_ columns: [FieldName], of first: Table, advice: String) throws(Failure) {
    let added = Table.difference(self.columns, columns)
    guard let column = added.first ?? Table.difference(columns, self.columns).first else { return }
    throw Failure(
      .badData, "the column \"\(column)\" is \(added.isEmpty ? "missing" : "not in \(first.name)")",
      at: Place(file: name, line: 1), advice: advice)
  }
}
