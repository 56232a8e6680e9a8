import MillraceCore

@testable import aug_pubmed

/// PubMed XML: every row is one JSON object, and pieces change nothing.
func fuzzXML(_ bytes: UnsafeRawBufferPointer) {
  var input = unsafe FuzzInput(bytes)
  let piece = 1 + input.choose(200)
  let markup = Markup.allCases[input.choose(UInt32(Markup.allCases.count))]
  let whole = parsedRows(input.content, markup: markup, piece: max(1, input.content.count))
  let inPieces = parsedRows(input.content, markup: markup, piece: piece)
  checkLines(whole.rows)
  checkLines(inPieces.rows)
  if !whole.failed && !inPieces.failed { require(whole.rows == inPieces.rows, "pieces change the rows") }
  require(whole.failed == inPieces.failed, "pieces change whether the document is sound")
}

private func parsedRows(_ xml: [UInt8], markup: Markup, piece: Int) -> (rows: [UInt8], failed: Bool) {
  let parser = ArticleParser(source: "fuzz", markup: markup, output: ByteBuffer(capacity: 0))
  var failed = false
  do throws(Failure) {
    var rest = xml[...]
    while !rest.isEmpty {
      let buffer = Array(rest.prefix(piece)).buffer
      try unsafe parser.parse(buffer.bytes)
      rest = rest.dropFirst(piece)
    }
    try parser.finish()
  } catch {
    require(error.status == .badData, "\(error)")
    failed = true
  }
  return (unsafe Array(parser.output.bytes), failed)
}
