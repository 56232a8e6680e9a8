import ArgumentParser
import MillraceCore

/// Tells how a file came about, the latest stage last.
struct Show: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show how a file came about, the latest stage last.",
    discussion: "With --json, prints the pipeline and stage records as one JSON document.")

  @OptionGroup var file: FileArgument
  @Flag(help: "Print JSON.") var json = false

  func run() throws {
    let chain = try ProvenanceChain(try file.provenance())
    if json {
      try put(document(chain).json)
    } else {
      for part in chain.parts.reversed() { try put(StageText.describe(part)) }
    }
  }

  private func document(_ chain: ProvenanceChain) -> JSONValue {
    let parts = chain.parts.reversed().map { part in
      JSONValue.object([.init("pipeline", part.pipeline), .init("stages", .array(part.stages))])
    }
    return .object([
      .init("source", .string(chain.source)), .init("parts", .array(parts)),
      .init("contexts", .integer(chain.contextCount)),
    ])
  }
}
