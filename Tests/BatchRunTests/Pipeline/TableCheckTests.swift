import MillraceCore
import Support
import Testing

@testable import batch_run

@Suite struct TableCheckTests {
  private let folder = TemporaryFolder()

  private func report(
    _ name: String, _ text: String, _ checks: TableChecks = TableChecks(), rows: ValidateWork.RowCount = .init(),
    comparedFile: String? = nil
  ) throws -> CheckReport {
    var check = TableCheck(folder.write(name, text), checks)
    return try check.run(rows: rows, comparedFile: comparedFile) { false }
  }

  private func types(_ types: [(String, ValueType)]) -> [TableChecks.FieldType] {
    types.map { .init(field: FieldName($0.0), type: $0.1) }
  }

  /// Lines without the folder in front.
  private func lines(_ report: CheckReport) -> [String] {
    report.lines.map { $0.split(separator: "\(folder.path)/", omittingEmptySubsequences: false).joined() }
  }

  @Test func rowsThatKeepAllRules() throws {
    var checks = TableChecks()
    checks.required = [FieldName("id")]
    checks.types = types([("id", .integer), ("price", .number), ("name", .string), ("ok", .boolean), ("day", .date)])
    checks.ranges = [.init(field: FieldName("price"), minimum: .number(-1), maximum: .number(2e3))]
    checks.unique = [[FieldName("id")], [FieldName("name"), FieldName("day")]]
    let csv =
      "id,price,name,ok,day\n1,-0.5,a,true,2026-01-01\n+2,1e3,\"b, \"\"c\",FALSE,2026-01-01\n3,,a,,2026-01-02\n4,.5,,true,\n5,5.,,true,\n"
    let ndjson = """
      {"id":1,"price":-0.5,"name":"a","ok":true,"day":"2026-01-01"}
      {"id":2,"price":1e3,"name":"\\u0062","ok":null,"day":null}

      """
    for (name, text, count) in [("a.csv", csv, 5), ("a.ndjson", ndjson, 2)] {
      let report = try report(name, text, checks, rows: .init(minimum: 1, maximum: 5))
      #expect(report.isGood)
      #expect(lines(report) == [])
      #expect(report.rows == count)
    }
  }

  @Test func eachBrokenRuleIsToldWithItsPlaces() throws {
    var checks = TableChecks()
    checks.required = [FieldName("id")]
    checks.types = types([("n", .integer), ("x", .number), ("ok", .boolean), ("day", .date)])
    checks.ranges = [
      .init(field: FieldName("x"), minimum: .number(0), maximum: .number(10)),
      .init(field: FieldName("day"), minimum: CalendarDay("2026-01-01").map { .day($0) }, maximum: nil),
    ]
    checks.unique = [[FieldName("id")]]
    let csv =
      "id,n,x,ok,day\n1,1.5,n/a,maybe,tomorrow\n1,0x1,-3,true,2025-12-31\n,7,11,true,2026-02-30\n\"\",1,inf,true,\n"
    let report = try report("a.csv", csv, checks)
    #expect(!report.isGood)
    #expect(report.failedRows == 4)
    #expect(
      lines(report) == [
        "required: id: a.csv:4: field \"id\": it is empty", "required: id: a.csv:5: field \"id\": it is empty",
        "types: n: a.csv:2: field \"n\": expected an integer, found \"1.5\"",
        "types: n: a.csv:3: field \"n\": expected an integer, found \"0x1\"",
        "types: x: a.csv:2: field \"x\": expected a number, found \"n/a\"",
        "types: x: a.csv:5: field \"x\": expected a number, found \"inf\"",
        "types: ok: a.csv:2: field \"ok\": expected true or false, found \"maybe\"",
        "types: day: a.csv:2: field \"day\": expected a date (YYYY-MM-DD), found \"tomorrow\"",
        "types: day: a.csv:4: field \"day\": expected a date (YYYY-MM-DD), found \"2026-02-30\"",
        "ranges: x: a.csv:2: field \"x\": expected a number, found \"n/a\"",
        "ranges: x: a.csv:3: field \"x\": expected 0 at least, found \"-3\"",
        "ranges: x: a.csv:4: field \"x\": expected 10 at most, found \"11\"", "ranges: x: and 1 more",
        "ranges: day: a.csv:2: field \"day\": expected a date (YYYY-MM-DD), found \"tomorrow\"",
        "ranges: day: a.csv:3: field \"day\": expected 2026-01-01 or later, found 2025-12-31",
        "ranges: day: a.csv:4: field \"day\": expected a date (YYYY-MM-DD), found \"2026-02-30\"",
        "unique: id: a.csv:3: field \"id\": \"1\" was there before, in record 1",
      ])
    #expect(
      report.summary
        == "4 of 4 rows fail: required: id (2), types: n (2), types: x (2), types: ok (1), types: day (2) and 3 more")
  }

  @Test func jsonValuesAreOfTheirOwnType() throws {
    var checks = TableChecks()
    checks.types = types([("n", .integer), ("x", .number), ("s", .string), ("ok", .boolean)])
    checks.required = [FieldName("n")]
    let report = try report(
      "a.ndjson", "{\"n\":\"1\",\"x\":true,\"s\":5,\"ok\":\"true\"}\n{\"x\":1}\n{\"n\":}\n", checks)
    #expect(
      lines(report) == [
        "rows: a.ndjson:3: byte 50: not a JSON value (true, false, null, a number, a string, an object or an array)",
        "required: n: a.ndjson:2: field \"n\": the row lacks it",
        "types: n: a.ndjson:1: field \"n\": expected an integer, found \"1\"",
        "types: x: a.ndjson:1: field \"x\": expected a number, found \"true\"",
        "types: s: a.ndjson:1: field \"s\": expected a string, found \"5\"",
        "types: ok: a.ndjson:1: field \"ok\": expected true or false, found \"true\"",
      ])
    #expect(report.rows == 3)
    #expect(report.failedRows == 3)
  }

  @Test func rowsAreCounted() throws {
    let other = folder.write("other.csv", "a\n1\n2\n")
    let csv = "a\n1\n2\n3\n"
    #expect(try report("a.csv", csv, rows: .init(minimum: 3, maximum: 3)).isGood)
    #expect(
      lines(try report("a.csv", csv, rows: .init(minimum: 4))) == [
        "rows: min: a.csv: expected 4 at least, found 3 rows"
      ])
    #expect(
      lines(try report("a.csv", csv, rows: .init(maximum: 2))) == ["rows: max: a.csv: expected 2 at most, found 3 rows"]
    )
    let compared = try report("a.csv", csv, rows: .init(sameAs: "fetch"), comparedFile: other)
    #expect(lines(compared) == ["rows: same-as: a.csv: expected 2, as in other.csv of step \"fetch\", found 3 rows"])
    #expect(!compared.isGood)
    #expect(try report("empty.csv", "", rows: .init(minimum: 0)).isGood)
  }

  @Test func someRowsMayFailIfTheStepSaysSo() throws {
    var checks = TableChecks()
    checks.required = [FieldName("a")]
    checks.maximumFailures = 2
    #expect(try report("a.csv", "a,b\n,1\n,2\nx,3\n", checks).isGood)
    #expect(try !report("a.csv", "a,b\n,1\n,2\n,3\n", checks).isGood)
  }

  @Test func aColumnThatIsNotThere() throws {
    var checks = TableChecks()
    checks.required = [FieldName("c")]
    checks.maximumFailures = 100
    let report = try report("a.csv", "a,b\n1,2\n", checks)
    #expect(!report.isGood)
    #expect(lines(report) == ["required: c: a.csv:1: field \"c\": no such column (the columns are a, b)"])
  }

  /// Values that only together are one, and pairs that read alike when they are put together, are told apart.
  @Test func keysOfSeveralFields() throws {
    var checks = TableChecks()
    checks.unique = [[FieldName("a"), FieldName("b")]]
    let report = try report("a.csv", "a,b\n1,23\n12,3\n1,24\n12,3\n,3\n,3\n", checks)
    #expect(lines(report) == ["unique: a, b: a.csv:5: \"12\", \"3\" was there before, in record 2"])
  }

  @Test func aCompressedTable() throws {
    let path = folder.write("a.csv", "a\n1\n2\n")
    _ = try ShortCommand(arguments: ["gzip", path]).run()
    #expect(try TableCheck.rows(of: path + ".gz") == 2)
  }
}
