import MillraceCore

/// Brings the arguments of a spec into the form that a generator asks for.
enum ArgumentReader {
  /// Values by parameter: those given, of the right kind, else the usual ones.
  ///
  /// - Throws: `.badData` that names the argument.
  static func read(_ spec: ValueSpec, for description: GeneratorDescription) throws(Failure) -> [String: JSONValue] {
    func failure(_ message: String, advice: String? = nil) -> Failure {
      Failure(.badData, "\(description.name): \(message)", advice: advice ?? "it is \(description.form)")
    }
    var values: [String: JSONValue] = [:]
    for parameter in description.parameters { values[parameter.name] = parameter.usual }
    var given: [JSONValue.Member] = []
    for (index, value) in spec.positional.enumerated() {
      // faker-js has one object of options.
      if case .object(let options) = value, spec.positional.count == 1, !takesObject(description) {
        given += options
        continue
      }
      guard index < description.parameters.count else {
        throw failure(
          "\(counted(spec.positional.count, "argument")) without a name, where it has \(description.parameters.count)")
      }
      given.append(.init(description.parameters[index].name, value))
    }
    given += spec.arguments
    for argument in given {
      guard let parameter = parameter(argument.name, of: description) else {
        let names = description.parameters.map(\.name)
        let near = nearestName(to: argument.name, among: names).map {
          "did you mean \"\($0)\"? it is \(description.form)"
        }
        throw failure("unknown argument \"\(printable(argument.name))\"", advice: near)
      }
      if argument.value == .null { continue }
      guard let value = converted(argument.value, to: parameter.kind) else {
        throw failure(
          "\(parameter.name): expected \(words[parameter.kind] ?? "a value"), found \(argument.value.json.prefix(80))")
      }
      values[parameter.name] = value
    }
    return values
  }

  private static func takesObject(_ description: GeneratorDescription) -> Bool {
    guard let first = description.parameters.first else { return false }
    return first.kind == .any || first.kind == .list
  }

  private static let words: [GeneratorDescription.Parameter.Kind: String] = [
    .integer: "a whole number", .number: "a number", .text: "a text", .boolean: "true or false", .list: "a list",
    .moment: "a date or an offset such as -30d",
  ]

  /// Other words for common parameters, in the dialects of other tools.
  private static let aliases: [String: [String]] = [
    "min": ["min_value", "minimum", "low", "from", "start", "lower"],
    "max": ["max_value", "maximum", "high", "to", "end", "upper"],
    "min_value": ["min", "minimum", "low"], "max_value": ["max", "maximum", "high"],
    "right_digits": ["precision", "decimals", "fraction_digits", "dec", "decimal_places"],
    "decimals": ["precision", "right_digits", "fraction_digits", "decimal_places", "round", "dec"],
    "elements": ["values", "choices", "options", "items", "list"], "weights": ["probabilities", "p"],
    "start_date": ["start", "from", "min", "begin"], "end_date": ["end", "to", "max"],
    "start_datetime": ["start_date", "start"], "end_datetime": ["end_date", "end"],
    "date_start": ["start_date", "start", "from", "min"], "date_end": ["end_date", "end", "to", "max"],
    "datetime_start": ["start_date", "start", "from", "min"], "datetime_end": ["end_date", "end", "to", "max"],
    "dec": ["decimals", "precision", "right_digits", "fraction_digits"], "digits": ["length"],
    "nb": ["count", "number"],
    "nb_sentences": ["sentences", "sentence_count", "count"], "truth_probability": ["probability"],
    "mean": ["mu", "average"], "sd": ["std", "stddev", "sigma", "standard_deviation", "stdev", "scale"],
    "minimum_age": ["min_age", "min"], "maximum_age": ["max_age", "max"], "pattern": ["regex", "regexp", "format"],
    "letters": ["pattern", "text"], "text": ["pattern", "format", "template"], "length": ["size", "count"],
    "chance_of_getting_true": ["probability", "true_probability"], "step": ["multiple_of", "increment"],
    "nb_words": ["words", "word_count"], "max_nb_chars": ["max_chars", "max_length"], "value": ["text"],
    "expression": ["formula", "expr"], "to": ["table", "target", "references"],
  ]

  private static func parameter(
    _ name: String, of description: GeneratorDescription
  ) -> GeneratorDescription.Parameter? {
    if let exact = description.parameters.first(where: { $0.name == name }) { return exact }
    let plain = GeneratorDialect.plain(name)
    if let same = description.parameters.first(where: { $0.name == plain }) { return same }
    return description.parameters.first { aliases[$0.name]?.contains(plain) == true }
  }

  private static func converted(
    _ value: JSONValue, to kind: GeneratorDescription.Parameter.Kind
  ) -> JSONValue? {
    switch (kind, value) {
    case (.any, _): return value
    case (.list, .array), (.list, .object): return value
    // A list in one text, as models that answer strictly write it.
    case (.list, .string(let text)):
      let parts = text.split(separator: ",").map { JSONValue.string(String($0.trimmed)) }
      return parts.isEmpty ? nil : .array(parts)
    case (.integer, .number(let text)):
      if Int(text) != nil { return value }
      guard let number = Double(text), let whole = Int(exactly: number) else { return nil }
      return .integer(whole)
    case (.integer, .string(let text)): return Int(text).map { .integer($0) }
    case (.number, .number): return value
    case (.number, .string(let text)): return jsonNumber(text).map { .number($0) }
    case (.text, .string), (.moment, .string): return value
    case (.text, .number(let text)): return .string(text)
    case (.text, .bool(let flag)): return .string(flag ? "true" : "false")
    case (.boolean, .bool): return value
    case (.boolean, .string(let text)):
      switch text.lowercased() {
      case "true", "yes": return .bool(true)
      case "false", "no": return .bool(false)
      default: return nil
      }
    default: return nil
    }
  }
}
