import MillraceCore

/// What is said of a table's columns in the form of SDV's metadata.
///
/// `{"columns": {"price": {"sdtype": "numerical"}, "day": {"sdtype": "datetime", "datetime_format": "%Y-%m-%d"}},
/// "primary_key": "number"}`, or the same below `tables` when there is one table.
struct TableMetadata: Sendable, Equatable {
  var columns: [String: ColumnDescription] = [:]
  /// Each one or several columns that tell rows apart: the primary key, then the alternate ones.
  var keys: [[String]] = []

  /// Nothing that a person writes is larger, even with all values of some columns.
  static let mostBytes = 64 << 20

  init() {}

  /// - Throws: bad configuration that names the file and what is wrong in it.
  init(_ document: JSONValue, file: String) throws(Failure) {
    var table = document
    if let tables = document["tables"] {
      guard let members = tables.members, let only = members.first, members.count == 1 else {
        throw Failure(
          .badConfiguration, "metadata of \(counted(tables.members?.count ?? 0, "table")), where one is compared",
          at: Place(file: file), advice: "leave the one table's metadata below \"tables\"")
      }
      table = only.value
    }
    guard let described = table["columns"]?.members else {
      throw Failure(
        .badConfiguration, "no \"columns\" in the metadata", at: Place(file: file),
        advice: #"as in {"columns": {"price": {"sdtype": "numerical"}}}"#)
    }
    for member in described {
      columns[member.name] = try Self.description(of: member.value, Place(file: file, field: member.name))
    }
    if let key = table["primary_key"] { keys += Self.names(key) }
    for key in table["alternate_keys"]?.elements ?? [] { keys += Self.names(key) }
    if let unknown = keys.joined().first(where: { columns[$0] == nil }) {
      throw Failure(
        .badConfiguration, "a key names a column that \"columns\" does not describe",
        at: Place(file: file, field: unknown))
    }
  }

  private static func names(_ key: JSONValue) -> [[String]] {
    if let name = key.text { return [[name]] }
    let names = (key.elements ?? []).compactMap(\.text)
    return names.isEmpty ? [] : [names]
  }

  private static func description(of value: JSONValue, _ place: Place) throws(Failure) -> ColumnDescription {
    guard let word = value["sdtype"]?.text else {
      throw Failure(
        .badConfiguration, "no \"sdtype\"", at: place,
        advice: "one of " + ColumnType.allCases.map(\.rawValue).joined(separator: ", ") + ", ordinal")
    }
    // What SDV knows beside these are kinds of personal data, whose distributions it does not compare either.
    var description = ColumnDescription(word == "ordinal" ? .categorical : ColumnType(rawValue: word) ?? .text)
    description.statedType = word
    if description.type == .datetime, let format = value["datetime_format"]?.text {
      description.datetimeFormat = try DatetimeFormat(format, at: place)
    }
    description.rangeMinimum = spelling(value["range_min"])
    description.rangeMaximum = spelling(value["range_max"])
    description.rangeValues = value["range_values"]?.elements?.compactMap { spelling($0) }
    if case .bool(let isNullable) = value["range_is_nullable"] { description.rangeIsNullable = isNullable }
    return description
  }

  /// A value as a cell of a table would spell it.
  private static func spelling(_ value: JSONValue?) -> String? {
    switch value {
    case .string(let text), .number(let text): text
    case .bool(let value): value ? "True" : "False"
    default: nil
    }
  }
}

/// Types of columns as they are given at the command line: `a=categorical,b=numerical`.
struct StatedTypes: Sendable, Equatable {
  let text: String
  private(set) var types: [String: ColumnType] = [:]

  /// - Throws: usage.
  init(_ text: String) throws(Failure) {
    self.text = text
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let equals = part.lastIndex(of: "="), equals > part.startIndex else {
        throw Failure(
          .usage, "expected column=type, not \"\(printable(String(part)))\"",
          advice: "as in --types zip=categorical,price=numerical")
      }
      let word = String(part[part.index(after: equals)...])
      guard let type = word == "ordinal" ? .categorical : ColumnType(rawValue: word) else {
        let names = ColumnType.allCases.map(\.rawValue)
        let nearest = nearestName(to: word, among: names).map { "did you mean \($0)? " } ?? ""
        throw Failure(
          .usage, "no such column type: \"\(printable(word))\"",
          advice: nearest + "the types are " + names.joined(separator: ", "))
      }
      types[String(part[..<equals])] = type
    }
  }
}
