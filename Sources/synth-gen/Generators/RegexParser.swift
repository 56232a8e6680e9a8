import MillraceCore

/// Why an expression cannot be a generator.
struct RegexRefusal: Error {
  var message: String
  var advice: String?
}

/// Reads the regular expressions that most tools have in common.
struct RegexParser {
  private let scalars: [Unicode.Scalar]
  /// How many times more than needed `*`, `+` and `{m,}` repeat.
  private let openRepeats: Int
  private var place = 0
  private var depth = 0

  static let longestPattern = 4096
  static let greatestDepth = 60
  static let mostRepeats = 1000
  static let greatestSize = 1 << 16

  private init(_ pattern: String, openRepeats: Int) {
    scalars = Array(pattern.unicodeScalars)
    self.openRepeats = openRepeats
  }

  static func parse(_ pattern: String, openRepeats: Int) throws(RegexRefusal) -> RegexSyntax {
    guard pattern.utf8.count <= longestPattern else {
      throw RegexRefusal(message: "a pattern of \(pattern.utf8.count) bytes, where \(longestPattern) is the most")
    }
    var parser = RegexParser(pattern, openRepeats: openRepeats)
    let syntax = try parser.alternatives()
    guard parser.place == parser.scalars.count else {
      throw parser.refusal("a ) without (", advice: "write \\) for the character")
    }
    guard syntax.size <= greatestSize else {
      throw RegexRefusal(message: "the pattern stands for texts of more than \(greatestSize) characters")
    }
    return syntax
  }

  private func refusal(_ message: String, at position: Int? = nil, advice: String? = nil) -> RegexRefusal {
    RegexRefusal(message: "\(message), at character \((position ?? place) + 1) of the pattern", advice: advice)
  }

  private var next: Unicode.Scalar? { place < scalars.count ? scalars[place] : nil }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard next == scalar else { return false }
    place += 1
    return true
  }

  private mutating func take(_ text: String) -> Bool {
    let wanted = Array(text.unicodeScalars)
    guard scalars[place...].starts(with: wanted) else { return false }
    place += wanted.count
    return true
  }

  // MARK: Structure

  private mutating func alternatives() throws(RegexRefusal) -> RegexSyntax {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.greatestDepth else {
      throw refusal("groups nested more than \(Self.greatestDepth) levels deep")
    }
    var branches = [try sequence()]
    while take("|" as Unicode.Scalar) { branches.append(try sequence()) }
    if branches.count == 1 { return branches[0] }
    // Single characters are one set: each of them is as likely, however they are written.
    let sets = branches.compactMap(\.asCharacters)
    if sets.count == branches.count { return .characters(sets.reduce(CharacterRanges([])) { $0.union($1) }) }
    return .alternatives(branches)
  }

  private mutating func sequence() throws(RegexRefusal) -> RegexSyntax {
    var parts: [RegexSyntax] = []
    while let scalar = next, scalar != "|", scalar != ")" {
      let start = place
      guard let atom = try atom() else { continue }
      let part = try repeated(atom, from: start)
      // Characters one behind the other are a text.
      if case .text(let text) = part, case .text(let before)? = parts.last {
        parts[parts.count - 1] = .text(before + text)
      } else {
        parts.append(part)
      }
    }
    return parts.count == 1 ? parts[0] : .sequence(parts)
  }

  /// Nil for what has no width, such as an anchor.
  private mutating func atom() throws(RegexRefusal) -> RegexSyntax? {
    let start = place
    guard let scalar = next else { return nil }
    place += 1
    switch scalar {
    case "^", "$": return nil
    case ".": return .characters(.printable)
    case "[": return .characters(try set())
    case "(": return try group(from: start)
    case "\\": return try escape()
    case "*", "+", "?":
      throw refusal("a \(scalar) behind nothing", at: start, advice: "write \\\(scalar) for the character")
    default: return .text(String(scalar))
    }
  }

  private mutating func group(from start: Int) throws(RegexRefusal) -> RegexSyntax {
    if take("?" as Unicode.Scalar) {
      for sign in ["=", "!", "<=", "<!"] where take(sign) {
        throw refusal(
          "lookaround, (?\(sign)…), cannot be generated", at: start,
          advice: "say what the text is, not what it is not")
      }
      if take("P=") { throw refusal("backreferences cannot be generated", at: start, advice: Self.advice) }
      if take("<") || take("P<") || take("'") {
        while let scalar = next, scalar != ">", scalar != "'" { place += 1 }
        guard next != nil else { throw refusal("a group's name is never closed", at: start) }
        place += 1
      } else if !take(":" as Unicode.Scalar), !take(">" as Unicode.Scalar) {
        throw refusal(
          "(?\(next.map { String($0) } ?? "") begins nothing that can be generated", at: start,
          advice: "leave flags out, and write upper and lower case as in [Aa]")
      }
    }
    let inner = try alternatives()
    guard take(")" as Unicode.Scalar) else {
      throw refusal("a ( that is never closed", at: start, advice: "write \\( for the character")
    }
    return inner
  }

  private static let advice = "a template can name a field twice: {template: \"{x}-{x}\"}"

  // MARK: Repetition

  private mutating func repeated(_ atom: RegexSyntax, from start: Int) throws(RegexRefusal) -> RegexSyntax {
    var part = atom
    var isFirst = true
    while let bounds = try bounds() {
      guard isFirst else { throw refusal("one repetition behind another", advice: "put the first into ( )") }
      isFirst = false
      // Lazy and possessive: which text is found differs, not which there are.
      if next == "?" || next == "+" { place += 1 }
      part = bounds == (1, 1) ? part : .repetition(part, bounds.0, bounds.1)
    }
    return part
  }

  private mutating func bounds() throws(RegexRefusal) -> (Int, Int)? {
    guard let scalar = next else { return nil }
    switch scalar {
    case "?":
      place += 1
      return (0, 1)
    case "*":
      place += 1
      return (0, openRepeats)
    case "+":
      place += 1
      return (1, 1 + openRepeats)
    case "{":
      // A brace that does not count is a character.
      guard let end = scalars[place...].firstIndex(of: "}") else { return nil }
      let start = place
      var text = ""
      text.unicodeScalars.append(contentsOf: scalars[place + 1..<end])
      let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(\.trimmed)
      guard parts.count <= 2, parts.contains(where: { !$0.isEmpty }),
        parts.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isNumber } })
      else { return nil }
      place = end + 1
      let least = Int(parts[0]) ?? (parts[0].isEmpty ? 0 : .max)
      let most =
        parts.count == 1
        ? least : parts[1].isEmpty ? min(least, .max - openRepeats) + openRepeats : Int(parts[1]) ?? .max
      guard least <= most else { throw refusal("{\(text)}: the first number is above the second", at: start) }
      guard most <= Self.mostRepeats + openRepeats else {
        throw refusal("{\(text)}: more than \(Self.mostRepeats) times", at: start)
      }
      return (least, most)
    default: return nil
    }
  }

  // MARK: Characters

  private mutating func escape() throws(RegexRefusal) -> RegexSyntax? {
    let start = place - 1
    guard let scalar = next else { throw refusal("a \\ at the end", at: start, advice: "write \\\\ for the character") }
    if "bBAzZG".unicodeScalars.contains(scalar) {
      place += 1
      return nil
    }
    if (scalar.value > 0x30 && scalar.value <= 0x39) || scalar == "k" || scalar == "g" {
      throw refusal("backreferences cannot be generated", at: start, advice: Self.advice)
    }
    if let set = try shorthand() { return .characters(set) }
    return .text(String(try character(from: start)))
  }

  /// `\d` and its like, when they follow.
  private mutating func shorthand() throws(RegexRefusal) -> CharacterRanges? {
    let sets: [Unicode.Scalar: CharacterRanges] = [
      "d": .digits, "D": CharacterRanges.digits.others, "w": .word, "W": CharacterRanges.word.others, "s": .blank,
      "S": CharacterRanges.blank.others,
    ]
    guard let scalar = next else { return nil }
    if scalar == "p" || scalar == "P" {
      throw refusal(
        "\\\(scalar){…} cannot be generated", at: place - 1, advice: "name the characters, as in [A-Za-zäöü]")
    }
    guard let set = sets[scalar] else { return nil }
    place += 1
    return set
  }

  /// The character that an escape stands for.
  private mutating func character(from start: Int) throws(RegexRefusal) -> Unicode.Scalar {
    guard let scalar = next else { throw refusal("a \\ at the end", at: start) }
    place += 1
    switch scalar {
    case "n": return "\n"
    case "t": return "\t"
    case "r": return "\r"
    case "f": return "\u{c}"
    case "v": return "\u{b}"
    case "0": return "\0"
    case "e": return "\u{1b}"
    case "x", "u", "U":
      var digits: [Unicode.Scalar] = []
      if take("{" as Unicode.Scalar) {
        while let digit = next, digit != "}" {
          digits.append(digit)
          place += 1
        }
        guard take("}" as Unicode.Scalar) else { throw refusal("\\\(scalar){ is never closed", at: start) }
      } else {
        let width = scalar == "x" ? 2 : scalar == "u" ? 4 : 8
        digits = Array(scalars[place...].prefix(width))
        place += digits.count
        guard digits.count == width else { throw refusal("\\\(scalar) needs \(width) digits", at: start) }
      }
      var text = ""
      text.unicodeScalars.append(contentsOf: digits)
      guard !text.isEmpty, text.count <= 8, let value = UInt32(text, radix: 16), let found = Unicode.Scalar(value)
      else {
        throw refusal("\\\(scalar)\(printable(text)) is no character", at: start)
      }
      return found
    default:
      guard !(scalar.isASCII && scalar.properties.isAlphabetic) else {
        throw refusal(
          "\\\(scalar) means nothing that can be generated", at: start, advice: "leave the \\ out for the letter")
      }
      return scalar
    }
  }

  /// What stands between brackets, of which the first is read.
  private mutating func set() throws(RegexRefusal) -> CharacterRanges {
    let start = place - 1
    let isNegated = take("^" as Unicode.Scalar)
    var ranges = CharacterRanges([])
    var isFirst = true
    while true {
      guard let scalar = next else {
        throw refusal("a [ that is never closed", at: start, advice: "write \\[ for the character")
      }
      if scalar == "]", !isFirst { break }
      isFirst = false
      if take("[:") {
        guard let end = scalars[place...].firstIndex(of: ":"), end + 1 < scalars.count, scalars[end + 1] == "]" else {
          throw refusal("[: is never closed")
        }
        var name = ""
        name.unicodeScalars.append(contentsOf: scalars[place..<end])
        guard let named = CharacterRanges.named[name] else { throw refusal("there is no class [:\(printable(name)):]") }
        place = end + 2
        ranges = ranges.union(named)
        continue
      }
      guard let low = try member(&ranges) else { continue }
      // A hyphen at the end is itself.
      guard next == "-", place + 1 < scalars.count, scalars[place + 1] != "]" else {
        ranges = ranges.union(CharacterRanges([low.value...low.value]))
        continue
      }
      let hyphen = place
      place += 1
      var rest = CharacterRanges([])
      guard let high = try member(&rest), high.value >= low.value else {
        throw refusal("a range that ends before it begins", at: hyphen, advice: "write \\- for the character")
      }
      ranges = ranges.union(CharacterRanges([low.value...high.value]))
    }
    place += 1
    let set = isNegated ? ranges.others : ranges
    guard set.count > 0 else {
      throw refusal(
        "a class without characters", at: start,
        advice: isNegated ? "a negated class stands for printable characters of ASCII" : nil)
    }
    return set
  }

  /// One character of a class; nil for a shorthand, which is added to it.
  private mutating func member(_ ranges: inout CharacterRanges) throws(RegexRefusal) -> Unicode.Scalar? {
    guard let scalar = next else { throw refusal("a [ that is never closed") }
    let start = place
    place += 1
    guard scalar == "\\" else { return scalar }
    if let set = try shorthand() {
      ranges = ranges.union(set)
      return nil
    }
    if take("b" as Unicode.Scalar) { return "\u{8}" }
    return try character(from: start)
  }
}

extension RegexSyntax {
  /// The set that a single character stands for.
  fileprivate var asCharacters: CharacterRanges? {
    switch self {
    case .characters(let set): set
    case .text(let text) where text.unicodeScalars.count == 1: CharacterRanges(text)
    default: nil
    }
  }
}
