import ArgumentParser
import MillraceCore

/// Makes rows.
struct Generate: FilterCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make rows (the default).",
    discussion: """
      From a description, a schema, or a model that was learned from a sample:
        $ synth-gen "e-commerce product data" -n 1000 > products.csv
        $ synth-gen --schema orders.yaml -n 1000000 --to ndjson -o orders.ndjson
        $ synth-gen --model model.json -n 100000 > synthetic.csv
      The same schema, seed and version make the same bytes, whatever --jobs is, and the first 100 rows of 1000 are those of 100.
      """)

  @OptionGroup(title: "What") var what: SchemaOptions
  @OptionGroup(title: "Rows") var rows: RowOptions
  @OptionGroup(title: "Format") var format: TableFormatOptions
  @OptionGroup var common: CommonOptions

  var parameters: [JSONValue.Member] { what.parameters + rows.parameters + format.parameters }

  func run(in stage: Stage) throws(Failure) {
    let schema = try what.readSchema(in: stage)
    let tables = try SchemaTables(schema, rows: rows, locale: what.locale, asOf: what.asOf, seed: common.run.seed)
    try write(try tables.main(named: rows.table), in: stage)
  }

  private func write(_ table: PlannedTable, in stage: Stage) throws(Failure) {
    let production = RowProduction(
      maker: table.maker, formatter: RowFormatter(table.maker.columns, dialect: format.dialect),
      rows: rows.range(of: table.rows), jobs: stage.jobs)
    let output = try stage.openOutput(compression: format.compress.compression)
    let made = try production.write(to: output)
    try stage.finish(output, rowsIn: 0, rowsOut: made)
  }
}

/// How many rows, and of which table.
struct RowOptions: ParsableArguments {
  @Option(
    name: [.customShort("n"), .long],
    help: ArgumentHelp("Rows to make. As many as the schema says, else 100.", valueName: "number"))
  var rows: UInt64?

  @Option(help: ArgumentHelp("The first row to make, from 1 on: a part of a larger table.", valueName: "number"))
  var firstRow: UInt64 = 1

  @Option(help: ArgumentHelp("Of several tables the one to make. The first by default.", valueName: "name"))
  var table: String?

  static let usual: UInt64 = 100
  static let most: UInt64 = 1 << 50

  func validate() throws {
    if let rows, rows > Self.most { throw ValidationError("--rows must be at most \(Self.most), not \(rows)") }
    if !(1...Self.most).contains(firstRow) {
      throw ValidationError("--first-row must be between 1 and \(Self.most), not \(firstRow)")
    }
  }

  /// The rows to make of a table with this many.
  func range(of count: UInt64) -> Range<UInt64> { firstRow - 1..<firstRow - 1 + count }

  var parameters: [JSONValue.Member] {
    var members: [JSONValue.Member] = []
    if let rows { members.append(.init("rows", .integer(rows))) }
    if firstRow != 1 { members.append(.init("first-row", .integer(firstRow))) }
    if let table { members.append(.init("table", .string(table))) }
    return members
  }
}

/// How rows are written that no input gives a format.
struct TableFormatOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Format of the output.", valueName: "csv|tsv|ndjson"))
  var to = RecordFormat.csv

  @Option(help: ArgumentHelp("Compression of the output.", valueName: "none|gzip|zstd"))
  var compress = OutputCompression.none

  @Flag(name: .customLong("no-header"), help: "Write no names of columns in front of CSV.")
  var hasNoHeader = false

  var dialect: Dialect { Dialect(format: to, hasHeader: !hasNoHeader) }

  var parameters: [JSONValue.Member] {
    [
      .init("to", .string(to.rawValue)), .init("compress", .string(compress.rawValue)),
      .init("no-header", .bool(hasNoHeader)),
    ]
  }
}

extension RowProduction {
  /// Writes header and rows.
  ///
  /// - Returns: the number of rows.
  func write(to output: OutputFile) throws(Failure) -> Int {
    var made = 0
    let header = ByteBuffer()
    formatter.appendHeader(to: header)
    try output.write(ByteSlice(header))
    try run { (bytes, rows) throws(Failure) in
      try output.write(bytes)
      made += rows
    }
    return made
  }
}

extension SchemaOptions {
  /// The schema of the file, or of the description.
  func readSchema(in stage: Stage) throws(Failure) -> Schema {
    guard let path = schema else { throw Failure(.internalError, "not yet") }
    let name = path == "-" ? "standard input" : path
    guard let text = try stage.open(path).readToEnd(limit: 4 << 20) else {
      throw Failure(.badData, "a schema longer than 4 MiB", at: Place(file: name))
    }
    return try SchemaParser.parse(unsafe Array(text.bytes), file: name)
  }
}
