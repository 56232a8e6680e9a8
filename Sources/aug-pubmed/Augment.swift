import ArgumentParser
import MillraceCore

/// Adds the articles of PubMed files to rows that have a PMID.
struct Augment: FilterCommand {
  static let configuration = CommandConfiguration(
    abstract: "Add PubMed articles to rows (the default).",
    discussion: """
      Each row gets three fields. status is ok, partly_found, not_found or no_pmid. pmids lists the PMIDs of the PMID \
      field, which may hold several: a JSON array, or text with commas, semicolons, bars or white space between them. \
      articles lists what the PubMed files say of them; a later file replaces what an earlier one says, and may delete. \
      PMIDs that were not found are named on standard error.
        $ aug-pubmed --pmid-field pmid --xml *.xml.gz < rows.csv > out.csv
        $ aug-pubmed rows.csv -o out.csv --pmid-field pmid --xml *.xml.gz
      --xml takes every word up to the next option: files of rows stand before it, or behind another option.

      The XML is read once, front to back, and not held in memory; the articles asked for wait in a temporary file \
      without a name in TMPDIR, and so do rows from a pipe.
      """)
  static let toolName = "aug-pubmed"
  static let defaultContext = ContextLevel.rows

  @OptionGroup(title: "Input") var input: InputOptions

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Files of PubMed XML, compressed or not, the oldest first: every word up to the next option.", valueName: "file"),
    completion: .file(extensions: ["xml", "gz", "zst"]))
  var xml: [String] = []

  @Option(help: ArgumentHelp("The field that holds the PMID.", valueName: "name"))
  var pmidField: String

  @Option(help: ArgumentHelp("What the names of the added fields begin with.", valueName: "text"))
  var prefix = ""

  @OptionGroup(title: "Articles") var articles: ArticleOptions
  @OptionGroup(title: "Format") var format: FormatOptions
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Provenance") var provenance: ProvenanceOptions
  @OptionGroup(title: "Run") var runOptions: RunOptions

  var inputPaths: [String] { input.paths }
  var parameters: [JSONValue.Member] {
    input.parameters + [
      .init("xml", .array(xml.map { .string($0) })), .init("pmid-field", .string(pmidField)),
      .init("prefix", .string(prefix)),
    ] + articles.parameters + format.parameters
  }

  func validate() throws {
    if xml.isEmpty { throw ValidationError("--xml must name at least one file of PubMed XML") }
    if pmidField.isEmpty { throw ValidationError("--pmid-field must name a field") }
    if xml.count(where: { $0 == "-" }) > 1 { throw ValidationError("standard input can be read once") }
    if input.paths.contains("-"), xml.contains("-") {
      throw ValidationError("standard input cannot be both the rows and the XML")
    }
  }

  func run(in stage: Stage) throws(Failure) {
    for path in xml { try checkXML(path) }
    let field = FieldName(pmidField)
    let rows = try RereadableRows(input, field: field, failsOnBadRows: input.onError == .fail, open: stage.opener)
    let names = AddedNames(prefix: prefix)
    let tables = rows.again()
    let output = try stage.openOutput(
      for: tables, writing: format.writing, compression: format.compress.compression, adding: names.all)
    guard let output else { return }
    let index = try readArticles(rows.pmids, in: stage)
    reportMissing(index.missing, in: stage)
    let contexts = stage.recorder.contextLevel == .rows ? stage.recorder.contextFormatter : nil
    let idField = input.idField.map { FieldName($0) }
    try stage.transformRows(of: tables, into: output, dropping: input.onError) { () throws(Failure) in
      let augmenter = RowAugmenter(index: index, field: field, names: names, contexts: contexts, idField: idField)
      return { (row, writer) throws(Failure) in try augmenter.augment(row, into: writer) }
    }
  }

  /// Tells before the rows are read that a file is missing or none of XML: that of the rows, say, where it follows --xml.
  private func checkXML(_ path: String) throws(Failure) {
    try FileSource.check(path)
    guard isRegularFile(path) else { return }
    let source = try FileSource(path: path)
    let beginning = ByteBuffer(capacity: 4096)
    if try DecompressedSource(source, name: path, bufferSize: 4096).read(into: beginning) > 0 {
      try unsafe ArticleParser(source: path, fields: articles.fields, markup: articles.markup).parse(beginning.bytes)
    }
  }

  /// Reads all files once, and keeps the articles that were asked for.
  private func readArticles(_ wanted: PMIDList, in stage: Stage) throws(Failure) -> ArticleIndex {
    var builder = try ArticleIndexBuilder(
      wanted: wanted, fields: articles.fields, markup: articles.markup, folder: temporaryFolder())
    for path in xml {
      let input = try stage.opener(path)
      let reader = try ReadAhead(input, bufferSize: ArticleParser.pieceBytes)
      try builder.add(input.name) { () throws(Failure) in try reader.next() }
      try input.finish()
    }
    return builder.finish()
  }

  private func reportMissing(_ missing: [PMID], in stage: Stage) {
    guard !missing.isEmpty else { return }
    let shown = missing.prefix(20).map(\.description).joined(separator: ", ")
    let rest = missing.count > 20 ? " and \(missing.count - 20) more" : ""
    stage.diagnostics.warning(
      "\(missing.count) \(missing.count == 1 ? "PMID was" : "PMIDs were") not found: \(shown)\(rest)",
      details: [.init("missing", .array(missing.map { .string($0.description) }))])
  }
}
