import MillraceCore

/// A generator as schemas name it: its arguments, and how it is made.
struct GeneratorDescription: Sendable {
  struct Parameter: Sendable {
    enum Kind: String, Sendable {
      case integer, number, text, boolean, list
      /// A date, a date with a time, `today`, `now`, or an offset such as `-30d`.
      case moment
      case any
    }

    let name: String
    let kind: Kind
    /// What it is when nothing is said; null where the generator decides.
    let usual: JSONValue

    static func integer(_ name: String, _ usual: Int? = nil) -> Parameter {
      Parameter(name: name, kind: .integer, usual: usual.map { .integer($0) } ?? .null)
    }

    static func number(_ name: String, _ usual: Double? = nil) -> Parameter {
      Parameter(name: name, kind: .number, usual: usual.map { .number("\($0)") } ?? .null)
    }

    static func text(_ name: String, _ usual: String? = nil) -> Parameter {
      Parameter(name: name, kind: .text, usual: usual.map { .string($0) } ?? .null)
    }

    static func boolean(_ name: String, _ usual: Bool? = nil) -> Parameter {
      Parameter(name: name, kind: .boolean, usual: usual.map { .bool($0) } ?? .null)
    }

    static func list(_ name: String) -> Parameter { Parameter(name: name, kind: .list, usual: .null) }

    static func moment(_ name: String, _ usual: String? = nil) -> Parameter {
      Parameter(name: name, kind: .moment, usual: usual.map { .string($0) } ?? .null)
    }

    static func any(_ name: String) -> Parameter { Parameter(name: name, kind: .any, usual: .null) }
  }

  let name: String
  /// One line for people and language models: what it makes, with an example.
  let summary: String
  let parameters: [Parameter]
  let make: @Sendable (GeneratorContext) throws(Failure) -> any Generator

  init(
    _ name: String, _ summary: String, _ parameters: [Parameter] = [],
    make: @escaping @Sendable (GeneratorContext) throws(Failure) -> any Generator
  ) {
    self.name = name
    self.summary = summary
    self.parameters = parameters
    self.make = make
  }

  /// `pyint(min_value=0, max_value=9999, step=1)`.
  var form: String {
    let list = parameters.map { $0.usual == .null ? $0.name : "\($0.name)=\($0.usual.json)" }
    return list.isEmpty ? name : "\(name)(\(list.joined(separator: ", ")))"
  }
}

/// All generators that schemas can name.
struct GeneratorCatalogue: Sendable {
  let descriptions: [GeneratorDescription]
  private let byName: [String: GeneratorDescription]
  /// As gofakeit writes them: `productname`.
  private let byLetters: [String: GeneratorDescription]

  init(_ descriptions: [GeneratorDescription]) {
    self.descriptions = descriptions
    byName = Dictionary(descriptions.map { ($0.name, $0) }) { first, _ in first }
    byLetters = Dictionary(descriptions.map { ($0.name.replacing("_", with: ""), $0) }) { first, _ in first }
  }

  /// What the program has.
  static func ofThisProgram() -> GeneratorCatalogue {
    GeneratorCatalogue(
      [
        basicGenerators, numberGenerators, derivedGenerators, choiceGenerators, referenceGenerators,
        personGenerators, emailGenerators, addressGenerators, phoneGenerators, listGenerators, thingGenerators,
        productGenerators, colorGenerators,
        fileGenerators, dateGenerators, timeGenerators, fakerNumberGenerators, textGenerators, identifierGenerators,
        characterGenerators, sampleGenerators, passwordGenerators, nationalIdGenerators, tradeNumberGenerators,
        bookNumberGenerators, vehicleNumberGenerators, moneyGenerators, cardGenerators, bankGenerators,
        countryGenerators, geoGenerators, companyGenerators, internetGenerators, internetAddressGenerators,
        userAgentGenerators, profileGenerators, regexGenerators, timestampGenerators, seriesGenerators,
        documentGenerators,
      ].flatMap { $0 })
  }

  subscript(name: String) -> GeneratorDescription? { byName[name] }

  /// The generator whose name has these letters.
  func withoutUnderscores(_ name: String) -> GeneratorDescription? { byLetters[name.replacing("_", with: "")] }

  /// The generator that a name in any dialect stands for.
  func resolve(_ name: String) -> GeneratorDescription? { GeneratorDialect.resolve(name, in: self) }

  /// The names nearest to one that is unknown, the nearest first.
  func namesNear(_ name: String, most: Int = 3) -> [String] {
    let written = Array(GeneratorDialect.plain(name).prefix(40))
    let ranked = descriptions.map { description -> (name: String, distance: Int) in
      let letters = Array(description.name)
      let isPart =
        written.count >= 4 && (description.name.contains(String(written)) || String(written).contains(description.name))
      return (description.name, isPart ? 1 : editDistance(written, letters))
    }
    return ranked.filter { $0.distance <= max(2, written.count / 2) }
      .sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }.prefix(most).map(\.name)
  }
}
