import ArgumentParser
import MillraceCore

/// Recomputes the digests along a file's chain.
struct Verify: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Hash a file and its inputs again and compare along the whole chain.",
    discussion: """
      Links that are broken, or not checkable because a file is gone or a program left no record, are printed with what was found; --all prints those that hold, too. Ends with status 1 when a link is broken.
      """)

  @Argument(help: "The file, or a folder of chunks.", completion: .file()) var file: String
  @Flag(help: "Print the links that hold, too.") var all = false
  @Option(help: "The sidecar, when it does not lie beside the file.", completion: .file()) var sidecar: String?

  func run() throws {
    // Who names the sidecar means the file.
    let file = fileOfSidecar(file)
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
    for finding in verification.findings where all || finding.verdict != .holds {
      try StandardOutput.writeLine(
        "\(finding.verdict.rawValue): \(printable(finding.link)): \(printable(finding.explanation))")
    }
    let counts = [ChainVerification.Verdict.holds, .broken, .notCheckable].map { verdict in
      (verdict: verdict, count: verification.findings.count { $0.verdict == verdict })
    }
    let sums = counts.filter { $0.count > 0 }.map { "\($0.count) \($0.verdict.rawValue)" }
    try StandardOutput.writeLine(
      "\(printable(file)): \(verification.findings.count) links: \(sums.joined(separator: ", "))")
    if let first = verification.findings.first(where: { $0.verdict == .broken }) {
      throw Failure(.no, "the first broken link is \(printable(first.link))", at: Place(file: file))
    }
  }
}
