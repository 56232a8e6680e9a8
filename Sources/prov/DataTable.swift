import MillraceCore

/// What the beginning of a file tells about the table in it.
struct DataTable {
  let format: String
  let mediaType: String
  let compression: String?
  /// Nil for NDJSON.
  let delimiter: String?
  /// Nil where names are missing, or not told apart.
  let columns: [String]?
  /// As far as was looked.
  let isUTF8: Bool

  /// Nil for what is no table, compressed or not.
  init?(path: String) {
    guard let raw = try? FileSource(path: path), let source = try? DecompressedSource(raw, name: path),
      let reader = try? BlockReader(
        source, name: path, options: ReadingOptions(), pool: BufferPool(capacity: BlockReader.blockBytes)),
      let record = try? reader.copyOfFirstRecord()
    else { return nil }
    switch source.compression {
    case nil: compression = nil
    case .gzip: compression = "gz"
    case .zstd: compression = "zst"
    }
    let dialect = reader.table.dialect
    switch dialect.format {
    case .csv: (format, mediaType) = ("csv", "text/csv")
    case .tsv: (format, mediaType) = ("tsv", "text/tab-separated-values")
    case .ndjson: (format, mediaType) = ("ndjson", "application/x-ndjson")
    }
    let names: [String]
    if dialect.format == .ndjson {
      delimiter = nil
      guard let members = try? JSONValue.parse(String(decoding: record, as: UTF8.self)).members else { return nil }
      names = members.map(\.name)
    } else {
      delimiter = String(decoding: [dialect.delimiter], as: UTF8.self)
      names = reader.table.columns.map(\.description)
    }
    let areNames = !names.isEmpty && Set(names).count == names.count && !names.contains("")
    columns = areNames ? names : nil
    isUTF8 = String(validating: reader.table.preamble + record, as: UTF8.self) != nil
  }
}
