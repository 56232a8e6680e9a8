import MillraceCore

/// What is told of one price.
enum PriceField: String, CaseIterable, Sendable {
  case date, open, high, low, close, volume
  /// By what prices of the day were multiplied.
  case factor
  /// As it was paid, beside the adjusted one.
  case unadjustedClose = "unadjusted_close"
}

/// What is told of all prices of a row.
enum SummaryField: String, CaseIterable, Sendable {
  case days
  case firstDate = "first_date"
  case first
  case lastDate = "last_date"
  case last, min, max, mean
  case periodReturn = "return"
  case volatility
  case maximumDrawdown = "max_drawdown"
  case totalVolume = "total_volume"
}

/// How prices are laid out in rows.
struct PriceLayout: Sendable {
  enum Shape: Sendable {
    /// A list in one field.
    case nested
    /// A row for each price.
    case exploded
    /// The one price as of a day.
    case asOf
    case summary
  }

  var shape: Shape
  var isAdjusted: Bool
  /// Nil for what the prices come with.
  var basis: AdjustmentBasis?
  var prefix: String
  /// Empty for a summary.
  var priceFields: [PriceField] = []
  /// Empty but for a summary.
  var summaryFields: [SummaryField] = []

  /// - Throws: a usage failure for a field that there is not.
  init(
    shape: Shape, fields: [String]?, isAdjusted: Bool, basis: AdjustmentBasis?, prefix: String
  ) throws(Failure) {
    self.shape = shape
    self.isAdjusted = isAdjusted
    self.basis = basis
    self.prefix = prefix
    let summarises = shape == .summary
    if let fields {
      (priceFields, summaryFields) = try Self.fields(named: fields, summarises: summarises, isAdjusted: isAdjusted)
    } else if summarises {
      summaryFields = SummaryField.allCases
    } else {
      priceFields = PriceField.allCases.filter { isAdjusted ? $0 != .unadjustedClose : !$0.isOfAdjustment }
    }
  }

  /// Fields by the names that a user wrote.
  static func fields(
    named names: [String], summarises: Bool, isAdjusted: Bool
  ) throws(Failure) -> ([PriceField], [SummaryField]) {
    guard Set(names).count == names.count else { throw Failure(.usage, "a field is there twice") }
    if summarises { return ([], try names.map { name throws(Failure) in try field(name, of: SummaryField.self) }) }
    let fields = try names.map { name throws(Failure) in try field(name, of: PriceField.self) }
    if !isAdjusted, let field = fields.first(where: \.isOfAdjustment) {
      throw Failure(.usage, "\(field.rawValue) is told with --adjusted alone")
    }
    return (fields, [])
  }

  private static func field<Field: RawRepresentable<String> & CaseIterable>(
    _ name: String, of type: Field.Type
  ) throws(Failure) -> Field {
    guard let field = Field(rawValue: name) else {
      throw Failure(
        .usage, "no field is called \"\(printable(name))\"",
        advice: "the fields are \(Field.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return field
  }

  /// The names of all added fields.
  var names: [FieldName] {
    let values = shape == .nested ? ["prices"] : priceFields.map(\.rawValue) + summaryFields.map(\.rawValue)
    return (["status"] + values).map { FieldName(prefix + $0) }
  }
}

extension PriceField {
  var isOfAdjustment: Bool { self == .factor || self == .unadjustedClose }
}
