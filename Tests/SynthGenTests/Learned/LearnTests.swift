import Support
import Testing

/// What `synth-gen learn` makes of samples, and what rows of the model look like.
@Suite struct LearnTests {
  let desk = LearnDesk()

  /// Orders whose currency depends on their country, and whose note is missing for some of them.
  static func orders(_ count: Int, seed: UInt64 = 7) -> String {
    var random = SeededGenerator(seed: seed)
    var text = "id,country,currency,amount,placed,note\n"
    for row in 1...count {
      let country = ["DE", "DE", "DE", "FR", "FR", "JP"].randomElement(using: &random) ?? "DE"
      let cents = Int.random(in: 100...9999, using: &random) * (country == "JP" ? 100 : 1)
      let amount = "\(cents / 100).\(String(cents % 100 + 100).dropFirst())"
      let day = String(Int.random(in: 1...28, using: &random) + 100).dropFirst()
      text += "ORD-\(String(row + 10_000).dropFirst()),\(country),\(country == "JP" ? "JPY" : "EUR"),\(amount),"
      text += "2024-0\(Int.random(in: 1...9, using: &random))-\(day),\(country == "FR" ? "" : "late")\n"
    }
    return text
  }

  // MARK: Rows

  @Test func rowsAreTheSameForAnyJobsAndAnyCount() {
    desk.learn(Self.orders(400))
    let all = desk.make(5000, ["--jobs", "1"])
    #expect(all.status == 0)
    #expect(desk.make(5000, ["--jobs", "3"]).output == all.output)
    let few = desk.make(100)
    #expect(all.output.starts(with: few.output))
    #expect(desk.make(5000, ["--seed", "1"]).output != all.output)
    let part = desk.rows(10, ["--first-row", "91"])
    #expect(part == Array(desk.rows(100).suffix(10)))
  }

  @Test func theModelIsTheSameInEachRun() {
    desk.learn(Self.orders(400))
    let first = desk.model
    desk.learn(Self.orders(400))
    #expect(desk.model == first)
    #expect(first.contains("\"format\":\"synth-gen model\""))
  }

  @Test func asManyRowsAsTheSampleByDefault() {
    desk.learn(Self.orders(37))
    let outcome = Executable("synth-gen").run(["-q", "--model", "m.json"], workingDirectory: desk.folder.path)
    #expect(outcome.outputText.split(separator: "\n").count == 38)
  }

  @Test func numbersStayWithinTheSampleAndKeepTheirDecimals() {
    var random = SeededGenerator()
    for _ in 0..<5 {
      let decimals = Int.random(in: 0...3, using: &random)
      let count = Int.random(in: 2...900, using: &random)
      let spread = Int.random(in: 1...1_000_000, using: &random)
      let units = (0..<count).map { _ in Int.random(in: -spread...spread, using: &random) }
      let sample = units.map { unit in
        guard decimals > 0 else { return "\(unit)" }
        let power = [1, 10, 100, 1000][decimals]
        return
          "\(unit < 0 ? "-" : "")\(unit.magnitude / UInt(power)).\(String(Int(unit.magnitude) % power + power).dropFirst())"
      }
      // The first column keeps the numbers from looking like names of things.
      desk.learn("a,x\n" + sample.map { "1,\($0)\n1,\($0)\n" }.joined())
      let (low, high) = (units.min() ?? 0, units.max() ?? 0)
      for row in desk.rows(500) {
        let digits = row[1].split(separator: ".").last.map(String.init) ?? ""
        #expect(decimals == 0 ? !row[1].contains(".") : digits.count == decimals, "seed \(random.seed)")
        let unit = Int(row[1].filter { $0 != "." }) ?? .max
        #expect((low...high).contains(unit), "seed \(random.seed)")
      }
    }
  }

  @Test func stepsOfNumbersAreKept() {
    let sample = (0..<300).map { "\(1000 + $0 * $0 % 997 * 25)" } + (0..<10).map { _ in "1000" }
    for value in desk.values(sample) { #expect((Int(value) ?? 1) % 25 == 0) }
  }

  @Test func frequentNumbersStayFrequent() {
    let sample = (0..<500).map { $0 < 300 ? "0" : "\($0 * 7919 % 10_007)" }
    let zeros = desk.values(sample, count: 500).count { $0 == "0" }
    #expect((295...305).contains(zeros))
  }

  @Test func valuesThatBelongTogetherStayTogether() {
    desk.learn(Self.orders(600))
    for row in desk.rows(2000) { #expect((row[1] == "JP") == (row[2] == "JPY")) }
  }

  @Test func missingValuesDependOnOthers() {
    desk.learn(Self.orders(600))
    for row in desk.rows(2000) { #expect((row[1] == "FR") == row[5].isEmpty) }
  }

  @Test(arguments: ["bayes", "copula"]) func correlatedNumbersStayCorrelated(dependence: String) {
    var random = SeededGenerator(seed: 3)
    var sample = "x,y\n"
    for _ in 0..<800 {
      let x = Int.random(in: 0...10_000, using: &random)
      sample += "\(x),\(2 * x + Int.random(in: 0...2000, using: &random))\n"
    }
    desk.learn(sample, ["--dependence", dependence])
    let pairs = desk.rows(2000).map { (Double($0[0]) ?? 0, Double($0[1]) ?? 0) }
    #expect(correlation(pairs) > 0.95)
    desk.learn(sample, ["--dependence", "none"])
    #expect(abs(correlation(desk.rows(2000).map { (Double($0[0]) ?? 0, Double($0[1]) ?? 0) })) < 0.1)
  }

  private func correlation(_ pairs: [(Double, Double)]) -> Double {
    let count = Double(pairs.count)
    let mean = (pairs.reduce(0) { $0 + $1.0 } / count, pairs.reduce(0) { $0 + $1.1 } / count)
    let sums = pairs.reduce((0.0, 0.0, 0.0)) { sums, pair in
      let (x, y) = (pair.0 - mean.0, pair.1 - mean.1)
      return (sums.0 + x * y, sums.1 + x * x, sums.2 + y * y)
    }
    return sums.0 / (sums.1 * sums.2).squareRoot()
  }

  @Test func parametricNumbersFollowTheFit() {
    let sample = (1..<1000).map { "\($0 * $0 % 9973)" }
    let values = desk.values(sample + sample, count: 1000, ["--marginals", "parametric"]).compactMap(Int.init)
    #expect(values.count == 1000)
    #expect(desk.model.contains("\"family\":\"uniform\""))
    #expect((values.reduce(0, +) / 1000 - 4986).magnitude < 300)
  }

  // MARK: Names of things

  @Test func namesOfThingsAreMadeAnew() {
    var random = SeededGenerator(seed: 5)
    func hexadecimal(_ count: Int) -> String {
      String((0..<count).map { _ in "0123456789abcdef".randomElement(using: &random) ?? "0" })
    }
    var sample = "number,uuid,code,name,user_id\n"
    var known: Set<String> = []
    for row in 1...300 {
      let uuid = "\(hexadecimal(8))-\(hexadecimal(4))-4\(hexadecimal(3))-a\(hexadecimal(3))-\(hexadecimal(12))"
      let name = "\(hexadecimal(9).filter(\.isLetter).capitalized)x Q\(hexadecimal(12).filter(\.isLetter))"
      known.formUnion([uuid, name])
      sample +=
        "\(row),\(uuid),X\(Int.random(in: 10_000_000...99_999_999, using: &random)),\(name),\(row * 7919 % 100_003)\n"
    }
    desk.learn(sample)
    let rows = desk.rows(3000)
    for column in 0..<5 { #expect(Set(rows.map { $0[column] }).count == 3000) }
    #expect(rows.map { $0[0] } == (1...3000).map(String.init))
    for row in rows {
      #expect(row[1].count == 36 && row[1].split(separator: "-").map(\.count) == [8, 4, 4, 4, 12])
      #expect(Array(row[1])[14] == "4")
      #expect(row[2].count == 9 && row[2].hasPrefix("X"))
      #expect(!known.contains(row[1]) && !known.contains(row[3]))
    }
    for value in known { #expect(!desk.model.contains(value)) }
  }

  @Test func numberedNamesGoOn() {
    let values = desk.values((5..<60).map { "INV-\(String($0 + 1000).dropFirst())/A" }, count: 3)
    #expect(values == ["INV-005/A", "INV-006/A", "INV-007/A"])
  }

  @Test func talesAreToldInOtherWords() {
    let sample = (0..<100).map { "The customer number\($0) said that delivery was late and left \($0 * 31)." }
    let values = desk.values(sample, count: 50)
    #expect(values.allSatisfy { $0.split(separator: " ").count == 11 && $0.hasSuffix(".") })
    #expect(!desk.model.contains("number17"))
    #expect(desk.model.contains("delivery"))
  }

  // MARK: Days and times

  @Test(arguments: [
    ("2024-%m-%d", "2024-02-09"), ("%d.%m.2024", "09.02.2024"), ("%m/%d/24", "02/09/24"),
    ("2024-%m-%dT05:06:07Z", "2024-02-09T05:06:07Z"),
  ]) func daysKeepTheirSpelling(pattern: String, example: String) {
    let sample = (0..<200).map { index in
      let day = String(index * 17 % 28 + 101).dropFirst()
      return pattern.replacing("%m", with: String(index % 12 + 101).dropFirst()).replacing("%d", with: day)
    }
    let values = desk.values(sample + sample)
    #expect(desk.model.contains("\"type\":\"date\""))
    let shape = example.map { $0.isNumber ? "0" : $0 }
    for value in values { #expect(value.map { $0.isNumber ? "0" : $0 } == shape) }
    #expect(Set(values).count > 30)
  }

  @Test func monthsStayTheirFirstDays() {
    let sample = (0..<240).map { "\(1990 + $0 / 12)-\(String($0 % 12 + 101).dropFirst())-01" }
    let values = desk.values(sample, count: 240)
    #expect(values.allSatisfy { $0.hasSuffix("-01") })
    #expect(values.contains("1990-01-01") && values.contains("2009-12-01"))
  }

  // MARK: NDJSON

  @Test func typesOfJSONAreKept() {
    let sample = (0..<60).map { row in
      "{\"n\":\(row % 7),\"t\":\"0\(row % 5)\",\"b\":\(row % 2 == 0),\"l\":[\(row % 3)]\(row % 4 == 0 ? "" : ",\"x\":1.5")}\n"
    }
    desk.learn(sample.joined())
    let outcome = desk.make(50, ["--to", "ndjson"])
    for line in outcome.outputText.split(separator: "\n") {
      #expect(
        line.wholeMatch(of: /\{"n":[0-6],"t":"0[0-4]","b":(true|false),"l":\[[0-2]\],"x":(1\.5|null)\}/) != nil,
        "\(line)"
      )
    }
  }
}
