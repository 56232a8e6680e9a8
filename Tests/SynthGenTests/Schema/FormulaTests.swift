import Support
import Testing

@testable import synth_gen

@Suite struct FormulaTests {
  /// What a formula makes of a row with n = 7, t = "Ab", d = 2024-02-28, m = 2024-02-28 23:30, none = null.
  private func value(_ formula: String) throws -> String {
    let desk = SchemaDesk()
    let escaped = formula.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    let rows = desk.rows(
      "n: 7", "t: {constant: Ab}", "d: {constant: \"2024-02-28\"}", "m: {constant: \"2024-02-28 23:30:00\"}",
      "none: null",
      "x: {formula: \"\(escaped)\"}", count: 1)
    return try #require(rows.first)[5]
  }

  @Test(arguments: [
    ("1 + 2 * 3", "7"), ("(1 + 2) * 3", "9"), ("2 ^ 3 ^ 2", "512"), ("-2 ^ 2", "-4"), ("7 % 3", "1"), ("-7 % 3", "2"),
    ("10 / 4", "2.5"), ("0.1 + 0.2", "0.30000000000000004"), ("round(0.1 + 0.2, 2)", "0.3"), ("round(2.5)", "3"),
    ("1 / 0", ""), ("n * 1.5", "10.5"), ("n = 7", "true"), ("n == 7 and t = 'Ab'", "true"),
    ("n < 7 or t <> 'Ab'", "false"),
    ("not n > 3", "false"), ("if(n > 3, 'big', 'small')", "big"), ("if(none > 3, 'big', 'small')", "small"),
    ("if(n > 9, 1)", ""), ("none + 1", ""), ("none = 1", ""), ("none = 1 or n = 7", "true"),
    ("none = 1 and n = 8", "false"),
    ("is_null(none)", "true"), ("coalesce(none, n)", "7"), ("t + n", "Ab7"),
    ("concat(t, '-', n, '-', d)", "Ab-7-2024-02-28"),
    ("upper(t)", "AB"), ("lower(t)", "ab"), ("length(t)", "2"), ("substring('abcdef', 2, 3)", "bcd"),
    ("left(t, 1)", "A"), ("right(t, 1)", "b"), ("contains('abc', 'bc')", "true"), ("starts_with(t, 'A')", "true"),
    ("ends_with(t, 'A')", "false"), ("slug('Crème brûlée!')", "creme-brulee"), ("d + 2", "2024-03-01"),
    ("d + days(1)", "2024-02-29"), ("d + hours(36)", "2024-02-29 12:00:00"), ("m + minutes(30)", "2024-02-29 00:00:00"),
    ("d - '2024-01-01'", ""), ("date('2024-03-01') - d", "2"), ("m - d", "84600"), ("year(d)", "2024"),
    ("month(d)", "2"),
    ("weekday(d)", "3"), ("hour(m)", "23"), ("d > '2024-02-27'", "true"), ("m < d + 1", "true"),
    ("age('2000-01-02')", "25"),
    ("today()", "2026-01-01"), ("row", "1"), ("n in (1, 7, 9)", "true"), ("t in ('x', 'y')", "false"),
    ("t not in ('x', 'y')", "true"), ("min(3, n, 5)", "3"), ("max(d, '2020-01-01')", "2024-02-28"),
    ("clamp(n, 1, 5)", "5"), ("abs(-3)", "3"), ("sqrt(16)", "4"), ("1e3", "1000"), (".5", "0.5"), ("'it''s'", "it's"),
    ("\"quoted\"", "quoted"), ("`n` + 1", "8"), ("3 - 2 - 1", "0"), ("n >= 7 && n <= 7", "true"),
    ("!(n = 7) || false", "false"),
  ])
  func means(formula: String, result: String) throws {
    #expect(try value(formula) == result)
  }

  @Test(arguments: [
    ("", "the formula \"\": a value was expected, found the end"),
    ("1 +", "the formula \"1 +\": a value was expected, found the end"),
    ("(1", "the formula \"(1\": expected ), found the end"),
    ("1 2", "the formula \"1 2\": nothing more was expected, found 2.0"),
    ("m + 'x", "the formula \"m + 'x\": a quote ' is never closed"),
    ("a ? b", "the formula \"a ? b\": \"?\" means nothing in a formula"),
    ("yeer(a)", "the formula \"yeer(a)\": there is no function \"yeer\" (did you mean year?)"),
    ("round()", "the formula \"round()\": round with 0 arguments (it is round(number, decimals))"),
    ("ab + 1", "the formula \"ab + 1\": there is no field \"ab\" (did you mean abc?)"),
    ("active = yes", "the formula \"active = yes\": there is no field \"active\" (text stands in quotes: 'active')"),
  ])
  func refuses(formula: String, message: String) {
    let refusal = SchemaDesk().refusal(of: "fields:\n  abc: 1\n  x: {formula: \"\(formula)\"}\n")
    #expect(refusal.hasPrefix("synth-gen: s.yaml:3: field \"x\": \(message)"), "\(refusal)")
  }

  @Test func boundsAreKept() throws {
    let arena = Arena()
    func parse(_ text: String) throws {
      _ = try FormulaParser.parse(text, fieldNames: [], asOf: .usual, in: arena) { _ in nil }
    }
    #expect(throws: Never.self) {
      try parse(String(repeating: "(", count: 30) + "1" + String(repeating: ")", count: 30))
    }
    for hostile in [
      String(repeating: "(", count: 200) + "1" + String(repeating: ")", count: 200),
      String(repeating: "-", count: 300) + "1",
      String(repeating: "not ", count: 300) + "true",
      String(repeating: "1+(", count: 100) + "1" + String(repeating: ")", count: 100),
      String(repeating: "1 ", count: 3000),
      (0..<900).map { _ in "1" }.joined(separator: "+") + String(repeating: "+1", count: 800),
      String(repeating: "2^", count: 500) + "2", "max(" + (0..<100).map { "\($0)" }.joined(separator: ",") + ")",
    ] {
      #expect(throws: (any Error).self) { try parse(hostile) }
    }
  }
}
