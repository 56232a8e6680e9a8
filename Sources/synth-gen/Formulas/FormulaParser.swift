import MillraceCore

/// Compiles the text of a formula.
///
/// ```text
/// formula    = or
/// or         = and { ("or" | "||") and }          and = not { ("and" | "&&") not }
/// not        = ["not" | "!"] comparison           comparison = sum [("=" | "==" | "!=" | "<>" | "<" | "<=" | ">" | ">=") sum | ["not"] "in" "(" … ")"]
/// sum        = product { ("+" | "-") product }    product = sign { ("*" | "/" | "%") sign }
/// sign       = ["-"] power                        power = value [("^" | "**") sign]
/// value      = number | 'text' | "text" | true | false | null | row | name | `name` | function "(" … ")" | "(" formula ")"
/// ```
struct FormulaParser {
  /// Finds the cell of a field; nil when there is no such field.
  typealias Resolver = (String) throws(Failure) -> Int?

  private let source: String
  private var tokens: [FormulaToken]
  private var next = 0
  private var steps: [Formula.Step] = []
  private var texts: [String] = []
  private var fields: [Int] = []
  private var names: [String] = []
  /// Values that are on the stack at this point, so that none can be too many at run time.
  private var depth = 0
  private var nesting = 0

  /// - Parameter fieldNames: for suggestions.
  static func parse(
    _ source: String, fieldNames: [String], asOf: AsOf, in arena: Arena, resolve: Resolver
  ) throws(Failure) -> Formula {
    var parser = FormulaParser(source: source, tokens: try FormulaToken.tokens(of: source))
    parser.names = fieldNames
    try parser.disjunction(resolve)
    if let extra = parser.peek { throw parser.failure("nothing more was expected, found \(extra.shown)") }
    return Formula(
      steps: arena.constants(parser.steps), texts: TextList(parser.texts, in: arena), asOf: asOf, fields: parser.fields)
  }

  /// The fields that a formula names, without compiling it.
  static func names(in source: String) throws(Failure) -> [String] {
    let tokens = try FormulaToken.tokens(of: source)
    return tokens.indices.compactMap { index in
      switch tokens[index].kind {
      case .quotedName(let name): return name
      case .word(let word):
        let isCall = index + 1 < tokens.count && tokens[index + 1].kind == .symbol("(")
        return isCall || FormulaToken.reserved.contains(word.lowercased()) ? nil : word
      default: return nil
      }
    }
  }

  private init(source: String, tokens: [FormulaToken]) {
    self.source = source
    self.tokens = tokens
  }

  private var peek: FormulaToken? { next < tokens.count ? tokens[next] : nil }

  private func failure(_ message: String, advice: String? = nil) -> Failure {
    Failure(.badData, "the formula \"\(printable(source))\": \(message)", advice: advice)
  }

  /// Takes a symbol, or a word in any case, if it comes next.
  private mutating func take(_ symbols: String...) -> Bool {
    guard let token = peek else { return false }
    switch token.kind {
    case .symbol(let symbol) where symbols.contains(symbol):
      next += 1
      return true
    case .word(let word) where symbols.contains(word.lowercased()):
      next += 1
      return true
    default: return false
    }
  }

  private mutating func expect(_ symbol: String) throws(Failure) {
    guard take(symbol) else { throw failure("expected \(symbol), found \(peek?.shown ?? "the end")") }
  }

  private mutating func emit(_ step: Formula.Step, pushing change: Int) throws(Failure) {
    guard steps.count < Formula.mostSteps else { throw failure("longer than \(Formula.mostSteps) steps") }
    steps.append(step)
    depth += change
    guard depth < Formula.deepestStack else { throw failure("nested more than \(Formula.deepestStack) levels deep") }
  }

  private var here: UInt32 { UInt32(steps.count) }

  // MARK: Operators, from the loosest

  private mutating func disjunction(_ resolve: Resolver) throws(Failure) {
    nesting += 1
    defer { nesting -= 1 }
    guard nesting <= Formula.deepestStack else { throw failure("nested more than \(Formula.deepestStack) levels deep") }
    try conjunction(resolve)
    while take("or", "||") {
      try either(.skipIfTrue(0)) { (parser) throws(Failure) in try parser.conjunction(resolve) }
    }
  }

  private mutating func conjunction(_ resolve: Resolver) throws(Failure) {
    try negation(resolve)
    while take("and", "&&") { try either(.skipIfFalse(0)) { (parser) throws(Failure) in try parser.negation(resolve) } }
  }

  /// The right side is looked at only when the left leaves it open.
  private mutating func either(
    _ skip: Formula.Step, _ right: (inout FormulaParser) throws(Failure) -> Void
  ) throws(Failure) {
    try emit(.truth, pushing: 0)
    let place = steps.count
    try emit(skip, pushing: 0)
    try emit(.drop, pushing: -1)
    try right(&self)
    try emit(.truth, pushing: 0)
    if case .skipIfTrue = skip { steps[place] = .skipIfTrue(here) } else { steps[place] = .skipIfFalse(here) }
  }

  private mutating func negation(_ resolve: Resolver) throws(Failure) {
    if take("not", "!") {
      nesting += 1
      defer { nesting -= 1 }
      guard nesting <= Formula.deepestStack else { throw failure("nested too deep") }
      try negation(resolve)
      try emit(.not, pushing: 0)
    } else {
      try comparison(resolve)
    }
  }

  private mutating func comparison(_ resolve: Resolver) throws(Failure) {
    let start = next
    try sum(resolve)
    if take("=", "==", "is") { return try binary(.equal) { (parser) throws(Failure) in try parser.sum(resolve) } }
    if take("!=", "<>") { return try binary(.unequal) { (parser) throws(Failure) in try parser.sum(resolve) } }
    if take("<=") { return try binary(.lessOrEqual) { (parser) throws(Failure) in try parser.sum(resolve) } }
    if take("<") { return try binary(.less) { (parser) throws(Failure) in try parser.sum(resolve) } }
    if take(">=") { return try binary(.greaterOrEqual) { (parser) throws(Failure) in try parser.sum(resolve) } }
    if take(">") { return try binary(.greater) { (parser) throws(Failure) in try parser.sum(resolve) } }
    let isNegated = next + 1 < tokens.count && tokens[next].isWord("not") && tokens[next + 1].isWord("in")
    if isNegated { next += 1 }
    if take("in") { try membership(of: start..<next - (isNegated ? 2 : 1), isNegated, resolve) }
  }

  private mutating func binary(
    _ step: Formula.Step, _ right: (inout FormulaParser) throws(Failure) -> Void
  ) throws(Failure) {
    try right(&self)
    try emit(step, pushing: -1)
  }

  /// `a in (x, y)` is `a = x or a = y`: the left side is compiled again for each.
  private mutating func membership(of left: Range<Int>, _ isNegated: Bool, _ resolve: Resolver) throws(Failure) {
    try expect("(")
    var ends: [Int] = []
    var isFirst = true
    while true {
      if !isFirst {
        let after = next
        next = left.lowerBound
        try sum(resolve)
        next = after
      }
      isFirst = false
      try sum(resolve)
      try emit(.equal, pushing: -1)
      if take(",") {
        ends.append(steps.count)
        try emit(.skipIfTrue(0), pushing: 0)
        try emit(.drop, pushing: -1)
      } else {
        break
      }
    }
    try expect(")")
    for end in ends { steps[end] = .skipIfTrue(here) }
    if isNegated { try emit(.not, pushing: 0) }
  }

  private mutating func sum(_ resolve: Resolver) throws(Failure) {
    try product(resolve)
    while true {
      if take("+") {
        try binary(.add) { (parser) throws(Failure) in try parser.product(resolve) }
      } else if take("-") {
        try binary(.subtract) { (parser) throws(Failure) in try parser.product(resolve) }
      } else {
        return
      }
    }
  }

  private mutating func product(_ resolve: Resolver) throws(Failure) {
    try sign(resolve)
    while true {
      if take("*") {
        try binary(.multiply) { (parser) throws(Failure) in try parser.sign(resolve) }
      } else if take("/") {
        try binary(.divide) { (parser) throws(Failure) in try parser.sign(resolve) }
      } else if take("%") {
        try binary(.remainder) { (parser) throws(Failure) in try parser.sign(resolve) }
      } else {
        return
      }
    }
  }

  private mutating func sign(_ resolve: Resolver) throws(Failure) {
    nesting += 1
    defer { nesting -= 1 }
    guard nesting <= 2 * Formula.deepestStack else { throw failure("nested too deep") }
    if take("-") {
      try sign(resolve)
      try emit(.negate, pushing: 0)
    } else {
      try value(resolve)
      if take("^", "**") { try binary(.power) { (parser) throws(Failure) in try parser.sign(resolve) } }
    }
  }

  // MARK: Values

  private mutating func value(_ resolve: Resolver) throws(Failure) {
    guard let token = peek else { throw failure("a value was expected, found the end") }
    next += 1
    switch token.kind {
    case .number(let number): try emit(.constant(.number(number)), pushing: 1)
    case .text(let text):
      texts.append(text)
      try emit(.text(UInt32(texts.count - 1)), pushing: 1)
    case .quotedName(let name): try field(name, resolve)
    case .symbol("("):
      try disjunction(resolve)
      try expect(")")
    case .word(let word):
      if peek?.kind == .symbol("(") { return try call(word, resolve) }
      switch word.lowercased() {
      case "true": try emit(.constant(.boolean(true)), pushing: 1)
      case "false": try emit(.constant(.boolean(false)), pushing: 1)
      case "null", "none": try emit(.constant(.null), pushing: 1)
      case "row" where !names.contains(word): try emit(.row, pushing: 1)
      default: try field(word, resolve)
      }
    default: throw failure("a value was expected, found \(token.shown)")
    }
  }

  private mutating func field(_ name: String, _ resolve: Resolver) throws(Failure) {
    guard let cell = try resolve(name) else {
      let near = nearestName(to: name, among: names).map { "did you mean \($0)?" }
      throw failure(
        "there is no field \"\(printable(name))\"", advice: near ?? "text stands in quotes: '\(printable(name))'")
    }
    fields.append(cell)
    try emit(.field(UInt32(cell)), pushing: 1)
  }

  private mutating func call(_ name: String, _ resolve: Resolver) throws(Failure) {
    try expect("(")
    if name.lowercased() == "if" { return try conditional(resolve) }
    guard let function = FormulaFunction(rawValue: Self.aliases[name.lowercased()] ?? name.lowercased()) else {
      let near = nearestName(to: name, among: FormulaFunction.allCases.map(\.rawValue)).map { "did you mean \($0)?" }
      throw failure("there is no function \"\(printable(name))\"", advice: near)
    }
    var count = 0
    if !take(")") {
      repeat {
        try disjunction(resolve)
        count += 1
      } while take(",")
      try expect(")")
    }
    guard function.arguments.contains(count) else {
      throw failure("\(function.rawValue) with \(counted(count, "argument"))", advice: "it is \(function.form)")
    }
    try emit(.call(function, UInt8(count)), pushing: 1 - count)
  }

  /// Other names that people and language models write.
  private static let aliases = [
    "len": "length", "ln": "log", "substr": "substring", "ucase": "upper", "lcase": "lower", "ceiling": "ceil",
    "isnull": "is_null", "ifnull": "coalesce", "least": "min", "greatest": "max", "str": "text", "string": "text",
    "float": "number", "int": "floor", "rand": "random", "current_date": "today", "power": "pow", "gauss": "normal",
    "startswith": "starts_with", "endswith": "ends_with", "day_of_week": "weekday",
  ]

  private mutating func conditional(_ resolve: Resolver) throws(Failure) {
    try disjunction(resolve)
    try expect(",")
    let branch = steps.count
    try emit(.branchUnlessTrue(0), pushing: -1)
    try disjunction(resolve)
    let jump = steps.count
    try emit(.jump(0), pushing: -1)
    steps[branch] = .branchUnlessTrue(here)
    if take(",") {
      try disjunction(resolve)
    } else {
      try emit(.constant(.null), pushing: 1)
    }
    try expect(")")
    steps[jump] = .jump(here)
  }
}
