import MillraceCore

/// What a generator is made of: its arguments, and the table that it will work in.
struct GeneratorContext {
  let compiler: TableCompiler
  let description: GeneratorDescription
  /// Known, of their kinds, and complete but for those that have no usual value.
  let arguments: [String: JSONValue]
  let spec: ValueSpec
  /// The field, and within it the part, that the value is for.
  let key: RandomKey
  /// Whether the field goes together with others: its generator is asked for quantiles.
  let isCorrelated: Bool
  /// The field's name; of a part, that of the field it is a part of.
  let fieldName: String

  var arena: Arena { compiler.arena }
  var asOf: AsOf { compiler.asOf }
  /// The rows that will be made; nil where nobody knows.
  var rowCount: UInt64? { compiler.rowCount }
  var locale: LocaleData { compiler.locale(spec.locale) }

  // MARK: Arguments

  func isGiven(_ name: String) -> Bool { arguments[name].map { $0 != .null } ?? false }

  func value(_ name: String) -> JSONValue { arguments[name] ?? .null }

  func integer(_ name: String) -> Int? { arguments[name]?.integer }

  /// An integer within limits.
  func integer(_ name: String, _ range: ClosedRange<Int>, else usual: Int) throws(Failure) -> Int {
    let value = arguments[name]?.integer ?? usual
    guard range.contains(value) else {
      throw failure("\(name)=\(value), where \(range.lowerBound) to \(range.upperBound) is possible")
    }
    return value
  }

  func number(_ name: String) -> Double? { arguments[name]?.double }

  func text(_ name: String) -> String? { arguments[name]?.text }

  func boolean(_ name: String) -> Bool? {
    if case .bool(let value)? = arguments[name] { value } else { nil }
  }

  func list(_ name: String) -> [JSONValue]? { arguments[name]?.elements }

  /// Seconds since 1970 that a moment stands for.
  func seconds(_ name: String) throws(Failure) -> Int? {
    guard let text = arguments[name]?.text else { return nil }
    guard let moment = Moment(text, asOf: asOf) else {
      throw failure(
        "\(name)=\"\(printable(text))\" is no date",
        advice: "write 2024-01-31, 2024-01-31T12:00:00, today, now, or an offset such as -30d, +2w, -1y")
    }
    return moment.seconds
  }

  // MARK: What belongs to the table

  /// The cell of another field of the row, which is made before this one.
  func cell(of field: String) throws(Failure) -> Int { try compiler.cell(of: field, for: self) }

  /// A generator for a part of this one, such as a branch; its random numbers are its own.
  func make(_ value: JSONValue, part: String) throws(Failure) -> any Generator {
    var reader = ValueSpecReader(isField: false)
    return try compiler.make(try reader.spec(value), key: key.child(part), fieldName: fieldName, inherits: spec)
  }

  /// A formula over the fields of the row.
  func formula(_ text: String) throws(Failure) -> Formula {
    try FormulaParser.parse(text, fieldNames: compiler.fieldNames, asOf: asOf, in: arena) { (name) throws(Failure) in
      compiler.hasField(name) ? try cell(of: name) : nil
    }
  }

  func failure(_ message: String, advice: String? = nil) -> Failure {
    Failure(.badData, "\(description.name): \(message)", advice: advice ?? "it is \(description.form)")
  }
}
