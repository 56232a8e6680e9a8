import MillraceCore
import Support
import Testing

@testable import synth_gen

@Suite struct PlaceTests {
  private let desk = SchemaDesk()

  @Test(arguments: LocaleData.names) func fieldsShowOnePlace(locale: String) {
    let lists = LocaleLists(locale)
    let rows = desk.rows(
      "city: city", "state: state", "state_abbr: state_abbr", "postcode: postcode", "phone: phone_number",
      "latitude: latitude", "longitude: longitude", "unit: administrative_unit", count: 500, ["--locale", locale])
    var cities: Set<String> = []
    for row in rows {
      let digits = row[4].filter(\.isNumber)
      let matching = lists.places(row[0]).filter { place in
        place[1] == row[1] && place[2] == row[2] && isPostcode(row[3], of: place[3])
          && place[4].split(separator: "|").contains { digits.contains($0.filter(\.isNumber)) }
          && abs((Double(place[5]) ?? 0) - (Double(row[5]) ?? 99)) < 0.0271
          && abs((Double(place[6]) ?? 0) - (Double(row[6]) ?? 999)) < 0.0271
      }
      #expect(!matching.isEmpty, "\(row)")
      #expect(row[7] == row[1])
      cities.insert(row[0])
    }
    #expect(cities.count > 50)
  }

  @Test(arguments: LocaleData.names) func addressesArePutTogetherOfTheFields(locale: String) {
    let schema =
      "locale: \(locale)\nfields:\n  street_name: street_name\n  building_number: building_number\n"
      + "  street_address: street_address\n  city: city\n  postcode: postcode\n  address: address\n"
    let outcome = desk.run(schema, ["-n", "100", "--to", "ndjson"])
    #expect(outcome.status == 0, "\(outcome.errorText)")
    for line in outcome.outputText.split(separator: "\n") {
      guard let row = try? JSONValue.parse(String(line)), let address = row["address"]?.text,
        let street = row["street_address"]?.text, let name = row["street_name"]?.text,
        let number = row["building_number"]?.text, let city = row["city"]?.text, let code = row["postcode"]?.text
      else {
        Issue.record("\(line)")
        continue
      }
      #expect(street.contains(name) && street.contains(number), "\(line)")
      #expect(address.contains(street) && address.contains(city) && address.contains(code), "\(line)")
    }
  }

  @Test func addressesOfDifferentRolesAreDifferent() {
    let rows = desk.rows(
      "billing_city: city", "billing_postcode: postcode", "shipping_city: city", "shipping_postcode: postcode")
    let lists = LocaleLists("en_US")
    #expect(rows.filter { $0[0] != $0[2] }.count > 150)
    for row in rows {
      #expect(lists.places(row[0]).contains { isPostcode(row[1], of: $0[3]) })
      #expect(lists.places(row[2]).contains { isPostcode(row[3], of: $0[3]) })
    }
  }

  @Test func aFieldOfAnOddNameBelongsToTheOnlyPlaceThereIs() {
    let lists = LocaleLists("en_US")
    for row in desk.rows("st: state_abbr", "town: city", "zip9: zipcode_plus4") {
      let own = lists.places(row[1]).filter { $0[2] == row[0] && isPostcode(String(row[2].prefix(5)), of: $0[3]) }
      #expect(!own.isEmpty, "\(row)")
      #expect(row[2].count == 10 && row[2].split(separator: "-").count == 2)
    }
  }

  @Test func largeCitiesAreFrequent() {
    let rows = LocaleLists("de_DE").rows("places")
    let all = rows.reduce(0.0) { $0 + (Double($1[7]) ?? 1) }
    let expected = rows.filter { $0[0] == "Berlin" }.reduce(0.0) { $0 + (Double($1[7]) ?? 1) } / all
    let found = desk.values("city", count: 50_000, ["--locale", "de_DE"]).filter { $0 == "Berlin" }.count
    #expect(abs(Double(found) / 50_000 - expected) < expected / 8)
  }

  @Test func postcodesOfAState() {
    let lists = LocaleLists("en_US")
    let georgia = lists.rows("places").filter { $0[2] == "GA" }
    for code in desk.values("zipcode_in_state(state_abbr=\"GA\")") {
      #expect(georgia.contains { isPostcode(code, of: $0[3]) }, "\(code)")
    }
    let text = desk.refusal(ofField: "zipcode_in_state(\"ZZ\")")
    #expect(
      text.hasPrefix(
        "synth-gen: s.yaml:2: field \"x\": zipcode_in_state: state_abbr=\"ZZ\" is no state of en_US (there are AK, AL, "
      ))
  }

  @Test func citiesAndStatesCanBeUnique() {
    let rows = desk.rows("city: {generator: city, unique: true}", "state: state", count: 250)
    let lists = LocaleLists("en_US")
    #expect(Set(rows.map { $0[0] }).count == 250)
    #expect(rows.allSatisfy { row in lists.places(row[0]).contains { $0[1] == row[1] } })
    let states = desk.rows("s: {generator: state, unique: true}", "a: state_abbr", count: 51)
    #expect(Set(states.map { $0[0] }).count == 51 && Set(states.map { $0[1] }).count == 51)
    #expect(
      desk.refusal(ofField: "{generator: state, unique: true}", ["-n", "52"])
        == "synth-gen: s.yaml:2: field \"x\": state: it has 51 different values, and 52 rows are to be unique "
        + "(widen its range, leave unique out, or ask for at most 51 rows with -n)")
  }

  // MARK: Countries

  @Test func theCountryIsThatOfTheAddress() {
    let rows = desk.rows(
      "city: city", "country: country", "country_code: country_code", "birth_country: country", count: 200,
      ["--locale", "fr_FR"])
    #expect(rows.allSatisfy { $0[1] == "France" && $0[2] == "FR" })
    #expect(Set(rows.map { $0[3] }).count > 50)
  }

  @Test func fieldsShowOneCountry() throws {
    let common = try #require(Resource("common.txt")).sections().rows("countries")
    let names = Dictionary(LocaleLists("en_US").rows("countries").map { ($0[0], $0[1]) }) { first, _ in first }
    let rows = desk.rows(
      "country: country", "country_code: country_code", "iso: country_code(representation=\"alpha-3\")",
      "number: country_code(representation=\"numeric\")", "dial: country_calling_code", "home: current_country",
      "here: current_country_code")
    for row in rows {
      #expect(names[row[1]] == row[0])
      #expect(common.contains { $0[1] == row[2] } && common.contains { $0[2] == row[3] })
      let own = try #require(common.first { $0[0] == row[1] })
      #expect(row[4] == "+" + own[3].filter(\.isNumber))
      #expect(row[5] == "United States" && row[6] == "US")
    }
    #expect(Set(desk.values("{generator: country, unique: true}", count: common.count)).count == common.count)
    #expect(
      desk.refusal(ofField: "country_code(\"alpha-9\")")
        == "synth-gen: s.yaml:2: field \"x\": country_code: representation=\"alpha-9\", where alpha-2, alpha-3 and "
        + "numeric are possible (it is country_code(representation=\"alpha-2\"))")
  }

  // MARK: Coordinates

  @Test func coordinatesLieAroundTheirCenter() {
    let near = desk.values("coordinate(center=52.5, radius=0.25)", count: 2000).compactMap(Double.init)
    #expect(near.allSatisfy { $0 >= 52.25 && $0 <= 52.75 } && near.count == 2000)
    #expect((near.max() ?? 0) > 52.7 && (near.min() ?? 99) < 52.3)
    let all = desk.values("coordinate", count: 2000).compactMap(Double.init)
    #expect(all.allSatisfy { abs($0) <= 180 } && (all.max() ?? 0) > 170 && (all.min() ?? 0) < -170)
    #expect(desk.values("coordinate(center=1.5, radius=0)").allSatisfy { $0 == "1.500000" })
    #expect(
      desk.refusal(ofField: "coordinate(radius=-1)")
        == "synth-gen: s.yaml:2: field \"x\": coordinate: radius=-1.0, where 0 to 180 is possible "
        + "(it is coordinate(center, radius=0.001))")
    #expect(desk.refusal(ofField: "coordinate(center=181)").contains("center=181.0, where -180 to 180 is possible"))
  }

  @Test func knownPlacesAreWhereTheyAre() throws {
    let land = try #require(Resource("common.txt")).sections().rows("land")
    for value in desk.json("location_on_land") {
      let place = value.elements ?? []
      #expect(land.contains { Double($0[0]) == place[0].double && $0[2] == place[2].text && $0[3] == place[3].text })
    }
    let short = desk.json("location_on_land(coords_only=true)")
    #expect(short.allSatisfy { $0.elements?.count == 2 })
    for code in ["US", "de", "BR", "KE"] {
      for value in desk.json("local_latlng(country_code=\"\(code)\")", count: 50) {
        #expect(value.elements?[3].text == code.uppercased())
      }
    }
    #expect(
      desk.refusal(ofField: "local_latlng(\"XX\")")
        == "synth-gen: s.yaml:2: field \"x\": local_latlng: country_code=\"XX\": no place of it is known "
        + "(give the code of a country of ISO 3166-1, such as US)")
  }

  // MARK: Telephones

  @Test(arguments: LocaleData.names) func mobileNumbersInDigitsBeginWithTheCountryCode(locale: String) {
    let code = LocaleLists(locale).fact("calling_code")
    for value in desk.values("msisdn", ["--locale", locale]) {
      #expect(value.hasPrefix(code) && value.allSatisfy(\.isNumber), "\(value)")
      #expect((10...15).contains(value.count), "\(value)")
      #expect(locale == "it_IT" || value.dropFirst(code.count).first != "0", "\(value)")
    }
  }

  @Test(arguments: LocaleData.names) func numbersCanBeUnique(locale: String) {
    // French exchanges are long: four digits are left.
    let count = 10_000
    let rows = desk.rows(
      "p: {generator: phone_number, unique: true}", "city: city", "m: {generator: mobile_number, unique: true}",
      "i: {generator: msisdn, unique: true}", count: count, ["--locale", locale])
    for column in [0, 2, 3] { #expect(Set(rows.map { $0[column] }).count == count) }
    let lists = LocaleLists(locale)
    for row in rows.prefix(300) {
      let digits = row[0].filter(\.isNumber)
      #expect(
        lists.places(row[1]).contains {
          $0[4].split(separator: "|").contains { digits.contains($0.filter(\.isNumber)) }
        })
    }
  }

  @Test func basicNumbersHaveNoCountryCode() {
    for locale in LocaleData.names {
      #expect(desk.values("basic_phone_number", ["--locale", locale]).allSatisfy { !$0.contains("+") })
    }
  }
}
