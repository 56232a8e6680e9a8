/// Draws outcomes by the inverse of their distribution function: what lies evenly goes on lying evenly, which an alias table
/// would undo.
struct OutcomeTable: Sendable {
  private struct Entry: BitwiseCopyable {
    /// The greatest number that stands for the outcome.
    var last: UInt32
    var outcome: UInt32
  }

  private let entries: Constants<Entry>
  /// Where the entries of each context begin, and behind the last where they end.
  private let starts: Constants<UInt32>

  /// - Parameter contexts: for each the weights of all outcomes, together 1.
  init(_ contexts: [[Double]], in arena: Arena) {
    var entries: [Entry] = []
    var starts: [UInt32] = [0]
    for weights in contexts {
      var (below, end) = (0.0, UInt64(0))
      let begin = entries.count
      for (outcome, weight) in weights.enumerated() where weight > 0 {
        below += weight
        let bound = UInt64((min(1, below) * 0x1p32).rounded())
        // What is less likely than one in four thousand million is never drawn.
        guard bound > end else { continue }
        entries.append(Entry(last: UInt32(bound - 1), outcome: UInt32(outcome)))
        end = bound
      }
      if entries.count == begin { entries.append(Entry(last: .max, outcome: 0)) }
      entries[entries.count - 1].last = .max
      starts.append(UInt32(entries.count))
    }
    self.entries = arena.constants(entries)
    self.starts = arena.constants(starts)
  }

  /// - Parameter number: 64 evenly distributed bits.
  /// - Returns: the outcome, and where in its share the number lies, from 0 up to 1.
  @inline(__always) func draw(_ number: UInt64, context: Int) -> (outcome: Int, rest: Double) {
    let start = Int(starts[context])
    var (low, count) = (start, Int(starts[context + 1]) - start)
    let high = UInt32(truncatingIfNeeded: number >> 32)
    while count > 1 {
      let half = count >> 1
      if entries[low + half - 1].last < high { low += half }
      count -= half
    }
    let entry = entries[low]
    let first = low == start ? 0 : UInt64(entries[low - 1].last) + 1
    let width = UInt64(entry.last) + 1 - first
    let rest = Double(number &- first << 32) * 0x1p-32 / Double(width)
    return (Int(entry.outcome), min(rest, 1 - 0x1p-53))
  }
}
