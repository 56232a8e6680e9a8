import MillraceCore

/// What the fields of a table say of its time series together.
struct SeriesPlan: Sendable {
  struct Count: Sendable {
    let field: String
    let number: Int
  }

  /// How many series there are, and the first field that says so.
  private(set) var count: Count?
  /// Steps that are missing, as the first field made by `timestamps` has them.
  private(set) var gaps = JSONValue.null
  /// The time of a step; nil where the table has no times.
  private(set) var step: String?

  init(_ fields: [FieldSchema], catalogue: GeneratorCatalogue) {
    var hasTimes = false
    for field in fields {
      guard let description = catalogue.resolve(field.spec.generator),
        ["timestamps", "series", "series_number"].contains(description.name),
        // What is wrong with a field it says itself.
        let arguments = try? ArgumentReader.read(field.spec, for: description)
      else { continue }
      if count == nil, let number = arguments["count"]?.integer { count = Count(field: field.name, number: number) }
      if description.name == "timestamps", !hasTimes {
        hasTimes = true
        gaps = arguments["gaps"] ?? .null
        step = arguments["step"]?.text
      }
    }
  }
}
