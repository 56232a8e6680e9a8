import MillraceCore
import Support
import Testing

@testable import synth_gen

/// Lists, and things whose fields agree in a row.
@Suite struct ThingGeneratorTests {
  private let desk = SchemaDesk()

  private static let subjects =
    [
      listGenerators, thingGenerators, productGenerators, colorGenerators, fileGenerators, documentGenerators,
    ].flatMap { $0 }

  /// The lines of a list.
  private static func list(_ section: String, _ locale: String? = nil) throws -> [[String]] {
    try #require(Resource(locale.map { "locales/\($0).txt" } ?? "common.txt")).sections().rows(section)
  }

  // MARK: All of them

  @Test(arguments: LocaleData.names)
  func everyGeneratorMakesRowsInEveryLocale(locale: String) throws {
    let names = Self.subjects.map(\.name)
    let fields = names.map { "f_\($0): \($0)" }
    let schema = "fields:\n" + fields.map { "  \($0)\n" }.joined()
    let outcome = desk.run(schema, ["-n", "200", "--to", "tsv", "--no-header", "--locale", locale])
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(String(validating: outcome.output, as: UTF8.self) != nil)
    let rows = outcome.outputText.split(separator: "\n").map {
      $0.split(separator: "\t", omittingEmptySubsequences: false)
    }
    #expect(rows.count == 200)
    for (index, name) in names.enumerated() {
      let values = rows.map { $0[index] }
      #expect(values.allSatisfy { !$0.isEmpty }, "\(locale) \(name)")
      #expect(Set(values).count > 1, "\(locale) \(name)")
    }
    #expect(
      desk.run(schema, ["-n", "200", "--to", "tsv", "--no-header", "--locale", locale, "--jobs", "3"]).output
        == outcome.output)
  }

  @Test func theSummariesFitOnALine() {
    for description in Self.subjects + regexGenerators + timestampGenerators + seriesGenerators {
      #expect(!description.summary.isEmpty && description.summary.utf8.count <= 200, "\(description.name)")
      #expect(!description.summary.contains("\n"))
    }
    #expect(Set(Self.subjects.map(\.name)).count == Self.subjects.count)
    let catalogue = GeneratorCatalogue.ofThisProgram()
    for name in ThingKind.ofGenerator.keys { #expect(catalogue[name] != nil, "\(name)") }
  }

  /// All entries of the lists can come up, and nothing else.
  @Test(arguments: [
    ("blood_type", "blood_types"), ("order_status", "order_statuses"), ("log_level", "log_levels"),
    ("ticket_status", "ticket_statuses"), ("browser", "browsers"), ("payment_method", "payment_methods"),
  ])
  func listsAreWhole(generator: String, section: String) throws {
    let entries = Set(try Self.list(section).map { $0[0] })
    #expect(Set(desk.values(generator, count: 20_000)) == entries)
    // Unique values are the same, each once.
    let unique = desk.values("{generator: \(generator), unique: true}", count: entries.count)
    #expect(unique.count == entries.count && Set(unique) == entries)
    #expect(
      desk.refusal(ofField: "{generator: \(generator), unique: true}", ["-n", "1000"])
        == "synth-gen: s.yaml:2: field \"x\": \(generator): it has \(entries.count) different values, and 1000 rows are to be unique (widen its range, leave unique out, or ask for at most \(entries.count) rows with -n)"
    )
  }

  @Test func weightsAreThoseOfTheList() throws {
    let rows = try Self.list("blood_types")
    let sum = rows.reduce(0) { $0 + (Double($1[1]) ?? 0) }
    let counts = Dictionary(desk.values("blood_type", count: 20_000).map { ($0, 1.0) }, uniquingKeysWith: +)
    for row in rows {
      let share = (Double(row[1]) ?? 0) / sum
      #expect(abs(counts[row[0], default: 0] / 20_000 - share) < 0.015, "\(row)")
    }
  }

  // MARK: Coherence

  /// The columns of a row are those of one line of the list.
  @Test(arguments: [
    ("diagnoses", ["icd10_code", "diagnosis"]),
    ("airports", ["airport_code", "airport", "airport_city", "airport_country_code"]),
    ("airlines", ["airline_code", "airline"]), ("chemical_elements", ["chemical_symbol", "chemical_element"]),
    ("organisms", ["organism", "organism_common_name"]), ("animals", ["animal", "animal_species"]),
    ("vehicles", ["vehicle_make", "vehicle_model", "vehicle_type"]), ("sensor_types", ["sensor_type", "sensor_unit"]),
    ("stock_tickers", ["stock_ticker", "stock_company"]), ("ingredients", ["ingredient", "ingredient_unit"]),
    ("lab_tests", ["lab_test", "lab_unit"]),
  ])
  func whatARowSaysIsOfOneThing(section: String, generators: [String]) throws {
    let lines = Set(try Self.list(section).map { Array($0.prefix(generators.count)) })
    let rows = desk.run(
      "fields: {\(generators.enumerated().map { "f\($0): \($1)" }.joined(separator: ", "))}",
      ["-n", "1000", "--to", "tsv", "--no-header"]
    ).outputText.split(separator: "\n").map {
      $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    }
    #expect(rows.count == 1000)
    for row in rows { #expect(lines.contains(row), "\(row)") }
    #expect(Set(rows).count > min(lines.count, 200) / 3)
  }

  @Test func medicationsAreDosedAsTheyAreSold() throws {
    let strengths = Dictionary(
      try Self.list("medications").map { ($0[0], $0[1].split(separator: "|").map(String.init)) }
    ) { one, _ in one }
    for row in desk.rows("m: medication", "d: dosage", count: 1000) {
      #expect(strengths[row[0]]?.contains(row[1]) == true, "\(row)")
    }
  }

  @Test func laboratoryValuesGoWithTheirTests() throws {
    let tests = Dictionary(try Self.list("lab_tests").map { ($0[0], $0) }) { one, _ in one }
    var flags: [String: Int] = [:]
    for row in desk.rows(
      "t: lab_test", "v: lab_value", "u: lab_unit", "r: lab_reference_range", "f: lab_flag", count: 4000)
    {
      let test = try #require(tests[row[0]])
      let (value, low, high) = (try #require(Double(row[1])), Double(test[2]) ?? 0, Double(test[3]) ?? 0)
      #expect(row[2] == test[1] && row[3] == "\(test[2])-\(test[3])")
      #expect(row[4] == (value < low ? "low" : value > high ? "high" : "normal"), "\(row)")
      flags[row[4], default: 0] += 1
    }
    #expect((3200...3750).contains(flags["normal", default: 0]) && flags["low", default: 0] > 100, "\(flags)")
  }

  @Test func readingsLieOnTheScaleOfTheirSensor() throws {
    let sensors = Dictionary(try Self.list("sensor_types").map { ($0[0], $0) }) { one, _ in one }
    for row in desk.rows("s: sensor_type", "v: sensor_value", count: 3000) {
      let sensor = try #require(sensors[row[0]])
      let value = try #require(Double(row[1]))
      #expect(value >= Double(sensor[2]) ?? 0 && value <= Double(sensor[3]) ?? 0, "\(row)")
    }
  }

  @Test func otherFieldsOfThings() throws {
    let symbols = try Self.list("chemical_elements").map { $0[0] }
    for row in desk.rows(
      "s: chemical_symbol", "n: atomic_number", "v: vehicle", "make: vehicle_make", "model: vehicle_model",
      "a: airline_code", "f: flight_number", "q: ingredient_quantity", "u: ingredient_unit", count: 500)
    {
      #expect(symbols.firstIndex(of: row[0]).map { "\($0 + 1)" } == row[1])
      #expect(row[2] == "\(row[3]) \(row[4])")
      #expect(row[6].hasPrefix(row[5]) && (1...9999).contains(Int(row[6].dropFirst(row[5].count)) ?? 0), "\(row)")
      #expect((Int(row[7]) ?? 0) % (row[8] == "g" ? 25 : row[8] == "ml" ? 50 : 1) == 0)
    }
  }

  @Test func fieldsOfTwoThingsAreGroupedByTheirNames() throws {
    let cities = Dictionary(try Self.list("airports").map { ($0[0], $0[2]) }) { one, _ in one }
    let rows = desk.rows(
      "origin: airport_code", "destination: airport_code", "origin_city: airport_city",
      "destination_city: airport_city", "first_animal: animal", "second_animal: animal", "x: airport_country_code",
      count: 300)
    for row in rows { #expect(cities[row[0]] == row[2] && cities[row[1]] == row[3], "\(row)") }
    #expect(rows.count { $0[0] == $0[1] } < 20)
    #expect(rows.count { $0[4] == $0[5] } < 30)
  }

  @Test func theSchemaMaySayWhichThing() {
    let rows = desk.rows(
      "a: {generator: vehicle_make, entity: one}", "b: {generator: vehicle, entity: two}",
      "c: {generator: vehicle_model, entity: one}", "d: {generator: vehicle, entity: one}",
      "e: {template: \"{vehicle}!\", entity: two}", count: 100)
    for row in rows { #expect(row[3] == "\(row[0]) \(row[2])" && row[4] == row[1] + "!") }
    #expect(rows.count { $0[1] == $0[3] } < 30)
  }

  @Test func uniqueThingsKeepTheirCompanions() throws {
    let names = Dictionary(try Self.list("diagnoses").map { ($0[0], $0[1]) }) { one, _ in one }
    for order in [
      ["d: diagnosis", "c: {generator: icd10_code, unique: true}"],
      ["c: {generator: icd10_code, unique: true}", "d: diagnosis"],
    ] {
      let schema = "fields:\n" + order.map { "  \($0)\n" }.joined()
      let outcome = desk.run(schema, ["-n", "\(names.count)", "--to", "ndjson"])
      #expect(outcome.status == 0, "\(outcome.errorText)")
      let rows = try outcome.outputText.split(separator: "\n").map { try JSONValue.parse(String($0)) }
      #expect(Set(rows.map { $0["c"]?.text ?? "" }) == Set(names.keys))
      for row in rows { #expect(names[row["c"]?.text ?? ""] == row["d"]?.text) }
    }
    let makes = Set(try Self.list("vehicles").map { $0[0] })
    let rows = desk.rows("m: {generator: vehicle_make, unique: true}", "v: vehicle", count: makes.count)
    #expect(Set(rows.map { $0[0] }) == makes && rows.allSatisfy { $0[1].hasPrefix($0[0] + " ") })
    #expect(
      desk.refusal(ofField: "{generator: vehicle_make, unique: true}", ["-n", "1000"])
        .contains("vehicle_make: it has \(makes.count) different values, and 1000 rows are to be unique"))
    #expect(
      desk.refusal(ofField: "{generator: dosage, unique: true}").contains("dosage: its values cannot be made unique"))
    #expect(Set(desk.values("{generator: vehicle, unique: true}", count: 100)).count == 100)
  }

  // MARK: Products

  @Test(arguments: LocaleData.names)
  func productsAreOfTheirDepartment(locale: String) throws {
    let products = try Self.list("products", locale)
    let departments = Dictionary(products.map { ($0[0], $0) }) { one, _ in one }
    let adjectives = Set(try Self.list("product_adjectives", locale).map { $0[0] })
    let decimals = locale == "ja_JP" ? 0 : 2
    for row in desk.rows(
      "name: product_name", "p: product", "d: department", "price: price", "a: product_adjective", "sku: sku",
      count: 500,
      ["--locale", locale])
    {
      let product = try #require(departments[row[1]])
      #expect(row[0].contains(row[1]), "\(row)")
      #expect(products.contains { $0[0] == row[1] && $0[1] == row[2] }, "\(row)")
      let price = try #require(Double(row[3]))
      if products.count(where: { $0[0] == row[1] }) == 1 {
        #expect(price >= Double(product[2]) ?? 0 && price <= Double(product[3]) ?? 0, "\(row)")
      }
      #expect((row[3].split(separator: ".").dropFirst().first?.count ?? 0) == decimals)
      #expect(adjectives.contains(row[4]))
      #expect(row[5].wholeMatch(of: /[A-Z]{3}-[0-9]{6}-[A-HJ-NP-Z]{2}/) != nil, "\(row)")
    }
  }

  @Test func aRowWithAMaterialHasAProductThatIsMadeOfOne() throws {
    let made = Set(try Self.list("products", "en_US").filter { $0[4] == "yes" }.map { $0[0] })
    let materials = try Self.list("materials", "en_US").map { $0[0] }
    for row in desk.rows("p: product", "m: material", "n: product_name", count: 1000) {
      #expect(made.contains(row[0]), "\(row)")
      // The name says no other material.
      let named = materials.filter { " \(row[2]) ".contains(" \($0) \(row[0]) ") }
      #expect(named.isEmpty || named.contains(row[1]), "\(row)")
    }
    #expect(Set(desk.values("product", count: 3000)).count > made.count)
  }

  @Test func pricesStayWithinWhatIsSaid() throws {
    let prices = desk.values("price(min=5, max=80)", count: 3000)
    for text in prices { #expect(try (5...80).contains(#require(Double(text)))) }
    #expect((1500...2100).contains(prices.count { $0.hasSuffix(".99") }))
    #expect(Set(desk.values("price(min=1.1, max=1.1)", count: 5)) == ["1.10"])
    #expect(desk.values("price(min=3, max=4, decimals=0)", count: 50).allSatisfy { ["3", "4"].contains($0) })
    #expect(
      desk.values("'commerce.price({min: 1, max: 9, dec: 1, symbol: \"$\"})'", count: 20).allSatisfy {
        $0.wholeMatch(of: /\$[1-9]\.[0-9]/) != nil
      })
    #expect(
      desk.refusal(ofField: "price(min=5, max=1)").hasSuffix(
        "price: min=5.0 and max=1.0, where 0 <= min <= max <= 1000000000000 is possible (it is price(min, max, decimals, symbol=\"\"))"
      ))
  }

  @Test func articleNumbersAreUnique() {
    let numbers = desk.values("{generator: sku, unique: true}", count: 50_000)
    #expect(Set(numbers.map { $0.dropFirst(4) }).count == 50_000)
  }

  @Test func titlesOfReviewsGoWithTheirStars() throws {
    let titles = Dictionary(try Self.list("review_titles").map { ($0[0], (Int($0[1]) ?? 0)...(Int($0[2]) ?? 0)) }) {
      one, _ in one
    }
    var counts: [Int: Int] = [:]
    for row in desk.rows("stars: rating", "title: review_title", count: 5000) {
      let stars = Int(row[0]) ?? 0
      counts[stars, default: 0] += 1
      #expect(titles[row[1]]?.contains(stars) == true, "\(row)")
    }
    #expect(Set(counts.keys) == [1, 2, 3, 4, 5] && (2600...3000).contains(counts[5, default: 0]))
    let averages = desk.values("rating(decimals=1)", count: 2000).compactMap { Double($0) }
    #expect(averages.allSatisfy { (1...5).contains($0) } && (4.0...4.4).contains(averages.reduce(0, +) / 2000))
    #expect(Set(desk.values("rating(min=0, max=3)", count: 1000)) == ["0", "1", "2", "3"])
    #expect(desk.refusal(ofField: "rating(min=5, max=5)").contains("rating: min=5 is not below max=5"))
  }

  // MARK: Colors and files

  @Test(arguments: LocaleData.names)
  func theNameOfAColorIsThatOfItsDigits(locale: String) throws {
    let codes = Dictionary(try Self.list("color_names", locale).map { ($0[0], $0[1]) }) { one, _ in one }
    for row in desk.rows("c: color_name", "h: hex_color", "r: rgb_color", count: 300, ["--locale", locale]) {
      #expect(codes[row[0]] == row[1])
      let parts = row[2].split(separator: ",").compactMap { Int($0) }
      #expect(parts.count == 3 && Int(row[1].dropFirst(), radix: 16) == parts[0] << 16 | parts[1] << 8 | parts[2])
    }
  }

  @Test func colorsWithoutANameAreAny() {
    let colors = desk.values("hex_color", count: 2000)
    #expect(colors.allSatisfy { $0.wholeMatch(of: /#[0-9a-f]{6}/) != nil } && Set(colors).count > 1950)
    #expect(Set(desk.values("{generator: hex_color, unique: true}", count: 20_000)).count == 20_000)
    #expect(desk.values("safe_hex_color", count: 300).allSatisfy { $0.wholeMatch(of: /#(.)\1(.)\2(.)\3/) != nil })
    #expect(Set(desk.values("{generator: safe_hex_color, unique: true}", count: 4096)).count == 4096)
  }

  /// Told from the digits by another way.
  @Test func aHueIsThatOfTheColor() throws {
    for (hue, range) in [("green", 80.0...160.0), ("blue", 200...250), ("[10, 20]", 10...20), ("300", 300...300)] {
      for text in desk.values("color(hue=\(hue), luminosity=bright)", count: 200) {
        let value = try #require(Int(text.dropFirst(), radix: 16))
        let (red, green, blue) = (Double(value >> 16), Double(value >> 8 & 255), Double(value & 255))
        let (most, least) = (max(red, green, blue), min(red, green, blue))
        let sector =
          most == red
          ? (green - blue) / (most - least)
          : most == green ? (blue - red) / (most - least) + 2 : (red - green) / (most - least) + 4
        let found = (sector * 60 + 360).truncatingRemainder(dividingBy: 360)
        #expect(found > range.lowerBound - 1 && found < range.upperBound + 1, "\(hue): \(text)")
        #expect(most >= 190 && (most - least) / most > 0.69)
      }
    }
    for text in desk.values("color(hue=monochrome)", count: 50) {
      #expect(text.wholeMatch(of: /#(..)\1\1/) != nil)
    }
    #expect(desk.values("color(color_format=rgb)", count: 1)[0].wholeMatch(of: /rgb\(\d+, \d+, \d+\)/) != nil)
    #expect(desk.values("color(color_format=hsl)", count: 1)[0].wholeMatch(of: /hsl\(\d+, \d+%, \d+%\)/) != nil)
    #expect(desk.values("color(color_format=hsv)", count: 1)[0].wholeMatch(of: /hsv\(\d+, \d+, \d+\)/) != nil)
  }

  @Test func filesAgree() throws {
    let types = Dictionary(try Self.list("file_extensions").map { ($0[0], $0[2]) }) { one, _ in one }
    for row in desk.rows("n: file_name", "e: file_extension", "p: file_path(depth=2)", "m: mime_type", count: 300) {
      #expect(row[0].hasSuffix(".\(row[1])") && row[2].hasSuffix("/\(row[0])") && types[row[1]] == row[3], "\(row)")
      #expect(row[2].count { $0 == "/" } == 3 && row[2].hasPrefix("/"))
    }
    let images = Set(try Self.list("file_extensions").filter { $0[1] == "image" }.map { $0[0] })
    for row in desk.rows(
      "n: file_name(category=image)", "m: mime_type(category=video)",
      "p: file_path(depth=0, absolute=false, extension=csv)", count: 100)
    {
      #expect(images.contains(String(row[0].split(separator: ".").last ?? "")))
      #expect(row[1].hasPrefix("video/") && row[2].hasSuffix(".csv") && !row[2].contains("/"))
    }
    #expect(
      desk.values("unix_device(prefix=nvme)", count: 50).allSatisfy { $0.wholeMatch(of: /\/dev\/nvme[a-z]/) != nil })
  }

  // MARK: JSON

  private func documents(_ spec: String, count: Int) throws -> [JSONValue] {
    let outcome = desk.run("fields:\n  x: \(spec)\n", ["-n", "\(count)", "--to", "ndjson"])
    #expect(outcome.status == 0, "\(outcome.errorText)")
    return try outcome.outputText.split(separator: "\n").map { try #require(try JSONValue.parse(String($0))["x"]) }
  }

  @Test func documentsAreMadeOfGenerators() throws {
    let values = try documents(
      "{generator: json, num_rows: 3, data_columns: {sku: sku, size: {cm: \"integer(min=1, max=9)\"}, at: [\"@here\", \"{{first_name}}!\"], tags: {generator: choice, elements: [a]}}}",
      count: 50)
    var first: Set<String> = []
    for value in values {
      let objects = try #require(value.elements)
      #expect(objects.count == 3)
      for object in objects {
        #expect(object.members?.map(\.name) == ["sku", "size", "at", "tags"])
        #expect((1...9).contains(object["size"]?["cm"]?.integer ?? 0))
        #expect(object["at"]?.elements?.first == .string("here"))
        #expect(object["at"]?.elements?.last?.text?.hasSuffix("!") == true)
        first.insert(object["sku"]?.text ?? "")
      }
    }
    #expect(first.count > 145)
  }

  @Test func oneRowIsAnObject() throws {
    let value = try documents(
      "{generator: json, num_rows: 1, data_columns: [[\"a\", \"sequence\"], [\"b\", \"integer\", {min: 5, max: 5}]]}",
      count: 2)
    #expect(value.map(\.json) == ["{\"a\":1,\"b\":5}", "{\"a\":2,\"b\":5}"])
    let usual = try documents("json", count: 1)[0]
    #expect(usual.elements?.count == 10 && usual.elements?[0].members?.map(\.name) == ["name", "residency"])
    // As a part of NDJSON it is a value, not a text.
    let line = desk.run(
      "fields: {j: {generator: json, num_rows: 1, data_columns: {a: sequence}}}", ["-n", "1", "--to", "ndjson"])
    #expect(line.outputText == "{\"j\":{\"a\":1}}\n")
  }

  // MARK: Names of others

  @Test(arguments: [
    ("commerce.productName", "product_name"), ("commerce.product", "product"), ("commerce.department", "department"),
    ("commerce.productMaterial", "material"), ("commerce.price", "price"), ("company.department", "company_department"),
    ("color.human", "color_name"), ("color.rgb", "hex_color"), ("Color", "color_name"), ("fake.color()", "color"),
    ("vehicle.manufacturer", "vehicle_make"), ("vehicle.model", "vehicle_model"), ("Car Make", "vehicle_make"),
    ("system.fileName", "file_name"), ("system.fileExt", "file_extension"), ("system.mimeType", "mime_type"),
    ("science.chemicalElement", "chemical_element"), ("airline.flightNumber", "flight_number"),
    ("airline.airport", "airport"), ("food.dish", "dish"), ("music.genre", "music_genre"),
    ("ICD10 Diagnosis Code", "icd10_code"), ("Drug Name (Generic)", "medication"), ("Stock Symbol", "stock_ticker"),
    ("Department (Corporate)", "company_department"), ("productname", "product_name"), ("CarMaker", "vehicle_make"),
    ("LogLevel", "log_level"), ("animal.type", "animal"), ("helpers.fromRegExp", "regex"),
    ("Regular Expression", "regex"), ("person.jobArea", "company_department"), ("File Name", "file_name"),
  ])
  func namesOfOtherToolsAreKnown(name: String, generator: String) throws {
    let call = try #require(try GeneratorCall(name))
    #expect(GeneratorCatalogue.ofThisProgram().resolve(call.name)?.name == generator)
  }

  // MARK: Refusals

  @Test(arguments: [
    ("genre(kind=games)", "genre: there are no genres of kind=\"games\" (it is film, book or music)"),
    (
      "file_name(category=maps)",
      "file_name: there are no files of category=\"maps\" (it is audio, image, office, text, video)"
    ),
    (
      "mime_type(category=maps)",
      "mime_type: there are no media types of category=\"maps\" (it is application, audio, image, message, model, multipart, text, video)"
    ),
    ("file_path(depth=-1)", "file_path: depth=-1, where 0 to 100 is possible"),
    ("color(luminosity=dim)", "color: there is no luminosity \"dim\" (it is bright, dark, light or random)"),
    ("color(color_format=cmyk)", "color: there is no color_format \"cmyk\" (it is hex, rgb, hsl, hsv)"),
    ("color(hue=[20, 10])", "color: hue: expected two numbers from 0 to 360, the smaller first"),
    (
      "color(hue=beige)",
      "color: there is no hue \"beige\" (it is blue, cyan, green, monochrome, orange, pink, purple, red, yellow, a number of degrees, or two of them)"
    ),
    ("json(num_rows=0)", "json: num_rows=0, where 1 to 1000 is possible"),
    (
      "{generator: json, data_columns: {a: json}}", "json: json within json (write objects within data_columns instead)"
    ),
    ("{generator: json, data_columns: {}}", "json: data_columns has no members"),
    ("{generator: json, data_columns: 3}", "json: data_columns: expected names with generators, found 3"),
    ("{generator: json, data_columns: {a: nmae}}", "json: \"a\": unknown generator \"nmae\" (near it are name"),
    (
      "{generator: json, data_columns: {a: {b: {c: {d: {e: {f: {g: {h: {i: name}}}}}}}}}}",
      "json: data_columns: nested more than 8 levels deep"
    ),
  ])
  func refusesWhatThereIsNot(spec: String, message: String) {
    let refusal = desk.refusal(ofField: spec)
    #expect(refusal.hasPrefix("synth-gen: s.yaml:2: field \"x\": \(message)"), "\(refusal)")
  }

  /// The values of these generators are a part of what a fingerprint stands for.
  @Test func valuesStayWhatTheyWere() {
    let names = Self.subjects.map(\.name).filter { $0 != "json" }
    let schema = "fields:\n" + names.map { "  f_\($0): \($0)\n" }.joined()
    let text = desk.run(schema, ["-n", "20", "--seed", "7"]).outputText
    #expect(SHA256Digest(of: text).hex.prefix(16) == "09e6e51422c86b24")
  }
}
