import MillraceCore
import Support
import Testing

@testable import synth_gen

/// The templates that the program has.
@Suite struct BuiltInTemplateTests {
  static let catalogue = TemplateCatalogue.ofThisProgram()

  /// A file that is not embedded would be missed by nobody but those who wait for it.
  @Test func everyFileIsEmbedded() {
    let here = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
    let files = names(ofFolder: "/\(here)/Sources/synth-gen/Resources/templates").sorted()
    #expect(files == Self.catalogue.templates.map { "\($0.name).yaml" })
    #expect(files.count >= 40)
    for template in Self.catalogue.templates {
      let text = readFile("/\(here)/Sources/synth-gen/Resources/templates/\(template.name).yaml")
      #expect(text.map { String(decoding: $0, as: UTF8.self) } == template.document, "\(template.name)")
    }
  }

  @Test(arguments: catalogue.templates.map(\.name))
  func aTemplateIsATable(name: String) throws {
    let template = try #require(Self.catalogue.templates.first { $0.name == name })
    let schema = try SchemaParser.parse(Array(template.document.utf8), file: "\(name).yaml")
    #expect(schema.isSingleTable && schema.locale == "en_US")
    let table = try #require(schema.tables.first)
    #expect((8...15).contains(table.fields.count { !$0.isHidden }), "\(table.fields.count { !$0.isHidden })")
    #expect(!table.constraints.isEmpty, "rows in which nothing goes together")
    #expect(template.keywords.count >= 20 || name == TemplateCatalogue.general)
    #expect(template.keywords.isEmpty == (name == TemplateCatalogue.general))
  }

  /// Each makes rows that satisfy its constraints, in several locales.
  @Test(arguments: catalogue.templates.map(\.name))
  func aTemplateMakesRows(name: String) throws {
    let template = try #require(Self.catalogue.templates.first { $0.name == name })
    let schema = try SchemaParser.parse(Array(template.document.utf8), file: "\(name).yaml")
    for locale in [nil, "de_DE", "ja_JP"] {
      let tables = try SchemaTables(schema, locale: locale, asOf: nil, seed: 7)
      let table = try tables.table(named: nil, rows: 500, firstRow: 1)
      let draft = table.maker.makeDraft()
      for row in table.rows { try table.maker.make(row: row, in: draft) }
    }
  }

  @Test(arguments: [
    ("e-commerce product data", "products"), ("e-commerce orders", "orders"), ("online shop customers", "customers"),
    ("product reviews with star ratings", "reviews"), ("patients of a hospital", "patients"),
    ("clinical lab results", "lab_results"), ("hospital admissions", "admissions"),
    ("gene expression in tumor biosamples", "gene_expression"), ("a clinical trial with placebo arm", "clinical_trial"),
    ("bank transactions with fraud", "transactions"), ("daily stock prices", "stock_prices"),
    ("loan applications with credit scores", "loans"), ("insurance claims", "insurance_claims"),
    ("IoT sensor readings", "sensor_readings"), ("web server access logs", "server_logs"),
    ("employees of a software company", "employees"), ("HR data", "employees"), ("monthly payroll", "payroll"),
    ("logistics shipments", "shipments"), ("warehouse inventory", "inventory"),
    ("students and their grades", "students"), ("hotel bookings", "hotel_bookings"), ("flight delays", "flights"),
    ("houses for sale", "real_estate"), ("real estate listings", "real_estate"),
    ("a restaurant's menu", "restaurant_menu"),
    ("smart meter readings of electricity", "meter_readings"), ("crop yields of farms", "crop_yields"),
    ("a fleet of vehicles", "vehicles"), ("telecom call records", "calls"), ("marketing campaigns", "campaigns"),
    ("page views of a website", "web_events"), ("support tickets", "tickets"), ("social media posts", "social_posts"),
    ("football match results", "matches"), ("library books", "library_loans"), ("movie ratings", "movie_ratings"),
    ("daily weather", "weather"), ("invoices with tax", "invoices"), ("an election survey", "survey_responses"),
    ("cybersecurity events", "security_events"), ("quality control in manufacturing", "quality_inspections"),
    ("1,000 rows of e-commerce product data", "products"), ("I need a realistic dataset about patients", "patients"),
    ("temperature and humidity measurements", "sensor_readings"),
    ("Kundendaten eines Versandhandels", "customers"), ("Mitarbeiter einer Firma", "employees"),
    ("Messwerte von Sensoren", "sensor_readings"), ("Rechnungen mit Mehrwertsteuer", "invoices"),
    ("factures d'une entreprise", "invoices"), ("vols et aéroports", "flights"),
    ("pacientes de una clínica", "patients"),
    ("empleados de una empresa", "employees"), ("pedidos de una tienda", "orders"),
    ("prenotazioni di un albergo", "hotel_bookings"), ("dipendenti di un'azienda", "employees"),
    ("notas de alunos de uma escola", "students"), ("werknemers van een bedrijf", "employees"),
    ("pracownicy firmy", "employees"), ("电商订单", "orders"), ("患者データ", "patients"), ("株価", "stock_prices"),
    ("the phases of the moon", "general"), ("asdf qwer", "general"),
  ])
  func aDescriptionFindsItsTemplate(text: String, name: String) throws {
    let choice = Self.catalogue.choose(for: try TableDescription(text))
    #expect(choice.name == name, "\(choice.words)")
    #expect(choice.words.isEmpty == (name == TemplateCatalogue.general))
  }
}
