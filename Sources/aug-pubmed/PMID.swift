import MillraceCore

/// A PubMed identifier: a positive number, of at most eight digits today.
struct PMID: Hashable, Comparable, Sendable, CustomStringConvertible {
  let number: UInt32

  /// From digits alone; nil for anything else, for 0 and for numbers of more than 32 bits.
  init?(digits: UnsafeRawBufferPointer) {
    guard (1...16).contains(digits.count) else { return nil }
    var number: UInt64 = 0
    for index in digits.indices {
      let byte = unsafe digits[index]
      guard byte.isDigit else { return nil }
      number = number * 10 + UInt64(byte - 0x30)
    }
    guard number > 0, let number = UInt32(exactly: number) else { return nil }
    self.number = number
  }

  /// From a row's value: digits, with white space around them or none.
  ///
  /// - Throws: bad data that quotes the value and says how a PMID is written. Nothing is guessed: `PMID: 12` and `12.0`
  ///   are refused, as a row that is joined to the wrong article is worse than one that is named.
  init(value: UnsafeRawBufferPointer) throws(Failure) {
    let text = unsafe value.trimmed
    if let pmid = unsafe PMID(digits: text) {
      self = pmid
      return
    }
    if unsafe text.isEmpty { throw Failure(.badData, "the PMID is empty") }
    let quoted = unsafe String(decoding: text.prefix(40), as: UTF8.self) + (text.count > 40 ? "…" : "")
    throw Failure(.badData, "not a PMID: \"\(quoted)\"", advice: "a PMID is a whole number from 1, digits only")
  }

  var description: String { String(number) }

  static func < (left: PMID, right: PMID) -> Bool { left.number < right.number }
}

/// PMIDs that were asked for, four bytes each.
struct PMIDList: Sendable {
  /// Ascending, each once.
  let sorted: [PMID]

  init(_ pmids: [PMID]) {
    var sorted = pmids.sorted()
    var kept = 0
    for index in sorted.indices where index == 0 || sorted[index] != sorted[kept - 1] {
      sorted[kept] = sorted[index]
      kept += 1
    }
    sorted.removeLast(sorted.count - kept)
    self.sorted = sorted
  }

  /// Both lists' PMIDs.
  func union(_ pmids: [PMID]) -> PMIDList { pmids.isEmpty ? self : PMIDList(sorted + pmids) }

  func contains(_ pmid: PMID) -> Bool { index(of: pmid) != nil }

  /// The place in `sorted`.
  func index(of pmid: PMID) -> Int? {
    var low = 0
    var high = sorted.count
    while low < high {
      let middle = (low + high) / 2
      if sorted[middle] < pmid { low = middle + 1 } else { high = middle }
    }
    return low < sorted.count && sorted[low] == pmid ? low : nil
  }
}
