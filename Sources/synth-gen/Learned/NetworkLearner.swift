import MillraceCore

/// Finds for each column the one or two others that it depends on most.
///
/// Chow and Liu's tree (Approximating discrete probability distributions with dependence trees, 1968), grown from one column
/// outwards, each column with a second parent where that tells more and is bound to the first: a network of treewidth two, in
/// which any evidence can be reckoned with exactly.
struct NetworkLearner {
  /// The parents of each column, and an order in which parents come first.
  struct Network {
    var parents: [[Int]]
    var order: [Int]
  }

  /// A column as it looks to others.
  struct Node {
    /// For each row that is looked at its level, of at most `NetworkLearner.mostLevels`.
    var levels: [UInt8]
    var levelCount: Int
    /// For each row its level as one of two parents.
    var coarse: [UInt8]
    var coarseCount: Int
    /// How many outcomes there are.
    var outcomes: Int
    /// Too many of its values are seen too seldom for others to depend on it.
    var isLeaf: Bool
  }

  /// Levels of a column in the search for parents.
  static let mostLevels = 12
  /// Columns up to which all pairs are compared. In wider tables neighbours are.
  static let mostForAllPairs = 400
  private static let window = 64
  /// Comparisons of one row that a search takes at most: part of a second.
  private static let mostComparisons = 250_000_000
  private static let mostRows = 20_000
  /// What a second parent must tell beyond the first, in nats.
  private static let leastGain = 0.02
  private static let leastInformation = 0.005

  let nodes: [Node]
  private var window: Int { nodes.count <= Self.mostForAllPairs ? max(1, nodes.count) : Self.window }

  /// Which rows are looked at: all, or every so many-th.
  static func rows(of count: Int, columns: Int) -> [Int] {
    let partners = columns <= mostForAllPairs ? columns / 2 : window
    let most = min(mostRows, max(200, mostComparisons / max(1, columns * max(1, partners))))
    if count <= most { return Array(0..<count) }
    return (0..<most).map { $0 * count / most }
  }

  /// - Parameter most: parents of a column, 0 to 2.
  func network(mostParents most: Int) -> Network {
    let count = nodes.count
    var network = Network(parents: Array(repeating: [], count: count), order: [])
    guard most > 0, count > 1, nodes[0].levels.count > 1 else {
      network.order = Array(0..<count)
      return network
    }
    let ties = ties()
    func tie(_ one: Int, _ other: Int) -> Double {
      let distance = abs(one - other)
      return distance == 0 || distance > window ? 0 : ties[max(one, other) * window + distance - 1]
    }
    var isAdded = Array(repeating: false, count: count)
    var best: [(information: Double, parent: Int)] = Array(repeating: (0, -1), count: count)
    func add(_ column: Int) {
      isAdded[column] = true
      network.order.append(column)
      if nodes[column].isLeaf { return }
      for other in max(0, column - window)..<min(count, column + window + 1) where !isAdded[other] {
        if tie(column, other) > best[other].information { best[other] = (tie(column, other), column) }
      }
    }
    let sums = nodes.indices.map { column in
      (max(0, column - window)..<min(count, column + window + 1)).reduce(0.0) {
        $0 + (nodes[$1].isLeaf ? 0 : tie(column, $1))
      }
    }
    var roots = roots(sums)[...]
    while network.order.count < count {
      // The next is the one that the added ones tell most of; leaves come last. Where nothing tells of any, a new root.
      var next: Int?
      for column in nodes.indices where !isAdded[column] && best[column].parent >= 0 {
        guard let rival = next else {
          next = column
          continue
        }
        let isBetter = best[column].information > best[rival].information
        if nodes[column].isLeaf == nodes[rival].isLeaf ? isBetter : nodes[rival].isLeaf { next = column }
      }
      while let first = roots.first, isAdded[first] { roots.removeFirst() }
      if let root = roots.first, next.map({ nodes[$0].isLeaf && !nodes[root].isLeaf }) ?? true { next = root }
      guard let column = next else { break }
      if best[column].parent >= 0 {
        network.parents[column] = [best[column].parent]
        if most > 1, let second = secondParent(of: column, in: network) { network.parents[column].append(second) }
      }
      add(column)
    }
    return network
  }

  /// The columns in the order in which they become roots: leaves last, and first those of few values that tell much of the
  /// others, since what hangs on them is learned best.
  private func roots(_ sums: [Double]) -> [Int] {
    let merits = sums.indices.map { sums[$0] * (nodes[$0].outcomes <= Self.mostLevels ? 100 : 1) }
    return nodes.indices.sorted { one, other in
      if nodes[one].isLeaf != nodes[other].isLeaf { return nodes[other].isLeaf }
      return merits[one] == merits[other] ? one < other : merits[one] > merits[other]
    }
  }

  /// The information of all pairs that are compared: for each column those before it, the nearest first.
  private func ties() -> [Double] {
    var ties = Array(repeating: 0.0, count: nodes.count * window)
    for one in nodes.indices {
      for other in max(0, one - window)..<one where !(nodes[one].isLeaf && nodes[other].isLeaf) {
        let counts = Self.counts(nodes[other].levels, nodes[other].levelCount, nodes[one].levels, nodes[one].levelCount)
        let found = Association(counts, columns: nodes[one].levelCount, rows: nodes[one].levels.count)
        if found.isSignificant, found.information > Self.leastInformation {
          ties[one * window + one - other - 1] = found.information
        }
      }
    }
    return ties
  }

  private static func counts(_ one: [UInt8], _ rows: Int, _ other: [UInt8], _ columns: Int) -> [Int32] {
    var counts = Array<Int32>(repeating: 0, count: rows * columns)
    unsafe counts.withUnsafeMutableBufferPointer { counts in
      unsafe one.withUnsafeBufferPointer { one in
        unsafe other.withUnsafeBufferPointer { other in
          for row in 0..<one.count { unsafe counts[Int(one[row]) * columns + Int(other[row])] &+= 1 }
        }
      }
    }
    return counts
  }

  /// The column that tells most beyond the first parent, of those that are bound to that one.
  private func secondParent(of column: Int, in network: Network) -> Int? {
    let first = network.parents[column][0]
    let child = nodes[column]
    let one = nodes[first]
    let rows = child.levels.count
    let alone = Association(
      Self.counts(one.coarse, one.coarseCount, child.levels, child.levelCount), columns: child.levelCount, rows: rows)
    var best: (gain: Double, column: Int)?
    for candidate in network.order where candidate != first {
      guard !nodes[candidate].isLeaf,
        network.parents[first].contains(candidate) || network.parents[candidate].contains(first)
      else { continue }
      let other = nodes[candidate]
      // Both at once: at most 20 × 20 combinations fit into what one column has only as 16 bits.
      var counts = Array<Int32>(repeating: 0, count: one.coarseCount * other.coarseCount * child.levelCount)
      unsafe counts.withUnsafeMutableBufferPointer { counts in
        for row in 0..<rows {
          let context = Int(one.coarse[row]) * other.coarseCount + Int(other.coarse[row])
          unsafe counts[context * child.levelCount + Int(child.levels[row])] &+= 1
        }
      }
      let both = Association(counts, columns: child.levelCount, rows: rows)
      let gain = both.information - alone.information
      if gain > max(Self.leastGain, best?.gain ?? 0) { best = (gain, candidate) }
    }
    return best?.column
  }
}
