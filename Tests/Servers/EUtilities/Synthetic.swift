import Support

/// The articles that exist without any file: which PMIDs have one, and when it appeared. Everything follows from the PMID
/// and the seed, so that searches and records agree.
struct Synthetic: Sendable {
  static let first = 30_000_001
  /// The articles of words like `huge12345`, spread over fourteen years.
  static let spread = 32_000_001...35_999_999
  /// The articles of words like `sameday20000`, all of one day.
  static let sameDay = 36_000_001...38_999_999
  static let theDay = GregorianDay(2021, 3, 4)

  let seed: UInt64
  let ordinary: Range<Int>

  init(count: Int, seed: UInt64) {
    self.seed = seed
    ordinary = Self.first..<(Self.first + min(max(0, count), 1_900_000))
  }

  /// Whether there is a record: a few PMIDs between others have none.
  func exists(_ pmid: Int) -> Bool {
    pmid % 97 != 0 && (ordinary.contains(pmid) || Self.spread.contains(pmid) || Self.sameDay.contains(pmid))
  }

  func isBook(_ pmid: Int) -> Bool { pmid % 211 == 5 }

  /// Whether the article is about people; the others are about mice.
  func isHuman(_ pmid: Int) -> Bool { number(pmid, .organism) % 100 < 85 }

  /// How exactly an article says when it appeared.
  enum Precision { case year, month, day, months }

  func precision(_ pmid: Int) -> Precision {
    if Self.sameDay.contains(pmid) { return .day }
    switch number(pmid, .precision) % 10 {
    case 0: return .year
    case 1...4: return .month
    case 5: return .months
    default: return .day
    }
  }

  /// The day of entry into PubMed, which rises with the PMID.
  func entryDay(_ pmid: Int) -> GregorianDay {
    if Self.sameDay.contains(pmid) { return Self.theDay }
    let (first, count, years) =
      Self.spread.contains(pmid) ? (Self.spread.lowerBound, Self.spread.count, 14) : (Self.first, ordinary.count, 24)
    let days = (pmid - first) * years * 365 / max(1, count)
    return GregorianDay(number: GregorianDay(years == 14 ? 2010 : 2000, 1, 15).number + days)
  }

  /// The day of publication as PubMed files it: the first day of a year or month when the article says no more.
  func publicationDay(_ pmid: Int) -> GregorianDay {
    if Self.sameDay.contains(pmid) { return Self.theDay }
    let exact = GregorianDay(number: entryDay(pmid).number + Int(number(pmid, .publication) % 120) - 60)
    let (year, month, _) = exact.parts
    return switch precision(pmid) {
    case .day: exact
    case .month, .months: GregorianDay(year, month, 1)
    case .year: GregorianDay(year, 1, 1)
    }
  }

  func modificationDay(_ pmid: Int) -> GregorianDay {
    Self.sameDay.contains(pmid)
      ? Self.theDay : GregorianDay(number: entryDay(pmid).number + Int(number(pmid, .modification) % 1000))
  }

  /// The PMIDs of a word like `huge12345` or `sameday20000`, rising; nil for other words, or when there are not so many.
  func specialArticles(_ word: String) -> [Int]? {
    let word = word.lowercased()
    for (name, region) in [("huge", Self.spread), ("sameday", Self.sameDay)] where word.hasPrefix(name) {
      let digits = word.dropFirst(name.count).prefix { $0.isASCII && $0.isNumber }
      guard let count = Int(digits), (1...1_000_000).contains(count) else { continue }
      // Never 1: the neighbour of a PMID that has no record is then free.
      let stride = region.count / count - 1
      let offset = Int(hash(word) % UInt64(max(1, stride / 2)))
      return (0..<count).map { index in
        let pmid = region.lowerBound + offset + index * stride
        return pmid % 97 == 0 ? pmid + 1 : pmid
      }
    }
    return nil
  }

  /// The PMIDs of a gene, rising: one to twelve, for some genes forty.
  func articles(ofGene word: String) -> [Int] {
    guard !ordinary.isEmpty else { return [] }
    var generator = SeededGenerator(seed: hash(word.uppercased()))
    let count = generator.next() % 20 == 0 ? 40 : Int(generator.next() % 12) + 1
    var found: Set<Int> = []
    for _ in 0..<count {
      let pmid = ordinary.lowerBound + Int(generator.next() % UInt64(ordinary.count))
      if exists(pmid) { found.insert(pmid) }
    }
    return found.sorted()
  }

  /// Whether a word has the look of a gene symbol: capitals and digits, as in `TP53`, `HLA-A` or `gene0001`.
  static func isGene(_ word: String) -> Bool {
    let bytes = Array(word.utf8)
    guard (2...24).contains(bytes.count), bytes[0] >= 65, bytes.contains(where: { $0 < 128 }) else { return false }
    let isPlain = bytes.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
        true
      default: false
      }
    }
    let hasDigit = bytes.contains { (48...57).contains($0) }
    return isPlain && (hasDigit || !bytes.contains { (97...122).contains($0) })
  }

  // MARK: Numbers

  enum Use: UInt64 { case organism = 1, precision, publication, modification, text }

  func number(_ pmid: Int, _ use: Use) -> UInt64 {
    var generator = SeededGenerator(seed: seed ^ UInt64(pmid) &* 0x9E37_79B9_7F4A_7C15 ^ use.rawValue << 56)
    return generator.next()
  }

  /// FNV-1a, and the seed.
  func hash(_ word: String) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325 ^ seed
    for byte in word.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return hash
  }
}
