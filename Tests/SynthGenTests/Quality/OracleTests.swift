import MillraceCore
import Support
import Testing

/// Figures that SDMetrics 0.32 found for the tables in `Oracle`, which `make_oracle.py` there draws.
@Suite struct OracleTests {
  static let folder = "/" + #filePath.split(separator: "/").dropLast().joined(separator: "/") + "/Oracle/"
  /// Sums in another order differ in their last digits.
  static let tolerance = 1e-9

  let expected: JSONValue
  let found: PrintedFigures

  init() throws {
    expected = try JSONValue.parse(
      String(decoding: try #require(readFile(Self.folder + "expected.json")), as: UTF8.self))
    let outcome = EvaluationDesk().evaluate(
      Self.folder + "real.csv", Self.folder + "synthetic.csv",
      ["--holdout", Self.folder + "holdout.csv", "--metadata", Self.folder + "metadata.json", "--no-efficacy"])
    #expect(outcome.status == 0)
    #expect(outcome.errorText == "")
    found = try PrintedFigures(outcome)
  }

  private func agree(_ one: JSONValue?, _ other: Double?) -> Bool {
    guard let one, let expected = number(one) else { return other == nil }
    return other.map { abs($0 - expected) < Self.tolerance } ?? false
  }

  @Test func theReportsAgree() {
    let scores = expected["scores"]
    for metric in ["QualityReport", "DiagnosticReport", "NewRowSynthesis", "DCROverfittingProtection"] {
      #expect(agree(scores?[metric], found.score(metric)), "\(metric)")
    }
    for (name, property) in [
      ("Column Shapes", "column_shapes"), ("Column Pair Trends", "column_pair_trends"),
      ("Data Validity", "data_validity"), ("Data Structure", "data_structure"),
    ] {
      #expect(agree(scores?[name], found.average(property)), "\(name)")
    }
  }

  @Test func singleColumnsAgree() throws {
    let columns = try #require(expected["columns"]?.elements)
    #expect(columns.count > 30)
    for column in columns {
      let (metric, name) = (try #require(column["metric"]?.text), try #require(column["column"]?.text))
      let record = try #require(found.record(metric, name), "\(metric) of \(name)")
      #expect(agree(column["score"], record["score"].flatMap { number($0) }), "\(metric) of \(name)")
    }
  }

  @Test func pairsAgree() throws {
    let pairs = try #require(expected["pairs"]?.elements)
    #expect(pairs.count == 28)
    for pair in pairs {
      let names = (pair["column"]?.text, pair["other_column"]?.text)
      let metric = try #require(pair["metric"]?.text)
      let record = try #require(found.record(metric, names.0, names.1), "\(names)")
      #expect(record["counted"] == pair["counted"], "\(names)")
      // SDMetrics gives no score to pairs that do not count.
      if pair["score"] != .null { #expect(agree(pair["score"], record["score"].flatMap { number($0) }), "\(names)") }
      let real = pair["correlation"] == .null ? pair["association"] : pair["correlation"]
      #expect(agree(real, record["real"].flatMap { number($0) }), "\(names)")
    }
  }
}
