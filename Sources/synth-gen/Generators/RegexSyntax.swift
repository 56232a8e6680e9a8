/// What a regular expression says, as a tree.
indirect enum RegexSyntax: Sendable, Equatable {
  case text(String)
  case characters(CharacterRanges)
  case sequence([RegexSyntax])
  case alternatives([RegexSyntax])
  case repetition(RegexSyntax, Int, Int)
}

/// A set of characters.
struct CharacterRanges: Sendable, Equatable {
  /// In order, without gaps of nothing between them.
  private(set) var ranges: [ClosedRange<UInt32>]

  /// What an expression that leaves the character open stands for.
  static let printable = CharacterRanges([0x20...0x7e])

  init(_ ranges: [ClosedRange<UInt32>]) {
    self.ranges = []
    // No text has surrogates.
    let parts = ranges.flatMap { range -> [ClosedRange<UInt32>] in
      guard range.overlaps(0xd800...0xdfff) else { return [range] }
      let below = range.lowerBound < 0xd800 ? [range.lowerBound...0xd7ff] : []
      return below + (range.upperBound > 0xdfff ? [0xe000...range.upperBound] : [])
    }
    for range in parts.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = self.ranges.last, range.lowerBound <= last.upperBound + 1 {
        self.ranges[self.ranges.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
      } else {
        self.ranges.append(range)
      }
    }
  }

  init(_ text: String) { self.init(text.unicodeScalars.map { $0.value...$0.value }) }

  var count: Int { ranges.reduce(0) { $0 + $1.count } }

  func union(_ other: CharacterRanges) -> CharacterRanges { CharacterRanges(ranges + other.ranges) }

  /// The printable characters of ASCII that are not in it.
  var others: CharacterRanges {
    CharacterRanges(
      Self.printable.ranges.flatMap { $0 }.filter { value in !ranges.contains { $0.contains(value) } }
        .map { $0...$0 })
  }

  func overlaps(_ other: CharacterRanges) -> Bool {
    ranges.contains { range in other.ranges.contains { $0.overlaps(range) } }
  }

  static let digits = CharacterRanges([0x30...0x39])
  static let word = CharacterRanges([0x30...0x39, 0x41...0x5a, 0x5f...0x5f, 0x61...0x7a])
  static let blank = CharacterRanges(" ")

  /// Those of `[:alpha:]` and the like.
  static let named: [String: CharacterRanges] = [
    "alpha": CharacterRanges([0x41...0x5a, 0x61...0x7a]), "digit": digits, "upper": CharacterRanges([0x41...0x5a]),
    "lower": CharacterRanges([0x61...0x7a]), "space": blank, "blank": blank, "word": word,
    "alnum": CharacterRanges([0x30...0x39, 0x41...0x5a, 0x61...0x7a]),
    "xdigit": CharacterRanges([0x30...0x39, 0x41...0x46, 0x61...0x66]),
    "punct": CharacterRanges([0x21...0x2f, 0x3a...0x40, 0x5b...0x60, 0x7b...0x7e]), "print": printable,
    "graph": CharacterRanges([0x21...0x7e]),
  ]
}

extension RegexSyntax {
  /// Bytes of the longest text, where what is empty counts as one: how much work a text is at most.
  var size: Int {
    switch self {
    case .text(let text): return max(1, text.utf8.count)
    case .characters(let set):
      let greatest = set.ranges.last?.upperBound ?? 0
      return greatest < 0x80 ? 1 : greatest < 0x800 ? 2 : 4
    case .sequence(let parts): return parts.reduce(1) { $0 + $1.size }
    case .alternatives(let parts): return parts.reduce(1) { $0 + $1.size }
    case .repetition(let part, _, let most):
      let (product, overflow) = part.size.multipliedReportingOverflow(by: most)
      // So large that nobody asks how large, so small that sums of it are numbers.
      return overflow || product > 1 << 40 ? 1 << 40 : 1 + product
    }
  }

  /// In how many ways it can be gone through; 2^63 for more.
  var possibilities: UInt64 {
    switch self {
    case .text: return 1
    case .characters(let set): return UInt64(set.count)
    case .sequence(let parts): return parts.reduce(1) { Self.product($0, $1.possibilities) }
    case .alternatives(let parts): return parts.reduce(0) { Self.sum($0, $1.possibilities) }
    case .repetition(let part, let least, let most):
      let own = part.possibilities
      var power: UInt64 = 1
      for _ in 0..<least where power < Self.limit && own > 1 { power = Self.product(power, own) }
      var sum = power
      for _ in least..<most where sum < Self.limit {
        power = Self.product(power, own)
        sum = Self.sum(sum, power)
      }
      return sum
    }
  }

  static let limit: UInt64 = 1 << 63

  static func product(_ one: UInt64, _ other: UInt64) -> UInt64 {
    let (product, overflow) = one.multipliedReportingOverflow(by: other)
    return overflow ? limit : min(product, limit)
  }

  static func sum(_ one: UInt64, _ other: UInt64) -> UInt64 {
    let (sum, overflow) = one.addingReportingOverflow(other)
    return overflow ? limit : min(sum, limit)
  }
}
