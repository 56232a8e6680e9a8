import MillraceCore
import Support
import Testing

@testable import synth_gen

@Suite struct MoneyTests {
  private let desk = SchemaDesk()

  private func rows(_ section: String, _ locale: String? = nil) throws -> [[String]] {
    try #require(Resource(locale.map { "locales/\($0).txt" } ?? "common.txt")).sections().rows(section)
  }

  /// A field that was quoted.
  private func plain(_ field: String) -> String {
    field.hasPrefix("\"") ? String(field.dropFirst().dropLast()).replacing("\"\"", with: "\"") : field
  }

  private func digits(_ text: some StringProtocol) -> [Int] { text.compactMap(\.wholeNumberValue) }

  private func weighted(_ values: [Int], _ weights: [Int]) -> Int {
    zip(values, weights).reduce(0) { $0 + $1.0 * $1.1 }
  }

  // MARK: Currencies and prices

  @Test func aCurrencyIsOne() throws {
    let known = Dictionary(try rows("currencies").map { ($0[0], $0[1]) }) { first, _ in first }
    let names = Dictionary(try rows("currencies", "de_DE").map { ($0[0], $0[1]) }) { first, _ in first }
    let made = desk.rows(
      "currency_code: currency_code", "currency_symbol: currency_symbol", "currency_name: currency_name",
      "pair: currency", count: 1000, ["--locale", "de_DE"])
    for row in made {
      #expect(known[row[0]] == row[1] && (names[row[0]] ?? row[2]) == row[2])
      #expect(try JSONValue.parse(plain(row[3])) == .array([.string(row[0]), .string(row[2])]))
    }
    #expect(Set(made.map { $0[0] }).count > 140)
    // Two codes in one row are of two currencies.
    let exchanges = desk.rows("from_currency: currency_code", "to_currency: currency_code")
    #expect(exchanges.count { $0[0] == $0[1] } < 20)
    let unique = desk.values("{generator: currency_code, unique: true}", count: known.count)
    #expect(Set(unique) == Set(known.keys))
    #expect(Set(desk.values("currency_symbol(code=\"jpy\")", count: 5)) == ["¥"])
    for row in desk.rows("a: cryptocurrency_code", "b: cryptocurrency", count: 50) {
      #expect(plain(row[1]).hasPrefix("[\"\(row[0])\","))
    }
  }

  @Test(arguments: [
    ("en_US", #"^\$\d{1,3}(,\d{3})*\.\d\d$"#), ("en_GB", #"^£\d{1,3}(,\d{3})*\.\d\d$"#),
    ("de_DE", #"^\d{1,3}(\.\d{3})*,\d\d\s€$"#), ("fr_FR", #"^\d{1,3}(\s\d{3})*,\d\d\s€$"#),
    ("nl_NL", #"^€\s\d{1,3}(\.\d{3})*,\d\d$"#), ("pt_BR", #"^R\$\s\d{1,3}(\.\d{3})*,\d\d$"#),
    ("pl_PL", #"^\d{1,3}(\s\d{3})*,\d\d\szł$"#), ("ja_JP", #"^¥\d{1,3}(,\d{3})*$"#),
    ("zh_CN", #"^¥\d{1,3}(,\d{3})*\.\d\d$"#),
    ("es_ES", #"^\d{1,3}(\.\d{3})*,\d\d\s€$"#), ("it_IT", #"^\d{1,3}(\.\d{3})*,\d\d\s€$"#),
  ])
  func pricesAreWrittenAsTheLocaleDoes(locale: String, pattern: String) throws {
    let expression = try Regex(pattern)
    let values = desk.values("pricetag", count: 500, ["--locale", locale])
    for value in values { #expect(value.contains(expression), "\(value)") }
    #expect(Set(values.map(\.count)).count >= 5)
    for value in desk.values("pricetag(min=999, max=1000)", ["--locale", locale]) {
      let units = Double(value.filter(\.isNumber)) ?? 0
      #expect((999...1000).contains(locale == "ja_JP" ? units : units / 100), "\(value)")
    }
  }

  // MARK: Cards

  private func isLuhn(_ number: String) -> Bool {
    digits(number).reversed().enumerated().reduce(0) { sum, digit in
      let value = digit.offset % 2 == 1 ? digit.element * 2 : digit.element
      return sum + value / 10 + value % 10
    } % 10 == 0
  }

  @Test func aCardIsOne() throws {
    let cards = try rows("credit_cards")
    let made = desk.rows(
      "number: credit_card_number", "provider: credit_card_provider", "code: credit_card_security_code",
      "expires: credit_card_expire", count: 4000, ["--as-of", "2026-06-15"])
    var counts: [String: Int] = [:]
    for row in made {
      counts[row[1], default: 0] += 1
      let card = try #require(cards.first { $0[0] == row[1] })
      #expect(isLuhn(row[0]) && row[0].count == Int(card[3]))
      #expect(card[2].split(separator: "|").contains { row[0].hasPrefix($0) }, "\(row)")
      #expect(row[2].count == (card[1] == "amex" ? 4 : 3) && row[2].allSatisfy(\.isNumber))
      let expiry = row[3].split(separator: "/").compactMap { Int($0) }
      #expect(row[3].count == 5 && (1...12).contains(expiry[0]))
      #expect((2026 * 12 + 6...2036 * 12 + 6).contains((2000 + expiry[1]) * 12 + expiry[0]))
    }
    let sum = cards.reduce(0.0) { $0 + (Double($1[4]) ?? 1) }
    for card in cards {
      #expect(abs(Double(counts[card[0]] ?? 0) / 4000 - (Double(card[4]) ?? 1) / sum) < 0.03, "\(card[0])")
    }
  }

  @Test(
    arguments: [
      ("visa", ["4"], [13, 16, 19]), ("amex", ["34", "37"], [15]), ("jcb", ["2131", "1800", "35"], [15, 16]),
      ("American Express", ["34", "37"], [15]), ("VISA13", ["4"], [13]), ("diners", ["30", "36", "38", "39"], [14]),
    ] as [(String, [String], [Int])])
  func cardsAreOfTheirType(type: String, prefixes: [String], lengths: [Int]) {
    let values = desk.values("credit_card_number(card_type=\"\(type)\")", count: 3000)
    #expect(values.allSatisfy { value in isLuhn(value) && prefixes.contains { value.hasPrefix($0) } })
    #expect(Set(values.map(\.count)) == Set(lengths))
  }

  @Test func cardNumbersCanBeUnique() {
    let values = desk.rows("n: {generator: credit_card_number, unique: true}", "p: credit_card_provider", count: 20_000)
    #expect(Set(values.map { $0[0] }).count == 20_000 && values.allSatisfy { isLuhn($0[0]) })
    #expect(values.allSatisfy { ($0[1] == "American Express") == ($0[0].hasPrefix("34") || $0[0].hasPrefix("37")) })
  }

  @Test func aWholeCard() throws {
    let outcome = desk.run(
      "fields:\n  x: credit_card_full\n  name: name\n  n: credit_card_number\n", ["-n", "100", "--to", "ndjson"])
    for line in outcome.outputText.split(separator: "\n") {
      let row = try JSONValue.parse(String(line))
      let lines = try #require(row["x"]?.text).split(separator: "\n").map(String.init)
      #expect(lines.count == 4 && lines[1] == row["name"]?.text)
      #expect(lines[2].hasPrefix((row["n"]?.text ?? "-") + " "))
      #expect(lines[3].hasPrefix(lines[0] == "American Express" ? "CID: " : "CVC: "))
    }
  }

  // MARK: Accounts

  private static let accounts: [(locale: String, country: String, length: Int)] = [
    ("en_US", "GB", 22), ("en_GB", "GB", 22), ("de_DE", "DE", 22), ("fr_FR", "FR", 27), ("es_ES", "ES", 24),
    ("it_IT", "IT", 27), ("pt_BR", "BR", 29), ("nl_NL", "NL", 18), ("pl_PL", "PL", 28), ("ja_JP", "GB", 22),
    ("zh_CN", "GB", 22),
  ]

  @Test(arguments: accounts) func accountsHaveTheirCheckDigits(locale: String, country: String, length: Int) throws {
    let banks = try rows("banks", country == "GB" ? "en_GB" : locale)
    let made = desk.rows(
      "iban: iban", "bank: bank", "bban: bban", "swift: swift8", "long: swift11", count: 1000, ["--locale", locale])
    for row in made {
      let iban = row[0]
      #expect(iban.hasPrefix(country) && iban.count == length)
      // The whole number, digit by digit, from behind its first four characters.
      let turned = iban.dropFirst(4) + iban.prefix(4)
      let number = turned.map { $0.wholeNumberValue.map(String.init) ?? "\(($0.asciiValue ?? 0) - 55)" }.joined()
      #expect(number.reduce(0) { ($0 * 10 + ($1.wholeNumberValue ?? 0)) % 97 } == 1)
      let own = try rows("banks", locale).first { $0[0] == row[1] } ?? []
      #expect(row[3].hasPrefix(own[1]) && row[3].count == 8 && row[4].hasPrefix(row[3]) && row[4].count == 11)
      if locale == "en_US" || locale == "ja_JP" || locale == "zh_CN" {
        #expect(banks.contains { iban.dropFirst(4).hasPrefix($0[1] + $0[2]) } && row[2].hasPrefix(own[2]))
        continue
      }
      #expect(iban.dropFirst(4) == row[2])
      let body = digits(row[2])
      switch country {
      case "GB": #expect(row[2].hasPrefix(own[1] + own[2]) && body.count == 14)
      case "FR":
        let whole = row[2].reduce(0) { ($0 * 10 + ($1.wholeNumberValue ?? 0)) % 97 }
        #expect(whole == 0 && row[2].hasPrefix(own[2]))
      case "ES":
        let first = 11 - weighted(Array(body[0..<8]), [4, 8, 5, 10, 9, 7, 3, 6]) % 11
        let second = 11 - weighted(Array(body[10..<20]), [1, 2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11
        #expect(
          body[8] == (first == 11 ? 0 : first == 10 ? 1 : first)
            && body[9] == (second == 11 ? 0 : second == 10 ? 1 : second))
      case "IT":
        let odd = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21]
        let sum = body.enumerated().reduce(0) { $0 + ($1.offset % 2 == 0 ? odd[$1.element] : $1.element) }
        #expect(body.count == 22 && row[2].first == Character(Unicode.Scalar(UInt8(65 + sum % 26))))
        #expect(row[2].dropFirst().hasPrefix(own[2]))
      case "NL":
        #expect(
          body.count == 10 && weighted(body, [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]) % 11 == 0 && row[2].hasPrefix(own[1]))
      case "PL": #expect(weighted(body, [3, 9, 7, 1, 3, 9, 7, 1]) % 10 == 0 && row[2].hasPrefix(own[2]))
      case "BR": #expect(row[2].hasSuffix("C1") && row[2].hasPrefix(own[2]))
      default: #expect(row[2].hasPrefix(own[2]))
      }
    }
    let unique = desk.values("{generator: iban, unique: true}", count: 3000, ["--locale", locale])
    #expect(Set(unique).count == 3000 && unique.allSatisfy { $0.count == length })
    let own = Set(desk.values("bank_country", count: 3, ["--locale", locale]))
    #expect(own == [String(locale.suffix(2))])
  }

  @Test func routingNumbersHaveACheckDigit() {
    let values = desk.values("aba", count: 2000) + desk.values("{generator: aba, unique: true}", count: 2000)
    for value in values {
      #expect(value.count == 9 && weighted(digits(value), [3, 7, 1, 3, 7, 1, 3, 7, 1]) % 10 == 0)
      let district = Int(value.prefix(2)) ?? 0
      #expect((1...12).contains(district) || (21...32).contains(district) || (61...72).contains(district))
    }
  }

  @Test func codesOfBanksHaveTheirLengths() {
    #expect(Set(desk.values("swift").map(\.count)) == [8, 11])
    #expect(Set(desk.values("swift(length=8)").map(\.count)) == [8])
    #expect(desk.values("swift11(primary=true)").allSatisfy { $0.hasSuffix("XXX") && $0.count == 11 })
    #expect(desk.values("swift8", ["--locale", "fr_FR"]).allSatisfy { $0.dropFirst(4).hasPrefix("FR") })
  }
}
