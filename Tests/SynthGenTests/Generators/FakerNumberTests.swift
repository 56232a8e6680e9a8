import MillraceCore
import Support
import Testing

@testable import synth_gen

@Suite struct FakerNumberTests {
  private let desk = SchemaDesk()

  private func numbers(_ call: String, count: Int = 4000) -> [Double] {
    desk.values("{generator: '\(call)'}", count: count).compactMap { Double($0) }
  }

  @Test(
    arguments: [
      ("random_int(min=3, max=7)", [3, 4, 5, 6, 7]), ("pyint(min_value=-2, max_value=9, step=5)", [-2, 3, 8]),
      ("random_digit", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]), ("random_digit_not_null", [1, 2, 3, 4, 5, 6, 7, 8, 9]),
      ("pyfloat(min_value=0.1, max_value=0.3, right_digits=1)", [0.1, 0.2, 0.3]),
      ("pydecimal(min_value=-0.01, max_value=0.01, right_digits=2)", [-0.01, 0, 0.01]),
      ("pyfloat(max_value=0.2, right_digits=1, positive=true)", [0.1, 0.2]),
      ("amount(min=1, max=1.5, dec=1)", [1, 1.1, 1.2, 1.3, 1.4, 1.5]),
      ("random_number(digits=1, fix_len=true)", [1, 2, 3, 4, 5, 6, 7, 8, 9]),
    ] as [(String, [Double])])
  func rangesAreFilledEvenly(call: String, values: [Double]) {
    let drawn = numbers(call, count: 9000)
    let counts = Dictionary(drawn.map { ($0, 1) }, uniquingKeysWith: +)
    #expect(Set(counts.keys) == Set(values))
    let share = 9000 / values.count
    #expect(counts.values.allSatisfy { abs($0 - share) < share / 5 })
  }

  @Test(arguments: [
    ("random_int", 0, 9999), ("pyint(max_value=10)", 0, 10), ("pyint(min_value=5, max_value=5)", 5, 5),
    ("pyfloat(min_value=1, max_value=2)", 1, 2), ("pyfloat(min_value=1.5)", 1.5, 10_000.5),
    ("pyfloat(max_value=5, left_digits=2)", -95, 5), ("pydecimal(max_value=5, positive=true)", 0.0000000001, 5),
    ("random_number(digits=4)", 0, 9999), ("random_number(digits=6, fix_len=true)", 100_000, 999_999),
    ("random_number", 0, 999_999_999), ("amount", 0, 1000),
  ])
  func rangesAreKept(call: String, low: Double, high: Double) {
    let values = numbers(call)
    #expect(values.count == 4000 && values.allSatisfy { (low...high).contains($0) })
    let width = high - low
    #expect(values.max() ?? 0 >= high - width * 0.01 && values.min() ?? 0 <= low + width * 0.01)
  }

  @Test func digitsAreCounted() {
    for value in desk.values("pyfloat(left_digits=3, right_digits=2)", count: 1000) {
      let parts = (value.hasPrefix("-") ? value.dropFirst() : value[...]).split(separator: ".")
      #expect(parts.count == 2 && (1...3).contains(parts[0].count) && parts[1].count == 2 && value != "-0.00")
    }
    let positive = desk.values("pydecimal(left_digits=25, right_digits=20, positive=true)", count: 200)
    #expect(positive.allSatisfy { !$0.hasPrefix("-") && $0.split(separator: ".")[1].count == 20 })
    #expect(positive.contains { $0.split(separator: ".")[0].count == 25 })
    #expect(desk.values("pydecimal(left_digits=2, positive=false)", count: 200).filter { !$0.hasPrefix("-") }.count < 5)
    let usual = desk.values("pyfloat", count: 500)
    #expect(usual.contains { $0.hasPrefix("-") } && usual.contains { !$0.hasPrefix("-") })
    #expect(usual.allSatisfy { Double($0) != nil && $0.filter(\.isNumber).count <= 16 })
    #expect(
      desk.values("pyfloat(left_digits=0, right_digits=3, positive=true)", count: 50).allSatisfy {
        $0.hasPrefix("0.") && $0.count == 5
      })
  }

  @Test(arguments: [
    ("boolean", 0.5), ("boolean(chance_of_getting_true=80)", 0.8), ("pybool(truth_probability=5)", 0.05),
    ("boolean(probability=0.3)", 0.3),
    ("boolean(chance_of_getting_true=100)", 1), ("boolean(chance_of_getting_true=0)", 0),
  ])
  func truthHasItsShare(call: String, share: Double) {
    let values = desk.values("{generator: '\(call)'}", count: 10_000)
    #expect(abs(Double(values.count { $0 == "true" }) / 10_000 - share) < 0.02)
    #expect(values.allSatisfy { $0 == "true" || $0 == "false" })
  }

  @Test func nothingIsAThirdOfNullBooleans() {
    let outcome = desk.run("fields:\n  x: null_boolean\n", ["-n", "9000", "--to", "ndjson"])
    let counts = Dictionary(outcome.outputText.split(separator: "\n").map { ($0, 1) }, uniquingKeysWith: +)
    #expect(Set(counts.keys) == ["{\"x\":null}", "{\"x\":true}", "{\"x\":false}"])
    #expect(counts.values.allSatisfy { (2800...3200).contains($0) })
  }

  // MARK: Patterns

  private func fits(_ value: String, _ pattern: String, letters: String = Alphabet.letters) -> Bool {
    guard value.count == pattern.count else { return false }
    return zip(value, pattern).allSatisfy { character, mark in
      switch mark {
      case "#": character.isASCII && character.isNumber
      case "%": character != "0" && character.isASCII && character.isNumber
      case "?": letters.contains(character)
      case "^": "0123456789abcdef".contains(character)
      default: character == mark
      }
    }
  }

  @Test func patternsAreFilled() {
    #expect(desk.values("numerify(\"INV-%###.#\")").allSatisfy { fits($0, "INV-%###.#") })
    #expect(desk.values("bothify").allSatisfy { fits($0, "## ??") })
    #expect(desk.values("lexify(text=\"é-????\", letters=\"äß水\")").allSatisfy { fits($0, "é-????", letters: "äß水") })
    #expect(desk.values("hexify(\"^^:^^\")").allSatisfy { fits($0, "^^:^^") })
    #expect(desk.values("hexify(\"^^^\", upper=true)").allSatisfy { $0 == $0.uppercased() })
    #expect(desk.values("pystr_format(\"A-{{pyint(min_value=7,max_value=7)}}-?#\")").allSatisfy { fits($0, "A-7-?#") })
    #expect(
      Set(desk.values("numerify(\"<!>\")", count: 500)) == Set(["<>"] + (0...9).map { "<\($0)>" }))
    #expect(Set(desk.values("numerify(\"<@>\")", count: 500)) == Set(["<>"] + (1...9).map { "<\($0)>" }))
  }

  @Test func patternsCanBeUnique() {
    let values = desk.values("{generator: numerify, text: \"%-#\", unique: true}", count: 90)
    #expect(Set(values).count == 90 && values.allSatisfy { fits($0, "%-#") })
    #expect(
      desk.refusal(ofField: "{generator: numerify, text: \"%-#\", unique: true}", ["-n", "91"])
        == "synth-gen: s.yaml:2: field \"x\": numerify: it has 90 different values, and 91 rows are to be unique (widen its range, leave unique out, or ask for at most 90 rows with -n)"
    )
    #expect(Set(desk.values("{generator: pystr, max_chars: 2, unique: true}", count: 2704)).count == 2704)
    #expect(
      Set(desk.values("{generator: bothify, text: \"????????????????####\", unique: true}", count: 2000)).count == 2000)
    #expect(Set(desk.values("{generator: lexify, text: \"???\", letters: \"aab\", unique: true}", count: 8)).count == 8)
  }

  @Test func lettersAreEven() {
    let text = desk.values("random_letters(length=200)", count: 260).joined()
    let counts = Dictionary(text.map { ($0, 1) }, uniquingKeysWith: +)
    #expect(counts.count == 52 && counts.values.allSatisfy { (800...1200).contains($0) })
    let lengths = Set(desk.values("pystr(min_chars=2, max_chars=4, prefix=\"<\", suffix=\">\")").map(\.count))
    #expect(lengths == [4, 5, 6])
  }

  // MARK: Samples

  private func lists(_ call: String, count: Int = 3000) throws -> [[JSONValue]] {
    let outcome = desk.run("fields:\n  x: {generator: '\(call)'}\n", ["-n", "\(count)", "--to", "ndjson"])
    #expect(outcome.status == 0, "\(outcome.errorText)")
    return try outcome.outputText.split(separator: "\n").map {
      try #require(try JSONValue.parse(String($0))["x"]?.elements)
    }
  }

  @Test func samplesAreDifferentValues() throws {
    let samples = try lists("random_sample([\"a\", \"b\", 3, null], length=2)", count: 12_000)
    #expect(samples.allSatisfy { $0.count == 2 && $0[0] != $0[1] })
    // All twelve ordered pairs are as likely.
    let counts = Dictionary(samples.map { ("\($0[0].json) \($0[1].json)", 1) }, uniquingKeysWith: +)
    #expect(counts.count == 12 && counts.values.allSatisfy { (850...1150).contains($0) })
    #expect(Set(try lists("random_sample([1, 2, 3])", count: 300).map(\.count)) == [1, 2, 3])
    let all = try lists("random_elements([1, 2, 3], length=3, unique=true)", count: 100)
    #expect(all.allSatisfy { Set($0.map(\.json)) == ["1", "2", "3"] })
    #expect(try lists("random_elements([1], length=0)", count: 3) == [[], [], []])
  }

  @Test func weightsDecide() throws {
    let choices = try lists("random_choices({\"a\": 9, \"b\": 1}, length=10)")
    let share = Double(choices.joined().count { $0.text == "a" }) / 30_000
    #expect((0.88...0.92).contains(share))
    // Of different values the heavier comes first more often: 99 of 100, and all come up.
    let different = try lists("random_elements({\"a\": 99, \"b\": 0.5, \"c\": 0.5}, length=3, unique=true)")
    #expect(different.allSatisfy { Set($0.map(\.json)).count == 3 })
    #expect((2900...2999).contains(different.count { $0[0].text == "a" }))
    let even = try lists("random_elements({\"a\": 9, \"b\": 1}, length=1, use_weighting=false)")
    #expect((1300...1700).contains(even.count { $0[0].text == "a" }))
  }
}
