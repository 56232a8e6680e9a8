import ArgumentParser
import MillraceCore

/// Writes the sidecar of a file whose last stage was a foreign program.
struct Seal: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write the sidecar of a file that another program wrote last, as in ... | gzip > FILE.",
    discussion: """
      The bytes, or what they decompress to, must be those that a tool wrote within the last days:
        $ chunk --help | gzip > help.gz && prov seal help.gz
      Ends with status 1 when none wrote them.
      """)

  @Argument(help: "The file.", completion: .file()) var file: String

  func run() throws {
    let written = try SHA256Digest.ofFile(file)
    let content = StreamContent(digest: written.digest, bytes: written.bytes)
    let source = try DecompressedSource(try FileSource(path: file), name: file)
    var decompressed: StreamContent?
    if source.compression != nil {
      let hasher = SHA256Hasher()
      var bytes = 0
      try source.forEachPiece { piece in
        unsafe hasher.update(piece.bytes)
        bytes += piece.count
      }
      decompressed = StreamContent(digest: hasher.finish(), bytes: bytes)
    }
    let sidecar = try ProvenanceSeal(surroundings: .ofThisProcess()).seal(
      file, content: content, decompressed: decompressed)
    try StandardOutput.writeLine(sidecar)
  }
}
