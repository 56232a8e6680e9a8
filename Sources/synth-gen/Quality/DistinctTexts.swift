import MillraceCore

/// The distinct texts of a column, each with a number: what was found out of a text once holds for all cells that have it.
///
/// The tables that are compared share one of these a column, so that equal numbers are equal texts. Number 0 is a missing
/// value, however it is spelled.
struct DistinctTexts: Sendable {
  /// Spellings of a missing value beside the empty text.
  let missing: Set<String>

  /// All texts, one behind the other, and where each ends.
  private var bytes: [UInt8] = []
  private var ends: [Int] = [0]
  private var isMissing: [Bool] = [true]
  /// An open-addressing table of numbers; 0 is a free slot.
  private var slots = [UInt32](repeating: 0, count: 64)

  init(missing: Set<String>) { self.missing = missing }

  /// Numbers given so far, that of missing values among them.
  var count: Int { ends.count }

  func text(_ number: UInt32) -> String {
    String(decoding: bytes[range(number)], as: UTF8.self)
  }

  private func range(_ number: UInt32) -> Range<Int> {
    number == 0 ? 0..<0 : ends[Int(number) - 1]..<ends[Int(number)]
  }

  /// The number of a text, which is a new one when the text is.
  mutating func number(of text: UnsafeRawBufferPointer) -> UInt32 {
    if unsafe text.isEmpty { return 0 }
    var hasher = Hasher()
    unsafe hasher.combine(bytes: text)
    var slot = hasher.finalize() & (slots.count - 1)
    while slots[slot] != 0 {
      let number = slots[slot]
      if unsafe equals(number, text) { return isMissing[Int(number)] ? 0 : number }
      slot = (slot + 1) & (slots.count - 1)
    }
    let number = UInt32(ends.count)
    slots[slot] = number
    unsafe bytes.append(contentsOf: text)
    ends.append(bytes.count)
    // No spelling of a missing value is long.
    isMissing.append(unsafe text.count <= 16 && missing.contains(String(decoding: text, as: UTF8.self)))
    if ends.count * 2 > slots.count { grow() }
    return isMissing[Int(number)] ? 0 : number
  }

  private func equals(_ number: UInt32, _ text: UnsafeRawBufferPointer) -> Bool {
    let range = range(number)
    guard range.count == text.count else { return false }
    return unsafe bytes[range].elementsEqual(text)
  }

  private mutating func grow() {
    slots = [UInt32](repeating: 0, count: slots.count * 2)
    for number in 1..<UInt32(ends.count) {
      var hasher = Hasher()
      let range = range(number)
      unsafe bytes.withUnsafeBytes { unsafe hasher.combine(bytes: UnsafeRawBufferPointer(rebasing: $0[range])) }
      var slot = hasher.finalize() & (slots.count - 1)
      while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = number
    }
  }
}
