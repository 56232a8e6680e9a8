import MillraceCore

/// Numbers and truth values as Faker names them.
let fakerNumberGenerators: [GeneratorDescription] = [
  GeneratorDescription(
    "random_int", "whole numbers, each as likely: random_int(min=1, max=100)",
    [.integer("min", 0), .integer("max", 9999), .integer("step", 1)]
  ) { (context) throws(Failure) in try GridGenerator(context, from: "min", to: "max") },
  GeneratorDescription(
    "pyint", "whole numbers, each as likely: pyint(min_value=1, max_value=100, step=5)",
    [.integer("min_value", 0), .integer("max_value", 9999), .integer("step", 1)]
  ) { (context) throws(Failure) in try GridGenerator(context, from: "min_value", to: "max_value") },
  GeneratorDescription(
    "random_number", "whole numbers of up to so many digits: random_number(digits=4, fix_len=true)",
    [.integer("digits"), .boolean("fix_len", false)]
  ) { (context) throws(Failure) in
    let isFixed = context.boolean("fix_len") ?? false
    guard context.isGiven("digits") else { return DigitsGenerator(left: 1...9, hasLeadingZeros: !isFixed) }
    let digits = try context.integer("digits", 0...18, else: 9)
    let power = Int(ByteBuffer.wholePowerOfTen(digits))
    return GridGenerator(from: isFixed && digits > 0 ? power / 10 : 0, through: max(0, power - 1))
  },
  GeneratorDescription("random_digit", "a digit from 0 to 9") { _ in GridGenerator(from: 0, through: 9) },
  GeneratorDescription("random_digit_not_null", "a digit from 1 to 9") { _ in GridGenerator(from: 1, through: 9) },
  GeneratorDescription("random_digit_above_two", "a digit from 2 to 9") { _ in GridGenerator(from: 2, through: 9) },
  GeneratorDescription("random_digit_or_empty", "a digit from 0 to 9, or in half of the rows nothing") { context in
    NullableGenerator(rate: 0.5, generator: context.arena.reference(to: GridGenerator(from: 0, through: 9)))
  },
  GeneratorDescription("random_digit_not_null_or_empty", "a digit from 1 to 9, or in half of the rows nothing") {
    context in
    NullableGenerator(rate: 0.5, generator: context.arena.reference(to: GridGenerator(from: 1, through: 9)))
  },
  GeneratorDescription(
    "pyfloat", "numbers of a range, each as likely: pyfloat(min_value=0.5, max_value=99.99, right_digits=2)", decimals
  ) { (context) throws(Failure) in
    try decimalNumbers(context, negativeWhenNotPositive: false)
  },
  GeneratorDescription(
    "pydecimal", "decimal numbers of a range: pydecimal(min_value=1, max_value=500, right_digits=2)", decimals
  ) { (context) throws(Failure) in
    try decimalNumbers(context, negativeWhenNotPositive: true)
  },
  GeneratorDescription(
    "amount", "amounts of money: amount(min=5, max=500, dec=2)",
    [.number("min", 0), .number("max", 1000), .integer("dec", 2)]
  ) { (context) throws(Failure) in
    let decimals = try context.integer("dec", 0...15, else: 2)
    return try GridGenerator(
      from: context.number("min") ?? 0, through: context.number("max") ?? 1000, decimals: decimals, context)
  },
  GeneratorDescription(
    "boolean", "true or false: boolean(chance_of_getting_true=75)", [.number("chance_of_getting_true", 50)]
  ) { (context) throws(Failure) in
    try BooleanGenerator(context, percent: "chance_of_getting_true")
  },
  GeneratorDescription("pybool", "true or false: pybool(truth_probability=75)", [.number("truth_probability", 50)]) {
    (context) throws(Failure) in try BooleanGenerator(context, percent: "truth_probability")
  },
  GeneratorDescription("null_boolean", "true, false or nothing") { context in
    NullableGenerator(rate: 1.0 / 3, generator: context.arena.reference(to: BooleanGenerator()))
  },
]

private let decimals: [GeneratorDescription.Parameter] = [
  .integer("left_digits"), .integer("right_digits"), .boolean("positive"), .number("min_value"), .number("max_value"),
]

/// Numbers of a range, on a grid of as many decimals as are wanted; without a range numbers of so many digits.
///
/// - Parameter negativeWhenNotPositive: what `positive=False` means; otherwise both signs.
private func decimalNumbers(
  _ context: GeneratorContext, negativeWhenNotPositive: Bool
) throws(Failure) -> any Generator {
  let positive = context.boolean("positive")
  let left = context.isGiven("left_digits") ? try context.integer("left_digits", 0...100, else: 0) : nil
  let right = context.isGiven("right_digits") ? try context.integer("right_digits", 0...100, else: 0) : nil
  if left == 0, right == 0 { throw context.failure("left_digits=0 and right_digits=0 leave no digits") }
  var (low, high) = (context.number("min_value"), context.number("max_value"))
  guard low != nil || high != nil else {
    let sign: DigitsGenerator.Sign =
      positive == true ? .positive : positive == false && negativeWhenNotPositive ? .negative : .any
    return DigitsGenerator(
      left: left.map { $0...$0 } ?? 1...(right.map { max(1, 15 - $0) } ?? 14), right: right, isDecimal: true,
      sign: sign)
  }
  if positive == true, let low, low <= 0 { throw context.failure("positive=true, and min_value=\(low)") }
  if positive == true, let high, high <= 0 { throw context.failure("positive=true, and max_value=\(high)") }
  if let left, let reach = [low, high].compactMap({ $0 }).map({ abs($0) }).max(), left < 15,
    reach > ByteBuffer.powersOfTen[left]
  {
    throw context.failure("left_digits=\(left) are too few for the range")
  }
  // As far as the digits in front of the point go, else as far as Faker goes.
  let span = left.map { ByteBuffer.powersOfTen[min($0, 15)] } ?? 9999
  low = low ?? high.map { positive == true ? max(0, $0 - span) : $0 - span }
  high = high ?? low.map { $0 + span }
  guard let low, let high else { return DigitsGenerator(left: 1...9) }
  // As many decimals as a double tells apart.
  let magnitude = max(abs(low), abs(high), 1)
  let whole = ByteBuffer.powersOfTen.firstIndex { $0 > magnitude } ?? 15
  let digits = min(right ?? 15, 15, max(0, 15 - whole))
  if positive == true, low == 0 {
    return try GridGenerator(from: 1 / ByteBuffer.powersOfTen[digits], through: high, decimals: digits, context)
  }
  return try GridGenerator(from: low, through: high, decimals: digits, context)
}

/// Numbers in equal steps, each as likely.
struct GridGenerator: NumberedGenerator, QuantileGenerator {
  /// In units of the last decimal.
  private let first: Int
  private let step: Int
  private let decimals: Int
  /// 10 to the power of `decimals`.
  private let scale: Double
  let count: UInt64

  /// Whole numbers.
  init(from first: Int, through last: Int, step: Int = 1) {
    self.first = first
    self.step = step
    (decimals, scale) = (0, 1)
    count = UInt64((last - first) / step) + 1
  }

  init(_ context: GeneratorContext, from: String, to: String) throws(Failure) {
    let limit = 1 << 60
    let step = try context.integer("step", 1...limit, else: 1)
    let first = try context.integer(from, -limit...limit, else: 0)
    let last = try context.integer(to, -limit...limit, else: 9999)
    guard first <= last else { throw context.failure("\(from)=\(first) is above \(to)=\(last)") }
    self.init(from: first, through: last, step: step)
  }

  init(
    from low: Double, through high: Double, decimals: Int, _ context: GeneratorContext
  ) throws(Failure) {
    guard low <= high else { throw context.failure("its least value \(low) is above its greatest \(high)") }
    let scale = ByteBuffer.powersOfTen[decimals]
    // A bound such as 0.07 is a little off: what rounds to the bound is the bound.
    func onGrid(_ value: Double, _ rule: FloatingPointRoundingRule) -> Double {
      let nearest = (value * scale).rounded()
      return nearest / scale == value ? nearest : (value * scale).rounded(rule)
    }
    let (first, last) = (onGrid(low, .up), onGrid(high, .down))
    guard first <= last else {
      throw context.failure("no number with \(counted(decimals, "decimal")) lies between \(low) and \(high)")
    }
    guard abs(first) < 0x1p60, abs(last) < 0x1p60 else { throw context.failure("numbers of more than 18 digits") }
    self.first = Int(first)
    step = 1
    (self.decimals, self.scale) = (decimals, scale)
    count = UInt64(Int(last) - Int(first)) + 1
  }

  func generate(_ index: UInt64, _ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    append(index, draft)
  }

  func generate(at probability: Double, _ draft: RowDraft) -> CellContent {
    append(min(count - 1, UInt64(probability * Double(count))), draft)
  }

  @inline(__always) private func append(_ index: UInt64, _ draft: RowDraft) -> CellContent {
    let value = first &+ Int(truncatingIfNeeded: index) &* step
    draft.text.append(scaled: value, decimals: decimals)
    if decimals == 0 { return CellContent(.integer, Double(value)) }
    return CellContent(.number, Double(value) / scale)
  }
}

/// Numbers of so many digits, each as likely.
struct DigitsGenerator: Generator {
  enum Sign: Sendable {
    case positive, negative, any
  }

  /// In front of the point: how many, each number of them as likely.
  var left: ClosedRange<Int>
  /// Behind it; nil for as many as a double has besides.
  var right: Int? = 0
  var isDecimal = false
  var sign = Sign.positive
  /// Whether a number may have fewer digits than was drawn.
  var hasLeadingZeros = true

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    let start = draft.text.count
    let isNegative = sign == .negative || sign == .any && random.next() >> 63 == 1
    if isNegative { draft.text.append(UInt8(ascii: "-")) }
    let leftDigits = random.integer(in: left)
    var value = appendDigits(leftDigits, isWhole: true, draft, &random)
    var decimals = 0
    if isDecimal {
      decimals = right ?? 1 + random.below(max(1, 15 - leftDigits))
      if decimals > 0 {
        draft.text.append(UInt8(ascii: "."))
        let fraction = appendDigits(decimals, isWhole: false, draft, &random)
        value += fraction / pow10(decimals)
      }
    }
    if isNegative, value == 0 {
      // There is no -0.
      draft.text.count = start
      draft.text.append(UInt8(ascii: "0"))
      return CellContent(decimals > 0 ? .number : .integer, 0)
    }
    return CellContent(decimals > 0 ? .number : .integer, isNegative ? -value : value)
  }

  private func pow10(_ exponent: Int) -> Double {
    var power = 1.0
    for _ in 0..<exponent { power *= 10 }
    return power
  }

  /// - Returns: their value.
  private func appendDigits(
    _ number: Int, isWhole: Bool, _ draft: RowDraft, _ random: inout RandomStream
  ) -> Double {
    var left = number
    var value = 0.0
    var isFirst = isWhole
    if number == 0 { draft.text.append(UInt8(ascii: "0")) }
    while left > 0 {
      let length = min(left, 18)
      let power = ByteBuffer.wholePowerOfTen(length)
      let least: UInt64 = isFirst && !hasLeadingZeros ? power / 10 : 0
      let part = Int(truncatingIfNeeded: least + random.below(power - least))
      left -= length
      if isFirst, part == 0, left > 0 { continue }
      draft.text.append(integer: part, width: isFirst ? 1 : length)
      isFirst = false
      value = value * Double(power) + Double(part)
    }
    return value
  }
}

/// True with a probability.
struct BooleanGenerator: CountableGenerator {
  private let probability: Double

  init() { probability = 0.5 }

  init(_ context: GeneratorContext, percent name: String) throws(Failure) {
    let percent = context.number(name) ?? 50
    guard (0...100).contains(percent) else {
      throw context.failure("\(name)=\(percent), where 0 to 100 is possible")
    }
    // A fraction is a share, as faker-js and language models write it: half a percent is hardly meant.
    probability = percent > 0 && percent < 1 ? percent : percent / 100
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    append(random.chance(probability), draft)
  }

  var count: UInt64 { 2 }

  func generate(_ index: UInt64, _ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    append(index == 1, draft)
  }

  private func append(_ value: Bool, _ draft: RowDraft) -> CellContent {
    if value { draft.text.append("true") } else { draft.text.append("false") }
    return CellContent(.boolean, value ? 1 : 0)
  }
}

extension ByteBuffer {
  static func wholePowerOfTen(_ exponent: Int) -> UInt64 { (0..<exponent).reduce(1) { power, _ in power * 10 } }
}
