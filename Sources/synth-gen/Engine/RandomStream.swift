/// What tells the random numbers of one purpose from those of all others: made of the seed, and of the names of table, field
/// and purpose, never of their order.
struct RandomKey: Sendable, Hashable {
  let value: UInt64

  init(seed: UInt64) { value = RandomStream.mix(seed &+ RandomStream.increment) }

  private init(value: UInt64) { self.value = value }

  /// The key of something within what this key is for.
  func child(_ name: String) -> RandomKey {
    // FNV-1a, then mixed: names differ in few bits.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    return RandomKey(value: RandomStream.mix(value &+ RandomStream.mix(hash &+ RandomStream.increment)))
  }
}

/// Random numbers of one cell: they depend on its key and its row alone, so that any row can be made without those before it.
///
/// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014), begun for each row at a
/// state that is a bijection of the row's number: the first numbers of different rows under one key are all different.
struct RandomStream: Sendable {
  static let increment: UInt64 = 0x9e37_79b9_7f4a_7c15

  private var state: UInt64

  /// - Parameter attempt: 0, or how many times the row has been refused by its constraints.
  @inline(__always) init(_ key: RandomKey, row: UInt64, attempt: UInt64 = 0) {
    state = Self.mix((key.value &+ attempt &* 0xd1b5_4a32_d192_ed03) &+ row &* Self.increment)
  }

  /// Stafford's variant 13 of the finaliser of MurmurHash3: a bijection.
  @inline(__always) static func mix(_ value: UInt64) -> UInt64 {
    var mixed = value
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  @inline(__always) mutating func next() -> UInt64 {
    state &+= Self.increment
    return Self.mix(state)
  }

  /// A whole number from 0 to one less than `bound`, each as likely (Lemire: Fast random integer generation in an interval,
  /// 2019).
  @inline(__always) mutating func below(_ bound: UInt64) -> UInt64 {
    var product = next().multipliedFullWidth(by: bound)
    if product.low < bound {
      let threshold = (0 &- bound) % bound
      while product.low < threshold { product = next().multipliedFullWidth(by: bound) }
    }
    return product.high
  }

  /// As above, for what is counted: `bound` is at least 1.
  @inline(__always) mutating func below(_ bound: Int) -> Int {
    Int(truncatingIfNeeded: below(UInt64(truncatingIfNeeded: bound)))
  }

  /// A whole number of the range, whose span must fit into 64 bits.
  @inline(__always) mutating func integer(in range: ClosedRange<Int>) -> Int {
    let span = UInt64(bitPattern: Int64(range.upperBound &- range.lowerBound))
    if span == .max { return Int(bitPattern: UInt(next())) }
    return range.lowerBound &+ Int(truncatingIfNeeded: below(span + 1))
  }

  /// A number of [0, 1), on a grid of 2^-53.
  @inline(__always) mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A number of (0, 1): never 0, whose logarithm there is none of.
  @inline(__always) mutating func openUnit() -> Double { (Double(next() >> 12) + 0.5) * 0x1p-52 }

  /// True with this probability.
  @inline(__always) mutating func chance(_ probability: Double) -> Bool { unit() < probability }
}
