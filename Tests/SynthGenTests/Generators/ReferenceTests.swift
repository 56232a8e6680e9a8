import MillraceCore
import Support
import Testing

/// Rows of related tables agree.
@Suite struct ReferenceTests {
  private static let shop = """
    seed: 5
    tables:
      customers:
        rows: 300
        fields:
          id: {sequence: 1000}
          name: name
          email: email
          level: {choice: {basic: 8, gold: 2}}
      orders:
        rows: {per: customers, min: 0, max: 6, mean: 2}
        fields:
          id: sequence
          customer: {reference: customers.id}
          customer_name: {reference: customers.name}
          mail: reference("customers", field="email")
          product: {reference: products.sku, distribution: zipf, exponent: 1.3}
          product_name: {reference: products.name}
          amount: number(min=1, max=100)
        constraints: ["amount > 20"]
      items:
        rows: {per: orders, min: 1, max: 3}
        fields:
          order: {reference: orders.id}
          customer: {reference: orders.customer}
          customer_name: {reference: orders.customer_name}
          number: sequence
      products:
        rows: 40
        fields:
          sku: {regex: "[A-Z]{3}[0-9]{4}", unique: true}
          name: product_name
      staff:
        rows: 200
        fields:
          id: sequence
          name: name
          manager: {reference: staff.id}
          manager_name: {reference: staff.name}
      cards:
        rows: 300
        fields:
          owner: {reference: customers.id, unique: true}
          mail: {reference: customers.email}

    """

  private let desk = SchemaDesk()

  /// The rows of each table, by column.
  private func tables(_ arguments: [String] = []) -> [String: [[String: String]]] {
    let outcome = desk.run(Self.shop, ["--out-dir", "made", "--to", "tsv"] + arguments)
    #expect(outcome.status == 0, "\(outcome.errorText)")
    var tables: [String: [[String: String]]] = [:]
    for file in desk.folder.names(in: "made") where file.hasSuffix(".tsv") {
      let lines = (desk.folder.text("made/\(file)") ?? "").split(separator: "\n").map {
        $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      }
      tables[String(file.dropLast(4))] = lines.dropFirst().map { line in
        Dictionary(zip(lines[0], line)) { first, _ in first }
      }
    }
    return tables
  }

  @Test func whatARowRefersToIsThere() throws {
    let tables = tables()
    func find(_ table: String, _ column: String) throws -> [String: [String: String]] {
      Dictionary(try #require(tables[table]).map { ($0[column] ?? "", $0) }) { first, _ in first }
    }
    let customers = try find("customers", "id")
    let orders = try find("orders", "id")
    let products = try find("products", "sku")
    #expect(customers.count == 300 && products.count == 40)
    for order in try #require(tables["orders"]) {
      let customer = try #require(customers[order["customer"] ?? ""])
      #expect(order["customer_name"] == customer["name"])
      #expect(order["mail"] == customer["email"])
      #expect(order["product_name"] == (try #require(products[order["product"] ?? ""]))["name"])
      #expect((Double(order["amount"] ?? "") ?? 0) > 20)
    }
    for item in try #require(tables["items"]) {
      let order = try #require(orders[item["order"] ?? ""])
      #expect(item["customer"] == order["customer"])
      #expect(item["customer_name"] == order["customer_name"])
    }
  }

  @Test func parentsHaveAsManyRowsAsTheyMay() throws {
    let tables = tables()
    let orders = try #require(tables["orders"])
    let perCustomer = Dictionary(orders.map { ($0["customer"] ?? "", 1) }, uniquingKeysWith: +)
    #expect(perCustomer.values.allSatisfy { (1...6).contains($0) })
    // Some have none; two on average.
    #expect((15...80).contains(300 - perCustomer.count))
    #expect((520...690).contains(orders.count))
    // One parent's rows stand together, in the parents' order.
    let order = orders.compactMap { Int($0["customer"] ?? "") }
    #expect(order == order.sorted())
    let items = try #require(tables["items"])
    let perOrder = Dictionary(items.map { ($0["order"] ?? "", 1) }, uniquingKeysWith: +)
    #expect(perOrder.count == orders.count)
    let counts = Dictionary(perOrder.values.map { ($0, 1) }, uniquingKeysWith: +)
    #expect(Set(counts.keys) == [1, 2, 3])
    #expect(counts.values.allSatisfy { Double($0) > Double(orders.count) * 0.25 })
  }

  @Test func someRowsAreReferredToOften() throws {
    let orders = try #require(tables(["-n", "3000"])["orders"])
    let counts = Dictionary(orders.map { ($0["product"] ?? "", 1) }, uniquingKeysWith: +).values.sorted(by: >)
    #expect(counts[0] > orders.count / 5)
    #expect(counts[0] > counts[4] * 2)
    // Which ones is not told by their place.
    let first = try #require(orders.first)
    #expect(Set(orders.map { $0["product"] ?? "" }).count > 30, "\(first)")
  }

  @Test func uniqueReferencesAreEachAnother() throws {
    let tables = tables()
    let customers = Dictionary(try #require(tables["customers"]).map { ($0["id"] ?? "", $0["email"]) }) { one, _ in one
    }
    let cards = try #require(tables["cards"])
    #expect(Set(cards.map { $0["owner"] ?? "" }).count == 300)
    for card in cards { #expect(customers[card["owner"] ?? ""] == card["mail"]) }
    #expect(cards.map { $0["owner"] ?? "" } != cards.map { $0["owner"] ?? "" }.sorted())
  }

  @Test func aTableThatRefersToItselfRefersToEarlierRows() throws {
    let staff = try #require(tables()["staff"])
    #expect(staff[0]["manager"] == "" && staff[0]["manager_name"] == "")
    for row in staff.dropFirst() {
      let manager = try #require(Int(row["manager"] ?? ""))
      #expect(manager < (Int(row["id"] ?? "") ?? 0))
      #expect(row["manager_name"] == staff[manager - 1]["name"])
    }
  }

  // MARK: Reproduction

  @Test(arguments: ["orders", "items", "staff", "cards"])
  func anyRowIsMadeByItself(table: String) {
    let whole = desk.run(Self.shop, ["--table", table, "--no-header", "--jobs", "1"])
    #expect(whole.status == 0)
    #expect(desk.run(Self.shop, ["--table", table, "--no-header", "--jobs", "5"]).output == whole.output)
    let count = whole.output.count { $0 == 0x0a }
    let parts = [(1, 70), (71, 1), (72, count - 71)].flatMap { first, number in
      desk.run(Self.shop, ["--table", table, "-n", "\(number)", "--first-row", "\(first)", "--no-header"]).output
    }
    // What belongs to customers is as many rows as they have, whatever the command asks for.
    #expect(parts == whole.output)
  }

  @Test func aTableIsTheSameAloneAndWithTheOthers() {
    _ = tables()
    for table in ["customers", "orders", "items", "products", "staff", "cards"] {
      #expect(
        desk.run(Self.shop, ["--table", table, "--to", "tsv"]).outputText == desk.folder.text("made/\(table).tsv"))
    }
  }

  @Test func allTablesGrowTogether() throws {
    let made = tables(["-n", "600"])
    #expect(made["customers"]?.count == 600)
    #expect(made["products"]?.count == 80 && made["staff"]?.count == 400 && made["cards"]?.count == 600)
    #expect((1050...1370).contains(try #require(made["orders"]).count))
  }

  @Test func manyParentsNeedNoWait() {
    let schema = """
      tables:
        parents: {rows: 1000000000, fields: {id: sequence}}
        children: {rows: {per: parents, min: 1, max: 4}, fields: {parent: {reference: parents.id}}}

      """
    let outcome = desk.run(schema, ["--table", "children", "-n", "5", "--first-row", "1000000", "--no-header"])
    #expect(outcome.status == 0)
    let parents = outcome.outputText.split(separator: "\n").compactMap { Int($0) }
    #expect(parents.count == 5 && parents == parents.sorted())
    #expect(parents.allSatisfy { (390_000...410_000).contains($0) })
  }

  // MARK: All tables

  @Test func theListingIsVerifiable() throws {
    desk.folder.write("s.yaml", Self.shop)
    let outcome = desk.program.run(
      ["--schema", "s.yaml", "--out-dir", "made", "-o", "listing.ndjson", "-q"], workingDirectory: desk.folder.path)
    #expect(outcome.status == 0, "\(outcome.errorText)")
    let lines = try #require(desk.folder.text("listing.ndjson")).split(separator: "\n")
    let names = try lines.map { try JSONValue.parse(String($0))["table"]?.text }
    #expect(names == ["customers", "orders", "items", "products", "staff", "cards"])
    for line in lines {
      let value = try JSONValue.parse(String(line))
      let bytes = try #require(desk.folder.read("made/\(value["table"]?.text ?? "").csv"))
      #expect(value["bytes"]?.integer == bytes.count)
      #expect(value["rows"]?.integer == bytes.count { $0 == 0x0a } - 1)
    }
    let prov = Executable("prov")
    #expect(prov.run(["verify", "listing.ndjson"], workingDirectory: desk.folder.path).status == 0)
    // Each table is a file with a record of its own.
    #expect(prov.run(["verify", "made/items.csv"], workingDirectory: desk.folder.path).status == 0)
    desk.folder.write("made/items.csv", "order\n1\n")
    let broken = prov.run(["verify", "made/items.csv"], workingDirectory: desk.folder.path)
    #expect(broken.status == 1)
    #expect(broken.outputText.contains("broken: output made/items.csv"), "\(broken.outputText)")
  }

  // MARK: Refusals

  private static func pair(_ a: String, _ b: String) -> String {
    "tables:\n  a: \(a)\n  b: \(b)\n"
  }

  @Test(arguments: [
    (
      Self.pair("{fields: {x: {reference: b.y}}}", "{fields: {y: {reference: a.x}}}"),
      "synth-gen: s.yaml:3: tables refer to each other in a circle: b.y → a.x → b.y (one of them must be made without the others)"
    ),
    (
      Self.pair("{rows: {per: b}, fields: {x: sequence}}", "{rows: {per: a}, fields: {y: sequence}}"),
      "synth-gen: s.yaml:2: the numbers of rows depend on each other in a circle: a → b → a (give one of the tables a number of rows)"
    ),
    (
      Self.pair("{fields: {x: {reference: c.y}}}", "{fields: {y: sequence}}"),
      "synth-gen: s.yaml:2: field \"x\": reference: there is no table \"c\" (did you mean \"a\"?)"
    ),
    (
      Self.pair("{fields: {x: {reference: b.z}}}", "{fields: {y: sequence}}"),
      "synth-gen: s.yaml:2: field \"x\": reference: the table \"b\" has no field \"z\" (did you mean \"y\"?)"
    ),
    (
      Self.pair("{fields: {x: {reference: b}}}", "{fields: {y: sequence}}"),
      "synth-gen: s.yaml:2: field \"x\": reference: \"b\" names no field (as in {reference: customers.id})"
    ),
    (
      Self.pair("{fields: {x: reference}}", "{fields: {y: sequence}}"),
      "synth-gen: s.yaml:2: field \"x\": reference: it needs the table and field to refer to (as in {reference: customers.id})"
    ),
    (
      Self.pair("{rows: 3, fields: {x: {reference: b.y, unique: true}}}", "{rows: 2, fields: {y: sequence}}"),
      "synth-gen: s.yaml:2: field \"x\": reference: the table \"b\" has 2 rows, and 3 unique references are to be made (it is reference(to, field, distribution=\"uniform\", exponent=1.1))"
    ),
    (
      Self.pair("{fields: {x: {reference: b.y}}}", "{rows: 0, fields: {y: sequence}}"),
      "synth-gen: s.yaml:2: field \"x\": reference: the table \"b\" has no rows to refer to (it is reference(to, field, distribution=\"uniform\", exponent=1.1))"
    ),
    (
      Self.pair("{fields: {x: {reference: b.y, distribution: normal}}}", "{fields: {y: sequence}}"),
      "synth-gen: s.yaml:2: field \"x\": reference: distribution=\"normal\" (it is uniform or zipf)"
    ),
    (
      Self.pair("{fields: {x: {reference: b.y, distribution: zipf, exponent: 0}}}", "{fields: {y: sequence}}"),
      "synth-gen: s.yaml:2: field \"x\": reference: exponent=0.0, where more than 0 up to 20 is possible (it is reference(to, field, distribution=\"uniform\", exponent=1.1))"
    ),
    (
      Self.pair("{fields: {x: {reference: a.z, unique: true}, z: sequence}}", "{fields: {y: sequence}}"),
      "synth-gen: s.yaml:2: field \"x\": reference: a reference to the same table cannot be unique (it is reference(to, field, distribution=\"uniform\", exponent=1.1))"
    ),
    (
      Self.pair("{fields: {x: {reference: a.x}}}", "{fields: {y: sequence}}"),
      "synth-gen: s.yaml:2: tables refer to each other in a circle: a.x → a.x (one of them must be made without the others)"
    ),
    (
      Self.pair("{rows: {per: b}, fields: {x: {reference: b.y, unique: true}}}", "{fields: {y: sequence}}"),
      "synth-gen: s.yaml:2: field \"x\": reference: several rows belong to one row of \"b\": their references cannot be unique (it is reference(to, field, distribution=\"uniform\", exponent=1.1))"
    ),
  ])
  func refusesWhatCannotBe(schema: String, message: String) {
    let refusal = desk.refusal(of: schema)
    #expect(refusal == message, "\(refusal)")
  }
}
