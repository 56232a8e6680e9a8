import ArgumentParser
import MillraceCore

/// Lists what schemas can name.
struct ListGenerators: MillraceCommand {
  static let configuration = CommandConfiguration(
    commandName: "generators",
    abstract: "List the generators with their arguments.",
    discussion: """
      A generator a line: its name with its arguments as they are by default, and what it makes. With a name, in whatever \
      dialect, only that one:
        $ synth-gen generators | grep phone
        $ synth-gen generators person.fullName
      """)

  @Argument(help: ArgumentHelp("Only these.", valueName: "name")) var names: [String] = []

  func run() throws {
    let catalogue = GeneratorCatalogue.ofThisProgram()
    var descriptions = catalogue.descriptions
    if !names.isEmpty {
      descriptions = try names.map { name in
        guard let found = catalogue.resolve(name) else {
          let near = catalogue.namesNear(name)
          throw Failure(
            .usage, "unknown generator \"\(printable(name))\"",
            advice: near.isEmpty ? nil : "near it are \(near.joined(separator: ", "))")
        }
        return found
      }
    }
    try StandardOutput.write(descriptions.map { "\($0.form)\t\($0.summary)\n" }.joined())
  }
}
