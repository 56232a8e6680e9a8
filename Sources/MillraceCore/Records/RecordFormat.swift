/// How records are written as bytes.
public enum RecordFormat: String, Sendable, CaseIterable {
  /// RFC 4180, and what the world writes under that name.
  case csv
  /// CSV with a tab between fields; quotes mean what they mean in CSV.
  case tsv
  /// One JSON object a line.
  case ndjson
}
