import Support
import Testing

/// What a model does not give away.
@Suite struct PrivacyTests {
  let desk = LearnDesk()

  private func sample(_ random: inout SeededGenerator, rare: Int) -> (
    text: String, rareValues: Set<String>, common: Set<String>
  ) {
    var text = "town,illness,age\n"
    var counts: [String: Int] = [:]
    for row in 0..<600 {
      let town =
        Int.random(in: 0..<40, using: &random) == 0 ? "T\(row)x" : "Town \(Int.random(in: 0..<5, using: &random))"
      let illness = row < rare ? "rare illness \(row / 2)" : "illness \(row % 3)"
      counts[town, default: 0] += 1
      counts[illness, default: 0] += 1
      text += "\(town),\(illness),\(20 + row % 60)\n"
    }
    return (text, Set(counts.filter { $0.value < 5 }.keys), Set(counts.filter { $0.value >= 5 }.keys))
  }

  @Test func noRareValueIsEverMade() {
    var random = SeededGenerator()
    let (text, rare, common) = sample(&random, rare: 30)
    desk.learn(text, ["--privacy"])
    for value in rare { #expect(!desk.model.contains(value), "seed \(random.seed)") }
    let rows = desk.rows(5000)
    #expect(rows.allSatisfy { !rare.contains($0[0]) && !rare.contains($0[1]) }, "seed \(random.seed)")
    #expect(rows.contains { $0[1] == "other" })
    #expect(common.isSubset(of: Set(rows.flatMap { $0 })))
    #expect(desk.model.contains("\"privacy\":{\"k\":5}"))
  }

  @Test func withoutPrivacyRareValuesAreThere() {
    var random = SeededGenerator(seed: 1)
    let (text, _, _) = sample(&random, rare: 30)
    desk.learn(text)
    #expect(desk.model.contains("rare illness 3") && desk.model.contains("\"privacy\":null"))
  }

  @Test func theEndsOfNumbersTellOfNobody() {
    let sample = (0..<500).map { $0 == 17 ? "99" : $0 == 18 ? "1" : "\(30 + $0 % 40)" }
    let values = desk.values(sample, count: 3000, ["--privacy"]).compactMap(Int.init)
    // The mean of the five greatest is 75, of the five least 24.
    #expect((values.max() ?? 0) <= 75 && (values.min() ?? 0) >= 24)
  }

  @Test func aFewUniqueTextsAreNotTold() {
    desk.learn("name,x\nAlice Jones,1\nBob Smith,1\n", ["--privacy"])
    #expect(!desk.model.contains("Alice") && !desk.model.contains("Smith"))
    #expect(desk.rows(5).allSatisfy { !$0[0].contains("Alice") })
  }

  @Test func theBudgetIsWrittenDown() throws {
    var random = SeededGenerator(seed: 2)
    let (text, _, _) = sample(&random, rare: 30)
    #expect(desk.learn(text, ["--privacy", "--k", "10", "--epsilon", "0.5", "--seed", "1"]).status == 0)
    let model = desk.model
    #expect(model.contains("\"k\":10,\"epsilon\":0.5,\"mechanism\":\"Laplace noise on the counts\",\"tables\":"))
    let sidecar = try #require(desk.folder.names.first { $0.hasPrefix("m.json.") })
    #expect(desk.folder.text(sidecar)?.contains("\"privacy_epsilon\":0.5") ?? false)
    desk.learn(text, ["--privacy", "--k", "10", "--epsilon", "0.5", "--seed", "1"])
    #expect(desk.model == model)
    desk.learn(text, ["--privacy", "--k", "10", "--epsilon", "0.5"])
    #expect(desk.model != model)
    #expect(desk.rows(100).count == 100)
  }

  @Test func textsThatAreKeptAreSaid() {
    // Letters: numbers would make codes of them.
    let letters = Array("abcdefghij")
    let names = (0..<300).map { row in String("\(row * 37 % 280)".map { letters[$0.wholeNumberValue ?? 0] }) }
    desk.folder.write("n.csv", "name\n" + names.map { "Person \($0) von der Muehle\n" }.joined())
    let outcome = Executable("synth-gen").run(["learn", "n.csv", "-o", "n.json"], workingDirectory: desk.folder.path)
    #expect(
      outcome.errorText.contains("column \"name\": 280 texts of the sample are in the model as they are (--privacy"))
  }
}
