import MillraceCore

/// A generator as people and language models write it in a word or a call: `email`, `fake.pyint(min_value=1, max_value=9)`,
/// `person.fullName`, `{{random_int}}`.
struct GeneratorCall: Equatable {
  var name: String
  var positional: [JSONValue] = []
  var named: [JSONValue.Member] = []

  static let longest = 16 << 10

  /// - Returns: nil for a text that has not the form of a call: `3 apples`.
  /// - Throws: `.badData` where a call begins and goes wrong.
  init?(_ text: String) throws(Failure) {
    guard text.utf8.count <= Self.longest else {
      throw Failure(.badData, "a generator's call of \(text.utf8.count) bytes, where \(Self.longest) is the most")
    }
    let trimmed = text.trimmed
    let name = trimmed.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "_.-".contains($0)) }
    guard name.first?.isLetter == true else { return nil }
    let rest = trimmed.dropFirst(name.count).drop { $0 == " " }
    // A label of several words, such as those of Mockaroo ("Full Name"), is a name too: who resolves it knows them.
    let label = trimmed.dropFirst(name.count)
    let isLabel =
      label.first == " " && name.first?.isUppercase == true
      && label.dropFirst().allSatisfy { $0.isASCII && ($0.isLetter || " ()".contains($0)) }
    guard rest.first == "(", !isLabel else {
      guard
        rest.isEmpty || trimmed.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || " /-_().#".contains($0)) })
      else { return nil }
      self.name = String(trimmed)
      return
    }
    self.name = String(name)
    var reader = LiteralReader(rest: rest.dropFirst(), whole: String(trimmed))
    (positional, named) = try reader.arguments()
  }
}

/// Reads the arguments of a call, as Python, JavaScript and JSON write them.
private struct LiteralReader {
  var rest: Substring
  let whole: String
  private var depth = 0

  init(rest: Substring, whole: String) {
    self.rest = rest
    self.whole = whole
  }

  private func failure(_ message: String) -> Failure { Failure(.badData, "\"\(printable(whole))\": \(message)") }

  private mutating func skipBlanks() { rest = rest.drop { $0.isWhitespace } }

  private mutating func take(_ character: Character) -> Bool {
    skipBlanks()
    guard rest.first == character else { return false }
    rest.removeFirst()
    return true
  }

  mutating func arguments() throws(Failure) -> ([JSONValue], [JSONValue.Member]) {
    var positional: [JSONValue] = []
    var named: [JSONValue.Member] = []
    while !take(")") {
      skipBlanks()
      let word = rest.prefix { $0 == "_" || $0.isLetter || $0.isNumber }
      let behind = rest.dropFirst(word.count).drop { $0.isWhitespace }
      if !word.isEmpty, behind.first == "=" || (behind.first == ":" && word.first?.isLetter == true) {
        rest = behind.dropFirst()
        named.append(.init(String(word), try value()))
      } else if rest.first == "{", positional.isEmpty {
        // JavaScript's only argument: an object of options. As Python's, a map of weights.
        let object = try value()
        positional.append(object)
      } else {
        positional.append(try value())
      }
      skipBlanks()
      guard take(",") || rest.first == ")" else { throw failure("expected , or ) before \"\(rest.prefix(20))\"") }
    }
    skipBlanks()
    guard rest.isEmpty else { throw failure("\"\(rest.prefix(20))\" stands behind the call") }
    return (positional, named)
  }

  private mutating func value() throws(Failure) -> JSONValue {
    depth += 1
    defer { depth -= 1 }
    guard depth < 16 else { throw failure("nested more than 16 levels deep") }
    skipBlanks()
    guard let first = rest.first else { throw failure("it ends within its arguments") }
    switch first {
    case "\"", "'", "`": return .string(try quoted(first))
    case "[", "(":
      rest.removeFirst()
      return .array(try elements(until: first == "[" ? "]" : ")"))
    case "{": return try object()
    default:
      let word = rest.prefix { !$0.isWhitespace && !",)]}:=([{\"'".contains($0) }
      guard !word.isEmpty else { throw failure("a value was expected before \"\(rest.prefix(20))\"") }
      rest = rest.dropFirst(word.count)
      // OrderedDict([("a", 0.7), ("b", 0.3)]), Decimal("1.5"): what stands within is the value.
      if take("(") {
        let inner = try elements(until: ")")
        return inner.count == 1 ? inner[0] : .array(inner)
      }
      return Self.scalar(String(word))
    }
  }

  /// A word without quotes: a number, true, null, or itself.
  static func scalar(_ word: String) -> JSONValue {
    switch word {
    case "None", "null", "undefined", "nil", "~": return .null
    case "True", "true": return .bool(true)
    case "False", "false": return .bool(false)
    default: return jsonNumber(word).map { .number($0) } ?? .string(word)
    }
  }

  private mutating func quoted(_ quote: Character) throws(Failure) -> String {
    rest.removeFirst()
    var text = ""
    while let character = rest.popFirst() {
      if character == quote { return text }
      if character == "\\", let escaped = rest.popFirst() {
        switch escaped {
        case "n": text.append("\n")
        case "t": text.append("\t")
        default: text.append(escaped)
        }
      } else {
        text.append(character)
      }
    }
    throw failure("a quote \(quote) is never closed")
  }

  private mutating func elements(until end: Character) throws(Failure) -> [JSONValue] {
    var elements: [JSONValue] = []
    while !take(end) {
      elements.append(try value())
      skipBlanks()
      guard take(",") || rest.first == end else { throw failure("expected , or \(end) before \"\(rest.prefix(20))\"") }
    }
    return elements
  }

  private mutating func object() throws(Failure) -> JSONValue {
    rest.removeFirst()
    var members: [JSONValue.Member] = []
    while !take("}") {
      let key: String
      switch try value() {
      case .string(let text): key = text
      case .number(let text): key = text
      case .bool(let value): key = value ? "true" : "false"
      default: throw failure("a key must be a word")
      }
      guard take(":") else { throw failure("expected : behind \"\(key)\"") }
      members.append(.init(key, try value()))
      skipBlanks()
      guard take(",") || rest.first == "}" else { throw failure("expected , or } before \"\(rest.prefix(20))\"") }
    }
    return .object(members)
  }
}

/// The text of a number as JSON spells it, if it is one in the spelling of JSON, YAML or Python: `.5` is `0.5`, `1_000` is
/// `1000`, `+3` is `3`.
func jsonNumber(_ text: String) -> String? {
  guard let first = text.first, first.isASCII, first.isNumber || "+-.".contains(first), text.utf8.count <= 40 else {
    return nil
  }
  let plain = text.replacing("_", with: "")
  // Swift takes hexadecimal and "nan" too.
  guard plain.allSatisfy({ "0123456789+-.eE".contains($0) }), let value = Double(plain), value.isFinite else {
    return nil
  }
  if let integer = Int(plain) { return String(integer) }
  let digits = plain.hasPrefix("-") ? plain.dropFirst() : plain[...]
  let isJSON =
    digits.first?.isNumber == true && plain.last?.isNumber == true && !digits.hasPrefix("00")
    && !plain.contains(".e") && !plain.contains(".E")
    && !(digits.hasPrefix("0") && digits.dropFirst().first?.isNumber == true)
  return isJSON ? plain : "\(value)"
}
