/// What becomes of a row of CSV with more or fewer values than the header has names.
public enum RaggedRows: String, Sendable, CaseIterable {
  /// The row is bad.
  case fail
  /// Values that are missing are empty; a row with too many is bad.
  case fill
  /// Values that are missing are empty, surplus ones are dropped.
  case trim
}
