import Support
import Testing

/// What a schema may look like, and what is said of one that is wrong.
@Suite struct SchemaFormTests {
  private let desk = SchemaDesk()

  @Test(arguments: [
    "fields:\n  a: integer(min=1, max=6)\n",
    "fields: {a: {generator: integer, min: 1, max: 6}}\n",
    "fields:\n  - {name: a, generator: integer, arguments: {min: 1, max: 6}}\n",
    "fields:\n  - name: a\n    generator: integer\n    arguments: [{name: min, value: 1}, {name: max, value: 6}]\n",
    "fields:\n  - a: {generator: \"fake.integer(min=1)\", max: 6}\n",
    "fields: {a: \"{{integer}}\"}\n",
    "{\"schema\": 1, \"fields\": {\"a\": \"integer(1, 6)\"}}",
    "{\"fields\": [{\"name\": \"a\", \"generator\": \"integer({min: 1, max: 6})\"}]}",
    "\u{feff}fields: {a: 'integer(minimum=1, maximum=6)'}\n",
  ])
  func saysTheSameInManyForms(schema: String) {
    let expected = desk.run("fields: {a: {generator: integer, min: 1, max: 6}}\n", ["-n", "50"])
    let outcome = desk.run(schema, ["-n", "50"])
    if schema.contains("{{") {
      #expect(outcome.status == 65)
    } else {
      #expect(outcome.errorText == "")
      #expect(outcome.output == expected.output)
    }
  }

  @Test func printedSchemasReadTheSameAgain() {
    let schema = """
      name: t
      locale: de
      as_of: 2025-05-05
      tables:
        a:
          rows: 5
          fields: {id: sequence, k: {choice: {x: 1, "y: z": 2}}, c: {constant: "yes"}, n: {generator: number, null_rate: 0.5}}
          constraints: ["id > 0"]
        b:
          rows: {per: a, min: 1, max: 3}
          fields: {a: {reference: a.id}, t: {template: "{a}-{u}"}, u: {generator: integer, hidden: true}}
      """
    let printed = desk.run(schema, command: ["schema"])
    #expect(printed.errorText == "")
    let again = desk.run(printed.outputText, command: ["schema"])
    #expect(again.outputText == printed.outputText)
    let json = desk.run(schema, ["--json"], command: ["schema"]).outputText
    #expect(desk.run(json, command: ["schema"]).outputText == printed.outputText)
    for table in ["a", "b"] {
      let rows = desk.run(schema, ["--table", table]).outputText
      #expect(desk.run(printed.outputText, ["--table", table]).outputText == rows)
      #expect(desk.run(json, ["--table", table]).outputText == rows)
    }
    #expect(desk.run(schema, ["--table", "b"]).outputText.hasPrefix("a,t\n"))
  }

  @Test(arguments: [
    ("", "s.yaml: the schema is empty (a schema has fields, or tables that have them)"),
    (
      "a: 1\n",
      "s.yaml:1: the schema has no key \"a\" (it has schema, name, description, locale, as_of, seed, rows, fields, constraints, correlations, tables; also: s.yaml:1: the key \"fields\" is missing (a schema has fields, or tables that have them))"
    ),
    ("fields: {}\n", "s.yaml:1: the schema has no fields"),
    (
      "fields: {a: integr}\n",
      "s.yaml:1: field \"a\": unknown generator \"integr\" (near it are integer; synth-gen generators lists all)"
    ),
    (
      "fields:\n  a: integer(mim=3)\n",
      "s.yaml:2: field \"a\": integer: unknown argument \"mim\" (did you mean \"min\"?"
    ),
    ("fields:\n  a: integer(min=x)\n", "s.yaml:2: field \"a\": integer: min: expected a number, found \"x\""),
    ("fields:\n  a: integer(min=3\n", "s.yaml:2: field \"a\": \"integer(min=3\": expected , or ) before \"\""),
    ("fields:\n  a: {min: 3}\n", "s.yaml:2: field \"a\": no generator among min (say generator: NAME, or one of"),
    ("fields:\n  a: integer(min=3, max=1)\n", "s.yaml:2: field \"a\": integer: min=3.0 is above max=1.0"),
    (
      "fields:\n  a: {generator: integer, null_rate: 2}\n",
      "s.yaml:2: field \"a\": null_rate: expected a share from 0 to 1, found 2"
    ),
    (
      "fields:\n  a: {formula: \"b\"}\n  b: {formula: \"a\"}\n",
      "s.yaml:2: field \"a\": fields refer to each other in a circle: a → b → a (one of them must be made without the others"
    ),
    ("fields:\n  a: 1\n  a: 2\n", "s.yaml:3: field \"a\": the field \"a\" is there twice"),
    ("schema: 2\nfields: {a: 1}\n", "s.yaml:1: schema: expected 1, found 2 (this synth-gen knows version 1 alone)"),
    ("locale: xx_XX\nfields: {a: 1}\n", "s.yaml:1: there is no locale \"xx_XX\" (there are en_US"),
    ("as_of: soon\nfields: {a: 1}\n", "s.yaml: as_of: \"soon\" is no date (write 2026-01-31 or 2026-01-31T12:00:00)"),
    (
      "fields: {a: {choice: {x: 0}}}\n",
      "s.yaml:1: field \"a\": choice: weights must be numbers from 0 on, and one of them more"
    ),
    ("fields: {a: {choice: []}}\n", "s.yaml:1: field \"a\": choice: 0 elements, where 1 to 100000 are possible"),
    (
      "fields: {a: integer(distribution=gausian)}\n",
      "s.yaml:1: field \"a\": integer: there is no distribution \"gausian\" (did you mean \"gaussian\""
    ),
    (
      "fields: {a: {template: \"{b\"}}\n",
      "s.yaml:1: field \"a\": template: a { that is never closed (a brace that is meant stands twice: {{)"
    ),
    ("fields: {a: {when: []}}\n", "s.yaml:1: field \"a\": when: cases: expected a list of 1 to 200 cases"),
    ("fields: {a: 1}\nconstraints: [\"a > b\"]\n", "s.yaml:2: the formula \"a > b\": there is no field \"b\""),
    (
      "fields: {a: 1}\nconstraints: [\"a > 1\"]\n",
      "s.yaml:2: no row of \"rows\" satisfies the constraint \"a > 1\": row 1 was made 10000 times (see whether"
    ),
    (
      "fields: {a: number, b: number}\ncorrelations: [{fields: [a, b], correlation: 2}]\n",
      "s.yaml:2: correlations: the matrix at row 1, column 2 is 2.0"
    ),
    (
      "fields: {a: number, b: number, c: number}\ncorrelations: [{fields: [a, b, c], matrix: [[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]]}]\n",
      "s.yaml:2: correlations: no variables have these correlations"
    ),
    ("fields: {a: {sequence: 1, hidden: true}}\n", "s.yaml:1: all fields are hidden"),
    (
      "tables: {a: {fields: {x: 1}}}\nfields: {y: 1}\n",
      "s.yaml:2: fields stands beside tables (move it into one of the tables)"
    ),
    (
      "tables: {\"../a\": {fields: {x: 1}}}\n",
      "s.yaml:1: the table \"../a\": a table's name is a file's name too (use letters, digits, - and _)"
    ),
    ("fields: {a: &x 1, b: *x}\n", "s.yaml:1: an alias (*x), which a schema does not have"),
    ("fields:\n\ta: 1\n", "s.yaml:2: not YAML:"),
    ("{\"fields\": {\"a\": 1}", "s.yaml: not JSON: byte"),
  ])
  func saysWhatIsWrong(schema: String, message: String) {
    let refusal = desk.refusal(of: schema)
    #expect(refusal.hasPrefix("synth-gen: \(message)"), "\(refusal)")
  }

  @Test func tellsAllThatIsWrongAtOnce() {
    let refusal = desk.refusal(of: "fields:\n  a: integr\n  b: integer(max=x)\n  c: {formula: \"a + b\"}\n")
    #expect(refusal.contains("s.yaml:2: field \"a\": unknown generator"))
    #expect(refusal.contains("s.yaml:3: field \"b\": integer: max: expected a number"))
    #expect(!refusal.contains("field \"c\""))
  }

  @Test func nothingInASchemaReachesFiles() {
    for field in [
      "{generator: open, path: /etc/passwd}", "\"__import__('os').system('id')\"", "{generator: \"../../etc/passwd\"}",
    ] {
      #expect(desk.run("fields: {a: \(field)}\n").status == 65)
    }
    let row = desk.rows("a: {template: \"$(id) `id` {b}\"}", "b: {constant: \"; rm -rf /\"}", count: 1)
    #expect(row == [["$(id) `id` ; rm -rf /", "; rm -rf /"]])
  }

  @Test func valuesAreQuotedWhereTheFormatWantsIt() {
    let schema = "fields:\n  a: {constant: 'x, \"y\"'}\n  b: {constant: {k: v}}\n  c: null\n  d: true\n  e: 1.50\n"
    #expect(
      desk.run(schema, ["-n", "1"]).outputText == "a,b,c,d,e\n\"x, \"\"y\"\"\",\"{\"\"k\"\":\"\"v\"\"}\",,true,1.50\n")
    let ndjson = desk.run(schema, ["-n", "1", "--to", "ndjson"]).outputText
    #expect(ndjson == "{\"a\":\"x, \\\"y\\\"\",\"b\":{\"k\":\"v\"},\"c\":null,\"d\":true,\"e\":1.50}\n")
  }
}
