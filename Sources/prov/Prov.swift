import ArgumentParser
import MillraceCore

/// Shows, traces and verifies provenance.
@main
struct Prov: MillraceCommand {
  static let configuration = CommandConfiguration(
    commandName: programName,
    abstract: "Show, trace and verify the provenance of a file.",
    discussion: """
      Every tool leaves a sidecar, FILE.prov, beside its output. See where a file came from, how one row came about, and whether the bytes still are what the tools read and wrote:
        $ prov show result.csv
        $ prov trace --item PMID:31452104 result.csv
        $ prov verify result.csv
      Tell what differed between two runs, draw a picture, or run it all again:
        $ prov diff monday.csv tuesday.csv
        $ prov graph result.csv -o result.html
        $ prov rerun --run result.csv
      """,
    version: Millrace.versionText,
    subcommands: [
      Show.self, Trace.self, Verify.self, Whence.self, Seal.self, Diff.self, Graph.self, Rerun.self, Export.self,
    ])
}

/// The file that a path to it, or to its sidecar, means.
func fileOfSidecar(_ path: String) -> String {
  path.hasSuffix(sidecarSuffix) ? String(path.dropLast(sidecarSuffix.utf8.count)) : path
}

/// What a file or a folder is called in its folder, "b" of "a/b/"; empty for "/".
func lastComponent(_ path: String) -> String { nameInFolder(withoutTrailingSlashes(path)) }

/// The file whose provenance is asked for.
struct FileArgument: ParsableArguments {
  @Argument(help: "The file, its sidecar, or a folder of chunks.", completion: .file())
  var file: String

  /// Opens the provenance of the file.
  func provenance() throws(Failure) -> ProvenanceReader {
    let finder = ProvenanceFinder(.ofThisProcess())
    guard let reader = try finder.provenance(of: file) else {
      throw Failure(
        .noInput, "no sidecar, and no record of its content in the store", at: Place(file: file),
        advice: "the file was written by another program, or long ago, or with --no-provenance")
    }
    return reader
  }
}
