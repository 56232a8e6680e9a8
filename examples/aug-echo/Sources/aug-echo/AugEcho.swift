import ArgumentParser
import MillraceCore

/// Adds to each row what an echo service answers to one of its fields.
@main
struct AugEcho: FilterCommand {
  static let configuration = CommandConfiguration(
    commandName: programName,
    abstract: "Add to each row what an echo service answers to one of its fields.",
    discussion: """
      Each row gets two fields: status, and echo.
        $ aug-echo words.csv -o out.csv --field word --base-url https://echo.example.org/
      """,
    version: Millrace.versionText)
  static let toolName = "aug-echo"
  static let defaultContext = ContextLevel.rows
  static let usualCacheAge = TimeSpan(seconds: 7 * 86_400)

  @OptionGroup(title: "Input") var input: InputOptions
  @Option(help: "The field whose text is sent.") var field: String
  @OptionGroup(title: "Network") var network: NetworkOptions
  @OptionGroup(title: "Format") var format: FormatOptions
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Provenance") var provenance: ProvenanceOptions
  @OptionGroup(title: "Run") var runOptions: RunOptions

  var inputPaths: [String] { input.paths }
  var parameters: [JSONValue.Member] {
    [.init("field", .string(field))] + input.parameters + network.parameters(usualAge: Self.usualCacheAge)
      + format.parameters
  }

  func run(in stage: Stage) throws(Failure) {
    let example = "https://echo.example.org/"
    let place = try ServiceAddress(network.baseUrl ?? example, example: example)
    let service = network.service(
      named: "Echo", folder: "echo", host: place.host, key: nil, usualInterval: 0.1, usualAge: Self.usualCacheAge,
      isDryRun: stage.isDryRun, surroundings: .ofThisProcess(), diagnostics: stage.diagnostics)
    try stage.augment(
      EchoAugmenter(
        place: place, cached: service, field: FieldName(field),
        policy: RefusalPolicy(
          service: "Echo", stopsEarly: input.onError == .fail, keepsAnswers: service.cache != nil)),
      reading: input, writing: format)
  }
}
