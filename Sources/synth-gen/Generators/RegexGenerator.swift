import MillraceCore

/// Texts of regular expressions.
let regexGenerators: [GeneratorDescription] = [
  GeneratorDescription(
    "regex",
    "a text that matches a pattern: regex(\"[A-Z]{2}-\\d{4}\"); * and + repeat at most max_repeat times more than needed",
    [.text("pattern"), .integer("max_repeat", 8)]
  ) { (context) throws(Failure) in
    try RegexGenerator(context)
  }
]

/// Texts that match a regular expression: each alternative, and each number of repetitions, is as likely as the others.
struct RegexGenerator: CountableGenerator {
  private enum Kind: BitwiseCopyable {
    case text, characters, sequence, alternatives, repetition
  }

  /// A part of the expression.
  private struct Step: BitwiseCopyable {
    var kind: Kind
    /// Of the text, the ranges, or the parts.
    var first: UInt32 = 0
    var count: UInt32 = 0
    var least: UInt32 = 0
    var most: UInt32 = 0
    /// In how many ways it can be gone through; of characters how many there are.
    var possibilities: UInt64
  }

  private struct Range: BitwiseCopyable {
    var low: UInt32
    var count: UInt32
  }

  private let steps: Constants<Step>
  private let parts: Constants<UInt32>
  private let ranges: Constants<Range>
  private let texts: TextList
  private let root: Int
  let count: UInt64

  init(_ context: GeneratorContext) throws(Failure) {
    guard let pattern = context.text("pattern") else { throw context.failure("it needs a pattern") }
    let openRepeats = try context.integer("max_repeat", 1...1000, else: 8)
    let syntax: RegexSyntax
    do throws(RegexRefusal) {
      syntax = try RegexParser.parse(pattern, openRepeats: openRepeats)
    } catch {
      throw context.failure(error.message, advice: error.advice)
    }
    if context.spec.isUnique {
      let shown = printable(String(pattern.prefix(80)))
      switch RegexAmbiguity.isAmbiguous(syntax) {
      case false?: break
      case true?:
        throw context.failure(
          "different ways through \"\(shown)\" lead to the same text, so that its texts cannot be counted",
          advice: "let its alternatives begin with different characters, or leave unique out")
      case nil:
        throw context.failure(
          "\"\(shown)\" is too large to see whether its texts can be counted",
          advice: "make its repetitions fewer, or leave unique out")
      }
    }
    self.init(syntax, in: context.arena)
  }

  init(_ syntax: RegexSyntax, in arena: Arena) {
    var builder = Builder()
    root = builder.add(syntax)
    steps = arena.constants(builder.steps)
    parts = arena.constants(builder.parts)
    ranges = arena.constants(builder.ranges)
    texts = TextList(builder.texts, in: arena)
    count = syntax.possibilities
  }

  private struct Builder {
    var steps: [Step] = []
    var parts: [UInt32] = []
    var ranges: [Range] = []
    var texts: [String] = []

    mutating func add(_ syntax: RegexSyntax) -> Int {
      var step: Step
      switch syntax {
      case .text(let text):
        step = Step(kind: .text, first: UInt32(texts.count), possibilities: 1)
        texts.append(text)
      case .characters(let set):
        step = Step(
          kind: .characters, first: UInt32(ranges.count), count: UInt32(set.ranges.count),
          possibilities: UInt64(set.count))
        ranges += set.ranges.map { Range(low: $0.lowerBound, count: UInt32($0.count)) }
      case .sequence(let own): step = add(own, .sequence, syntax.possibilities)
      case .alternatives(let own): step = add(own, .alternatives, syntax.possibilities)
      case .repetition(let own, let least, let most):
        step = add([own], .repetition, syntax.possibilities)
        step.least = UInt32(least)
        step.most = UInt32(most)
      }
      steps.append(step)
      return steps.count - 1
    }

    private mutating func add(_ own: [RegexSyntax], _ kind: Kind, _ possibilities: UInt64) -> Step {
      let numbers = own.map { UInt32(add($0)) }
      parts += numbers
      return Step(
        kind: kind, first: UInt32(parts.count - numbers.count), count: UInt32(numbers.count),
        possibilities: possibilities)
    }
  }

  // MARK: By chance

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    append(root, to: draft.text, &random)
    return .text
  }

  private func append(_ number: Int, to text: ByteBuffer, _ random: inout RandomStream) {
    let step = steps[number]
    switch step.kind {
    case .text: texts.append(Int(step.first), to: text)
    case .characters: append(character: random.below(step.possibilities), of: step, to: text)
    case .sequence:
      for part in step.first..<step.first + step.count { append(Int(parts[Int(part)]), to: text, &random) }
    case .alternatives:
      append(Int(parts[Int(step.first) + random.below(Int(step.count))]), to: text, &random)
    case .repetition:
      let part = Int(parts[Int(step.first)])
      let times = Int(step.least) + (step.most > step.least ? random.below(Int(step.most - step.least) + 1) : 0)
      for _ in 0..<times { append(part, to: text, &random) }
    }
  }

  private func append(character index: UInt64, of step: Step, to text: ByteBuffer) {
    var rest = UInt32(truncatingIfNeeded: index)
    var place = Int(step.first)
    while rest >= ranges[place].count {
      rest -= ranges[place].count
      place += 1
    }
    text.append(scalar: ranges[place].low + rest)
  }

  // MARK: By number

  /// An expression of more than 2^63 ways: the number decides on the first of them, and chance on the rest.
  func generate(_ index: UInt64, _ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    append(root, index, to: draft.text, &random)
    return .text
  }

  /// - Parameter index: below the step's possibilities.
  private func append(_ number: Int, _ index: UInt64, to text: ByteBuffer, _ random: inout RandomStream) {
    let step = steps[number]
    switch step.kind {
    case .text: texts.append(Int(step.first), to: text)
    case .characters: append(character: index, of: step, to: text)
    case .sequence:
      var rest = index
      var capacity: UInt64 = 1
      for part in step.first..<step.first + step.count {
        append(Int(parts[Int(part)]), &rest, &capacity, to: text, &random)
      }
    case .alternatives:
      var rest = index
      for part in step.first..<step.first + step.count {
        let own = steps[Int(parts[Int(part)])].possibilities
        if rest < own || part == step.first + step.count - 1 {
          return append(Int(parts[Int(part)]), rest, to: text, &random)
        }
        rest -= own
      }
    case .repetition:
      let part = Int(parts[Int(step.first)])
      let own = steps[part].possibilities
      var power: UInt64 = 1
      for _ in 0..<step.least where power < RegexSyntax.limit && own > 1 { power = RegexSyntax.product(power, own) }
      var (times, rest) = (step.least, index)
      while rest >= power, times < step.most {
        rest -= power
        power = RegexSyntax.product(power, own)
        times += 1
      }
      var capacity: UInt64 = 1
      for _ in 0..<times { append(part, &rest, &capacity, to: text, &random) }
    }
  }

  /// Appends a part with the part of the number that it takes; by chance once all of the number is used.
  private func append(
    _ part: Int, _ rest: inout UInt64, _ capacity: inout UInt64, to text: ByteBuffer, _ random: inout RandomStream
  ) {
    if capacity >= RegexSyntax.limit { return append(part, to: text, &random) }
    let own = steps[part].possibilities
    let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: own)
    append(part, remainder, to: text, &random)
    rest = quotient
    capacity = RegexSyntax.product(capacity, own)
  }
}

extension ByteBuffer {
  /// A character in UTF-8.
  func append(scalar value: UInt32) {
    func tail(_ shift: UInt32) -> UInt8 { UInt8(truncatingIfNeeded: 0x80 | (value >> shift & 0x3f)) }
    switch value {
    case 0..<0x80: append(UInt8(truncatingIfNeeded: value))
    case 0x80..<0x800:
      append(UInt8(truncatingIfNeeded: 0xc0 | value >> 6))
      append(tail(0))
    case 0x800..<0x10000:
      append(UInt8(truncatingIfNeeded: 0xe0 | value >> 12))
      append(tail(6))
      append(tail(0))
    default:
      append(UInt8(truncatingIfNeeded: 0xf0 | value >> 18))
      append(tail(12))
      append(tail(6))
      append(tail(0))
    }
  }
}
