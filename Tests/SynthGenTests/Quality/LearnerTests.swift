import MillraceCore
import Support
import Testing

@testable import synth_gen

@Suite struct LearnerTests {
  @Test func areasUnderCurvesAreThoseDoneByHand() {
    #expect(PredictionScore.areaUnderCurve([0.1, 0.4, 0.35, 0.8], [false, false, true, true]) == 0.75)
    #expect(PredictionScore.areaUnderCurve([1, 1, 1], [true, false, true]) == 0.5)
    #expect(PredictionScore.areaUnderCurve([1, 2], [true, true]) == nil)
    #expect(PredictionScore.determination([1, 2, 3], [1, 2, 3]) == 1)
    #expect(PredictionScore.determination([2, 2, 2], [1, 2, 3]) == 0)
    #expect(PredictionScore.determination([2], [2]) == nil)
  }

  /// Neither column alone says anything: trees must go two steps.
  @Test func treesLearnWhatColumnsSayTogether() throws {
    var generator = SeededGenerator(seed: 5)
    let bins = (0..<2).map { _ in (0..<600).map { _ in UInt8.random(in: 1...8, using: &generator) } }
    let classes = (0..<600).map { (bins[0][$0] > 4) != (bins[1][$0] > 4) ? 1 : 0 }
    let columns = BinnedColumns(bins: bins, isCategorical: [false, true])
    let model = BoostedTrees(columns, .classes(classes, count: 2), rounds: 40)
    let scores = model.scores(columns).map { $0[0] }
    #expect(try #require(PredictionScore.areaUnderCurve(scores, classes.map { $0 == 1 })) > 0.98)
  }

  @Test func treesLearnNumbersAndManyClasses() throws {
    var generator = SeededGenerator(seed: 6)
    let bins = (0..<3).map { _ in (0..<500).map { _ in UInt8.random(in: 0...20, using: &generator) } }
    let columns = BinnedColumns(bins: bins, isCategorical: [false, false, true])
    let values = (0..<500).map { Double(bins[0][$0]) * 2 - Double(bins[1][$0]) + (bins[2][$0] % 3 == 0 ? 9 : 0) }
    let model = BoostedTrees(columns, .number(values), rounds: 60)
    #expect(try #require(PredictionScore.determination(model.scores(columns).map { $0[0] }, values)) > 0.9)
    let classes = (0..<500).map { Int(bins[0][$0]) / 7 }
    let many = BoostedTrees(columns, .classes(classes, count: 3), rounds: 20).scores(columns)
    let right = zip(many, classes).count { scores, label in scores.indices.max { scores[$0] < scores[$1] } == label }
    #expect(right > 490)
  }

  private static func table(_ seed: UInt64, rows: Int, isShuffled: Bool) -> String {
    var generator = SeededGenerator(seed: seed)
    var text = "x,y,kind,noise\n"
    for _ in 0..<rows {
      let x = Double.random(in: 0..<1, using: &generator)
      let other = isShuffled ? Double.random(in: 0..<1, using: &generator) : x
      let noise = Double.random(in: 0..<1, using: &generator)
      text += "\(x),\(other * 5),\(other > 0.6 ? "high" : other > 0.3 ? "middle" : "low"),\(noise)\n"
    }
    return text
  }

  @Test func efficacyTellsDependenceFromNone() throws {
    let real = Self.table(1, rows: 400, isShuffled: false)
    func records(_ synthetic: String, _ targets: [String]) throws -> [QualityRecord] {
      try Efficacy(try EvaluationDesk.columns([real, synthetic]), key: RandomKey(seed: 2), jobs: 2).records(targets)
    }
    let good = try records(Self.table(2, rows: 400, isShuffled: false), ["y", "kind", "noise"])
    #expect(good.map(\.metric) == ["R2", "Accuracy", "R2"])
    #expect(try #require(good[0].score) > 0.95)
    #expect(try #require(good[1].score) > 0.9)
    // What cannot be predicted at all has no score.
    #expect(good[2].score == nil, "\(good[2])")
    let bad = try records(Self.table(3, rows: 400, isShuffled: true), ["x"])
    #expect(try #require(bad[0].real) > 0.95)
    #expect(try #require(bad[0].score) < 0.3)
    let chosen = try records(Self.table(2, rows: 400, isShuffled: false), [])
    #expect(chosen.map(\.column) == ["x", "y", "kind"])
  }
}
