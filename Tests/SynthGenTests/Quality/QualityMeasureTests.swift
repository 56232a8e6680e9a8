import MillraceCore
import Support
import Testing

@testable import synth_gen

@Suite struct QualityMeasureTests {
  // MARK: Types

  @Test(arguments: [
    (["1", "2", "3.5"], 3, "a", ColumnType.numerical), (["true", "False"], 9, "a", .boolean),
    ((1...5).map { "\($0)" }, 60, "a", .categorical), ((1...5).map { "\($0)" }, 40, "a", .numerical),
    ((1...30).map { "\($0)" }, 30, "a", .id), ((1...30).map { "\($0 * 3)" }, 30, "a", .numerical),
    ((1...30).map { "\($0 * 3)" }, 30, "user_id", .id), (["2024-01-02", "2024-02-30"], 2, "a", .categorical),
    (["2024-01-02", "2024-02-29"], 2, "a", .datetime), (["01234", "99999"], 90, "zip", .categorical),
    (["13/01/2024", "01/02/2024"], 2, "a", .datetime), ((1...30).map { "k\($0)" }, 30, "a", .id),
    ((1...30).map { "some words \($0)" }, 30, "a", .text), (["x", "y"], 30, "a", .categorical),
    ([], 0, "a", .categorical), (["1", "x"], 30, "a", .categorical), (["0x10", "1"], 30, "a", .categorical),
  ])
  func typesAreFound(texts: [String], count: Int, name: String, type: ColumnType) {
    #expect(TypeInference(texts: texts, count: count, name: name).description().type == type)
  }

  @Test(
    arguments: [
      (nil, "1970-01-02", 86_400e9), (nil, "1969-12-31T23:59:59.5Z", -0.5e9), (nil, "1970-01-01 01:00+01:00", 0),
      (nil, "1970-01-01T00:00:00-0230", 9000e9), (nil, "1970-1-1", nil), (nil, "1970-01-01T25:00", nil),
      ("%d.%m.%Y %H:%M", "02.01.1970 00:01", 86_460e9), ("%m/%d/%y", "01/02/70", 86_400e9),
      ("%d %b %Y", "3 jan 1970", 172_800e9), ("%B %d, %Y", "January 3, 1970", 172_800e9),
      ("%Y-%j", "1970-032", 31 * 86_400e9), ("%I:%M %p %Y-%m-%d", "12:30 AM 1970-01-01", 1800e9),
      ("%I:%M %p %Y-%m-%d", "1:00 pm 1970-01-01", 46_800e9), ("%Y%m%d", "19700102", 86_400e9),
      ("%Y-%m-%d", "1970-02-30", nil), ("%Y-%m-%d", "1970-02-03 ", nil), ("%d%%", "2%", -25_566 * 86_400e9),
      ("%F %T", "1970-01-01 00:00:09", 9e9), ("%Y", "9999", 253_370_764_800e9),
    ] as [(String?, String, Double?)])
  func momentsAreRead(pattern: String?, text: String, nanoseconds: Double?) throws {
    let format = try pattern.map { try DatetimeFormat($0) } ?? .iso8601
    #expect(format.nanoseconds(text) == nanoseconds)
  }

  // MARK: Single columns

  @Test func distancesOfDistributionsAreThoseDoneByHand() throws {
    #expect(ColumnShapes.kolmogorovSmirnov([1, 2, 3, 4], [1, 2, 3, 4]) == 0)
    #expect(ColumnShapes.kolmogorovSmirnov([1, 2], [3, 4]) == 1)
    #expect(ColumnShapes.kolmogorovSmirnov([1, 2, 3, 4], [3, 4, 5, 6]) == 0.5)
    #expect(ColumnShapes.kolmogorovSmirnov([.nan, 1], [1, 1, .nan]) == 0)
    #expect(ColumnShapes.kolmogorovSmirnov([.nan], [1]) == nil)
    #expect(ColumnShapes.kolmogorovSmirnov([0.1 + 0.2], [0.3]) == 0)
    let columns = try EvaluationDesk.columns(["a\nx\nx\ny\nNA\n", "a\nx\ny\ny\ny\n"])
    let score = try #require(ColumnShapes.record(columns[0])?.score)
    #expect(abs(score - (1 - (2.0 / 3 - 0.25))) < 1e-12)
  }

  @Test func numbersThatAreCategoriesAreOneHoweverTheyAreSpelled() throws {
    let columns = try EvaluationDesk.columns(
      ["a,b\n8,True\n8.0,FALSE\n", "a,b\n8e0,true\n8,False\n"], types: ["a": .categorical])
    #expect(columns[0].categories.count == 2)
    #expect(columns.allSatisfy { ColumnShapes.record($0)?.score == 1 })
  }

  @Test func metadataSayWhatIsValid() throws {
    var columns = try EvaluationDesk.columns(["a,b\n1.5,x\n2.5,y\n", "a,b\n9.5,z\n1.5,\n"])
    #expect(ColumnDiagnostics.adherence(columns[0])?.score == 0.5)
    #expect(ColumnDiagnostics.adherence(columns[1])?.score == 0)
    columns[0].description.rangeMaximum = "10"
    columns[1].description.rangeValues = ["x", "y", "z"]
    #expect(ColumnDiagnostics.adherence(columns[0])?.score == 1)
    #expect(ColumnDiagnostics.adherence(columns[1])?.score == 0.5)
    columns[1].description.rangeIsNullable = true
    #expect(ColumnDiagnostics.adherence(columns[1])?.score == 1)
  }

  @Test func aKeyOfSeveralColumnsIsUniqueTogether() throws {
    let columns = try EvaluationDesk.columns(["a,b\n1,1\n", "a,b\n1,1\n1,2\n1,2\nNA,NA\n"])
    #expect(ColumnDiagnostics.keyUniqueness(columns)?.score == 0.5)
    #expect(ColumnDiagnostics.keyUniqueness([columns[1]])?.score == 0.5)
  }

  // MARK: Pairs

  @Test func associationIsThatDoneByHand() throws {
    // Of 2 × 2 with 10, 20, 30, 40: chi squared 0.7936508 over 100 rows.
    let cells: [(UInt32, UInt32, Int)] = [(0, 0, 10), (0, 1, 20), (1, 0, 30), (1, 1, 40)]
    let rows = cells.flatMap { [UInt32](repeating: $0.0, count: $0.2) }
    let columns = cells.flatMap { [UInt32](repeating: $0.1, count: $0.2) }
    let table = Contingency(rows, columns, 2, 2)
    #expect(abs(try #require(table.association) - (0.7936507936507936 / 100).squareRoot()) < 1e-12)
    #expect(Contingency([0, 0], [0, 1], 1, 2).association == nil)
    #expect(table.similarity(to: table) == 1)
    #expect(abs(table.similarity(to: Contingency([0], [0], 2, 2)) - 0.1) < 1e-12)
  }

  @Test func sparseAndDenseCountsAreTheSame() {
    var generator = SeededGenerator()
    let rows = (0..<300).map { _ in UInt32.random(in: 0..<40, using: &generator) }
    let columns = (0..<300).map { _ in UInt32.random(in: 0..<9, using: &generator) }
    let dense = Contingency(rows, columns, 40, 9)
    // So wide that combinations are sorted.
    let sparse = Contingency(rows, columns, 40, 1 << 20)
    #expect(abs((dense.association ?? 0) - (sparse.association ?? 1)) < 1e-12, "seed \(generator.seed)")
    let other = Array(columns.reversed())
    #expect(
      dense.similarity(to: Contingency(rows, other, 40, 9))
        == sparse.similarity(to: Contingency(rows, other, 40, 1 << 20)), "seed \(generator.seed)")
  }

  @Test func binsAreThoseOfEqualWidth() {
    #expect(PairTrends.bins([0, 0.99, 1, 5, 9.99, 10, .nan]) == [1, 1, 2, 6, 10, 11, 11])
    #expect(PairTrends.bins([7, 7]) == [6, 6])
    #expect(PairTrends.bins([.nan]) == [11])
  }
}
