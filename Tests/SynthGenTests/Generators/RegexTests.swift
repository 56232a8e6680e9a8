import MillraceCore
import Support
import Testing

@testable import synth_gen

@Suite struct RegexTests {
  private let desk = SchemaDesk()

  private static func spec(_ pattern: String, unique: Bool = false) -> String {
    "{regex: '\(pattern.replacing("'", with: "''"))'\(unique ? ", unique: true" : "")}"
  }

  /// As JSON has them: no text looks like another there.
  private func texts(_ spec: String, count: Int) -> [String] {
    let outcome = desk.run("fields:\n  x: \(spec)\n", ["-n", "\(count)", "--to", "ndjson"])
    #expect(outcome.status == 0, "\(outcome.errorText)")
    return outcome.outputText.split(separator: "\n").compactMap { try? JSONValue.parse(String($0))["x"]?.text }
  }

  /// Another reader of expressions says whether the texts match.
  @Test(arguments: [
    "[A-Z]{2}-\\d{4}", "(red|green|blue)( light)?", "a{2,}b*c+d?", "[^a-zA-Z]{3}", "\\w{3}\\s\\W\\S\\D",
    "(?:Mr|Mrs|Ms)\\. [A-Z][a-zäöü]{2,8}", "[+-]?\\d{1,3}(\\.\\d{2})?", "x|y|[0-4]", "\\x41\\u0042\\x{43}",
    "[\\d\\-_.]{4}", "^abc$", "([01]\\d|2[0-3]):[0-5]\\d", "(a(b(c)?)?)?z", "a{0}b", "\\{\\}\\[\\]\\(\\)\\|",
    "(?<year>19|20)\\d\\d", ".{5}", "[ぁ-ん]{3}é",
  ])
  func textsMatchTheirPattern(pattern: String) throws {
    let expression = try Regex(pattern)
    let texts = self.texts(Self.spec(pattern), count: 300)
    #expect(texts.count == 300)
    for text in texts { #expect(try expression.wholeMatch(in: text) != nil, "\(pattern): \(text)") }
  }

  /// All texts of a small language come up, and nothing else.
  @Test(arguments: [
    ("[ab]{1,2}", ["a", "b", "aa", "ab", "ba", "bb"]), ("x?(y|zz)", ["y", "zz", "xy", "xzz"]),
    ("(1|2)(a|b)?", ["1", "2", "1a", "1b", "2a", "2b"]), ("a*", (0...8).map { String(repeating: "a", count: $0) }),
    ("a+", (1...9).map { String(repeating: "a", count: $0) }),
    ("a{2,}", (2...10).map { String(repeating: "a", count: $0) }), ("a{,2}", ["", "a", "aa"]),
    ("", [""]), ("a{b}", ["a{b}"]), ("(|a)b", ["b", "ab"]), ("[]a]", ["]", "a"]),
  ])
  func everyTextComesUp(pattern: String, texts: [String]) {
    #expect(Set(self.texts(Self.spec(pattern), count: 600)) == Set(texts))
  }

  @Test func openRepetitionsHaveAGivenEnd() {
    #expect(Set(texts("regex('a*', max_repeat=2)", count: 100)) == ["", "a", "aa"])
  }

  @Test func alternativesAndCharactersAreAsLikelyAsEachOther() {
    let texts = self.texts(Self.spec("a|b{3}|[0-9]{4}"), count: 3000)
    for prefix in ["a", "b"] { #expect((850...1150).contains(texts.count { $0.hasPrefix(prefix) })) }
    // Single characters are one set.
    let letters = self.texts(Self.spec("a|[b-j]"), count: 3000)
    #expect((230...370).contains(letters.count { $0 == "a" }))
  }

  @Test(arguments: [
    ("[ab]{1,3}", 14), ("x?(y|zz)", 4), ("\\d{2}-[A-C]", 300), ("(1|2)(a|b)?", 6), ("(a|bc)*d", 511),
    ("([0-4]|5[0-9]){2}", 225),
  ])
  func uniqueTextsAreAllThereAre(pattern: String, count: Int) {
    let texts = self.texts(Self.spec(pattern, unique: true), count: count)
    #expect(Set(texts).count == count)
    #expect(
      desk.refusal(ofField: Self.spec(pattern, unique: true), ["-n", "\(count + 1)"])
        == "synth-gen: s.yaml:2: field \"x\": regex: it has \(count) different values, and \(count + 1) rows are to be unique (widen its range, leave unique out, or ask for at most \(count) rows with -n)"
    )
  }

  @Test func moreTextsThanNumbersAreStillUnique() {
    let texts = self.texts(Self.spec("[a-z]{20}|[0-9]{30,40}", unique: true), count: 3000)
    #expect(Set(texts).count == 3000)
    #expect(Set(texts.filter { $0.count == 20 }.map { $0.suffix(3) }).count > 100)
  }

  @Test(arguments: [
    "(a|ab)(c|bc)", "a*a*", "(a?)?", "(a|a?)b", "(a*){2}", "(x|xy)(yz|z)?",
  ])
  func ambiguousPatternsAreNotUnique(pattern: String) {
    #expect(
      desk.refusal(ofField: Self.spec(pattern, unique: true), ["-n", "1"])
        == "synth-gen: s.yaml:2: field \"x\": regex: different ways through \"\(pattern)\" lead to the same text, so that its texts cannot be counted (let its alternatives begin with different characters, or leave unique out)"
    )
    #expect(texts(Self.spec(pattern), count: 10).count == 10)
  }

  /// The number of different texts of random small expressions, told by going through all of them, is what was counted
  /// wherever the expression is held to be unambiguous; where it is held to be ambiguous there are fewer.
  @Test func ambiguityIsToldRightly() {
    var random = SeededGenerator()
    for _ in 0..<3000 {
      let syntax = Self.randomSyntax(&random, depth: 3)
      let all = Self.texts(of: syntax)
      guard all.count <= 20_000 else { continue }
      #expect(UInt64(all.count) == syntax.possibilities)
      #expect((Set(all).count == all.count) == (RegexAmbiguity.isAmbiguous(syntax) == false), "\(syntax)")
      let arena = Arena()
      let generator = RegexGenerator(syntax, in: arena)
      let draft = RowDraft(cells: 1, entities: 1)
      var stream = RandomStream(RandomKey(seed: 1), row: 0)
      var made: [String] = []
      for index in 0..<min(generator.count, 500) {
        draft.text.removeAll()
        _ = generator.generate(index, draft, &stream)
        made.append(unsafe String(decoding: draft.text.bytes, as: UTF8.self))
      }
      withExtendedLifetime(arena) {}
      if all.count <= 500 { #expect(made.sorted() == all.sorted()) }
    }
  }

  private static func randomSyntax(_ random: inout SeededGenerator, depth: Int) -> RegexSyntax {
    let parts = { (random: inout SeededGenerator) in
      (0..<Int.random(in: 1...3, using: &random)).map { _ in randomSyntax(&random, depth: depth - 1) }
    }
    switch depth == 0 ? Int.random(in: 0...1, using: &random) : Int.random(in: 0...4, using: &random) {
    case 0: return .text(["a", "b", "ab", "", "ba"].randomElement(using: &random) ?? "")
    case 1: return .characters(CharacterRanges(["a", "ab", "bc"].randomElement(using: &random) ?? "a"))
    case 2: return .sequence(parts(&random))
    case 3: return .alternatives(parts(&random))
    default:
      let least = Int.random(in: 0...2, using: &random)
      return .repetition(
        randomSyntax(&random, depth: depth - 1), least, least + Int.random(in: 0...2, using: &random))
    }
  }

  private static func texts(of syntax: RegexSyntax) -> [String] {
    func products(_ lists: [[String]]) -> [String] {
      lists.reduce([""]) { texts, list in
        texts.count * list.count > 30_000 ? texts : texts.flatMap { text in list.map { text + $0 } }
      }
    }
    switch syntax {
    case .text(let text): return [text]
    case .characters(let set):
      return set.ranges.flatMap { $0 }.compactMap { Unicode.Scalar($0) }.map { String($0) }
    case .sequence(let parts):
      // Too many to go through: said by their number.
      guard syntax.possibilities <= 20_000 else { return Array(repeating: "", count: 20_001) }
      return products(parts.map { texts(of: $0) })
    case .alternatives(let parts): return parts.flatMap { texts(of: $0) }
    case .repetition(let part, let least, let most):
      guard syntax.possibilities <= 20_000 else { return Array(repeating: "", count: 20_001) }
      let own = texts(of: part)
      return (least...most).flatMap { products(Array(repeating: own, count: $0)) }
    }
  }

  @Test(arguments: [
    (
      "(?=x)a",
      "lookaround, (?=…), cannot be generated, at character 1 of the pattern (say what the text is, not what it is not)"
    ),
    (
      "a(?<!x)",
      "lookaround, (?<!…), cannot be generated, at character 2 of the pattern (say what the text is, not what it is not)"
    ),
    (
      "(a)\\1",
      "backreferences cannot be generated, at character 4 of the pattern (a template can name a field twice: {template: \"{x}-{x}\"})"
    ),
    (
      "(?P=a)",
      "backreferences cannot be generated, at character 1 of the pattern (a template can name a field twice: {template: \"{x}-{x}\"})"
    ),
    (
      "(?i)a",
      "(?i begins nothing that can be generated, at character 1 of the pattern (leave flags out, and write upper and lower case as in [Aa])"
    ),
    ("(a", "a ( that is never closed, at character 1 of the pattern (write \\( for the character)"),
    ("a)", "a ) without (, at character 2 of the pattern (write \\) for the character)"),
    ("[a", "a [ that is never closed, at character 1 of the pattern (write \\[ for the character)"),
    ("[z-a]", "a range that ends before it begins, at character 3 of the pattern (write \\- for the character)"),
    (
      "[^ -~]",
      "a class without characters, at character 1 of the pattern (a negated class stands for printable characters of ASCII)"
    ),
    ("[[:hex:]]", "there is no class [:hex:], at character 4 of the pattern (it is regex(pattern, max_repeat=8))"),
    ("*a", "a * behind nothing, at character 1 of the pattern (write \\* for the character)"),
    ("a**", "one repetition behind another, at character 4 of the pattern (put the first into ( ))"),
    (
      "a{3,2}",
      "{3,2}: the first number is above the second, at character 2 of the pattern (it is regex(pattern, max_repeat=8))"
    ),
    ("a{2000}", "{2000}: more than 1000 times, at character 2 of the pattern (it is regex(pattern, max_repeat=8))"),
    ("\\p{L}", "\\p{…} cannot be generated, at character 1 of the pattern (name the characters, as in [A-Za-zäöü])"),
    ("\\q", "\\q means nothing that can be generated, at character 1 of the pattern (leave the \\ out for the letter)"),
    ("\\xZZ", "\\xZZ is no character, at character 1 of the pattern (it is regex(pattern, max_repeat=8))"),
    ("a\\", "a \\ at the end, at character 2 of the pattern (write \\\\ for the character)"),
    (
      "((a{1000}){1000}){1000}",
      "the pattern stands for texts of more than 65536 characters (it is regex(pattern, max_repeat=8))"
    ),
    (
      "((){1000}){1000}",
      "the pattern stands for texts of more than 65536 characters (it is regex(pattern, max_repeat=8))"
    ),
  ])
  func refusesWhatItCannotMake(pattern: String, message: String) {
    #expect(desk.refusal(ofField: Self.spec(pattern)) == "synth-gen: s.yaml:2: field \"x\": regex: \(message)")
  }

  @Test func refusesWhatIsTooLarge() {
    #expect(desk.refusal(ofField: Self.spec(String(repeating: "(", count: 61))).contains("groups nested more than 60"))
    #expect(
      desk.refusal(ofField: Self.spec(String(repeating: "a", count: 5000)))
        .contains("a pattern of 5000 bytes, where 4096 is the most"))
    #expect(
      desk.refusal(ofField: Self.spec("(a?b?){1000}", unique: true), ["-n", "1"])
        .contains("\"(a?b?){1000}\" is too large to see whether its texts can be counted"))
    #expect(desk.refusal(ofField: "regex").contains("regex: it needs a pattern (it is regex(pattern, max_repeat=8))"))
    #expect(
      desk.refusal(ofField: "regex('a', max_repeat=0)")
        .contains("regex: max_repeat=0, where 1 to 1000 is possible"))
  }

  @Test func valuesStayWhatTheyWere() {
    #expect(
      texts(Self.spec("[A-Z]{2}-\\d{4}(-[a-f]{1,3})?"), count: 3)
        == ["II-9421-fda", "RX-6072-cab", "GN-6117"])
  }
}
