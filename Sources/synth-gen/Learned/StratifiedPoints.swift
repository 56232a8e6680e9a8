/// Numbers for drawing the columns of a row that lie more evenly over all rows than random ones do: a table of a few hundred
/// rows has the frequencies that it was asked for, not those give or take their square root.
///
/// Sobol's sequence with nested uniform scrambling and shuffling by hashes (Burley: Practical Hash-based Owen Scrambling,
/// Journal of Computer Graphics Techniques 9/4, 2020). A point is computed from the row's number and the key alone; each
/// number by itself is uniform.
struct StratifiedPoints: Sendable {
  /// Beyond so many columns a new shuffle begins: numbers of different shuffles know nothing of each other.
  static let dimensions = directions.count + 1

  /// For each dimension, byte of the index and its value: the bits of Sobol's number, lowest first.
  private let bytes: Constants<UInt32>
  private let key: RandomKey
  private let shuffle: UInt32

  init(key: RandomKey, in arena: Arena) {
    self.key = key
    var stream = RandomStream(key, row: 0)
    shuffle = UInt32(truncatingIfNeeded: stream.next())
    var table: [UInt32] = []
    for dimension in 0..<Self.dimensions {
      let numbers = Self.directionNumbers(dimension)
      for byte in 0..<4 {
        for value in 0..<256 {
          var bits: UInt32 = 0
          for bit in 0..<8 where value >> bit & 1 == 1 { bits ^= numbers[byte * 8 + bit] }
          table.append(Self.reversed(bits))
        }
      }
    }
    bytes = arena.constants(table)
  }

  /// Bratley and Fox: Algorithm 659, 1988. The highest bit comes first.
  private static func directionNumbers(_ dimension: Int) -> [UInt32] {
    guard dimension > 0 else { return (0..<32).map { 1 << (31 - $0) } }
    let (polynomial, first) = directions[dimension - 1]
    let degree = first.count
    var numbers = first.enumerated().map { $1 << (31 - $0) }
    for index in degree..<32 {
      var number = numbers[index - degree] ^ (numbers[index - degree] >> degree)
      for bit in 1..<max(1, degree) where polynomial >> (degree - bit) & 1 == 1 { number ^= numbers[index - bit] }
      numbers.append(number)
    }
    return numbers
  }

  /// The row's place in the sequence, for the columns of one shuffle.
  @inline(__always) func index(row: UInt64, group: Int) -> UInt32 {
    // Rows beyond 2^32 begin again in another order.
    let seed =
      shuffle ^ UInt32(truncatingIfNeeded: RandomStream.mix(UInt64(group) &+ (row >> 32) &* RandomStream.increment))
    return Self.reversed(Self.scrambled(Self.reversed(UInt32(truncatingIfNeeded: row)), seed))
  }

  /// 32 bits of a column's number, highest first.
  @inline(__always) func bits(_ index: UInt32, dimension: Int, seed: UInt32) -> UInt32 {
    let table = dimension << 10
    let point =
      bytes[table + Int(index & 0xff)] ^ bytes[table + 256 + Int(index >> 8 & 0xff)]
      ^ bytes[table + 512 + Int(index >> 16 & 0xff)] ^ bytes[table + 768 + Int(index >> 24)]
    return Self.reversed(Self.scrambled(point, seed))
  }

  /// Each bit is flipped or not as the bits below it say: Laine and Karras's hash with Burley's constants.
  @inline(__always) private static func scrambled(_ value: UInt32, _ seed: UInt32) -> UInt32 {
    var value = value &+ seed
    value ^= value &* 0x6c50_b47c
    value ^= value &* 0xb82f_1e52
    value ^= value &* 0xc7af_e638
    value ^= value &* 0x8d22_f6e6
    return value
  }

  @inline(__always) private static func reversed(_ value: UInt32) -> UInt32 {
    var value = value.byteSwapped
    value = (value >> 4) & 0x0f0f_0f0f | (value & 0x0f0f_0f0f) << 4
    value = (value >> 2) & 0x3333_3333 | (value & 0x3333_3333) << 2
    return (value >> 1) & 0x5555_5555 | (value & 0x5555_5555) << 1
  }
}
