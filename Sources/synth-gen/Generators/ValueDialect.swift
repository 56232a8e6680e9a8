/// Names that other tools, and language models, have for dates, numbers, texts, identifiers and money.
extension GeneratorDialect {
  /// With their provider: those of faker-js.
  static let qualifiedValueNames: [String: String] = [
    "string.alphanumeric": "alphanumeric", "string.hexadecimal": "hexify", "string.sample": "pystr",
    "string.nanoid": "alphanumeric", "number.big_int": "random_int", "date.anytime": "date_time",
    "date.time_zone": "timezone", "location.time_zone": "timezone", "finance.amount": "amount",
    "finance.currency_name": "currency_name", "finance.currency_symbol": "currency_symbol",
    "finance.routing_number": "aba", "finance.pin": "numerify", "finance.credit_card_cvv": "credit_card_security_code",
    "finance.credit_card_issuer": "credit_card_provider", "helpers.array_elements": "random_elements",
    "helpers.shuffle": "random_sample", "helpers.weighted_array_element": "choice",
    "lorem.sentences": "sentences", "lorem.paragraphs": "paragraphs", "lorem.lines": "paragraphs",
    "word.sample": "word", "word.noun": "noun", "word.verb": "verb",
    "word.adjective": "adjective", "word.adverb": "adverb", "word.words": "words",
    // mimesis.
    "datetime.date": "date_between", "datetime.datetime": "date_time", "datetime.time": "time",
    "datetime.timestamp": "unix_time", "datetime.year": "year", "datetime.month": "month_name",
    "datetime.day_of_month": "day_of_month", "datetime.timezone": "timezone",
    "payment.credit_card_number":
      "credit_card_number", "payment.cvv": "credit_card_security_code",
    "payment.credit_card_expiration_date": "credit_card_expire", "payment.credit_card_network": "credit_card_provider",
    "cryptographic.uuid": "uuid4", "cryptographic.hash": "sha256", "text.quote": "sentence", "text.title": "sentence",
    "code.isbn": "isbn13", "code.ean": "ean13", "code.pin": "numerify", "finance.currency_iso_code": "currency_code",
    "finance.cryptocurrency_iso_code": "cryptocurrency_code", "finance.price": "pricetag", "finance.bank": "bank",
    "development.boolean": "boolean", "numeric.integer_number": "random_int", "numeric.float_number": "pyfloat",
    "numeric.decimal_number": "pydecimal",
  ]

  /// Whoever uses them: labels of Mockaroo, gofakeit's names, and what language models make up.
  static let valueNames: [String: String] = [
    // Dates.
    "past": "past_date", "future": "future_date", "recent_date": "past_date", "date_range": "date_time_between",
    "random_date": "date_between", "random_datetime": "date_time_between", "date_time_range": "date_time_between",
    "birth_date": "date_of_birth", "unix_timestamp": "unix_time", "epoch": "unix_time", "day_name": "day_of_week",
    "week_day": "day_of_week", "month_string": "month_name", "pytimezone": "timezone", "time_zone": "timezone",
    "tz": "timezone", "hour_minute": "time", "iso_8601": "iso8601", "iso_date": "date", "duration": "time_delta",
    "timedelta": "time_delta",
    // Numbers.
    "number_between": "random_int", "int_range": "random_int", "float_range": "pyfloat", "float32_range": "pyfloat",
    "float64_range": "pyfloat", "float64": "pyfloat", "float32": "pyfloat", "uint": "random_int",
    "random_decimal": "pydecimal", "digit": "random_digit", "digit_n": "numerify", "letter": "random_letter",
    "letter_n": "random_letters", "random_string": "pystr", "string": "pystr", "coin_flip": "boolean",
    "character_sequence": "bothify", "digit_sequence": "numerify", "pattern": "bothify", "hexadecimal": "hexify",
    "random_choice": "random_element", "weighted_choice": "choice", "weighted": "choice", "sample": "random_sample",
    "choices": "random_choices",
    // Text.
    "lorem_ipsum_word": "word", "lorem_ipsum_sentence": "sentence", "lorem_ipsum_paragraph": "paragraph",
    "phrase": "sentence", "comment": "sentence", "summary": "sentence", "notes": "sentence", "note": "sentence",
    "content": "text", "body": "text", "bio": "text", "question": "sentence", "quote": "sentence",
    // Identifiers.
    "uuid_4": "uuid4", "uuid_v4": "uuid4", "uuid_7": "uuid7", "uuid_v7": "uuid7", "uuid_1": "uuid1",
    "hash": "sha256", "sha_256": "sha256", "sha_1": "sha1", "md_5": "md5", "social_security": "ssn",
    "national_id": "ssn", "tax_id": "ein", "passport": "passport_number", "isbn_10": "isbn10", "isbn_13": "isbn13",
    "ean_8": "ean8", "ean_13": "ean13", "upc": "upc_a", "gtin": "ean13", "plate": "license_plate",
    "plate_number": "license_plate", "licence_plate": "license_plate", "vehicle_vin": "vin",
    // Money.
    "currency_short": "currency_code", "currency_long": "currency_name", "crypto": "cryptocurrency_code",
    "credit_card_cvv": "credit_card_security_code", "cvv": "credit_card_security_code",
    "cvc": "credit_card_security_code", "credit_card_exp": "credit_card_expire",
    "card_type": "credit_card_provider", "credit_card_network": "credit_card_provider",
    "ach_routing": "aba", "routing_number": "aba", "ach_account": "bban", "account_number": "bban",
    "bank_account": "bban", "bank_name": "bank", "bic": "swift", "swift_code": "swift", "swift_bic": "swift",
  ]
}
