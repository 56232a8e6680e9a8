import ArgumentParser
import Glibc
import MillraceCore

@main
struct AugPubMed: ParsableCommand {
  @Option var fields: String?
  @Option var markup: String = "unicode"
  @Argument var file = "-"

  func run() throws {
    let chosen = try fields.map { try ArticleFields(named: $0.split(separator: ",").map(String.init)) } ?? .all
    let input = try FileSource(path: file)
    let decompressed = try DecompressedSource(input, name: input.name)
    let reader = try ReadAhead(decompressed)
    let parser = ArticleParser(source: input.name, fields: chosen, markup: Markup(rawValue: markup) ?? .unicode)
    while let chunk = try reader.next() {
      try unsafe parser.parse(chunk.bytes)
      if parser.output.count >= 1 << 16 { try flush(parser) }
    }
    try parser.finish()
    try flush(parser)
  }

  private func flush(_ parser: ArticleParser) throws(Failure) {
    var written = 0
    while written < parser.output.count {
      let result = unsafe write(1, parser.output.base + written, parser.output.count - written)
      if result <= 0 { throw Failure(.inputOutput, "cannot write") }
      written += result
    }
    parser.removeRows()
  }
}
