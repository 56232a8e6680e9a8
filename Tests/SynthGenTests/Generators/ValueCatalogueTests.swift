import MillraceCore
import Support
import Testing

@testable import synth_gen

/// All generators of dates, numbers, texts, identifiers and money, as they come without arguments.
@Suite struct ValueCatalogueTests {
  private static let descriptions = [
    dateGenerators, timeGenerators, fakerNumberGenerators, textGenerators, identifierGenerators, characterGenerators,
    sampleGenerators, passwordGenerators, nationalIdGenerators, tradeNumberGenerators, bookNumberGenerators,
    vehicleNumberGenerators, moneyGenerators, cardGenerators, bankGenerators,
  ].flatMap { $0 }

  private static let schema = "fields:\n" + descriptions.map { "  f_\($0.name): \($0.name)\n" }.joined()
  /// In the middle of a day, month, year and decade.
  private static let asOf = ["--as-of", "2026-06-15T12:30:00"]
  private static let mayBeMissing: Set<String> = [
    "null_boolean", "random_digit_or_empty", "random_digit_not_null_or_empty",
  ]

  @Test(arguments: LocaleData.names) func everyGeneratorMakesValues(locale: String) throws {
    let outcome = SchemaDesk().run(Self.schema, ["-n", "200", "--to", "ndjson", "--locale", locale] + Self.asOf)
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(String(validating: outcome.output, as: UTF8.self) != nil)
    let rows = try outcome.outputText.split(separator: "\n").map { try JSONValue.parse(String($0)) }
    #expect(rows.count == 200)
    for description in Self.descriptions {
      let values = rows.map { $0["f_\(description.name)"].map { $0.text ?? $0.json } ?? "" }
      if !Self.mayBeMissing.contains(description.name) {
        #expect(values.allSatisfy { !$0.isEmpty && $0 != "null" }, "\(description.name)")
      }
      #expect(values.allSatisfy { !$0.contains("\u{fffd}") && !$0.contains("  ") }, "\(description.name)")
      // The locale's country has one code.
      if description.name != "bank_country" {
        #expect(Set(values).count > 1, "\(description.name): always \(values[0])")
      }
    }
  }

  @Test func whateverTheNumberOfWorkers() {
    let desk = SchemaDesk()
    let one = desk.run(Self.schema, ["-n", "2000", "--jobs", "1"])
    #expect(one.status == 0)
    #expect(desk.run(Self.schema, ["-n", "2000", "--jobs", "4"]).output == one.output)
    #expect(one.output.starts(with: desk.run(Self.schema, ["-n", "100", "--jobs", "2"]).output))
  }

  /// When this changes, the same seed makes other tables: say so in the notes of the release.
  @Test func rowsAreWhatTheyWere() {
    // What names people is not of this suite.
    let names = Self.descriptions.map(\.name).filter { $0 != "credit_card_full" }
    let schema = "fields:\n" + names.map { "  f_\($0): \($0)\n" }.joined()
    let outcome = SchemaDesk().run(schema, ["-n", "20", "--seed", "1"] + Self.asOf)
    #expect(SHA256Digest(of: outcome.outputText).hex.prefix(16) == "156ad289111b587a")
  }

  /// Unique values are unique, or refused at once and with the reason.
  @Test(arguments: descriptions.map(\.name)) func uniqueIsUnique(name: String) {
    let schema = "fields:\n  x: {generator: \(name), unique: true}\n"
    let outcome = SchemaDesk().run(schema, ["-n", "90", "--to", "ndjson"] + Self.asOf)
    if outcome.status == 0 {
      let lines = outcome.outputText.split(separator: "\n")
      #expect(lines.count == 90 && Set(lines).count == 90)
    } else {
      #expect(outcome.status == 65 && outcome.output.isEmpty)
      #expect(
        outcome.errorText.contains("\(name): its values cannot be made unique")
          || outcome.errorText.contains("different values, and 90 rows are to be unique"), "\(outcome.errorText)")
    }
  }

  @Test func everyNameLeadsSomewhere() {
    let catalogue = GeneratorCatalogue.ofThisProgram()
    for (name, own) in GeneratorDialect.valueNames {
      #expect(catalogue[own] != nil, "\(name) is \(own)")
      #expect(catalogue[name] == nil, "\(name) is a generator itself")
    }
    for (name, own) in GeneratorDialect.qualifiedValueNames {
      #expect(catalogue.resolve(name)?.name == own, "\(name)")
    }
    for (name, own) in [
      ("Credit Card #", "credit_card_number"), ("fake.date_between", "date_between"), ("string.uuid", "uuid4"),
      ("finance.amount", "amount"), ("Float64Range", "pyfloat"), ("creditCardCVV", "credit_card_security_code"),
      ("word.noun", "noun"), ("SHA256", "sha256"), ("IBAN", "iban"), ("date.birthdate", "date_of_birth"),
    ] {
      #expect(catalogue.resolve(name)?.name == own, "\(name)")
    }
  }

  @Test func summariesFitOnALine() {
    for description in Self.descriptions {
      #expect(!description.summary.isEmpty && description.summary.utf8.count <= 160, "\(description.name)")
    }
    #expect(Set(Self.descriptions.map(\.name)).count == Self.descriptions.count)
  }

  @Test(
    arguments: [
      (
        "date_between(start_date=\"2024-05-01\", end_date=\"2024-01-01\")",
        "date_between: it begins on 2024-05-01, after its end on 2024-01-01 (it is date_between(start_date=\"-30y\", end_date=\"today\", pattern))"
      ),
      (
        "date_time_between(start_date=\"+1d\", end_date=now)",
        "date_time_between: it begins on 2026-01-02 00:00:00, after its end on 2026-01-01 00:00:00 (it is date_time_between(start_date=\"-30y\", end_date=\"now\", tzinfo, pattern))"
      ),
      (
        "date_between(start_date=\"soon\")",
        "date_between: start_date=\"soon\" is no date (write 2024-01-31, 2024-01-31T12:00:00, today, now, or an offset such as -30d, +2w, -1y)"
      ),
      (
        "date_of_birth(minimum_age=40, maximum_age=30)",
        "date_of_birth: minimum_age=40 is above maximum_age=30 (it is date_of_birth(minimum_age=0, maximum_age=115, pattern))"
      ),
      (
        "date(pattern=\"%Q\")",
        "date: pattern=\"%Q\": %Q is unknown (the directives are those of strftime, as in %Y-%m-%d %H:%M:%S)"
      ),
      (
        "time(pattern=\"%H%\")",
        "time: pattern=\"%H%\" ends with % (the directives are those of strftime, as in %Y-%m-%d %H:%M:%S)"
      ),
      (
        "date_time(tzinfo=\"Europe/Berlin\")",
        "date_time: tzinfo=\"Europe/Berlin\" (it is UTC or an offset such as +02:00; rules of summer time are not known)"
      ),
      (
        "iso8601(timespec=\"days\")",
        "iso8601: timespec=\"days\" (it is auto, hours, minutes, seconds, milliseconds or microseconds)"
      ),
      (
        "date_time_ad(start_datetime=\"+1y\")",
        "date_time_ad: it begins on 2027-01-01 00:00:00, after its end on 2026-01-01 00:00:00 (it is date_time_ad(tzinfo, end_datetime=\"now\", start_datetime, pattern))"
      ),
      (
        "time_series(precision=\"often\")",
        "time_series: precision=\"often\" is no duration (write seconds, or 15m, 1h, 1d, 1w)"
      ),
      (
        "time_series(precision=\"1s\")",
        "time_series: 2592001 points, where 100000 are possible (it is time_series(start_date=\"-30d\", end_date=\"now\", precision, distrib, tzinfo))"
      ),
      ("random_int(min=7, max=6)", "random_int: min=7 is above max=6 (it is random_int(min=0, max=9999, step=1))"),
      (
        "pyint(step=0)",
        "pyint: step=0, where 1 to 1152921504606846976 is possible (it is pyint(min_value=0, max_value=9999, step=1))"
      ),
      (
        "pyfloat(min_value=2, max_value=1)",
        "pyfloat: its least value 2.0 is above its greatest 1.0 (it is pyfloat(left_digits, right_digits, positive, min_value, max_value))"
      ),
      (
        "pyfloat(left_digits=0, right_digits=0)",
        "pyfloat: left_digits=0 and right_digits=0 leave no digits (it is pyfloat(left_digits, right_digits, positive, min_value, max_value))"
      ),
      (
        "pyfloat(positive=true, min_value=-1)",
        "pyfloat: positive=true, and min_value=-1.0 (it is pyfloat(left_digits, right_digits, positive, min_value, max_value))"
      ),
      (
        "pyfloat(left_digits=1, max_value=200)",
        "pyfloat: left_digits=1 are too few for the range (it is pyfloat(left_digits, right_digits, positive, min_value, max_value))"
      ),
      (
        "pyfloat(min_value=0.14, max_value=0.16, right_digits=1)",
        "pyfloat: no number with 1 decimal lies between 0.14 and 0.16 (it is pyfloat(left_digits, right_digits, positive, min_value, max_value))"
      ),
      (
        "boolean(chance_of_getting_true=101)",
        "boolean: chance_of_getting_true=101.0, where 0 to 100 is possible (it is boolean(chance_of_getting_true=50.0))"
      ),
      (
        "random_elements([1, 2], length=3, unique=true)",
        "random_elements: length=3 different values of 2 elements (it is random_elements(elements, length, unique=false, use_weighting, weights))"
      ),
      (
        "word(part_of_speech=\"pronoun\")",
        "word: part_of_speech=\"pronoun\" (it is noun, verb, adjective, adverb, other)"
      ),
      (
        "text(max_nb_chars=4)",
        "text: max_nb_chars=4, where 5 to 1000000 is possible (it is text(max_nb_chars=200, ext_word_list))"
      ),
      (
        "text(max_nb_chars=6, ext_word_list=[\"elephant\"])",
        "text: its shortest word has 8 characters, too many for max_nb_chars=6 (it is text(max_nb_chars=200, ext_word_list))"
      ),
      (
        "words(nb=3, ext_word_list=[\"a\", \"b\"], unique=true)",
        "words: nb=3 different words, where 2 are possible (it is words(nb=3, ext_word_list, part_of_speech, unique=false))"
      ),
      ("md5(raw_output=true)", "md5: raw_output=true, but bytes are no text (leave raw_output out)"),
      (
        "pystr(min_chars=30)",
        "pystr: min_chars=30 is above max_chars=20 (it is pystr(min_chars, max_chars=20, prefix=\"\", suffix=\"\"))"
      ),
      (
        "lexify(letters=\"\")",
        "lexify: letters=\"\" has no letter (it is lexify(text=\"????\", letters=\"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ\"))"
      ),
      (
        "pystr_format(\"{{random_int\")",
        "pystr_format: string_format: a {{ that is never closed (it is pystr_format(string_format=\"?#-###{{random_int}}{{random_letter}}\", letters=\"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ\"))"
      ),
      (
        "password(length=3)",
        "password: length=3 is too short for one character of each of 4 kinds (it is password(length=10, special_chars=true, digits=true, upper_case=true, lower_case=true))"
      ),
      (
        "password(special_chars=false, digits=false, upper_case=false, lower_case=false)",
        "password: all kinds of characters are switched off (it is password(length=10, special_chars=true, digits=true, upper_case=true, lower_case=true))"
      ),
      (
        "ssn(taxpayer_identification_number_type=\"VAT\")",
        "ssn: taxpayer_identification_number_type=\"VAT\" (it is SSN, ITIN or EIN)"
      ),
      ("ean(length=12)", "ean: length=12, where 8 or 13 is possible (it is ean(length=13, prefixes))"),
      (
        "ean13(prefixes=[\"40\", \"590\"])",
        "ean13: prefixes: expected digits, all of one length below 13 (it is ean13(leading_zero, prefixes))"
      ),
      ("currency_symbol(code=\"EUT\")", "currency_symbol: there is no currency \"EUT\" (did you mean EUR?)"),
      (
        "pricetag(min=9, max=1)",
        "pricetag: min=9.0, max=1.0: expected a range from 0 to a million millions (it is pricetag(min, max))"
      ),
      (
        "credit_card_number(card_type=\"coop\")",
        "credit_card_number: card_type=\"coop\" (it is visa, jcb, amex, diners, discover, jcb15, jcb16, maestro, mastercard, visa13, visa16, visa19)"
      ),
      (
        "swift(length=9)",
        "swift: length=9, where 8 or 11 is possible (it is swift(length, primary=false, use_dataset=false))"
      ),
    ] as [(String, String)])
  func badArgumentsAreNamed(call: String, message: String) {
    let text = SchemaDesk().refusal(of: "fields:\n  x: {generator: '\(call)'}\n")
    #expect(text == "synth-gen: s.yaml:2: field \"x\": \(message)")
  }
}
