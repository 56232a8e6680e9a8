import MillraceCore
import Support
import Testing

@testable import synth_gen

@Suite struct TextGeneratorTests {
  private let desk = SchemaDesk()

  @Test func sentencesHaveTheirWords() {
    let values = desk.values("sentence", count: 1000)
    for value in values {
      #expect(value.hasSuffix(".") && value.first?.isUppercase == true && !value.contains(" ."))
      #expect((4...8).contains(value.split(separator: " ").count))
    }
    #expect(Set(values.map { $0.split(separator: " ").count }) == Set(4...8))
    let exact = desk.values("sentence(nb_words=10, variable_nb_words=false)")
    #expect(exact.allSatisfy { $0.split(separator: " ").count == 10 })
    // Longer ones may have a comma, never at an end.
    #expect(exact.contains { $0.contains(", ") } && exact.contains { !$0.contains(",") })
    #expect(Set(desk.values("sentence(nb_words=1)").map { $0.split(separator: " ").count }) == [1])
    #expect(desk.values("sentences(nb=4)", count: 50).allSatisfy { $0.filter { $0 == "." }.count == 4 })
    let paragraphs = desk.values("paragraph(nb_sentences=5)", count: 300).map { $0.filter { $0 == "." }.count }
    #expect(Set(paragraphs) == Set(3...7))
  }

  @Test func paragraphsAreLines() throws {
    let outcome = desk.run("fields:\n  x: paragraphs(nb=2)\n", ["-n", "20", "--to", "ndjson"])
    for line in outcome.outputText.split(separator: "\n") {
      let text = try #require(try JSONValue.parse(String(line))["x"]?.text)
      let parts = text.split(separator: "\n")
      #expect(
        parts.count == 2 && parts.allSatisfy { $0.hasSuffix(".") && (2...4).contains($0.filter { $0 == "." }.count) })
    }
  }

  /// As many characters as are allowed and not one more, in any script.
  @Test(arguments: LocaleData.names) func textKeepsItsLimit(locale: String) {
    for limit in [5, 6, 9, 13, 25, 60, 200, 1000] {
      let values = desk.values("text(max_nb_chars=\(limit))", count: 150, ["--locale", locale])
      let lengths = values.map { $0.unicodeScalars.count }
      #expect(lengths.allSatisfy { (2...limit).contains($0) }, "\(limit)")
      if limit >= 60 { #expect(lengths.min() ?? 0 > limit - 40, "\(limit)") }
      #expect(values.allSatisfy { $0.hasSuffix(".") || $0.hasSuffix("。") })
    }
  }

  @Test(arguments: [("ja_JP", "。"), ("zh_CN", "。")]) func someLocalesHaveNoBlanks(locale: String, stop: String) {
    for generator in ["sentence", "paragraph", "words", "text"] {
      let values = desk.values(generator, count: 100, ["--locale", locale])
      #expect(values.allSatisfy { !$0.contains(" ") && !$0.contains(".") })
      if generator != "words" { #expect(values.allSatisfy { $0.hasSuffix(stop) }) }
    }
  }

  @Test func wordsAreOfTheirPart() throws {
    let rows = try #require(Resource("locales/en_US.txt")).sections().rows("words")
    for part in ["noun", "verb", "adjective", "adverb"] {
      let own = Set(rows.filter { $0[1] == part }.map { $0[0] })
      #expect(Set(desk.values("word(part_of_speech=\(part))", count: 300)).isSubset(of: own))
      #expect(Set(desk.values(part, count: 300)).isSubset(of: own))
    }
    // Frequent words are frequent.
    let heaviest = try #require(rows.max { (Double($0[2]) ?? 1) < (Double($1[2]) ?? 1) })
    let sum = rows.reduce(0.0) { $0 + ($1.count > 2 ? Double($1[2]) ?? 1 : 1) }
    let share = (Double(heaviest[2]) ?? 1) / sum
    let values = desk.values("word", count: 40_000)
    let counts = Dictionary(values.map { ($0, 1) }, uniquingKeysWith: +)
    #expect(abs(Double(counts[heaviest[0]] ?? 0) / 40_000 - share) < share / 3)
    #expect(counts.count > rows.count * 9 / 10)
  }

  @Test func ownWords() {
    let words = "ext_word_list: [\"red\", \"ÉCARLATE\", \"blue\"]"
    #expect(Set(desk.values("{generator: word, \(words)}")) == ["red", "ÉCARLATE", "blue"])
    let sets = desk.values("{generator: words, \(words), nb: 3, arguments: {unique: true}}", count: 300)
    #expect(sets.allSatisfy { Set($0.split(separator: " ")) == ["red", "ÉCARLATE", "blue"] })
    // All six orders come up.
    #expect(Set(sets).count == 6)
    let ascii = desk.values("{generator: sentence, ext_word_list: [\"up\", \"down\"], locale: ja_JP}", count: 20)
    #expect(ascii.allSatisfy { $0.hasSuffix("。") && $0.contains(" ") })
    // A list of one word is no endless search.
    #expect(
      desk.values("{generator: sentence, ext_word_list: [\"so\"], nb_words: 2, variable_nb_words: false}", count: 2)
        == ["So so.", "So so."])
  }

  @Test func theSameWordIsRarelyRepeated() {
    let repeated = desk.values("sentence(nb_words=20)", count: 1000).reduce(0) { sum, text in
      let words = text.dropLast().split(separator: " ")
      return sum + zip(words, words.dropFirst()).count { $0 == $1 }
    }
    #expect(repeated < 20)
  }

  /// The first words number the rows.
  @Test func sentencesCanBeUnique() {
    for generator in ["sentence", "paragraph", "text", "text(max_nb_chars=40)"] {
      let values = desk.values("{generator: '\(generator)', unique: true}", count: 20_000)
      #expect(Set(values).count == 20_000)
      #expect(values.allSatisfy { $0.first?.isUppercase == true && $0.hasSuffix(".") })
      if generator.hasSuffix("40)") { #expect(values.allSatisfy { $0.unicodeScalars.count <= 40 }) }
    }
    let four = desk.values(
      "{generator: sentence, ext_word_list: [\"a\", \"b\"], nb_words: 2, variable_nb_words: false, unique: true}",
      count: 4)
    #expect(Set(four) == ["A a.", "A b.", "B a.", "B b."])
    #expect(
      desk.refusal(ofField: "{generator: sentence, unique: true}", ["--locale", "ja_JP", "-n", "5"])
        == "synth-gen: s.yaml:2: field \"x\": sentence: its values cannot be made unique (use a sequence, uuid4, a regex or a template with one of them, or leave unique out)"
    )
  }
}
