import ArgumentParser
import Glibc
import MillraceCore

@main
struct AugPubMed: ParsableCommand {
  @Option var fields: String?
  @Option var markup: String = "unicode"

  func run() throws {
    let chosen = try fields.map { try ArticleFields(named: $0.split(separator: ",").map(String.init)) } ?? .all
    let parser = ArticleParser(source: "standard input", fields: chosen, markup: Markup(rawValue: markup) ?? .unicode)
    let chunk = ByteBuffer(capacity: 1 << 16)
    func flush() {
      var written = 0
      while written < parser.output.count {
        let result = unsafe write(1, parser.output.base + written, parser.output.count - written)
        if result <= 0 { return }
        written += result
      }
      parser.output.removeAll()
      parser.rows.removeAll(keepingCapacity: true)
    }
    while true {
      let length = unsafe read(0, chunk.base, 1 << 16)
      if length <= 0 { break }
      chunk.count = length
      try unsafe parser.parse(chunk.bytes)
      if parser.output.count >= 1 << 16 { flush() }
    }
    try parser.finish()
    flush()
  }
}
