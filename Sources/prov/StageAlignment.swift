import MillraceCore

/// Pairs the stages of two runs, by tool and in their order.
struct StageAlignment {
  /// Positions in the two lists; nil where one run has no such stage.
  struct Pair: Equatable {
    var one: Int?
    var other: Int?
  }

  private(set) var pairs: [Pair] = []

  /// Longer lists are paired from both ends only: the time goes with the product of their lengths.
  private static let largestTable = 4_000_000

  init(_ one: [JSONValue], _ other: [JSONValue]) {
    var front = 0
    while front < min(one.count, other.count), Self.isSameCall(one[front], other[front]) { front += 1 }
    var back = 0
    while back < min(one.count, other.count) - front,
      Self.isSameCall(one[one.count - 1 - back], other[other.count - 1 - back])
    {
      back += 1
    }
    pairs = (0..<front).map { Pair(one: $0, other: $0) }
    align(one, front..<(one.count - back), other, front..<(other.count - back))
    pairs += (0..<back).reversed().map { Pair(one: one.count - 1 - $0, other: other.count - 1 - $0) }
  }

  private static func isSameCall(_ one: JSONValue, _ other: JSONValue) -> Bool {
    one["tool"] == other["tool"] && one["arguments"] == other["arguments"]
  }

  /// How well two stages go together: 0 for other tools; the same arguments and the same inputs count on top.
  private static func likeness(_ one: JSONValue, _ other: JSONValue) -> Int {
    guard one["tool"] == other["tool"] else { return 0 }
    let digests = [one, other].map { $0["inputs"]?.elements?.first?["sha256"] }
    return 4 + (one["arguments"] == other["arguments"] ? 2 : 0)
      + (digests[0] != nil && digests[0] == digests[1] ? 1 : 0)
  }

  /// The alignment of greatest likeness (Needleman and Wunsch 1970, without a price for gaps).
  private mutating func align(_ one: [JSONValue], _ rows: Range<Int>, _ other: [JSONValue], _ columns: Range<Int>) {
    guard !rows.isEmpty, !columns.isEmpty, rows.count * columns.count <= Self.largestTable else {
      pairs += rows.map { Pair(one: $0, other: nil) } + columns.map { Pair(one: nil, other: $0) }
      return
    }
    let width = columns.count + 1
    // The greatest likeness of what is left behind each pair of positions.
    var best = [Int](repeating: 0, count: (rows.count + 1) * width)
    for row in (0..<rows.count).reversed() {
      for column in (0..<columns.count).reversed() {
        let likeness = Self.likeness(one[rows.lowerBound + row], other[columns.lowerBound + column])
        let paired = likeness > 0 ? likeness + best[(row + 1) * width + column + 1] : 0
        best[row * width + column] = max(paired, best[(row + 1) * width + column], best[row * width + column + 1])
      }
    }
    var row = 0
    var column = 0
    while row < rows.count || column < columns.count {
      let here = best[row * width + column]
      if row < rows.count, here == best[(row + 1) * width + column] {
        pairs.append(Pair(one: rows.lowerBound + row, other: nil))
        row += 1
      } else if column < columns.count, here == best[row * width + column + 1] {
        pairs.append(Pair(one: nil, other: columns.lowerBound + column))
        column += 1
      } else {
        pairs.append(Pair(one: rows.lowerBound + row, other: columns.lowerBound + column))
        row += 1
        column += 1
      }
    }
  }
}
