import MillraceCore

/// Names of generators as other tools have them.
enum GeneratorDialect {
  /// A name in the form of Faker's: `person.fullName` is `full_name`, `fake.pyInt` `py_int`, `First Name` `first_name`.
  static func plain(_ name: String) -> String {
    let last = name.split(separator: ".").last.map(String.init) ?? name
    var plain = ""
    var previous: Character = " "
    for character in last {
      if character.isUppercase, previous.isLowercase || previous.isNumber { plain += "_" }
      plain += character == " " || character == "-" || character == "/" ? "_" : character.lowercased()
      previous = character
    }
    return plain.replacing("(", with: "").replacing(")", with: "").replacing("#", with: "number")
  }

  static func resolve(_ name: String, in catalogue: GeneratorCatalogue) -> GeneratorDescription? {
    if let exact = catalogue[name] { return exact }
    // The provider tells `commerce.department` from `company.department`, `internet.color` from `vehicle.color`.
    let qualified = name.split(separator: ".").suffix(2).map { plain(String($0)) }.joined(separator: ".")
    let bare = plain(name)
    // Faker's own names mean what Faker means by them.
    if name.hasPrefix("fake.") || name.hasPrefix("faker."), name.count(where: { $0 == "." }) == 1,
      let own = catalogue[bare]
    {
      return own
    }
    let own =
      qualifiedThingNames[qualified] ?? qualifiedValueNames[qualified] ?? qualifiedPeopleNames[qualified]
      ?? qualifiedNames[qualified] ?? peopleNames[bare] ?? names[bare] ?? thingNames[bare] ?? valueNames[bare]
    if let own { return catalogue[own] }
    return catalogue[bare] ?? catalogue.withoutUnderscores(bare)
  }

  /// Names of faker-js and others that need their provider.
  static let qualifiedNames: [String: String] = [
    "string.uuid": "uuid4", "datatype.uuid": "uuid4", "string.alpha": "random_letters", "string.numeric": "numerify",
    "number.int": "random_int", "number.float": "pyfloat", "datatype.number": "random_int",
    "datatype.boolean": "boolean",
    "datatype.float": "pyfloat", "number.integer": "random_int",
    "commerce.department": "department", "commerce.product_name": "product_name",
    "commerce.product_material": "material", "commerce.isbn": "isbn13", "person.full_name": "name",
    "name.full_name": "name", "person.sex": "sex", "person.job_title": "job",
    "person.job_type": "job", "name.job_title": "job", "location.zip_code": "postcode", "location.state": "state",
    "location.street_address": "street_address", "location.country": "country",
    "location.city": "city", "address.zip_code": "postcode", "date.past": "past_date", "date.future": "future_date",
    "date.recent": "past_datetime", "date.soon": "future_datetime", "date.between": "date_time_between",
    "date.birthdate": "date_of_birth", "date.month": "month_name", "date.weekday": "day_of_week",
    "finance.account_number": "bban", "finance.iban": "iban", "finance.bic": "swift",
    "finance.credit_card_number": "credit_card_number", "finance.currency_code": "currency_code",
    "internet.username": "user_name", "internet.ip": "ipv4", "internet.mac": "mac_address", "internet.email": "email",
    "internet.url": "url", "internet.password": "password", "lorem.word": "word", "lorem.sentence": "sentence",
    "lorem.paragraph": "paragraph", "lorem.text": "text", "lorem.words": "words",
    "helpers.array_element": "random_element",
    "company.buzz_phrase": "bs", "company.catch_phrase": "catch_phrase",
    "phone.number": "phone_number", "phone.phone_number": "phone_number", "vehicle.vin": "vin",
    "color.human": "color_name", "system.file_name": "file_name", "system.mime_type": "mime_type",
  ]

  /// Names that mean one thing whoever uses them: faker-js, Mockaroo, gofakeit, and what language models make up.
  static let names: [String: String] = [
    "full_name": "name", "fullname": "name", "person_name": "name", "firstname": "first_name",
    "given_name": "first_name",
    "lastname": "last_name", "surname": "last_name", "family_name": "last_name",
    "username": "user_name", "userid": "user_name", "login": "user_name", "email_address": "email", "e_mail": "email",
    "uuid": "uuid4", "guid": "uuid4", "id": "sequence", "row_number": "sequence", "autoincrement": "sequence",
    "auto_increment": "sequence", "increment": "sequence", "serial": "sequence", "index": "sequence",
    "int": "random_int", "integer_number": "random_int", "randint": "random_int", "random_integer": "random_int",
    "float": "pyfloat", "double": "pyfloat", "random_float": "pyfloat", "decimal": "pydecimal",
    "bool": "boolean", "random_boolean": "boolean", "true_false": "boolean",
    "phone": "phone_number", "telephone": "phone_number",
    "zip": "postcode", "zip_code": "postcode", "postal_code": "postcode", "province": "state", "region": "state",
    "state_abbreviation": "state_abbr", "street": "street_name", "street_addr": "street_address", "town": "city",
    "country_name": "country", "lat": "latitude", "lng": "longitude", "lon": "longitude", "long": "longitude",
    "datetime": "date_time", "timestamp": "date_time", "birthdate": "date_of_birth", "birthday": "date_of_birth",
    "dob": "date_of_birth", "date_time_iso": "iso8601", "weekday": "day_of_week", "company_name": "company",
    "job_title": "job", "occupation": "job", "profession": "job", "title": "prefix",
    "ip": "ipv4", "ip_address": "ipv4", "ip_v4": "ipv4", "ip_v6": "ipv6", "ip_address_v4": "ipv4",
    "ip_address_v6": "ipv6",
    "mac": "mac_address", "domain": "domain_name", "website": "url", "homepage": "url",
    "credit_card": "credit_card_number",
    "credit_card_no": "credit_card_number", "card_number": "credit_card_number",
    "credit_card_type": "credit_card_provider",
    "isbn": "isbn13", "ean_code": "ean", "barcode": "ean13", "lorem": "text", "lorem_ipsum": "text",
    "description": "sentence",
    "money": "pricetag", "currency_name_code": "currency_code", "product": "product_name",
    "custom_list": "random_element",
    "choice_element": "random_element", "oneof": "random_element", "one_of": "random_element", "enum": "random_element",
    "category": "random_element", "color": "color_name", "colour": "color_name", "hex_colour": "hex_color",
    "vin_number": "vin", "social_security_number": "ssn", "language": "language_name", "avatar": "image_url",
    "image": "image_url", "filename": "file_name", "regular_expression": "regex", "normal_distribution": "number",
    "template_string": "template", "expression": "formula", "fixed": "constant", "static": "constant",
    "value": "constant",
    "foreign_key": "reference", "fk": "reference", "time_series_value": "series",
  ]
}
