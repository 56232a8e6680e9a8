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
  static let defaultContext = ContextLevel.rows
  static let usualCacheAge = TimeSpan(seconds: 7 * 86_400)

  @OptionGroup(title: "Input") var input: InputOptions
  @Option(help: "The field whose text is sent.") var field: String
  @OptionGroup(title: "Network") var network: NetworkOptions
  @OptionGroup(title: "Format") var format: FormatOptions
  @OptionGroup var common: CommonOptions

  var parameters: [JSONValue.Member] {
    [.init("field", .string(field))] + input.parameters + network.parameters(usualAge: Self.usualCacheAge)
      + format.parameters
  }

  func run(in stage: Stage) throws(Failure) {
    let example = "https://echo.example.org/"
    let place = try ServiceAddress(network.baseUrl ?? example, example: example)
    let service = network.service(
      named: "Echo", folder: "echo", host: place.host, key: nil, usualInterval: 0.1, usualAge: Self.usualCacheAge,
      in: stage)
    try stage.augment(
      EchoAugmenter(place: place, cached: service, field: FieldName(field)), reading: input, writing: format)
  }
}
