import ArgumentParser
import MillraceCore

/// Makes rows.
struct Generate: FilterCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make rows (the default).",
    discussion: """
      From a description, a schema, or a model that was learned from a sample:
        $ synth-gen "e-commerce product data" --rows 1000 > products.csv
        $ synth-gen --schema orders.yaml --rows 1000000 --to ndjson -o orders.ndjson
        $ synth-gen --model model.json --rows 100000 > synthetic.csv
      The same schema, seed and version make the same bytes, whatever --jobs is, and the first 100 rows of 1000 are those of 100.
      """)

  @OptionGroup(title: "What") var what: SchemaOptions
  @OptionGroup(title: "Rows") var rows: RowOptions
  @OptionGroup(title: "Rows") var given: GivenOptions
  @OptionGroup(title: "Format") var format: TableFormatOptions
  @OptionGroup var common: CommonOptions

  var parameters: [JSONValue.Member] { what.parameters + rows.parameters + given.parameters + format.parameters }

  func validate() throws {
    if !given.given.isEmpty, what.modelFile == nil {
      throw ValidationError("--given is for rows of a model that synth-gen learn made: add --model FILE")
    }
  }

  func run(in stage: Stage) throws(Failure) {
    if let path = what.modelFile { return try writeRows(ofModel: path, in: stage) }
    let tables = try what.readTables(seed: common.run.seed, in: stage)
    stage.tellFingerprint(of: tables)
    if let folder = rows.outDir {
      try TableFolder(folder, format: format, stage).write(tables.all(rows: rows.rows))
    } else {
      try write(tables.table(named: rows.table, rows: rows.rows, firstRow: rows.firstRow), in: stage)
    }
  }

  func write(_ table: PlannedTable, in stage: Stage) throws(Failure) {
    let output = try stage.openOutput(compression: format.compress.compression)
    let made = try RowProduction(table, dialect: format.dialect, jobs: stage.jobs).write(to: output)
    try stage.finish(output, rowsIn: 0, rowsOut: made)
  }
}

extension RowProduction {
  init(_ table: PlannedTable, dialect: Dialect, jobs: Int) {
    self.init(
      maker: table.maker, formatter: RowFormatter(table.maker.columns, dialect: dialect), rows: table.rows, jobs: jobs)
  }

  /// Writes header and rows.
  ///
  /// - Returns: the number of rows.
  func write(to output: OutputFile) throws(Failure) -> Int {
    var made = 0
    let header = ByteBuffer()
    formatter.appendHeader(to: header)
    var hasBegun = false
    try run { (bytes, rows) throws(Failure) in
      // Rows that cannot be made from the first on leave nothing at all.
      if !hasBegun { try output.write(ByteSlice(header)) }
      hasBegun = true
      try output.write(bytes)
      made += rows
    }
    return made
  }
}

extension SchemaOptions {
  /// The tables of the schema, which a file or a description gives.
  func readTables(seed: UInt64?, in stage: Stage) throws(Failure) -> SchemaTables {
    try SchemaTables(readSchema(in: stage), locale: locale, asOf: asOf, seed: seed)
  }

  /// The schema of the file, or of the description.
  private func readSchema(in stage: Stage) throws(Failure) -> Schema {
    if let words { return try describedSchema(words, in: stage) }
    guard let path = schema else {
      throw Failure(.usage, "say where the schema comes from: a description, or --schema FILE")
    }
    let document = try stage.readDocument(path, kind: "a schema", limit: Self.longestSchema)
    stage.recorder.addDetails([.init("schema_source", .string("file"))])
    return try SchemaParser.parse(unsafe Array(document.text.bytes), file: document.name)
  }

  private static let longestSchema = 4 << 20
}

extension Stage {
  /// Says and records what the rows depend on: two runs with one fingerprint make the same rows.
  func tellFingerprint(of tables: SchemaTables) {
    let fingerprint = tables.fingerprint
    diagnostics.note("fingerprint \(fingerprint)")
    recorder.addDetails([
      .init("fingerprint", .string(fingerprint)), .init("as_of", .string(tables.asOf.text)),
      .init("seed", .integer(tables.seed)),
    ])
  }
}
