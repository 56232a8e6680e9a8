import MillraceCore

/// Whole people in one value.
let profileGenerators: [GeneratorDescription] = [
  GeneratorDescription(
    "profile", "a person as a JSON object: profile(fields=[\"name\", \"mail\", \"job\"], sex=\"F\")",
    [.list("fields"), .text("sex")]
  ) { (context) throws(Failure) in try ProfileGenerator(context, ProfileGenerator.all) },
  GeneratorDescription(
    "simple_profile", "a person as a JSON object: user name, name, sex, address, mail, birthdate", [.text("sex")]
  ) { (context) throws(Failure) in try ProfileGenerator(context, ProfileGenerator.simple) },
]

/// A JSON object of values of other generators, all of the row's person, place and company.
struct ProfileGenerator: Generator {
  /// With the comma or brace, the name and the colon.
  private let keys: TextList
  private let generators: Constants<GeneratorReference>

  static let all = [
    "job", "company", "ssn", "residence", "current_location", "blood_group", "website", "username", "name", "sex",
    "address", "mail", "birthdate",
  ]
  static let simple = ["username", "name", "sex", "address", "mail", "birthdate"]

  private static let made: [String: String] = [
    "residence": "address", "current_location": "latlng", "website": "url", "username": "user_name", "mail": "email",
    "birthdate": "date_of_birth",
  ]
  private static let bloodGroup: JSONValue = .object([
    .init("generator", .string("choice")),
    .init(
      "elements",
      .object([
        .init("O+", .number("37.4")), .init("A+", .number("35.7")), .init("B+", .number("8.5")),
        .init("O-", .number("6.6")), .init("A-", .number("6.3")), .init("AB+", .number("3.4")),
        .init("B-", .number("1.5")), .init("AB-", .number("0.6")),
      ])),
  ])

  init(_ context: GeneratorContext, _ usual: [String]) throws(Failure) {
    if let sex = context.text("sex"), !["f", "m", "female", "male"].contains(sex.lowercased()) {
      throw context.failure("sex=\"\(printable(sex))\", where F and M are possible")
    }
    let given = context.list("fields")?.map { $0.text ?? "" } ?? []
    for name in given where !usual.contains(name) {
      throw context.failure(
        "fields: there is no \"\(printable(name))\"", advice: "there are \(usual.joined(separator: ", "))")
    }
    var keys: [String] = []
    var generators: [GeneratorReference] = []
    for name in usual where given.isEmpty || given.contains(name) {
      let generator = Self.made[name] ?? name
      // Locales and programs differ in which numbers of people they know: a profile has those there are.
      if given.isEmpty, name != "blood_group", context.compiler.catalogue[generator] == nil { continue }
      let spec: JSONValue = name == "blood_group" ? Self.bloodGroup : .string(generator)
      generators.append(context.arena.reference(to: try context.make(spec, part: name)))
      keys.append((keys.isEmpty ? "{" : ",") + JSONValue.string(name).json + ":")
    }
    self.keys = TextList(keys, in: context.arena)
    self.generators = context.arena.constants(generators)
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    let text = draft.text
    for index in 0..<generators.count {
      keys.append(index, to: text)
      let start = text.count
      let content = generators[index].generate(draft, &random)
      switch content.kind {
      case .null: text.append("null")
      case .boolean, .integer, .number, .json: break
      case .text, .date, .dateTime: quote(from: start, draft)
      }
    }
    text.append(UInt8(ascii: "}"))
    return .json
  }

  /// Makes a JSON string of what has been appended since.
  private func quote(from start: Int, _ draft: RowDraft) {
    let text = draft.text
    let length = text.count - start
    // The escaped text grows behind the plain one, and then takes its place.
    text.reserve(length * 8 + 256)
    let plain = unsafe UnsafeRawBufferPointer(start: text.base + start, count: length)
    let quoted = text.count
    text.append(UInt8(ascii: "\""))
    unsafe text.appendJSONEscaped(plain)
    text.append(UInt8(ascii: "\""))
    let count = text.count - quoted
    unsafe (text.base + start).copyMemory(from: text.base + quoted, byteCount: count)
    text.count = start + count
  }
}
