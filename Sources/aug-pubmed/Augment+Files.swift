import MillraceCore

/// Articles from files of PubMed.
extension Augment {
  func augmentFromFiles(_ field: FieldName, in stage: Stage) throws(Failure) {
    for path in xml { try checkXML(path) }
    let rows = try RereadableRows(input, field: field, failsOnBadRows: input.onError == .fail, open: stage.opener)
    let layout = added.layout
    let tables = rows.again()
    guard let output = try stage.openOutput(for: tables, writing: format, adding: layout.names) else { return }
    let index = try readArticles(rows.pmids, in: stage)
    stage.diagnostics.tell(ofMissing: index.missing)
    let (contexts, idField) = (stage.contextsOfRows, input.idField.map { FieldName($0) })
    try stage.transformRows(of: tables, into: output, ragged: input.ragged, dropping: input.onError) {
      () throws(Failure) in
      let augmenter = FileAugmenter(index: index, field: field, layout: layout, contexts: contexts, idField: idField)
      return { (row, writer) throws(Failure) in try augmenter.augment(row, into: writer) }
    }
    try stage.finish(output, rowsIn: tables.records)
  }

  /// Tells before the rows are read that a file is missing or none of XML: that of the rows, say, where it follows --xml.
  private func checkXML(_ path: String) throws(Failure) {
    try FileSource.check(path)
    guard isRegularFile(path) else { return }
    let source = try FileSource(path: path)
    let beginning = ByteBuffer(capacity: 4096)
    if try DecompressedSource(source, name: path, bufferSize: 4096).read(into: beginning) > 0 {
      try unsafe ArticleParser(source: path, fields: added.fields.article, markup: added.markup.markup).parse(
        beginning.bytes)
    }
  }

  /// Reads all files once, and keeps the articles that were asked for.
  private func readArticles(_ wanted: PMIDList, in stage: Stage) throws(Failure) -> ArticleIndex {
    var builder = try ArticleIndexBuilder(
      wanted: wanted, fields: added.fields.article, markup: added.markup.markup, folder: temporaryFolder())
    for path in xml {
      let input = try stage.opener(path)
      let reader = try ReadAhead(input, bufferSize: ArticleParser.pieceBytes)
      try builder.add(input.name) { () throws(Failure) in try reader.next() }
      try input.finish()
    }
    return builder.finish()
  }
}
