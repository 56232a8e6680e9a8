import ArgumentParser
import MillraceCore

/// How many rows, and of which table.
struct RowOptions: ParsableArguments {
  @Option(
    name: [.customShort("n"), .long],
    help: ArgumentHelp(
      "Rows to make. As many as the schema says, else 100. With --out-dir those of the first table, the others in proportion.",
      valueName: "number"))
  var rows: UInt64?

  @Option(help: ArgumentHelp("The first row to make, from 1 on: a part of a larger table.", valueName: "number"))
  var firstRow: UInt64 = 1

  @Option(help: ArgumentHelp("Of several tables the one to make. The first by default.", valueName: "name"))
  var table: String?

  @Option(
    name: .customLong("out-dir"),
    help: ArgumentHelp(
      "Make all tables, each as a file of this folder, and print a line about each.", valueName: "folder"),
    completion: .directory)
  var outDir: String?

  static let most: UInt64 = 1 << 50

  func validate() throws {
    if let rows, rows > Self.most { throw ValidationError("--rows must be at most \(Self.most), not \(rows)") }
    if !(1...Self.most).contains(firstRow) {
      throw ValidationError("--first-row must be between 1 and \(Self.most), not \(firstRow)")
    }
    if outDir != nil, table != nil || firstRow != 1 {
      throw ValidationError(
        "--out-dir makes all tables whole: \(table != nil ? "--table" : "--first-row") does not go with it")
    }
    if outDir == "" { throw ValidationError("--out-dir must name a folder") }
  }

  var parameters: [JSONValue.Member] {
    var members: [JSONValue.Member] = []
    if let rows { members.append(.init("rows", .integer(rows))) }
    if firstRow != 1 { members.append(.init("first-row", .integer(firstRow))) }
    if let table { members.append(.init("table", .string(table))) }
    if let outDir { members.append(.init("out-dir", .string(outDir))) }
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
