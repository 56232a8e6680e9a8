import MillraceCore

/// Letters, and patterns of digits and letters.
let characterGenerators: [GeneratorDescription] = [
  GeneratorDescription(
    "pystr", "random letters: pystr(max_chars=8), pystr(min_chars=5, max_chars=10, prefix=\"X-\")",
    [.integer("min_chars"), .integer("max_chars", 20), .text("prefix", ""), .text("suffix", "")]
  ) { (context) throws(Failure) in
    let most = try context.integer("max_chars", 0...100_000, else: 20)
    let least = context.isGiven("min_chars") ? try context.integer("min_chars", 0...100_000, else: 0) : most
    guard least <= most else { throw context.failure("min_chars=\(least) is above max_chars=\(most)") }
    return LettersGenerator(
      Alphabet.letters, length: least...most, affixes: [context.text("prefix") ?? "", context.text("suffix") ?? ""],
      in: context.arena)
  },
  GeneratorDescription("random_letter", "a letter from a to z or A to Z") { context in
    LettersGenerator(Alphabet.letters, length: 1...1, in: context.arena)
  },
  GeneratorDescription("random_lowercase_letter", "a letter from a to z") { context in
    LettersGenerator(Alphabet.lower, length: 1...1, in: context.arena)
  },
  GeneratorDescription("random_uppercase_letter", "a letter from A to Z") { context in
    LettersGenerator(Alphabet.upper, length: 1...1, in: context.arena)
  },
  GeneratorDescription("random_letters", "several letters: random_letters(length=16)", [.integer("length", 16)]) {
    (context) throws(Failure) in
    let length = try context.integer("length", 0...100_000, else: 16)
    return LettersGenerator(Alphabet.letters, length: length...length, in: context.arena)
  },
  GeneratorDescription("alphanumeric", "letters and digits: alphanumeric(length=10)", [.integer("length", 10)]) {
    (context) throws(Failure) in
    let length = try context.integer("length", 0...100_000, else: 10)
    return LettersGenerator(Alphabet.letters + Alphabet.digits, length: length...length, in: context.arena)
  },
  GeneratorDescription(
    "numerify",
    "a pattern of digits, # any, % from 1 to 9, ! any or none, @ from 1 to 9 or none: numerify(\"INV-%####\")",
    [.text("text", "###")]
  ) { (context) throws(Failure) in
    FilledPatternGenerator(
      try PatternText(context, "text", FilledPattern.numerifyClasses).pattern(in: context.arena))
  },
  GeneratorDescription(
    "lexify", "a pattern of letters: lexify(text=\"??-??\", letters=\"ABC\")",
    [.text("text", "????"), .text("letters", Alphabet.letters)]
  ) { (context) throws(Failure) in
    FilledPatternGenerator(
      try PatternText(context, "text", ["?": try letters(context)]).pattern(in: context.arena))
  },
  GeneratorDescription(
    "bothify", "a pattern of digits and letters: bothify(text=\"??-####\", letters=\"ABC\")",
    [.text("text", "## ??"), .text("letters", Alphabet.letters)]
  ) { (context) throws(Failure) in
    let classes = FilledPattern.numerifyClasses.merging(["?": try letters(context)]) { first, _ in first }
    return FilledPatternGenerator(try PatternText(context, "text", classes).pattern(in: context.arena))
  },
  GeneratorDescription(
    "hexify", "a pattern of hexadecimal digits: hexify(text=\"^^^^-^^^^\", upper=true)",
    [.text("text", "^^^^"), .boolean("upper", false)]
  ) { (context) throws(Failure) in
    let digits = context.boolean("upper") == true ? "0123456789ABCDEF" : "0123456789abcdef"
    return FilledPatternGenerator(
      try PatternText(context, "text", ["^": .one(digits)]).pattern(in: context.arena))
  },
  GeneratorDescription(
    "pystr_format", "a pattern as bothify's with generators in it: pystr_format(\"?#-###{{random_int}}\")",
    [.text("string_format", "?#-###{{random_int}}{{random_letter}}"), .text("letters", Alphabet.letters)]
  ) { (context) throws(Failure) in
    try FormatGenerator(context, letters: try letters(context))
  },
]

private func letters(_ context: GeneratorContext) throws(Failure) -> FilledPattern.CharacterClass {
  let letters = context.text("letters") ?? Alphabet.letters
  guard !letters.isEmpty else { throw context.failure("letters=\"\" has no letter") }
  return .one(letters)
}

/// Characters to draw from.
enum Alphabet {
  static let lower = "abcdefghijklmnopqrstuvwxyz"
  static let upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
  static let letters = lower + upper
  static let digits = "0123456789"
}

/// So many characters of an alphabet.
struct LettersGenerator: CountableGenerator {
  private let alphabet: Constants<UInt8>
  private let length: ClosedRange<Int>
  /// Prefix and suffix.
  private let affixes: TextList
  /// So many characters at the beginning tell unique texts apart.
  private let codeLength: Int
  let count: UInt64

  /// - Parameter alphabet: of ASCII.
  init(
    _ alphabet: String, length: ClosedRange<Int>, affixes: [String] = ["", ""], in arena: Arena
  ) {
    self.alphabet = arena.constants(Array(alphabet.utf8))
    self.length = length
    self.affixes = TextList(affixes, in: arena)
    // Ten of 62 characters are below 2^63.
    codeLength = min(length.lowerBound, 10)
    count = MixedRadix.product(repeatElement(alphabet.utf8.count, count: codeLength))
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    generate(code: 0, of: 0, draft, &random)
  }

  func generate(_ index: UInt64, _ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    generate(code: index, of: codeLength, draft, &random)
  }

  @inline(__always) private func generate(
    code: UInt64, of codeLength: Int, _ draft: RowDraft, _ random: inout RandomStream
  ) -> CellContent {
    let number = random.integer(in: length)
    affixes.append(0, to: draft.text)
    draft.text.reserve(number)
    var code = MixedRadix(code)
    for _ in 0..<codeLength { draft.text.append(alphabet[code.take(alphabet.count)]) }
    // Digits of one random fraction in the alphabet's base, as far as they are even.
    var fraction: UInt64 = 0
    for place in 0..<number - codeLength {
      if place & 7 == 0 { fraction = random.next() }
      let product = fraction.multipliedFullWidth(by: UInt64(alphabet.count))
      fraction = product.low
      draft.text.append(alphabet[Int(truncatingIfNeeded: product.high)])
    }
    affixes.append(1, to: draft.text)
    return .text
  }
}

/// A text some of whose characters are drawn.
struct FilledPattern: Sendable {
  /// What stands for a character of a pattern.
  enum CharacterClass: Sendable {
    case one(String)
    /// One of them, or in half of the cases nothing.
    case maybe(String)
  }

  fileprivate struct Step: BitwiseCopyable {
    /// Among the texts: a literal, or the first of the characters.
    var first: UInt32
    /// Characters; 0: a literal.
    var count: UInt32
    var mayBeMissing: Bool
  }

  private let steps: Constants<Step>
  private let texts: TextList
  /// Steps at the beginning that a number tells apart.
  private let codeSteps: Int
  /// How many different texts there are, as far as they can be counted; 0 when different choices make the same text.
  let count: UInt64

  static let numerifyClasses: [Character: CharacterClass] = [
    "#": .one("0123456789"), "%": .one("123456789"), "!": .maybe("0123456789"), "@": .maybe("123456789"),
  ]

  fileprivate init(_ steps: [Step], _ texts: [String], in arena: Arena) {
    self.steps = arena.constants(steps)
    self.texts = TextList(texts, in: arena)
    var (product, length): (UInt64, Int) = (1, 0)
    for step in steps {
      let (next, overflow) = product.multipliedReportingOverflow(by: UInt64(max(1, step.count)))
      if overflow || next > 1 << 63 { break }
      (product, length) = (next, length + 1)
    }
    codeSteps = length
    count = steps.contains(where: \.mayBeMissing) ? 0 : product
  }

  @inline(__always) func append(to text: ByteBuffer, _ random: inout RandomStream) {
    for index in 0..<steps.count { append(steps[index], to: text, &random) }
  }

  func append(_ code: UInt64, to text: ByteBuffer, _ random: inout RandomStream) {
    var code = MixedRadix(code)
    for index in 0..<codeSteps {
      let step = steps[index]
      texts.append(Int(step.first) + (step.count > 1 ? code.take(Int(step.count)) : 0), to: text)
    }
    for index in codeSteps..<steps.count { append(steps[index], to: text, &random) }
  }

  @inline(__always) private func append(_ step: Step, to text: ByteBuffer, _ random: inout RandomStream) {
    if step.count == 0 { return texts.append(Int(step.first), to: text) }
    if step.mayBeMissing, random.next() >> 63 == 1 { return }
    texts.append(Int(step.first) + random.below(Int(step.count)), to: text)
  }
}

/// A pattern that is taken apart.
struct PatternText {
  private var steps: [FilledPattern.Step] = []
  private var texts: [String] = []
  private var known: [Character: (first: UInt32, count: UInt32, mayBeMissing: Bool)] = [:]

  static let longest = 10_000

  /// Of an argument.
  init(
    _ context: GeneratorContext, _ argument: String, _ classes: [Character: FilledPattern.CharacterClass]
  ) throws(Failure) {
    let text = context.text(argument) ?? ""
    guard text.utf8.count <= Self.longest else {
      throw context.failure("\(argument): a pattern of \(text.utf8.count) bytes, where \(Self.longest) are possible")
    }
    self.init(text[...], classes)
  }

  init(_ text: Substring, _ classes: [Character: FilledPattern.CharacterClass]) {
    var literal = ""
    for character in text {
      guard let kind = classes[character] else {
        literal.append(character)
        continue
      }
      add(&literal)
      let own = known[character] ?? add(kind)
      known[character] = own
      steps.append(FilledPattern.Step(first: own.first, count: own.count, mayBeMissing: own.mayBeMissing))
    }
    add(&literal)
  }

  func pattern(in arena: Arena) -> FilledPattern { FilledPattern(steps, texts, in: arena) }

  private mutating func add(_ literal: inout String) {
    if literal.isEmpty { return }
    steps.append(FilledPattern.Step(first: UInt32(texts.count), count: 0, mayBeMissing: false))
    texts.append(literal)
    literal = ""
  }

  private mutating func add(
    _ kind: FilledPattern.CharacterClass
  ) -> (first: UInt32, count: UInt32, mayBeMissing: Bool) {
    let first = UInt32(texts.count)
    let (characters, mayBeMissing) =
      switch kind {
      case .one(let characters): (characters, false)
      case .maybe(let characters): (characters, true)
      }
    // The same character twice would make the same text of different numbers.
    var seen: Set<Character> = []
    texts += characters.filter { seen.insert($0).inserted }.map { String($0) }
    return (first, UInt32(texts.count) - first, mayBeMissing)
  }
}

/// A pattern alone.
struct FilledPatternGenerator: CountableGenerator {
  private let pattern: FilledPattern

  init(_ pattern: FilledPattern) { self.pattern = pattern }

  var count: UInt64 { pattern.count }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    pattern.append(to: draft.text, &random)
    return .text
  }

  func generate(_ index: UInt64, _ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    pattern.append(index, to: draft.text, &random)
    return .text
  }
}

/// Patterns with generators between them.
struct FormatGenerator: Generator {
  private enum Part: Sendable {
    case pattern(FilledPattern)
    case generator(GeneratorReference)
  }

  private let parts: [Part]

  init(_ context: GeneratorContext, letters: FilledPattern.CharacterClass) throws(Failure) {
    let format = context.text("string_format") ?? ""
    guard format.utf8.count <= PatternText.longest else {
      throw context.failure(
        "string_format: a pattern of \(format.utf8.count) bytes, where \(PatternText.longest) are possible")
    }
    let classes = FilledPattern.numerifyClasses.merging(["?": letters]) { first, _ in first }
    var parts: [Part] = []
    var rest = format[...]
    var literal = ""
    func close() {
      if !literal.isEmpty { parts.append(.pattern(PatternText(literal[...], classes).pattern(in: context.arena))) }
      literal = ""
    }
    while let character = rest.first {
      guard rest.hasPrefix("{{") else {
        literal.append(character)
        rest.removeFirst()
        continue
      }
      let inner = rest.dropFirst(2)
      guard let end = inner.firstIndex(of: "}"), inner[end...].hasPrefix("}}") else {
        throw context.failure("string_format: a {{ that is never closed")
      }
      close()
      let generator = try context.make(.string(String(inner[..<end].trimmed)), part: "part \(parts.count)")
      parts.append(.generator(context.arena.reference(to: generator)))
      rest = inner[end...].dropFirst(2)
    }
    close()
    self.parts = parts
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    for part in parts {
      switch part {
      case .pattern(let pattern): pattern.append(to: draft.text, &random)
      case .generator(let generator): _ = generator.generate(draft, &random)
      }
    }
    return .text
  }
}
