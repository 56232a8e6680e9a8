import MillraceCore
import Synchronization

/// Rows of one table that belong to rows of another: so many to each, one parent's behind the other's.
///
/// How many a parent has is drawn for it alone. Which parent a row has is found from sums that are kept for every thousandth
/// parent, as far as anybody has asked: a billion parents need eight megabytes, and the first rows wait for nothing.
final class ChildRows: Sendable {
  private let rule: TableSchema.PerParent
  private let parents: UInt64
  private let key: RandomKey
  /// Children of all parents before each thousand and twenty-fourth.
  private let sums = Mutex<[UInt64]>([0])

  private static let stride: UInt64 = 1024

  init(_ rule: TableSchema.PerParent, parents: UInt64, key: RandomKey) {
    self.rule = rule
    self.parents = parents
    self.key = key
  }

  /// How many rows belong to a parent.
  func count(of parent: UInt64) -> UInt64 {
    var random = RandomStream(key, row: parent)
    guard let mean = rule.mean else { return UInt64(random.integer(in: rule.minimum...rule.maximum)) }
    let extra = mean - Double(rule.minimum)
    guard extra > 0 else { return UInt64(rule.minimum) }
    for _ in 0..<100 {
      let count = rule.minimum + Int(random.poisson(mean: extra))
      if count <= rule.maximum { return UInt64(count) }
    }
    return UInt64(rule.maximum)
  }

  /// Of all parents together.
  var total: UInt64 {
    let last = parents / Self.stride
    var sum = sums.withLock { sums in
      extend(&sums) { _, known in known > last }
      return sums[Int(last)]
    }
    for parent in last * Self.stride..<parents { sum += count(of: parent) }
    return sum
  }

  /// The parent of a child, and the parent's first child.
  ///
  /// - Parameter near: the same of a child just before, if there was one.
  func parent(
    of child: UInt64, near hint: (parent: UInt64, firstChild: UInt64)?
  ) -> (parent: UInt64, firstChild: UInt64) {
    var (parent, first): (UInt64, UInt64)
    if let hint, hint.firstChild <= child, child - hint.firstChild < Self.stride {
      (parent, first) = hint
    } else {
      (parent, first) = sums.withLock { sums in
        extend(&sums) { sum, known in sum > child || (known - 1) * Self.stride >= parents }
        // The last sum that is not above the child.
        var (low, high) = (0, sums.count - 1)
        while low < high {
          let middle = (low + high + 1) / 2
          if sums[middle] <= child { low = middle } else { high = middle - 1 }
        }
        return (UInt64(low) * Self.stride, sums[low])
      }
    }
    while parent + 1 < parents {
      let own = count(of: parent)
      if child < first + own { break }
      first += own
      parent += 1
    }
    return (parent, first)
  }

  /// Adds sums until it is enough.
  private func extend(_ sums: inout [UInt64], until isEnough: (_ last: UInt64, _ known: UInt64) -> Bool) {
    while !isEnough(sums[sums.count - 1], UInt64(sums.count)) {
      let start = UInt64(sums.count - 1) * Self.stride
      var sum = sums[sums.count - 1]
      for parent in start..<min(start + Self.stride, max(parents, start)) { sum += count(of: parent) }
      sums.append(sum)
    }
  }
}
