import MillraceCore
import Support
import Testing

@testable import synth_gen

/// Identifiers are what their checksums say, computed here in other ways than they were made.
@Suite struct IdentifierTests {
  private let desk = SchemaDesk()

  private func digits(_ text: some StringProtocol) -> [Int] { text.compactMap(\.wholeNumberValue) }

  private func weighted(_ values: [Int], _ weights: [Int]) -> Int {
    zip(values, weights).reduce(0) { $0 + $1.0 * $1.1 }
  }

  // MARK: UUIDs and digests

  @Test(arguments: [("uuid4", "4"), ("uuid1", "1"), ("uuid7", "7")])
  func uuidsHaveTheirBits(generator: String, version: String) {
    let values = desk.values(generator, count: 5000)
    #expect(Set(values).count == 5000)
    for value in values {
      let parts = value.split(separator: "-")
      #expect(parts.map(\.count) == [8, 4, 4, 4, 12])
      #expect(value.allSatisfy { "0123456789abcdef-".contains($0) })
      #expect(parts[2].hasPrefix(version) && "89ab".contains(parts[3].first ?? " "))
    }
  }

  /// Every digit that is free is as likely.
  @Test func randomUUIDsAreEven() {
    let values = desk.values("uuid4", count: 8000).map { Array($0) }
    for place in 0..<36 where ![8, 13, 14, 18, 19, 23].contains(place) {
      let counts = Dictionary(values.map { ($0[place], 1) }, uniquingKeysWith: +)
      #expect(counts.count == 16 && counts.values.allSatisfy { (380...620).contains($0) }, "\(place)")
    }
  }

  @Test func uuidsOfTimeAreOfTheAsOfMoment() throws {
    let asOf = ["--as-of", "2024-05-06T07:08:09"]
    let seconds = 1_714_979_289
    let sorted = desk.values("uuid7", count: 1000, asOf)
    #expect(sorted == sorted.sorted())
    let first = try #require(UInt64(sorted[0].filter { $0 != "-" }.prefix(12), radix: 16))
    #expect(first == UInt64(seconds) * 1000)
    for (row, value) in desk.values("uuid1", count: 100, asOf).enumerated() {
      let parts = value.split(separator: "-").map(String.init)
      let ticks = try #require(UInt64(String(parts[2].dropFirst()) + parts[1] + parts[0], radix: 16))
      // Of 100 ns, since 1582-10-15.
      let milliseconds = Int(ticks / 10_000) - 12_219_292_800_000
      #expect(milliseconds == seconds * 1000 + row)
      // The machine is none that was made: its address has the multicast bit.
      #expect(try #require(UInt64(parts[4], radix: 16)) >> 40 & 1 == 1)
    }
  }

  @Test func rowsThatAreMadeAgainKeepTheirUUIDs() {
    let plain = desk.rows("id: uuid4", "n: random_int(min=0, max=9)", count: 300).map { $0[0] }
    let refused = desk.rows("id: uuid4", "n: random_int(min=0, max=9)", count: 300, also: "constraints: [\"n > 6\"]\n")
    #expect(refused.map { $0[0] } == plain && refused.allSatisfy { "789".contains($0[1]) })
  }

  @Test(arguments: [("md5", 32), ("sha1", 40), ("sha256", 64)]) func digestsAreHexadecimal(name: String, length: Int) {
    let values = desk.values("\(name)(raw_output=false)", count: 500)
    #expect(Set(values).count == 500)
    #expect(values.allSatisfy { $0.count == length && $0.allSatisfy { "0123456789abcdef".contains($0) } })
    #expect(Set(values.compactMap(\.last)).count == 16)
  }

  @Test func passwordsHaveEachKind() {
    let special = "!@#$%^&*()_+"
    for value in desk.values("password(length=4)", count: 500) + desk.values("password", count: 500) {
      #expect(value.contains(where: \.isNumber) && value.contains(where: \.isLowercase))
      #expect(value.contains(where: \.isUppercase) && value.contains { special.contains($0) })
    }
    let plain = desk.values("password(length=8, special_chars=false, upper_case=false)", count: 300)
    #expect(plain.allSatisfy { $0.count == 8 && $0.allSatisfy { $0.isNumber || $0.isLowercase } })
    // No place is only of one kind.
    for place in 0..<4 {
      let kinds = Set(
        desk.values("password(length=4)", count: 300).map { value -> String in
          let character = Array(value)[place]
          return character.isNumber
            ? "digit" : character.isLowercase ? "lower" : character.isUppercase ? "upper" : "special"
        })
      #expect(kinds.count == 4)
    }
  }

  // MARK: People

  @Test func socialSecurityNumbersAreOfGivenAreas() {
    for value in desk.values("ssn", count: 3000) {
      let parts = value.split(separator: "-").compactMap { Int($0) }
      #expect(value.count == 11 && parts.count == 3)
      #expect(
        (1...899).contains(parts[0]) && parts[0] != 666 && (1...99).contains(parts[1]) && (1...9999).contains(parts[2]))
    }
    let taxpayers = desk.values("ssn(taxpayer_identification_number_type=ITIN)") + desk.values("itin")
    #expect(taxpayers.allSatisfy { $0.hasPrefix("9") && (70...99).contains(Int($0.dropFirst(4).prefix(2)) ?? 0) })
    #expect(
      desk.values("ein").allSatisfy {
        $0.count == 10 && $0.dropFirst(2).hasPrefix("-") && !$0.hasPrefix("00") && !$0.hasPrefix("07")
      })
  }

  private func ids(_ locale: String) -> [String] {
    let values = desk.values("ssn", count: 2000, ["--locale", locale, "--as-of", "2026-06-15"])
    let unique = desk.values("{generator: ssn, unique: true}", count: 2000, ["--locale", locale])
    #expect(Set(values).count > 1900 && Set(unique).count == 2000)
    return values + unique
  }

  @Test func germanTaxNumbers() {
    for value in ids("de_DE") {
      let all = digits(value)
      #expect(all.count == 11 && all[0] != 0)
      let counts = Dictionary(all.dropLast().map { ($0, 1) }, uniquingKeysWith: +).values.sorted()
      #expect(counts == [1, 1, 1, 1, 1, 1, 1, 1, 2])
      // Hybrid system of ISO 7064: with its check digit the number leaves 1.
      var rest = 10
      for digit in all.dropLast() { rest = ((digit + rest) % 10 == 0 ? 10 : (digit + rest) % 10) * 2 % 11 }
      #expect((rest + all[10]) % 10 == 1)
    }
  }

  @Test func frenchNumbers() {
    for value in ids("fr_FR") {
      let plain = value.replacing("2A", with: "19").replacing("2B", with: "18")
      let isCorsican = value.dropFirst(5).hasPrefix("2A") || value.dropFirst(5).hasPrefix("2B")
      let number = Int((isCorsican ? plain : value).prefix(13)) ?? 0
      #expect(value.count == 15 && (number + (Int(value.suffix(2)) ?? 0)) % 97 == 0, "\(value)")
      #expect("12".contains(value.first ?? "0") && (1...12).contains(Int(value.dropFirst(3).prefix(2)) ?? 0))
    }
  }

  @Test func spanishNumbers() {
    let letters = Array("TRWAGMYFPDXBNJZSQVHLCKE")
    let all = ids("es_ES")
    for value in all {
      let first = ["X": "0", "Y": "1", "Z": "2"][String(value.prefix(1))]
      let number = Int((first ?? String(value.prefix(1))) + value.dropFirst().prefix(7)) ?? 0
      #expect(value.count == 9 && value.last == letters[number % 23])
    }
    #expect((0.05...0.13).contains(Double(all.count { $0.first?.isLetter == true }) / Double(all.count)))
  }

  @Test func italianCodes() {
    let odd = Array("BAKPLCQDREVOSFTGUHMINJWZYX")
    for value in ids("it_IT") {
      let characters = Array(value)
      #expect(characters.count == 16 && characters.prefix(6).allSatisfy { $0.isASCII && $0.isUppercase })
      let values = characters.prefix(15).enumerated().map { place, character -> Int in
        let value = character.wholeNumberValue ?? Int((character.asciiValue ?? 65) - 65)
        let letter = Character(Unicode.Scalar(UInt8(65 + value)))
        return place % 2 == 0 ? odd.firstIndex(of: letter) ?? 0 : value
      }
      #expect(characters[15] == Character(Unicode.Scalar(UInt8(65 + values.reduce(0, +) % 26))), "\(value)")
      let day = Int(String(characters[9...10])) ?? 0
      #expect((1...31).contains(day) || (41...71).contains(day))
    }
  }

  @Test func brazilianNumbers() {
    for value in ids("pt_BR") {
      let all = digits(value)
      #expect(value.count == 14 && all.count == 11 && Set(all.prefix(9)).count > 1)
      // With their checks, both sums are multiples of eleven but for a remainder of ten.
      for length in [9, 10] {
        let sum = weighted(Array(all.prefix(length)), Array((2...length + 1).reversed())) * 10 % 11 % 10
        #expect(sum == all[length])
      }
    }
  }

  @Test func dutchNumbers() {
    #expect(ids("nl_NL").allSatisfy { $0.count == 9 && weighted(digits($0), [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 == 0 })
  }

  @Test func polishNumbers() {
    for value in ids("pl_PL") {
      let all = digits(value)
      #expect(all.count == 11 && weighted(all, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 == 0)
      let month = all[2] * 10 + all[3]
      #expect((1...12).contains(month % 20) && month < 40)
    }
  }

  @Test func japaneseNumbers() {
    for value in ids("ja_JP") {
      let all = digits(value)
      let rest = weighted(all, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11
      #expect(all.count == 12 && all[11] == (rest <= 1 ? 0 : 11 - rest))
    }
  }

  @Test func chineseNumbers() {
    let checks = Array("10X98765432")
    for value in ids("zh_CN") {
      let all = digits(value.prefix(17))
      let sum = weighted(all, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
      #expect(value.count == 18 && value.last == checks[sum % 11])
      let year = Int(value.dropFirst(6).prefix(4)) ?? 0
      #expect((1934...2008).contains(year))
      let written = value.dropFirst(6).prefix(8)
      #expect(CalendarDay("\(written.prefix(4))-\(written.dropFirst(4).prefix(2))-\(written.suffix(2))") != nil)
    }
  }

  @Test func britishNumbers() {
    for value in ids("en_GB") {
      let letters = Array(value)
      #expect(value.count == 9 && !"DFIQUV".contains(letters[0]) && !"DFIOQUV".contains(letters[1]))
      #expect(
        !["BG", "GB", "KN", "NK", "NT", "TN", "ZZ"].contains(String(value.prefix(2))) && "ABCD".contains(letters[8]))
      #expect(letters[2...7].allSatisfy { $0.isNumber })
    }
  }

  /// What a number says of somebody's sex and name is what the row's other fields say.
  @Test(arguments: ["fr_FR", "it_IT", "pl_PL", "zh_CN"]) func numbersAreTheirPeoples(locale: String) {
    let rows = desk.rows(
      "ssn: ssn", "sex: sex", "first: first_name", "last: last_name", count: 500, ["--locale", locale])
    for row in rows {
      let isMale = row[1].uppercased().hasPrefix("M")
      let all = Array(row[0])
      switch locale {
      case "fr_FR": #expect(all[0] == (isMale ? "1" : "2"))
      case "pl_PL": #expect((all[9].wholeNumberValue ?? 0) % 2 == (isMale ? 1 : 0))
      case "zh_CN": #expect((all[16].wholeNumberValue ?? 0) % 2 == (isMale ? 1 : 0))
      default:
        #expect((Int(row[0].dropFirst(9).prefix(2)) ?? 0 < 40) == isMale)
        let family = row[3].uppercased().filter { $0.isASCII && $0.isLetter }
        let consonants = family.filter { !"AEIOU".contains($0) }
        if consonants.count >= 3, family.count == row[3].count { #expect(row[0].hasPrefix(consonants.prefix(3))) }
        let given = row[2].uppercased().filter { !"AEIOU".contains($0) }
        if row[2].allSatisfy({ $0.isASCII && $0.isLetter }), given.count > 3 {
          let letters = Array(given)
          #expect(row[0].dropFirst(3).hasPrefix(String([letters[0], letters[2], letters[3]])))
        }
      }
    }
    #expect(Set(rows.map { $0[1] }).count == 2)
  }

  @Test func italianNamesAreShortened() {
    for (name, isFirst, letters) in [
      ("Rossi", false, "RSS"), ("Fo", false, "FOX"), ("Maria", true, "MRA"), ("Gianfranco", true, "GFR"),
      ("Àlvaro", true, "LVR"), ("D'Amico", false, "DMC"), ("Aia", false, "AIA"), ("Roberta", true, "RRT"),
    ] {
      #expect(NationalIdGenerator.italianLetters(name, isFirst: isFirst) == letters, "\(name)")
    }
  }

  @Test func polishPassportsHaveACheckDigit() {
    for value in desk.values("passport_number", ["--locale", "pl_PL"]) {
      let values = value.map { $0.wholeNumberValue ?? Int(($0.asciiValue ?? 65) - 65) + 10 }
      #expect(values.count == 9 && weighted(values, [7, 3, 9, 1, 7, 3, 1, 7, 3]) % 10 == 0)
    }
  }

  // MARK: Goods, books, vehicles

  @Test(arguments: LocaleData.names) func tradeNumbersHaveTheirCheckDigits(locale: String) {
    for (generator, length) in [("ean", 13), ("ean(length=8)", 8), ("ean8", 8), ("ean13", 13), ("upc_a", 12)] {
      for value in desk.values(generator, ["--locale", locale]) {
        let all = digits(value)
        let sum = all.reversed().enumerated().reduce(0) { $0 + $1.element * ($1.offset % 2 == 0 ? 1 : 3) }
        #expect(value.count == length && all.count == length && sum % 10 == 0)
      }
    }
    #expect(desk.values("ean13(leading_zero=true)", ["--locale", locale]).allSatisfy { $0.hasPrefix("0") })
    #expect(desk.values("ean13(leading_zero=false)", ["--locale", locale]).allSatisfy { !$0.hasPrefix("0") })
    #expect(desk.values("ean13(prefixes=[\"978\"])", ["--locale", locale]).allSatisfy { $0.hasPrefix("978") })
  }

  @Test(arguments: LocaleData.names) func booksHaveTheirCheckDigits(locale: String) {
    for value in desk.values("isbn10", ["--locale", locale]) {
      let all = value.filter { $0 != "-" }.map { $0 == "X" ? 10 : $0.wholeNumberValue ?? 99 }
      #expect(value.count == 13 && weighted(all, Array((1...10).reversed())) % 11 == 0)
      #expect(value.split(separator: "-").count == 4)
    }
    for value in desk.values("isbn13", ["--locale", locale]) {
      let all = digits(value)
      #expect(value.hasPrefix("978-") && value.count == 17 && value.split(separator: "-").count == 5)
      #expect(weighted(all, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]) % 10 == 0)
    }
    #expect(desk.values("isbn13(separator=\"\")", ["--locale", locale]).allSatisfy { $0.count == 13 })
    #expect(desk.values("isbn10").contains { $0.hasSuffix("X") })
  }

  @Test func articlesHaveAPrefix() throws {
    let prefixes = Set(try #require(Resource("common.txt")).sections().rows("doi_prefixes").map { $0[0] })
    for value in desk.values("doi") {
      let parts = value.split(separator: "/").map(String.init)
      #expect(parts.count == 2 && prefixes.contains(parts[0]) && parts[1].count == 8)
    }
  }

  @Test func vehiclesHaveTheirCheckDigits() throws {
    let makers = Set(try #require(Resource("common.txt")).sections().rows("vehicle_makers").map { $0[0] })
    let table: [Character: Int] = Dictionary(
      zip("ABCDEFGHJKLMNPRSTUVWXYZ", [1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9])
    ) { first, _ in first }
    for value in desk.values("vin", count: 2000) {
      let characters = Array(value)
      let sum = weighted(
        characters.map { $0.wholeNumberValue ?? table[$0] ?? 1000 },
        [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2])
      #expect(characters.count == 17 && characters[8] == (sum % 11 == 10 ? "X" : Character("\(sum % 11)")))
      #expect(makers.contains(String(value.prefix(3))) && !"IOQUZ0".contains(characters[9]))
    }
  }

  @Test func platesAreThoseOfTheLists() throws {
    let japanese = desk.values("license_plate", count: 500, ["--locale", "ja_JP"])
    #expect(japanese.allSatisfy { !$0.contains("[") && !$0.contains("#") })
    let german = desk.values("license_plate", count: 3000, ["--locale", "de_DE"])
    let berlin = Double(german.count { $0.hasPrefix("B-") }) / 3000
    let rows = try #require(Resource("locales/de_DE.txt")).sections().rows("license_plates")
    let sum = rows.reduce(0.0) { $0 + (Double($1.last ?? "") ?? 1) }
    let share = rows.filter { $0[0].hasPrefix("B-") }.reduce(0.0) { $0 + (Double($1.last ?? "") ?? 1) } / sum
    #expect(abs(berlin - share) < 0.03)
    #expect(Set(desk.values("{generator: license_plate, unique: true}", count: 20_000)).count == 20_000)
  }
}
