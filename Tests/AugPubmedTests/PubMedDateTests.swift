import MillraceCore
import Support
import Testing

@testable import aug_pubmed

/// Days as PubMed's searches take them.
@Suite struct PubMedDateTests {
  @Test(arguments: [
    ("2021", "2021", "2021/01/01", "2021/12/31"), ("2021-05", "2021/05", "2021/05/01", "2021/05/31"),
    ("2021-5", "2021/05", "2021/05/01", "2021/05/31"), ("2021/5/7", "2021/05/07", "2021/05/07", "2021/05/07"),
    ("2020-02", "2020/02", "2020/02/01", "2020/02/29"), ("1900/02", "1900/02", "1900/02/01", "1900/02/28"),
    ("2000-02-29", "2000/02/29", "2000/02/29", "2000/02/29"), ("3000", "3000", "3000/01/01", "3000/12/31"),
    ("0001", "0001", "0001/01/01", "0001/12/31"),
  ])
  func datesAreRead(text: String, written: String, first: String, last: String) throws {
    let date = try PubMedDate(text)
    #expect(date.text == written)
    #expect(PubMedDate.text(of: date.days.lowerBound) == first)
    #expect(PubMedDate.text(of: date.days.upperBound) == last)
  }

  @Test(arguments: [
    "", "-", "21", "20211", "2021-", "2021-13", "2021-00", "2021-02-29", "1900-02-29", "2021-04-31", "2021-001",
    "2021-1-1-1",
    "2021-01/01", "2021 01", "+021", "２０２１", "0000", "3001", "2021-1-", "x", "2021-0x1",
  ])
  func whatIsNoDateIsRefused(text: String) {
    let failure = #expect(throws: Failure.self) { try PubMedDate(text) }
    #expect(failure?.status == .usage)
    #expect(failure?.message == "not a date: \"\(text)\"")
  }
}

/// Cutting spans until one search gives all of each.
@Suite struct SpansTests {
  private struct Walk {
    var asked: [ClosedRange<Int>] = []
    var taken: [ClosedRange<Int>] = []
    var found = 0
  }

  /// Searches as `PubMedSearch` does, in articles that lie at these numbers.
  private func walk(_ range: ClosedRange<Int>, _ sorted: [Int]) -> Walk {
    func count(_ range: ClosedRange<Int>) -> Int {
      func below(_ bound: Int) -> Int {
        var (low, high) = (0, sorted.count)
        while low < high {
          let middle = (low + high) / 2
          if sorted[middle] < bound { low = middle + 1 } else { high = middle }
        }
        return low
      }
      return below(range.upperBound + 1) - below(range.lowerBound)
    }
    var walk = Walk()
    var spans = Spans(range, count: sorted.count, areDisjoint: true)
    while let span = spans.next() {
      walk.asked.append(span)
      let count = count(span)
      if count <= EUtilities.mostSearchResults || span.count == 1 {
        walk.taken.append(span)
        walk.found += count
        spans.pass(span, count: count)
      } else {
        spans.cut(span, count: count)
      }
      if walk.asked.count > 10_000 { break }
    }
    return walk
  }

  private func positions(_ random: inout SeededGenerator, in range: ClosedRange<Int>, count: Int) -> [Int] {
    let centre = Int.random(in: range, using: &random)
    let width = max(1, range.count / Int.random(in: 1...2000, using: &random))
    let kind = Int.random(in: 0..<4, using: &random)
    return (0..<count).map { index in
      switch kind {
      case 0: Int.random(in: range, using: &random)
      case 1: min(range.upperBound, centre + Int.random(in: 0..<width, using: &random))
      case 2: index % 3 == 0 ? range.lowerBound : index % 3 == 1 ? range.upperBound : centre
      default: index % 2 == 0 ? centre : Int.random(in: range, using: &random)
      }
    }.sorted()
  }

  @Test func everyArticleLiesInOneSpanThatIsAskedOnce() {
    var random = SeededGenerator()
    for round in 0..<30 {
      let lower = Int.random(in: 1...100_000, using: &random)
      let range = lower...lower + Int.random(in: 0...200_000, using: &random)
      let count = Int.random(in: 10_000...40_000, using: &random)
      let articles = positions(&random, in: range, count: count)
      let walk = walk(range, articles)
      let comment: Comment = "seed \(random.seed), round \(round), \(range), \(count)"
      #expect(walk.found == count, comment)
      #expect(Set(walk.asked).count == walk.asked.count, comment)
      let isInOrderAndApart = zip(walk.taken, walk.taken.dropFirst()).allSatisfy { $0.lowerBound > $1.upperBound }
      #expect(isInOrderAndApart, comment)
    }
  }

  /// Articles that lie on two days, as those published in print and electronically do, are all found when that is said.
  @Test func articlesInBothHalvesAreFound() {
    var random = SeededGenerator()
    for round in 0..<20 {
      let range = 1...Int.random(in: 1000...20_000, using: &random)
      let days = (0..<15_000).map { _ in
        (Int.random(in: range, using: &random), Int.random(in: range, using: &random))
      }
      func articles(in span: ClosedRange<Int>) -> [Int] {
        days.indices.filter { span.contains(days[$0].0) || span.contains(days[$0].1) }
      }
      var spans = Spans(range, count: days.count, areDisjoint: false)
      var found: Set<Int> = []
      while let span = spans.next() {
        let part = articles(in: span)
        if part.count <= EUtilities.mostSearchResults || span.count == 1 {
          found.formUnion(part)
          spans.pass(span, count: part.count)
        } else {
          spans.cut(span, count: part.count)
        }
      }
      #expect(found.count == days.count, "seed \(random.seed), round \(round)")
    }
  }

  /// Asking both halves of every cut would take about twice the searches.
  @Test func halfOfTheSearchesAreSaved() {
    var random = SeededGenerator()
    for _ in 0..<3 {
      let range = 1...73_000
      let articles = (0..<200_000).map { _ in Int.random(in: range, using: &random) }.sorted()
      let walk = walk(range, articles)
      // An even spread ends in 32 spans of some 6,250, which take 62 searches when both halves of each cut are asked.
      #expect(walk.taken.count == 32, "seed \(random.seed)")
      #expect(walk.asked.count < 50, "\(walk.asked.count), seed \(random.seed)")
    }
  }

  @Test func emptySpansAreNotSearched() {
    let articles = Array(repeating: 700, count: 15_000)
    let walk = walk(1...1 << 20, articles)
    #expect(walk.asked.count <= 21)
    #expect(walk.found == 15_000)
    #expect(walk.taken.last { $0.count == 1 } == 700...700)
  }

  @Test func countsThatChangeMeanwhileEndToo() {
    var spans = Spans(1...1000, count: 30_000, areDisjoint: true)
    var random = SeededGenerator()
    var asked = 0
    while let span = spans.next(), asked < 5000 {
      asked += 1
      if span.count > 1, Bool.random(using: &random) {
        spans.cut(span, count: Int.random(in: 10_000...40_000, using: &random))
      } else {
        spans.pass(span, count: Int.random(in: 0...9999, using: &random))
      }
    }
    #expect(asked < 5000, "seed \(random.seed)")
  }
}
