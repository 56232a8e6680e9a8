import MillraceCore
import Support
import Testing

@testable import synth_gen

/// All generators of people, places, companies and the internet, as they come without arguments.
@Suite struct PeopleCatalogueTests {
  private static let descriptions = [
    personGenerators, emailGenerators, addressGenerators, countryGenerators, geoGenerators, phoneGenerators,
    companyGenerators, internetGenerators, internetAddressGenerators, userAgentGenerators, profileGenerators,
  ].flatMap { $0 }

  private static let schema =
    "fields:\n" + descriptions.map { "  \($0.name): \($0.name)\n" }.joined()

  /// Rows with addresses are of the locale's country.
  private static let constants: Set<String> = [
    "current_country", "current_country_code", "country", "country_code", "country_calling_code",
  ]

  @Test(arguments: LocaleData.names) func everyGeneratorMakesValues(locale: String) throws {
    let outcome = SchemaDesk().run(Self.schema, ["-n", "200", "--to", "ndjson", "--locale", locale])
    #expect(outcome.status == 0, "\(outcome.errorText)")
    // Replacement characters would show bytes that are no UTF-8.
    #expect(!outcome.outputText.contains("\u{fffd}"))
    let rows = try outcome.outputText.split(separator: "\n").map { try JSONValue.parse(String($0)) }
    #expect(rows.count == 200)
    for description in Self.descriptions {
      let values = rows.map { $0[description.name].map { $0.text ?? $0.json } ?? "" }
      #expect(values.allSatisfy { !$0.isEmpty && $0 != "null" }, "\(description.name)")
      #expect(
        values.allSatisfy { !$0.hasPrefix(" ") && !$0.hasSuffix(" ") && !$0.contains("{last") }, "\(description.name)")
      if !Self.constants.contains(description.name) {
        #expect(Set(values).count > 1, "\(description.name): always \(values[0])")
      }
    }
  }

  @Test func whateverTheNumberOfWorkers() {
    let desk = SchemaDesk()
    let one = desk.run(Self.schema, ["-n", "3000", "--jobs", "1"])
    #expect(one.status == 0)
    #expect(desk.run(Self.schema, ["-n", "3000", "--jobs", "4"]).output == one.output)
    let few = desk.run(Self.schema, ["-n", "100", "--jobs", "2"])
    #expect(one.output.starts(with: few.output))
  }

  /// When this changes, the same seed makes other tables: say so in the notes of the release.
  @Test func rowsAreWhatTheyWere() {
    let fields = Self.descriptions.filter { !$0.name.hasSuffix("profile") }.map { "  \($0.name): \($0.name)\n" }
    let outcome = SchemaDesk().run("fields:\n" + fields.joined(), ["-n", "20", "--seed", "1"])
    #expect(SHA256Digest(of: outcome.outputText).hex.prefix(16) == "51f204edb8a3367f")
  }

  @Test func everyNameLeadsSomewhere() {
    let catalogue = GeneratorCatalogue.ofThisProgram()
    for (name, own) in GeneratorDialect.peopleNames {
      #expect(catalogue[own] != nil, "\(name) is \(own)")
      #expect(catalogue.resolve(name)?.name == own || catalogue[name] != nil, "\(name)")
    }
    for (name, own) in GeneratorDialect.qualifiedPeopleNames {
      #expect(catalogue.resolve(name)?.name == own, "\(name)")
    }
    let written = [
      "person.firstName": "first_name", "internet.userName": "user_name", "Street Address": "street_address",
      "state_abbrev": "state_abbr", "IP Address v4": "ipv4", "MAC Address": "mac_address",
      "fake.company()": "company",
      "location.zipCode": "postcode", "gender_abbrev": "sex", "Country Code": "country_code",
      "Email Address": "email",
    ]
    for (name, own) in written {
      let call = (try? GeneratorCall(name))?.name ?? name
      #expect(catalogue.resolve(call)?.name == own, "\(name)")
    }
  }

  @Test func numbersOfPatternsAreDifferent() {
    let arena = Arena()
    let patterns = TextPatterns(["%#-[AB]@"], weights: [1], in: arena)
    #expect(patterns.combinations(of: 0) == 9 * 10 * 2 * 26)
    let texts = (0..<patterns.combinations(of: 0)).map { number in
      let text = ByteBufferText()
      patterns.append(0, combination: number, to: text.buffer)
      return text.text
    }
    #expect(Set(texts).count == texts.count)
    #expect(texts.allSatisfy { $0.count == 5 && $0.first != "0" && "AB".contains($0.dropFirst(3).first ?? "-") })
  }
}

/// A buffer whose content is read as text.
struct ByteBufferText {
  let buffer = ByteBuffer(capacity: 64)

  var text: String { unsafe String(decoding: buffer.bytes, as: UTF8.self) }
}
