import ArgumentParser
import MillraceCore

/// Tells how a file came about, the latest stage last.
struct Show: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show how a file came about, the latest stage last.",
    discussion: """
      Digests are shortened and long lists of inputs are cut; --full prints them whole. With --json, prints the pipeline, stage and file records as one JSON document, and of the runs over chunks that batch-run started the first of each kind.
      """)

  @OptionGroup var file: FileArgument
  @Flag(help: "Print whole digests, and every input.") var full = false
  @Flag(help: "Print JSON.") var json = false

  func run() throws {
    let chain = try ProvenanceChain(try file.provenance())
    if json {
      try StandardOutput.writeLine(document(chain).json)
    } else {
      for part in chain.parts.reversed() {
        try StandardOutput.writeLine(StageText(isFull: full).describe(part, children: chain.children))
      }
      if !chain.source.hasSuffix(sidecarSuffix) {
        try StandardOutput.writeLine(
          "found         by its content: the file has no sidecar, others may have had the same bytes")
      }
    }
  }

  private func document(_ chain: ProvenanceChain) -> JSONValue {
    let parts = chain.parts.reversed().map { part in
      JSONValue.object([
        .init("pipeline", part.pipeline), .init("stages", .array(part.stages)), .init("files", .array(part.files)),
      ])
    }
    return .object([
      .init("source", .string(chain.source)), .init("parts", .array(parts)),
      .init("contexts", .integer(chain.contextCount)),
      .init(
        "children",
        .array(
          chain.children.map { child in
            .object([
              .init("parent", .string(child.parent)), .init("count", .integer(child.count)),
              .init("first", .string(child.first)), .init("last", .string(child.last)),
              .init("started", .bool(child.isStarted)), .init("stage", child.stage),
            ])
          })),
    ])
  }
}
