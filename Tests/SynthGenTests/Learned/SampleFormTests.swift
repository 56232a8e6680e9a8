import Support
import Testing

/// Samples that are hardly tables, and what they are refused for.
@Suite struct SampleFormTests {
  let desk = LearnDesk()

  @Test func aHeaderAloneMakesEmptyRows() {
    #expect(desk.learn("a,b\n").status == 0)
    #expect(desk.make(2).outputText == "a,b\n,\n,\n")
    let none = Executable("synth-gen").run(["-q", "--model", "m.json"], workingDirectory: desk.folder.path)
    #expect(none.outputText == "a,b\n")
  }

  @Test func nothingButMissingValues() {
    #expect(desk.values(["\"\"", "\"\"", "\"\""], count: 2) == ["\"\"", "\"\""])
    #expect(desk.learn("a,b\n,\n,\n").status == 0)
    #expect(desk.make(1).outputText == "a,b\n,\n")
  }

  @Test func oneRow() {
    #expect(desk.learn("a,b,c\n1,x,2024-01-01\n").status == 0)
    #expect(desk.rows(3) == Array(repeating: ["1", "x", "2024-01-01"], count: 3))
  }

  @Test func mixedTypes() {
    let sample = (0..<200).map { $0 % 5 == 0 ? "n/a" : "\($0 * 3 % 101)" }
    let values = desk.values(sample, count: 500)
    #expect(abs(values.count { $0 == "n/a" } - 100) < 10)
    #expect(values.allSatisfy { $0 == "n/a" || Int($0) != nil })
    #expect(desk.model.contains("\"type\":\"mixed\""))
  }

  @Test func repeatedNamesGetNumbers() {
    #expect(desk.learn("a,a,\n1,x,2\n3,y,4\n").status == 0)
    #expect(desk.make(0).outputText == "a,a_2,column_3\n")
  }

  @Test func tenThousandColumns() {
    let header = (0..<10_000).map { "c\($0)" }.joined(separator: ",")
    let rows = (0..<3).map { row in (0..<10_000).map { "\(($0 * 7 + row * row) % 10)" }.joined(separator: ",") }
    #expect(desk.learn(([header] + rows).joined(separator: "\n") + "\n").status == 0)
    let made = desk.rows(3)
    #expect(made.count == 3 && made.allSatisfy { $0.count == 10_000 && $0.allSatisfy { $0.count == 1 } })
  }

  @Test func hugeFieldsAreNotInTheModel() {
    let long = String(repeating: "Quite a long tale. ", count: 50_000)
    #expect(desk.learn("x,y\n" + (0..<5).map { "\(long)\($0),\($0 % 2)\n" }.joined()).status == 0)
    #expect(desk.model.utf8.count < 10_000)
    #expect(desk.rows(3).allSatisfy { $0[0].count > 100 })
  }

  @Test func otherEncodingsAreRefused() {
    let outcome = desk.learn(bytes: Array("x\nM".utf8) + [0xfc] + Array("ller\n".utf8))
    #expect(outcome.status == 65)
    #expect(outcome.errorText.contains("s.csv:2"))
    #expect(desk.folder.read("m.json") == nil)
  }

  @Test func nothingAtAll() {
    let outcome = desk.learn("")
    #expect(outcome.status == 65)
    #expect(outcome.errorText == "synth-gen: the sample has no columns (it needs a header, or objects)\n")
  }

  @Test func badRowsAreLeftOutWhenAsked() {
    let sample = "a,b\n1,x\n2\n3,y\n"
    let refused = desk.learn(sample)
    #expect(refused.status == 65)
    #expect(refused.errorText.contains("s.csv:3: 1 value, where the header names 2"))
    #expect(desk.learn(sample, ["--on-error", "skip"]).status == 1)
    #expect(desk.model.contains("\"sample_rows\":2"))
  }

  @Test func theFirstRowsOnly() {
    desk.learn("x\n" + (0..<100).map { "\($0 / 10)\n" }.joined(), ["--sample-rows", "30"])
    #expect(Set(desk.rows(60).map { $0[0] }) == ["0", "1", "2"])
  }

  @Test(arguments: [
    (["--k", "3"], "--k is for --privacy"),
    (["--epsilon", "1"], "--epsilon is for --privacy"),
    (["--privacy", "--k", "1"], "--k must be between 2 and 1000000, not 1"),
    (["--privacy", "--epsilon", "0"], "--epsilon must be above 0 and at most 1000, not 0.0"),
    (
      ["--privacy", "--epsilon", "1", "--dependence", "copula"],
      "--epsilon adds noise to counts, which a copula has none of"
    ),
    (["--sample-rows", "0"], "--sample-rows must be at least 1, not 0"),
  ]) func wrongOptions(arguments: [String], message: String) {
    let outcome = desk.learn("x\n1\n", arguments)
    #expect(outcome.status == 64)
    #expect(outcome.errorText.contains(message), "\(outcome.errorText)")
  }

  @Test func aCopulaHasFewerColumns() {
    let header = (0..<600).map { "c\($0)" }.joined(separator: ",")
    let outcome = desk.learn(header + "\n", ["--dependence", "copula"])
    #expect(outcome.status == 65)
    #expect(
      outcome.errorText
        == "synth-gen: 600 columns, where a copula has at most 512 (--dependence bayes has no such limit)\n")
  }
}
