import MillraceCore

/// Learns texts: as categories where they are such, and how to make others like them where they name things or tell tales.
struct TextLearner {
  let sample: SampleColumn
  let options: LearningOptions

  /// Texts are tales from so many words on average on.
  private static let wordsOfTale = 6

  /// - Parameters:
  ///   - texts: Indexes of the sample's values.
  ///   - rows: that have a value.
  /// - Returns: the type, in words.
  func learn(_ texts: [Int], rows: Int, into drawer: inout OutcomeDrawer) -> String {
    let values = texts.map { sample.values[$0] }
    let textRows = values.reduce(0) { $0 + $1.count }
    let isUnique = textRows == texts.count && textRows > 1
    // Three names of three people are names; three words of a table of three rows may be anything, and are made up as well.
    if isUnique, textRows >= 3 || options.k != nil, values.allSatisfy({ $0.kind == .text }), !isTale(values) {
      let finder = IdentifierFinder(sample: sample)
      drawer.add(.made(finder.recipe(ofTexts: texts, isUnique: true, leastCount: options.leastCount)), values: texts)
      return "identifier"
    }
    if isTale(values), texts.count * 2 > textRows {
      drawer.add(
        .made(
          TextRecipe(kind: .words(WordRecipe(of: texts, in: sample, leastCount: options.leastCount)), isUnique: false)),
        values: texts)
      return "text"
    }
    if isPattern(values), texts.count * 2 > textRows {
      let finder = IdentifierFinder(sample: sample)
      drawer.add(.made(finder.recipe(ofTexts: texts, isUnique: false, leastCount: options.leastCount)), values: texts)
      return "identifier"
    }
    addCategories(texts, into: &drawer)
    return "category"
  }

  private func addCategories(_ texts: [Int], into drawer: inout OutcomeDrawer) {
    let ordered = texts.sorted { (-sample.values[$0].count, $0) < (-sample.values[$1].count, $1) }
    var rare: [Int] = []
    var names: Set<String> = []
    var tales: [Int] = []
    for index in ordered {
      let value = sample.values[index]
      if value.count < options.leastCount {
        rare.append(index)
      } else if value.isLong {
        tales.append(index)
      } else {
        let text = sample.string(of: value)
        names.insert(text)
        drawer.add(value.kind == .json ? .json(text) : .text(text), values: [index])
      }
    }
    if !tales.isEmpty {
      let recipe = WordRecipe(of: tales, in: sample, leastCount: options.leastCount)
      drawer.add(.made(TextRecipe(kind: .words(recipe), isUnique: false)), values: tales)
    }
    guard !rare.isEmpty else { return }
    var (name, number) = ("other", 2)
    while names.contains(name) || rare.contains(where: { sample.string(of: sample.values[$0]) == name }) {
      (name, number) = ("other_\(number)", number + 1)
    }
    drawer.add(.text(name), values: rare)
  }

  private func isTale(_ values: [SampleColumn.Value]) -> Bool {
    guard !values.isEmpty else { return false }
    if values.allSatisfy(\.isLong) { return true }
    var spaces = 0
    for value in values.prefix(1000) {
      unsafe spaces += sample.bytes(of: value).reduce(0) { $0 + ($1 == 0x20 ? 1 : 0) }
    }
    return spaces >= (Self.wordsOfTale - 1) * min(values.count, 1000)
  }

  /// Codes, telephone numbers: nearly all have digits, and their shapes are few.
  private func isPattern(_ values: [SampleColumn.Value]) -> Bool {
    guard values.count >= 20, values.allSatisfy({ $0.kind == .text && !$0.isLong }) else { return false }
    var shapes: Set<[UInt8]> = []
    var withDigits = 0
    for value in values {
      let shape = unsafe sample.bytes(of: value).map(CharacterClass.of)
      if shape.contains(0x30) { withDigits += 1 }
      shapes.insert(shape)
      if shapes.count > 16 { return false }
    }
    return withDigits * 20 >= values.count * 19
  }
}

/// What a character may be replaced by.
enum CharacterClass {
  /// One character for all of its class: a digit, a capital, a small letter; any other stands for itself.
  static func of(_ byte: UInt8) -> UInt8 {
    switch byte {
    case 0x30...0x39: 0x30
    case 0x41...0x5a: 0x41
    case 0x61...0x7a: 0x61
    default: byte
    }
  }

  /// One character for all digits and letters.
  static func ofCode(_ byte: UInt8) -> UInt8 { all(like: byte).count > 1 ? 0x30 : byte }

  /// A digit, a letter from a to f, or what stands between them.
  static func mayBeHexadecimal(_ byte: UInt8) -> Bool {
    switch byte | 0x20 {
    case 0x61...0x66: true
    case 0x67...0x7a: false
    default: byte < 0x80
    }
  }

  static func all(like byte: UInt8, isHexadecimal: Bool = false) -> [UInt8] {
    switch byte {
    case 0x30...0x39: Array(0x30...0x39)
    case 0x41...0x5a: Array(0x41...(isHexadecimal ? 0x46 : 0x5a))
    case 0x61...0x7a: Array(0x61...(isHexadecimal ? 0x66 : 0x7a))
    default: [byte]
    }
  }
}
