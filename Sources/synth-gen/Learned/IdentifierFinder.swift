import MillraceCore

/// Finds out how the names of things in a column are made: numbers in a row, numbers of a range, codes, words.
struct IdentifierFinder {
  let sample: SampleColumn

  /// Fewer numbers that are all different may be so by chance.
  private static let leastNumbers = 8

  // MARK: Numbers

  /// - Returns: nil for numbers that measure or count something.
  func recipe(ofNumbers numbers: [NumberValue], rows: Int) -> TextRecipe? {
    guard numbers.count == rows, rows >= Self.leastNumbers, numbers.allSatisfy({ $0.number.writtenDecimals == 0 })
    else {
      return nil
    }
    // In the order of the rows, since each value has one.
    let values = numbers.map(\.number.digits)
    guard let low = values.min(), let high = values.max(), high > low else { return nil }
    let hint = NameHint(sample.name)
    if hint == .moment { return nil }
    let step = values[1] - values[0]
    let isSequence = zip(values, values.dropFirst()).allSatisfy { $1 - $0 == step } && step > 0
    if isSequence, low == 0 || low == 1 || hint == .identifier {
      let sequence = TextRecipe.Kind.sequence(prefix: "", first: low, step: step, width: 1, suffix: "")
      return TextRecipe(kind: sequence, isUnique: true)
    }
    let range = Double(high) - Double(low) + 1
    // So many numbers of the range would hardly be all different by chance: the birthday problem.
    let expectedPairs = Double(rows) * Double(rows) / 2 / range
    let isYears = low >= 1500 && high <= 2200
    guard hint == .identifier || (expectedPairs > 3 && !isYears && !isSequence) else { return nil }
    return TextRecipe(kind: .integers(low: low, high: high), isUnique: true)
  }

  /// What a column's name says of it.
  private enum NameHint {
    case identifier, moment, nothing

    init(_ name: String) {
      // Words as in user_id, userId, User-ID.
      var words: [String] = []
      var word = ""
      var wasLower = false
      for character in name {
        guard character.isLetter else {
          words.append(word)
          word = ""
          continue
        }
        if character.isUppercase, wasLower {
          words.append(word)
          word = ""
        }
        wasLower = character.isLowercase
        word += character.lowercased()
      }
      words.append(word)
      let identifiers: Set<String> = [
        "id", "ids", "key", "code", "cod", "no", "nr", "num", "number", "index", "idx", "uid", "guid", "ref", "serial",
        "rownames",
        "rowname", "unnamed",
      ]
      let moments: Set<String> = [
        "year", "years", "yr", "month", "week", "day", "date", "time", "hour", "quarter", "period",
      ]
      self =
        words.contains(where: moments.contains)
        ? .moment : words.contains(where: identifiers.contains) ? .identifier : .nothing
    }
  }

  // MARK: Texts

  /// - Parameters:
  ///   - texts: Indexes of the sample's values; at least one.
  ///   - leastCount: What fewer texts have in common is not told.
  func recipe(ofTexts texts: [Int], isUnique: Bool, leastCount: Int) -> TextRecipe {
    let short = texts.filter { !sample.values[$0].isLong && sample.values[$0].length <= 64 }
    if short.count == texts.count {
      let bytes = texts.map { unsafe Array(sample.bytes(of: sample.values[$0])) }
      if isUnique, let sequence = sequence(bytes) { return TextRecipe(kind: sequence, isUnique: true) }
      if let shapes = shapes(bytes, leastCount: max(leastCount, 2), isUnique: isUnique) {
        return TextRecipe(kind: .shapes(shapes), isUnique: isUnique)
      }
    }
    return TextRecipe(kind: .words(WordRecipe(of: texts, in: sample, leastCount: leastCount)), isUnique: isUnique)
  }

  /// Such as ORD-0001, ORD-0002 …
  private func sequence(_ texts: [[UInt8]]) -> TextRecipe.Kind? {
    guard texts.count >= Self.leastNumbers, let first = texts.first else { return nil }
    // The last run of digits counts.
    guard let lastDigit = first.lastIndex(where: { isDigit($0) }) else { return nil }
    let start = first[..<lastDigit].lastIndex { !isDigit($0) }.map { $0 + 1 } ?? 0
    let (prefix, suffix) = (Array(first[..<start]), Array(first[(lastDigit + 1)...]))
    guard lastDigit - start < 17, isText(prefix), isText(suffix) else { return nil }
    var numbers: [Int] = []
    var isPadded = false
    for text in texts {
      guard text.starts(with: prefix), text.count > prefix.count + suffix.count,
        text.suffix(suffix.count) == suffix[...]
      else {
        return nil
      }
      let digits = text[prefix.count..<(text.count - suffix.count)]
      guard digits.count <= 17, digits.allSatisfy({ isDigit($0) }) else { return nil }
      if digits.first == 0x30, digits.count > 1 { isPadded = true }
      numbers.append(digits.reduce(0) { $0 * 10 + Int($1) - 0x30 })
    }
    let step = numbers[1] - numbers[0]
    guard step > 0, zip(numbers, numbers.dropFirst()).allSatisfy({ $1 - $0 == step }) else { return nil }
    return .sequence(
      prefix: String(decoding: prefix, as: UTF8.self), first: numbers[0], step: step,
      width: isPadded ? lastDigit - start + 1 : 1, suffix: String(decoding: suffix, as: UTF8.self))
  }

  /// Codes of few shapes; nil when the texts are words.
  private func shapes(_ texts: [[UInt8]], leastCount: Int, isUnique: Bool) -> [TextShape]? {
    var groups = Dictionary(grouping: texts.indices) { texts[$0].map(CharacterClass.of) }
    if groups.count > max(8, texts.count / 8) {
      // Digits and letters in any order, as in a UUID.
      groups = Dictionary(grouping: texts.indices) { texts[$0].map(CharacterClass.ofCode) }
    }
    // Many shapes, or long runs of letters without a digit: words.
    let withDigits = texts.count { text in text.contains { isDigit($0) } }
    let isShort = texts.allSatisfy { $0.count <= 5 }
    guard groups.count <= max(8, texts.count / 8), groups.count <= 64, withDigits * 2 > texts.count || isShort,
      texts.allSatisfy({ $0.allSatisfy { $0 < 0x80 } })
    else { return nil }
    let ordered = groups.values.sorted { (-$0.count, $0[0]) < (-$1.count, $1[0]) }
    var shapes: [TextShape] = []
    for group in ordered {
      let first = texts[group[0]]
      let positions = first.indices.map { place in
        characters(at: place, of: group, texts, leastCount: leastCount)
      }
      shapes.append(TextShape(weight: Double(group.count), positions: positions))
    }
    // A code that must be unique needs more of them than there are rows.
    guard isUnique else { return shapes }
    for index in shapes.indices where shapes[index].count < 4 * Double(ordered[index].count) {
      shapes[index].positions = texts[ordered[index][0]].map { CharacterClass.all(like: $0) }
    }
    return shapes
  }

  /// The characters that stand there in texts of a shape: those of the sample where they are well known, else all of their
  /// class.
  private func characters(at place: Int, of group: [Int], _ texts: [[UInt8]], leastCount: Int) -> [UInt8] {
    var counts = Array(repeating: 0, count: 256)
    for index in group { counts[Int(texts[index][place])] += 1 }
    let seen = (0..<256).filter { counts[$0] > 0 }
    let isKnown = group.count >= 20 && seen.count * 5 <= group.count && seen.allSatisfy { counts[$0] >= leastCount }
    if isKnown { return seen.map { UInt8($0) } }
    // All of the classes that stand there: only a to f where no other letter does.
    let isHexadecimal = group.allSatisfy { texts[$0].allSatisfy(CharacterClass.mayBeHexadecimal) }
    let classes = seen.flatMap { CharacterClass.all(like: UInt8($0), isHexadecimal: isHexadecimal) }
    return Set(classes).sorted()
  }

  private func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

  private func isText(_ bytes: [UInt8]) -> Bool { String(validating: bytes, as: UTF8.self) != nil }
}

extension TextShape {
  /// How many texts there are of this shape.
  var count: Double { positions.reduce(1) { $0 * Double($1.count) } }
}
