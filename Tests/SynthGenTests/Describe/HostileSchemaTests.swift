import MillraceCore
import Support
import Testing

@testable import synth_gen

/// What a schema says is hostile: whatever stands in the place of an argument, it makes values or is told, and nothing ends
/// the program.
@Suite struct HostileSchemaTests {
  private static let values = [
    "0", "-1", "1", "0.5", "1e308", "-1e308", "1e-320", "9223372036854775807", "-9223372036854775808", "1e19", "true",
    "null", "\"\"", "\"x\"", "\"now\"", "\"-99999999y\"", "\"9999-12-31\"", "\"0000-00-00\"", "\"%Y%%%n\"", "\"{\"",
    "\"{{a}}\"", "\"[\"", "\"(a|b){0,99999}\"", "\"../../etc/passwd\"", "\"1/0\"", "[]", "[null]", "[[],{}]",
    "[1e308,-1e308]", "{}", "{\"a\":-1}", "{\"a\":1e308,\"b\":1e308}", "\"\\u0000\\ud83d\\ude00\"",
  ]

  private static let generators = GeneratorCatalogue.ofThisProgram().descriptions

  /// Compiles a table of one field, and makes some of its rows.
  private func tryOut(_ field: String) async {
    // Others wait for this thread.
    await Task.yield()
    let document = #"{"fields":{"b":{"sequence":1},"a":\#(field)}}"#
    guard let schema = try? SchemaParser.parse(Array(document.utf8), file: "hostile"),
      let tables = try? SchemaTables(schema, locale: nil, asOf: nil, seed: 1),
      let table = try? tables.table(named: nil, rows: 20, firstRow: 1)
    else { return }
    let draft = table.maker.makeDraft()
    for row in table.rows { guard (try? table.maker.make(row: row, in: draft)) != nil else { return } }
  }

  @Test(arguments: generators.map(\.name))
  func noArgumentEndsTheProgram(name: String) async throws {
    let generator = try #require(Self.generators.first { $0.name == name })
    var random = SeededGenerator()
    print("\(name): MILLRACE_TEST_SEED=\(random.seed)")
    let value = { Self.values[Int.random(in: 0..<Self.values.count, using: &random)] }
    // Few of all at a time: runs differ in their seeds.
    for parameter in generator.parameters {
      for _ in 0..<2 { await tryOut(#"{"generator":"\#(name)","arguments":{"\#(parameter.name)":\#(value())}}"#) }
    }
    for _ in 0..<(generator.parameters.isEmpty ? 0 : 2) {
      let arguments = generator.parameters.filter { _ in Bool.random(using: &random) }.map {
        #""\#($0.name)":\#(value())"#
      }
      let unique = Bool.random(using: &random)
      await tryOut(
        #"{"generator":"\#(name)","arguments":{\#(arguments.joined(separator: ","))},"unique":\#(unique),"null_rate":0.5}"#
      )
    }
    await tryOut(#"{"generator":"\#(name)","unique":true}"#)
  }
}
