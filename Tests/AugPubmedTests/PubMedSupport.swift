import MillraceCore

@testable import aug_pubmed

/// The rows of a document, parsed in one piece or in pieces of `chunk` bytes.
func parsedRows(
  _ xml: String, fields: ArticleFields = .all, markup: Markup = .unicode, wanted: PMIDList? = nil, chunk: Int? = nil
) throws(Failure) -> [JSONValue] {
  try outputText(Array(xml.utf8), fields: fields, markup: markup, wanted: wanted, chunk: chunk)
    .split(separator: "\n").map { (line) throws(Failure) in try JSONValue.parse(String(line)) }
}

/// The output for a document as it is written.
func outputText(
  _ xml: [UInt8], fields: ArticleFields = .all, markup: Markup = .unicode, wanted: PMIDList? = nil, chunk: Int? = nil
) throws(Failure) -> String {
  let parser = ArticleParser(source: "test.xml", fields: fields, markup: markup, wanted: wanted)
  var rest = xml[...]
  while !rest.isEmpty {
    let piece = ByteBuffer()
    piece.append(Array(rest.prefix(chunk ?? rest.count)))
    try unsafe parser.parse(piece.bytes)
    rest = rest.dropFirst(piece.count)
  }
  try parser.finish()
  return unsafe String(decoding: parser.output.bytes, as: UTF8.self)
}

/// The only row of one article, whose `Article` element holds `article` and whose other parts are given as they are.
func articleRow(
  article: String = "", citation: String = "", data: String = "", fields: ArticleFields = .all,
  markup: Markup = .unicode
) throws(Failure) -> JSONValue {
  let xml = """
    <?xml version="1.0" encoding="utf-8"?>
    <!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle//EN" "https://dtd.example.org/pubmed.dtd">
    <PubmedArticleSet><PubmedArticle><MedlineCitation Status="MEDLINE"><PMID Version="1">1</PMID>
    <Article PubModel="Print">\(article)</Article>\(citation)</MedlineCitation>
    <PubmedData>\(data)</PubmedData></PubmedArticle></PubmedArticleSet>

    """
  let rows = try parsedRows(xml, fields: fields, markup: markup)
  guard rows.count == 1 else { throw Failure(.internalError, "\(rows.count) rows") }
  return rows[0]
}

extension JSONValue {
  /// The value as compact JSON, to compare with what is written in a test.
  func json(_ field: ArticleField) -> String? { self[field.name]?.json }
}
