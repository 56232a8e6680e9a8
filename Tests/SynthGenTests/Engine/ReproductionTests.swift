import Support
import Testing

/// The same schema, seed and version make the same bytes.
@Suite struct ReproductionTests {
  private static let schema = """
    name: laws
    fields:
      id: {sequence: 10, prefix: "A-", width: 6}
      kind: {choice: {a: 5, b: 3, "c, d": 1}}
      amount: {generator: number, distribution: lognormal, mean: 20, sd: 15, min: 1, decimals: 2, null_rate: 0.1}
      count: integer(min=1, max=9)
      total: {formula: "round(coalesce(amount, 0) * count, 2)"}
      label: {template: "{kind}: {count}"}
      key: {generator: integer, min: 1, max: 1000000, unique: true}
      case: {when: [{if: "count > 5", then: {choice: [many, lots]}}, {else: {constant: few}}]}
      height: {generator: number, mean: 170, sd: 10}
      weight: {generator: number, mean: 70, sd: 8}
    constraints: ["total < 400 or kind = 'a'"]
    correlations: [{fields: [height, weight], correlation: 0.8}]

    """

  @Test(arguments: ["csv", "tsv", "ndjson"])
  func whateverTheNumberOfWorkers(format: String) {
    let desk = SchemaDesk()
    let one = desk.run(Self.schema, ["-n", "30000", "--jobs", "1", "--to", format])
    #expect(one.status == 0)
    for jobs in ["2", "7"] {
      #expect(desk.run(Self.schema, ["-n", "30000", "--jobs", jobs, "--to", format]).output == one.output)
    }
  }

  @Test func theFirstRowsOfManyAreThoseOfFew() {
    let desk = SchemaDesk()
    let many = desk.run(Self.schema, ["-n", "5000"]).output
    for count in [0, 1, 63, 64, 65, 100, 4999] {
      let few = desk.run(Self.schema, ["-n", "\(count)"]).output
      #expect(few.count(where: { $0 == 0x0a }) == count + 1)
      #expect(many.starts(with: few))
    }
  }

  @Test func partsOfATableMakeTheWhole() {
    let desk = SchemaDesk()
    let whole = desk.run(Self.schema, ["-n", "1000", "--no-header"]).output
    let parts = [(1, 400), (401, 1), (402, 599)].flatMap { first, count in
      desk.run(Self.schema, ["-n", "\(count)", "--first-row", "\(first)", "--no-header"]).output
    }
    #expect(parts == whole)
  }

  @Test func anotherSeedMakesOtherRows() {
    let desk = SchemaDesk()
    let usual = desk.run(Self.schema, ["-n", "100"]).output
    #expect(desk.run(Self.schema, ["-n", "100", "--seed", "0"]).output == usual)
    #expect(desk.run(Self.schema, ["-n", "100", "--seed", "1"]).output != usual)
    #expect(
      desk.run("seed: 1\n" + Self.schema, ["-n", "100"]).output
        == desk.run(Self.schema, ["-n", "100", "--seed", "1"]).output)
  }

  /// Fields are drawn by their names: another beside them changes nothing in theirs.
  @Test func anotherFieldLeavesTheRestAsItWas() {
    let desk = SchemaDesk()
    let before = desk.rows("a: integer", "b: number")
    let after = desk.rows("new: integer", "b: number", "a: integer")
    #expect(before.map { $0[0] } == after.map { $0[2] })
    #expect(before.map { $0[1] } == after.map { $0[1] })
  }

  @Test func aReaderThatHasEnoughEndsABillionRows() {
    let desk = SchemaDesk()
    desk.folder.write("s.yaml", "fields:\n  id: sequence\n  x: number\n")
    let shell = Executable("/bin/sh").run(
      ["-c", "'\(desk.program.path)' --schema s.yaml -q -n 1000000000 | head -3; echo ${PIPESTATUS:-}"],
      workingDirectory: desk.folder.path, timeLimit: 60)
    #expect(shell.outputText.hasPrefix("id,x\n1,"))
    #expect(shell.errorText == "")
  }

  @Test func theFingerprintIsOfWhatRowsDependOn() throws {
    let desk = SchemaDesk()
    func fingerprint(_ schema: String, _ arguments: [String] = []) throws -> String {
      desk.folder.write("f.yaml", schema)
      let outcome = desk.program.run(
        ["--schema", "f.yaml", "-o", "out.csv"] + arguments, workingDirectory: desk.folder.path)
      #expect(outcome.status == 0)
      let told = try #require(outcome.errorText.firstMatch(of: /note: fingerprint ([0-9a-f]{16})\n/)).1
      #expect(try #require(desk.folder.text("out.csv.prov")).contains("\"fingerprint\":\"\(told)\""))
      return String(told)
    }
    let usual = try fingerprint("fields:\n  a: integer\n")
    #expect(try fingerprint("# the same\nfields: {a: {generator: integer}}\n", ["-n", "7", "--jobs", "3"]) == usual)
    #expect(try fingerprint("fields:\n  a: integer\n", ["--seed", "1"]) != usual)
    #expect(try fingerprint("fields:\n  a: integer\n", ["--as-of", "2020-02-02"]) != usual)
    #expect(try fingerprint("fields:\n  a: integer(min=2)\n") != usual)
  }
}

/// What a sidecar says is enough to make the rows again.
@Suite struct ProvenanceTests {
  private let prov = Executable("prov")

  @Test func rowsOfASchemaAreMadeAgain() throws {
    let desk = SchemaDesk()
    desk.run("fields: {id: sequence, x: number}\n", ["-n", "500", "-o", "rows.csv"])
    let record = try #require(desk.folder.text("rows.csv.prov"))
    #expect(record.contains("\"schema_source\":\"file\""))
    #expect(record.contains("\"name\":\"s.yaml\""))
    #expect(prov.run(["verify", "rows.csv"], workingDirectory: desk.folder.path).status == 0)
    let again = prov.run(["rerun", "--run", "rows.csv"], workingDirectory: desk.folder.path)
    #expect(again.status == 0, "\(again.errorText)")
    #expect(again.outputText.contains("agrees"))
    desk.folder.write("s.yaml", "fields: {id: sequence, y: number}\n")
    #expect(prov.run(["verify", "rows.csv"], workingDirectory: desk.folder.path).status == 1)
  }

  @Test func rowsOfADescriptionAreMadeAgain() throws {
    let desk = SchemaDesk()
    let made = desk.program.run(
      ["sensor readings", "--offline", "-n", "50", "-o", "rows.csv", "-q"],
      environment: ["MILLRACE_CACHE_DIR": desk.folder("cache")], workingDirectory: desk.folder.path)
    #expect(made.status == 0, "\(made.errorText)")
    let record = try #require(desk.folder.text("rows.csv.prov"))
    #expect(record.contains("\"schema_source\":\"fallback\""))
    let again = prov.run(["rerun", "--run", "rows.csv"], workingDirectory: desk.folder.path)
    #expect(again.outputText.contains("agrees"), "\(again.errorText)")
  }
}
