/// Makes the values of one field.
///
/// A generator is a value whose parts live in the table's arena. Many threads use it at once: what it needs for a row is
/// the draft and the stream.
protocol Generator: Sendable {
  /// Appends the text of the row's value to `draft.text`, and says what it is. Appends nothing for null.
  ///
  /// - Parameter random: the random numbers of this field in this row.
  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent
}

/// A generator whose values can be counted, so that no row gets what another has.
protocol CountableGenerator: Generator {
  /// How many different values there are; at most 2^63; 0 when, as it was asked for, they cannot be counted.
  var count: UInt64 { get }

  /// Appends the text of value number `index`; different numbers have different texts.
  func generate(_ index: UInt64, _ draft: RowDraft, _ random: inout RandomStream) -> CellContent
}
