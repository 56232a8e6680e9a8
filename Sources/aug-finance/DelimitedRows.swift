/// The rows of comma-separated text that is held whole.
///
/// Beside quotes and both line ends it knows one thing more than where values stand: whether the text stops inside a row.
struct DelimitedRows {
  private let bytes: ArraySlice<UInt8>
  private var position: Int
  /// Of the row that was read last; 1 for the first.
  private(set) var line = 0
  private var linesPassed = 0
  /// Where the values of the row stand, without quotes.
  private(set) var values: [Range<Int>] = []
  /// The row that was read last had its line end.
  private(set) var isEnded = true

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  /// A quote that is never closed, or something behind a closed one.
  struct BadQuotes: Error {}

  subscript(value: Range<Int>) -> ArraySlice<UInt8> { bytes[value] }

  /// Goes to the next row that is not blank; false at the end.
  mutating func next() throws(BadQuotes) -> Bool {
    repeat {
      guard position < bytes.endIndex else { return false }
      try readRow()
    } while values.count == 1 && values[0].isEmpty
    return true
  }

  private mutating func readRow() throws(BadQuotes) {
    line = linesPassed + 1
    linesPassed += 1
    values.removeAll(keepingCapacity: true)
    isEnded = false
    while true {
      values.append(try readValue())
      guard position < bytes.endIndex else { return }
      let separator = bytes[position]
      position += 1
      if separator == UInt8(ascii: "\n") {
        isEnded = true
        return
      }
      if separator == UInt8(ascii: "\r") {
        // A line end that is cut in two is none.
        guard position < bytes.endIndex else { return }
        position += 1
        isEnded = true
        return
      }
      // Behind a last comma stands an empty value.
      if position == bytes.endIndex {
        values.append(position..<position)
        return
      }
    }
  }

  /// Reads up to a separator: a comma, a line feed, or a carriage return before a line feed or the end.
  private mutating func readValue() throws(BadQuotes) -> Range<Int> {
    if position < bytes.endIndex, bytes[position] == UInt8(ascii: "\"") { return try readQuoted() }
    let start = position
    while position < bytes.endIndex, !isSeparator(position) { position += 1 }
    return start..<position
  }

  private mutating func readQuoted() throws(BadQuotes) -> Range<Int> {
    let start = position + 1
    position = start
    while position < bytes.endIndex {
      if bytes[position] == UInt8(ascii: "\"") {
        if position + 1 < bytes.endIndex, bytes[position + 1] == UInt8(ascii: "\"") {
          position += 2
          continue
        }
        let end = position
        position += 1
        guard position == bytes.endIndex || isSeparator(position) else { throw BadQuotes() }
        return start..<end
      }
      if bytes[position] == UInt8(ascii: "\n") { linesPassed += 1 }
      position += 1
    }
    throw BadQuotes()
  }

  private func isSeparator(_ index: Int) -> Bool {
    switch bytes[index] {
    case UInt8(ascii: ","), UInt8(ascii: "\n"): true
    case UInt8(ascii: "\r"): index + 1 == bytes.endIndex || bytes[index + 1] == UInt8(ascii: "\n")
    default: false
    }
  }
}
