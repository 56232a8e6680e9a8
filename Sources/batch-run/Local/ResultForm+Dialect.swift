import MillraceCore

extension ResultForm {
  /// How results of this form are read: for the count of their records, and to be put together.
  ///
  /// - Parameter input: Of the chunks.
  /// - Returns: nil where a result itself tells.
  func dialect(ofResultsOf input: Dialect) -> Dialect? {
    // NDJSON has no header, and a table that is made of it has one.
    let hasHeader = input.hasHeader || input.format == .ndjson
    return switch self {
    case .lines, .ndjson, .bytes: Dialect(format: .ndjson)
    case .csv:
      Dialect(format: .csv, delimiter: input.format == .csv ? input.delimiter : nil, hasHeader: hasHeader)
    case .tsv: Dialect(format: .tsv, hasHeader: hasHeader)
    // A command that turns NDJSON into CSV is told apart from one that prints lines by nobody: the user says so.
    case .auto: input.format == .ndjson ? Dialect(format: .ndjson) : nil
    }
  }
}

extension ReadingOptions {
  /// For a result whose dialect nobody has told: its first bytes tell the format, and it has a header where the chunks have.
  init(ofResultsOf input: Dialect) {
    self.init(ofJobs: input)
    (format, delimiter) = (nil, nil)
  }
}
