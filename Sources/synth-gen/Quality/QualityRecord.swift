import MillraceCore

/// One figure of a comparison.
struct QualityRecord: Sendable, Equatable {
  /// What a figure belongs to; the averages are made of those of one property.
  enum Property: String, Sendable, CaseIterable {
    case overall
    case columnShapes = "column_shapes"
    case columnPairTrends = "column_pair_trends"
    case coverage
    case dataValidity = "data_validity"
    case dataStructure = "data_structure"
    case missingValues = "missing_values"
    case privacy
    case efficacy = "ml_efficacy"
  }

  var property: Property
  /// Under the name that the field knows it by.
  var metric: String
  var column: String?
  var otherColumn: String?
  /// From 0 to 1, better when higher; nil where it is not defined.
  var score: Double?
  /// What was measured on the real table, and on the synthetic one, where there is such a thing.
  var real: Double?
  var synthetic: Double?
  /// Of pairs: whether the score is part of the average.
  var isCounted: Bool?
  /// Why there is no score, or what it was taken from.
  var note: String?

  init(
    _ property: Property, _ metric: String, column: String? = nil, otherColumn: String? = nil, score: Double?,
    real: Double? = nil, synthetic: Double? = nil, isCounted: Bool? = nil, note: String? = nil
  ) {
    self.property = property
    self.metric = metric
    self.column = column
    self.otherColumn = otherColumn
    self.score = score?.finite
    self.real = real?.finite
    self.synthetic = synthetic?.finite
    self.isCounted = isCounted
    self.note = note
  }
}

extension Double {
  /// Nil for what is no number, or has no end.
  var finite: Double? { isFinite ? self : nil }
}

/// The mean of what is there; nil when nothing is.
func mean(_ values: some Sequence<Double?>) -> Double? {
  var sum = 0.0
  var count = 0
  for case let value? in values {
    sum += value
    count += 1
  }
  return count > 0 ? sum / Double(count) : nil
}

extension QualityRecord {
  static let fields = ["property", "metric", "column", "other_column", "score", "real", "synthetic", "counted", "note"]

  private var values: [JSONValue] {
    func number(_ value: Double?) -> JSONValue { value.map { .number("\($0)") } ?? .null }
    func text(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }
    return [
      .string(property.rawValue), .string(metric), text(column), text(otherColumn), number(score), number(real),
      number(synthetic), isCounted.map { .bool($0) } ?? .null, text(note),
    ]
  }

  /// Appends the record as a line of JSON; what it has not is left out, but for its score.
  func appendJSON(to buffer: ByteBuffer) {
    var members: [JSONValue.Member] = []
    for (name, value) in zip(Self.fields, values) where value != .null || name == "score" {
      members.append(.init(name, value))
    }
    JSONValue.object(members).write(to: buffer)
    buffer.append(UInt8(ascii: "\n"))
  }

  /// Appends the record as a line of CSV or TSV.
  func appendCSV(to buffer: ByteBuffer, delimiter: UInt8) {
    for (index, value) in values.enumerated() {
      if index > 0 { buffer.append(delimiter) }
      switch value {
      case .string(let text):
        let padded = ByteBuffer(text)
        withExtendedLifetime(padded) {
          unsafe buffer.appendCSVField(padded.bytes, delimiter: delimiter, isOnlyField: false)
        }
      case .number(let text): buffer.append(text)
      case .bool(let value): buffer.append(value ? "true" : "false")
      default: break
      }
    }
    buffer.append(UInt8(ascii: "\n"))
  }

  static func appendHeader(to buffer: ByteBuffer, delimiter: UInt8) {
    for (index, field) in fields.enumerated() {
      if index > 0 { buffer.append(delimiter) }
      buffer.append(field)
    }
    buffer.append(UInt8(ascii: "\n"))
  }
}
