import MillraceCore
import Support
import Testing

@testable import synth_gen

@Suite struct PrivacyMeasureTests {
  /// Tables of numbers with ties and missing values, and categories.
  private static func tables(_ generator: inout SeededGenerator, rows: Int) -> String {
    var text = "a,b,kind,c\n"
    for _ in 0..<rows {
      let a = Int.random(in: -5...40, using: &generator)
      let b = Double(Int.random(in: 0...100, using: &generator)) / 8
      let kind = ["x", "y", "z", ""].randomElement(using: &generator) ?? ""
      let isMissing = Int.random(in: 0..<6, using: &generator) == 0
      text += "\(isMissing ? "" : "\(a)"),\(b),\(kind),3\n"
    }
    return text
  }

  @Test func theNearestRowsAreThoseOfATrialOfAll() throws {
    var generator = SeededGenerator()
    for _ in 0..<12 {
      let columns = try EvaluationDesk.columns(
        [Self.tables(&generator, rows: 60), Self.tables(&generator, rows: 25)],
        types: ["a": .numerical, "b": .numerical, "c": .numerical, "kind": .categorical])
      let real = RowPoints(columns, \.real, rows: Array(0..<60))
      let made = RowPoints(columns, \.synthetic, rows: Array(0..<25))
      let search = NearestRows(real, of: columns)
      let ranges = columns.map { column in
        ColumnDiagnostics.range(column.real.numbers).map { $0.upperBound - $0.lowerBound } ?? 0
      }
      for query in 0..<25 {
        let all = (0..<60).map { row in
          columns.indices.reduce(0.0) { sum, index in
            let cells = columns[index]
            if cells.type.isDiscrete { return sum + (cells.real.codes[row] == cells.synthetic.codes[query] ? 0 : 1) }
            let (one, other) = (cells.real.numbers[row], cells.synthetic.numbers[query])
            if one.isNaN || other.isNaN { return sum + (one.isNaN && other.isNaN ? 0 : 1) }
            return sum + (ranges[index] > 0 ? min(abs(one - other) / ranges[index], 1) : one == other ? 0 : 1)
          } / 4
        }.sorted()
        let found = search.neighbours(of: query, in: made)
        #expect(abs(found.first - all[0]) < 1e-12, "seed \(generator.seed)")
        #expect(abs(found.second - all[1]) < 1e-12, "seed \(generator.seed)")
      }
    }
  }

  @Test func copiesAreFoundAsATrialOfAllFindsThem() throws {
    var generator = SeededGenerator()
    for _ in 0..<12 {
      let columns = try EvaluationDesk.columns(
        [Self.tables(&generator, rows: 90), Self.tables(&generator, rows: 60)],
        types: ["a": .numerical, "b": .numerical, "c": .numerical, "kind": .categorical])
      let search = try #require(NewRows(columns))
      for made in 0..<60 {
        let isCopy = (0..<90).contains { row in
          columns.allSatisfy { column in
            if column.type.isDiscrete { return column.real.codes[row] == column.synthetic.codes[made] }
            let (one, other) = (column.real.numbers[row], column.synthetic.numbers[made])
            return other.isNaN ? one.isNaN : abs(one - other) <= abs(0.01 * other)
          }
        }
        #expect(search.isNew(made) == !isCopy, "seed \(generator.seed)")
      }
    }
  }

  @Test func aCopyOfTheTableIsSeenToBeOne() throws {
    var generator = SeededGenerator(seed: 4)
    let table = Self.tables(&generator, rows: 80)
    let columns = try EvaluationDesk.columns([table, table, Self.tables(&generator, rows: 80)])
    let records = try Privacy(columns, key: RandomKey(seed: 1), jobs: 2).outcome().records
    #expect(records.first { $0.metric == "NewRowSynthesis" }?.score == 0)
    #expect(try #require(records.first { $0.metric == "DCROverfittingProtection" }?.score) < 0.3)
    #expect(records.first { $0.metric == "DistanceToClosestRecord" }?.synthetic == 0)
    let alone = try Privacy(
      columns.map { column in
        var column = column
        column.holdout = nil
        return column
      }, key: RandomKey(seed: 1), jobs: 1
    ).outcome().records
    let baseline = try #require(alone.first { $0.metric == "DCRBaselineProtection" })
    #expect(baseline.score == 0)
    #expect(try #require(baseline.real) > 0.02)
  }

  @Test func samplesAreSetsOfTheirSize() {
    let key = RandomKey(seed: 3)
    #expect(key.sample(5, of: 3) == [0, 1, 2])
    #expect(key.sample(0, of: 3) == [])
    let some = key.sample(100, of: 1000)
    #expect(Set(some).count == 100)
    #expect(some == some.sorted())
    #expect(some.allSatisfy { (0..<1000).contains($0) })
    #expect(some == key.sample(100, of: 1000))
  }

  @Test func quantilesAreBetweenTheirNeighbours() {
    #expect(quantile([], 0.5) == nil)
    #expect(quantile([1, 2, 3, 4], 0.5) == 2.5)
    #expect(quantile([1, 2, 3], 1) == 3)
  }
}
