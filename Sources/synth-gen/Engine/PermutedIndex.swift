/// The numbers from 0 to `count` - 1 in a random order that is computed, not stored: values that are made of it are unique by
/// construction, and row i needs no other row.
///
/// An unbalanced Feistel network over the next power of two, walked until it is back in range (Black and Rogaway: Ciphers
/// with arbitrary finite domains, 2002).
struct PermutedIndex: Sendable {
  let count: UInt64
  private let keys: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64)
  private let leftBits: UInt64
  private let rightBits: UInt64

  /// - Parameter count: at least 1.
  init(count: UInt64, key: RandomKey) {
    var stream = RandomStream(key, row: count)
    self.init(count: count, &stream)
  }

  /// An order that is drawn: of one row, for example.
  init(count: UInt64, _ stream: inout RandomStream) {
    self.count = count
    keys = (stream.next(), stream.next(), stream.next(), stream.next(), stream.next(), stream.next())
    let bits = UInt64(max(2, 64 - (count - 1).leadingZeroBitCount))
    leftBits = bits / 2
    rightBits = bits - leftBits
  }

  /// - Parameter index: below `count`.
  func callAsFunction(_ index: UInt64) -> UInt64 {
    var value = index
    repeat { value = encrypt(value) } while value >= count
    return value
  }

  private func encrypt(_ value: UInt64) -> UInt64 {
    var left = value >> rightBits
    var right = value & mask(rightBits)
    // Each pair of rounds changes one half by the other.
    left = (left ^ RandomStream.mix(right &+ keys.0)) & mask(leftBits)
    right = (right ^ RandomStream.mix(left &+ keys.1)) & mask(rightBits)
    left = (left ^ RandomStream.mix(right &+ keys.2)) & mask(leftBits)
    right = (right ^ RandomStream.mix(left &+ keys.3)) & mask(rightBits)
    left = (left ^ RandomStream.mix(right &+ keys.4)) & mask(leftBits)
    right = (right ^ RandomStream.mix(left &+ keys.5)) & mask(rightBits)
    return left << rightBits | right
  }

  private func mask(_ bits: UInt64) -> UInt64 { (1 << bits) &- 1 }
}
