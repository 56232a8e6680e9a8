import ArgumentParser
import MillraceCore

/// Tells what differed between two runs.
struct Diff: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tell what differed between the runs that made two files.",
    discussion: """
      Stages are compared by tool and order: version, arguments, parameters, seed, inputs, rows, sources, outputs and how well the links are known. Lines with < tell of the first file, those with > of the second. Names of outputs, the number of workers, times, hosts and environments are left out without --all. Ends with status 1 when there is a difference, like diff(1).
      """)

  @Argument(help: "The first file, its sidecar, or a folder of chunks.", completion: .file()) var first: String
  @Argument(help: "The second.", completion: .file()) var second: String
  @Flag(help: "Compare names of outputs, workers, times, hosts and environments, too.") var all = false
  @Flag(help: "Print whole digests, and every input.") var full = false
  @Flag(help: "Print JSON.") var json = false

  func run() throws {
    let chains = try [first, second].map { try ProvenanceChain(try FileArgument.parse(["--", $0]).provenance()) }
    let difference = ChainDifference(chains[0], chains[1], comparesAll: all)
    if json {
      guard case .object(let members) = difference.json else { return }
      try StandardOutput.writeLine(
        JSONValue.object(
          [
            .init("a", .string(chains[0].source)), .init("b", .string(chains[1].source)),
          ] + members
        ).json)
    } else if difference.isEmpty {
      try StandardOutput.writeLine(
        "no difference\(all ? "" : " (--all compares names of outputs, times and hosts, too)")")
    } else {
      for line in difference.lines(isFull: full) { try StandardOutput.writeLine(line) }
    }
    if !difference.isEmpty { throw ExitCode(.no) }
  }
}
