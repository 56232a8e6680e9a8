import ArgumentParser
import MillraceCore

/// Recomputes the digests along a file's chain.
struct Verify: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Hash a file and its inputs again and compare along the whole chain.",
    discussion: """
      Each link is printed with what was found: it holds, is broken, or is not checkable because a file is gone or a program left no record. Ends with status 1 when a link is broken.
      """)

  @Argument(help: "The file.", completion: .file()) var file: String
  @Option(help: "The sidecar, when it does not lie beside the file.", completion: .file()) var sidecar: String?

  func run() throws {
    let reader: ProvenanceReader
    if let sidecar {
      guard let opened = try ProvenanceReader(path: sidecar) else {
        throw Failure(.noInput, "there is no such sidecar", at: Place(file: sidecar))
      }
      reader = opened
    } else {
      reader = try FileArgument.parse([file]).provenance()
    }
    let verification = try ChainVerification(ofFile: file, provenance: reader)
    for finding in verification.findings {
      try put("\(finding.verdict.rawValue): \(printable(finding.link)): \(printable(finding.explanation))")
    }
    let broken = verification.findings.filter { $0.verdict == .broken }
    if let first = broken.first {
      throw Failure(
        .no, "\(broken.count) of \(verification.findings.count) links broken, first \(printable(first.link))",
        at: Place(file: file))
    }
  }
}
