import MillraceCore

/// Writes each table as a file of a folder, and a line about each to the output.
struct TableFolder {
  private let folder: OutputFolder?
  private let format: TableFormatOptions
  private let stage: Stage

  /// - Parameter path: made where it is missing; files of other names in it stay.
  init(_ path: String, format: TableFormatOptions, _ stage: Stage) throws(Failure) {
    folder = stage.isDryRun ? nil : try OutputFolder(path: path)
    self.format = format
    self.stage = stage
  }

  /// Each file gets its name when it is whole; the listing comes last.
  func write(_ tables: [PlannedTable]) throws(Failure) {
    let listing = try stage.openOutput()
    var rows = 0
    for table in tables {
      let file = try OutputFile(
        path: folder?(fileName(of: table)) ?? "/dev/null", compression: format.compress.compression,
        digest: stage.isDryRun ? nil : DigestThread())
      let made = try RowProduction(table, dialect: format.dialect, jobs: stage.jobs).write(to: file)
      let written = try file.finish()
      rows += made
      let content = StreamContent(digest: written.digest, bytes: written.byteCount, records: made)
      if !stage.isDryRun { try stage.recorder.addFile(file.name, content) }
      var members: [JSONValue.Member] = [
        .init("table", .string(table.name)), .init("path", .string(file.name)), .init("rows", .integer(made)),
        .init("bytes", .integer(written.byteCount)),
      ]
      if let digest = written.digest { members.append(.init("sha256", .string(digest.description))) }
      try listing.write(ByteSlice(ByteBuffer(JSONValue.object(members).json + "\n")))
    }
    try stage.finish(listing, rowsIn: 0, rowsOut: rows, records: tables.count)
  }

  private func fileName(of table: PlannedTable) -> String {
    "\(table.name).\(format.to.rawValue)" + (format.compress.compression.map { "." + $0.pathExtension } ?? "")
  }
}
