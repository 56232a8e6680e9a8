import ArgumentParser
import MillraceCore

/// Turns PubMed XML into a row an article.
struct Parse: FilterCommand {
  static let configuration = CommandConfiguration(
    abstract: "Turn PubMed XML into a row an article.",
    discussion: """
      Takes PubMed's baseline and update files and EFetch answers. The field kind of a row says article, book or \
      deletion; every row has every field, null or [] where the record has none. Several versions of an article are \
      several rows.
        $ aug-pubmed parse < pubmed26n1334.xml.gz > articles.ndjson
        $ aug-pubmed parse --fields pmid,title,year --to csv -o a.csv *.xml.gz
      """)

  @Argument(
    help: ArgumentHelp(
      "PubMed XML instead of standard input; - is standard input.",
      discussion: "Compressed input (gzip, zstd) is recognised by its content.", valueName: "file"),
    completion: .file(extensions: ["xml", "gz", "zst"]))
  var files: [String] = []

  @OptionGroup(title: "Articles") var articles: ArticleOptions

  @Option(help: ArgumentHelp("Format of the output.", valueName: "csv|tsv|ndjson"))
  var to = RecordFormat.ndjson

  @Option(help: ArgumentHelp("Compression of the output.", valueName: "none|gzip|zstd"))
  var compress = OutputCompression.none

  @OptionGroup var common: CommonOptions

  var parameters: [JSONValue.Member] {
    articles.parameters + [
      .init("to", .string(to.rawValue)), .init("compress", .string(compress.rawValue)),
    ]
  }

  func run(in stage: Stage) throws(Failure) {
    let paths = files.isEmpty ? ["-"] : files
    stage.expect(paths)
    let rows = ArticleBlocks(
      paths, fields: articles.fields, markup: articles.markup.markup, open: stage.opener)
    if to == .ndjson {
      let file = try stage.openOutput(compression: compress.compression)
      while let block = try rows.next() { try file.write(block.slice) }
      try stage.finish(file, rowsIn: rows.count, rowsOut: rows.count)
    } else {
      var writing = WritingOptions()
      writing.format = to
      let schema = try OutputSchema(
        for: rows.table, options: writing, columns: articles.fields.ordered.map { FieldName($0.name) })
      let output = OutputTable(schema: schema, file: try stage.openOutput(compression: compress.compression))
      try stage.transformRows(of: rows, into: output)
      try stage.finish(output, rowsIn: rows.count)
    }
  }
}
