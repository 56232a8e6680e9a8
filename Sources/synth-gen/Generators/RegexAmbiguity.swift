/// Whether two different ways through an expression can lead to one text: such an expression's texts cannot be numbered.
///
/// The expression's positions are an automaton (Glushkov 1961); it is ambiguous when two paths that parted read the same
/// text and come together again, or both end (Book, Even, Greibach, Ott: Ambiguity in graphs and expressions, 1971).
struct RegexAmbiguity {
  private var sets: [CharacterRanges] = []
  private var follow: [Set<Int>] = []
  private var edges = 0
  private var isTooLarge = false

  private static let mostPositions = 3000
  private static let mostEdges = 300_000
  private static let mostPairs = 300_000

  /// Positions that a part can begin and end with, and in how many ways it can be empty; 2 for more.
  private struct Ends {
    var first: Set<Int> = []
    var last: Set<Int> = []
    var empty = 0
  }

  /// - Returns: nil where the expression is too large to tell.
  static func isAmbiguous(_ syntax: RegexSyntax) -> Bool? {
    var analysis = RegexAmbiguity()
    var emptyTwice = false
    let whole = analysis.ends(of: syntax, &emptyTwice)
    if analysis.isTooLarge { return nil }
    if emptyTwice { return true }
    return analysis.comeTogether(whole)
  }

  private mutating func ends(of syntax: RegexSyntax, _ emptyTwice: inout Bool) -> Ends {
    if sets.count > Self.mostPositions || edges > Self.mostEdges { isTooLarge = true }
    if isTooLarge { return Ends(empty: 1) }
    var ends: Ends
    switch syntax {
    case .text(let text):
      ends = Ends(empty: 1)
      for scalar in text.unicodeScalars { ends = join(ends, position(CharacterRanges([scalar.value...scalar.value]))) }
    case .characters(let set): ends = position(set)
    case .sequence(let parts):
      ends = Ends(empty: 1)
      for part in parts { ends = join(ends, self.ends(of: part, &emptyTwice)) }
    case .alternatives(let parts):
      ends = Ends()
      for part in parts {
        let own = self.ends(of: part, &emptyTwice)
        ends = Ends(
          first: ends.first.union(own.first), last: ends.last.union(own.last), empty: min(2, ends.empty + own.empty))
      }
    case .repetition(let part, let least, let most):
      // x{2,4} is xx(x(x)?)?: from the inside out.
      ends = Ends(empty: 1)
      for _ in least..<most {
        if isTooLarge { break }
        ends = join(self.ends(of: part, &emptyTwice), ends)
        ends.empty = min(2, ends.empty + 1)
      }
      for _ in 0..<least {
        if isTooLarge { break }
        ends = join(self.ends(of: part, &emptyTwice), ends)
      }
    }
    if ends.empty > 1 { emptyTwice = true }
    return ends
  }

  private mutating func position(_ set: CharacterRanges) -> Ends {
    sets.append(set)
    follow.append([])
    return Ends(first: [sets.count - 1], last: [sets.count - 1], empty: 0)
  }

  private mutating func join(_ one: Ends, _ other: Ends) -> Ends {
    for last in one.last {
      edges += other.first.count
      if edges > Self.mostEdges {
        isTooLarge = true
        break
      }
      follow[last].formUnion(other.first)
    }
    return Ends(
      first: one.empty > 0 ? one.first.union(other.first) : one.first,
      last: other.empty > 0 ? one.last.union(other.last) : other.last, empty: min(2, one.empty * other.empty))
  }

  private struct Pair: Hashable {
    var one: Int
    var other: Int
  }

  private func comeTogether(_ whole: Ends) -> Bool? {
    var seen: Set<Pair> = []
    var waiting: [Pair] = []
    var isFull = false
    func add(_ ones: Set<Int>, _ others: Set<Int>) {
      for one in ones {
        for other in others where one != other && sets[one].overlaps(sets[other]) {
          let pair = Pair(one: min(one, other), other: max(one, other))
          if seen.insert(pair).inserted { waiting.append(pair) }
          if seen.count > Self.mostPairs { isFull = true }
        }
        if isFull { return }
      }
    }
    add(whole.first, whole.first)
    for set in follow where set.count > 1 && !isFull { add(set, set) }
    while let pair = waiting.popLast() {
      if isFull { return nil }
      if whole.last.contains(pair.one), whole.last.contains(pair.other) { return true }
      if !follow[pair.one].isDisjoint(with: follow[pair.other]) { return true }
      add(follow[pair.one], follow[pair.other])
    }
    return isFull ? nil : false
  }
}
