import ArgumentParser
import MillraceCore

/// Finds by content the pipelines that wrote a file.
struct Whence: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Find by content which pipeline wrote a file, wherever the file was moved to.",
    discussion: "Looks among the records of the last days. Ends with status 1 when none wrote these bytes.")

  @Argument(help: "The file.", completion: .file()) var file: String

  func run() throws {
    let digest = try SHA256Digest.ofFile(file).digest
    let matches = try ProvenanceFinder(.ofThisProcess()).matches(of: digest)
    for match in matches { try StandardOutput.writeLine("\(match.written.localText)  \(printable(match.command))") }
    if matches.isEmpty {
      throw Failure(.no, "no record of writing these bytes", at: Place(file: file), advice: "digest \(digest)")
    }
  }
}
