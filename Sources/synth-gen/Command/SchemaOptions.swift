import ArgumentParser
import MillraceCore

/// What the rows are to be like.
struct SchemaOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp("What the table is to hold, in words: \"e-commerce product data\".", valueName: "description"))
  var description: [String] = []

  @Option(
    help: ArgumentHelp("A schema of the table, YAML or JSON; - is standard input.", valueName: "file"),
    completion: .file(extensions: ["yaml", "yml", "json"]))
  var schema: String?

  @Option(
    help: ArgumentHelp(
      "With a description the language model's name; else the file of a model that synth-gen learn made.",
      valueName: "name|file"),
    completion: .file(extensions: ["json"]))
  var model: String?

  @Option(
    help: ArgumentHelp(
      "Locale of names, addresses and words: \(LocaleData.names.joined(separator: ", ")). The schema's, else en_US.",
      valueName: "locale"))
  var locale: String?

  @Option(
    name: .customLong("as-of"),
    help: ArgumentHelp("What today is for relative dates. The schema's, else 2026-01-01.", valueName: "date"),
    transform: AsOf.init(option:))
  var asOf: AsOf?

  @OptionGroup(title: "Description") var describing: DescribeOptions

  var words: String? { description.isEmpty ? nil : description.joined(separator: " ") }

  func validate() throws {
    let text = words
    if let text, text.trimmed.isEmpty {
      throw ValidationError("the description is empty: say what the table is to hold, such as \"patients of a clinic\"")
    }
    if text != nil, schema != nil { throw ValidationError("a description and --schema exclude each other") }
    if text == nil, schema != nil, model != nil {
      throw ValidationError("--schema and a --model file exclude each other")
    }
    if text == nil, schema == nil, model == nil {
      throw ValidationError("say what the rows are to be like: a description, --schema FILE, or --model FILE")
    }
    if text == nil, describing.isUsed {
      throw ValidationError("the options of the service that is asked for a schema go with a description")
    }
    if let locale, LocaleData.canonicalName(locale) == nil {
      throw ValidationError("\(LocaleData.unknown(locale)): \(LocaleData.advice(locale))")
    }
  }

  var parameters: [JSONValue.Member] {
    var members: [JSONValue.Member] = []
    if let words { members.append(.init("description", .string(words))) }
    if let schema { members.append(.init("schema", .string(schema))) }
    if let model { members.append(.init("model", .string(model))) }
    if let locale { members.append(.init("locale", .string(locale))) }
    return members + (words == nil ? [] : describing.parameters)
  }
}

extension AsOf {
  init(option text: String) throws {
    guard let moment = Moment(text, asOf: .usual), text.first?.isNumber == true else {
      throw ValidationError("\"\(printable(text))\" is no date: write 2026-01-31 or 2026-01-31T12:00:00")
    }
    self.init(seconds: moment.seconds)
  }
}
