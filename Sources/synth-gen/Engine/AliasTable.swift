/// Draws of weighted choices in constant time (Walker 1977; Vose: A linear algorithm for generating random numbers with a
/// given distribution, 1991).
struct AliasTable: Sendable {
  private struct Column: BitwiseCopyable {
    /// Of 2^32: below it the column's own index is drawn, else the alias.
    var threshold: UInt32
    var alias: UInt32
  }

  private let columns: Constants<Column>

  var count: Int { columns.count }

  /// - Parameter weights: at least one; finite, none below zero, one above.
  init(_ weights: [Double], in arena: Arena) {
    let count = weights.count
    let sum = weights.reduce(0, +)
    var scaled = weights.map { $0 / sum * Double(count) }
    var table = (0..<count).map { Column(threshold: .max, alias: UInt32($0)) }
    var (small, large): ([Int], [Int]) = ([], [])
    for index in scaled.indices { if scaled[index] < 1 { small.append(index) } else { large.append(index) } }
    while let low = small.popLast(), let high = large.last {
      table[low] = Column(threshold: UInt32(min(scaled[low] * 0x1p32, 0x1p32 - 1)), alias: UInt32(high))
      scaled[high] -= 1 - scaled[low]
      if scaled[high] < 1 {
        large.removeLast()
        small.append(high)
      }
    }
    // What is left is 1 but for rounding: unless its weight is nothing at all.
    let heaviest = weights.indices.max { weights[$0] < weights[$1] } ?? 0
    for index in small where weights[index] == 0 { table[index] = Column(threshold: 0, alias: UInt32(heaviest)) }
    columns = arena.constants(table)
  }

  /// The index of the choice that a random number stands for.
  @inline(__always) func index(for random: UInt64) -> Int {
    // The upper half chooses the column, the lower decides within it.
    let column = Int(((random >> 32) &* UInt64(columns.count)) >> 32)
    let entry = columns[column]
    return UInt32(truncatingIfNeeded: random) < entry.threshold ? column : Int(entry.alias)
  }

  @inline(__always) func draw(_ random: inout RandomStream) -> Int { index(for: random.next()) }
}
