import MillraceCore

/// Addresses and ports of networks.
let internetAddressGenerators: [GeneratorDescription] = [
  GeneratorDescription(
    "ipv4", "an IPv4 address that a host can have: ipv4(address_class=\"c\", private=true), ipv4(network=true)",
    [.boolean("network", false), .text("address_class"), .boolean("private")]
  ) { (context) throws(Failure) in
    try IPv4Generator(context, isPrivate: context.boolean("private"))
  },
  GeneratorDescription(
    "ipv4_private", "an address of a private network: 10.3.4.5",
    [.boolean("network", false), .text("address_class")]
  ) { (context) throws(Failure) in try IPv4Generator(context, isPrivate: true) },
  GeneratorDescription(
    "ipv4_public", "an IPv4 address of the public internet, never a reserved one",
    [.boolean("network", false), .text("address_class")]
  ) { (context) throws(Failure) in try IPv4Generator(context, isPrivate: false) },
  GeneratorDescription("ipv6", "an IPv6 address of the public internet", [.boolean("network", false)]) { context in
    IPv6Generator(isNetwork: context.boolean("network") == true)
  },
  GeneratorDescription(
    "mac_address", "the address of a network card: 3c:22:fb:4a:91:0e", [.boolean("multicast", false)]
  ) { context in MACAddressGenerator(isMulticast: context.boolean("multicast") == true) },
  GeneratorDescription(
    "port_number", "a port of TCP or UDP: port_number(is_user=true)",
    [.boolean("is_system", false), .boolean("is_user", false), .boolean("is_dynamic", false)]
  ) { (context) throws(Failure) in
    let ranges = [("is_system", 0...1023), ("is_user", 1024...49_151), ("is_dynamic", 49_152...65_535)]
    let wanted = ranges.filter { context.boolean($0.0) == true }
    guard wanted.count <= 1 else {
      throw context.failure("\(wanted.map(\.0).joined(separator: " and ")) exclude each other")
    }
    return WholeNumberGenerator(range: wanted.first?.1 ?? 0...65_535)
  },
]

/// Whole numbers, each as likely.
struct WholeNumberGenerator: CountableGenerator {
  let range: ClosedRange<Int>

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    append(random.integer(in: range), draft)
  }

  var count: UInt64 { UInt64(range.count) }

  func generate(_ index: UInt64, _ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    append(range.lowerBound + Int(index), draft)
  }

  private func append(_ number: Int, _ draft: RowDraft) -> CellContent {
    draft.text.append(integer: number)
    return CellContent(.integer, Double(number))
  }
}

/// IPv4 addresses, or networks of them, out of some ranges.
struct IPv4Generator: CountableGenerator {
  /// Addresses without a gap.
  private struct Block: BitwiseCopyable {
    /// How many addresses the blocks before it have.
    var start: UInt64
    var first: UInt32
    var last: UInt32
  }

  private let blocks: Constants<Block>
  private let total: UInt64
  private let isNetwork: Bool

  /// What no host on the public internet has (IANA IPv4 Special-Purpose Address Registry), multicast and class E.
  private static let reserved: [(String, UInt32)] = [
    ("0.0.0.0", 8), ("10.0.0.0", 8), ("100.64.0.0", 10), ("127.0.0.0", 8), ("169.254.0.0", 16), ("172.16.0.0", 12),
    ("192.0.0.0", 24), ("192.0.2.0", 24), ("192.31.196.0", 24), ("192.52.193.0", 24), ("192.88.99.0", 24),
    ("192.168.0.0", 16), ("192.175.48.0", 24), ("198.18.0.0", 15), ("198.51.100.0", 24), ("203.0.113.0", 24),
    ("224.0.0.0", 3),
  ]
  private static let privateNetworks: [(String, UInt32)] = [("10.0.0.0", 8), ("172.16.0.0", 12), ("192.168.0.0", 16)]
  private static let classes: [String: (String, UInt32)] = [
    "a": ("0.0.0.0", 1), "b": ("128.0.0.0", 2), "c": ("192.0.0.0", 3),
  ]

  /// - Parameter isPrivate: nil: either.
  init(_ context: GeneratorContext, isPrivate: Bool?) throws(Failure) {
    var ranges: [ClosedRange<UInt32>] = []
    if isPrivate != true { ranges += Self.publicRanges }
    if isPrivate != false { ranges += Self.privateNetworks.map { Self.range($0) } }
    ranges.sort { $0.lowerBound < $1.lowerBound }
    if let name = context.text("address_class") {
      guard let bounds = Self.classes[name.lowercased()].map({ Self.range($0) }) else {
        throw context.failure("address_class=\"\(printable(name))\", where a, b and c are possible")
      }
      ranges = ranges.filter { $0.overlaps(bounds) }.map { $0.clamped(to: bounds) }
    }
    isNetwork = context.boolean("network") == true
    var start: UInt64 = 0
    var blocks: [Block] = []
    for range in ranges {
      blocks.append(Block(start: start, first: range.lowerBound, last: range.upperBound))
      start += UInt64(range.upperBound - range.lowerBound) + 1
    }
    self.blocks = context.arena.constants(blocks)
    total = start
  }

  private static func range(_ network: (String, UInt32)) -> ClosedRange<UInt32> {
    let first = network.0.split(separator: ".").reduce(UInt32(0)) { $0 << 8 | (UInt32($1) ?? 0) }
    return first...(first | (.max >> network.1))
  }

  /// What lies between the reserved ranges.
  private static var publicRanges: [ClosedRange<UInt32>] {
    var ranges: [ClosedRange<UInt32>] = []
    var next: UInt32 = 0
    for taken in reserved.map({ range($0) }) {
      if taken.lowerBound > next { ranges.append(next...(taken.lowerBound - 1)) }
      next = taken.upperBound &+ 1
    }
    return ranges
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    let (address, block) = address(random.below(total))
    guard isNetwork else {
      append(address, draft.text)
      return .text
    }
    // As large as it is drawn, unless it would leave its range.
    var length = UInt32(random.integer(in: 8...30))
    while true {
      let first = address & ~(UInt32.max >> length)
      let last = first | (UInt32.max >> length)
      if first >= block.first, last <= block.last {
        append(first, draft.text)
        draft.text.append(UInt8(ascii: "/"))
        draft.text.append(integer: Int(length))
        return .text
      }
      length += 1
    }
  }

  private func address(_ index: UInt64) -> (UInt32, Block) {
    var (low, high) = (0, blocks.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if blocks[middle].start <= index { low = middle } else { high = middle }
    }
    let block = blocks[low]
    return (block.first + UInt32(index - block.start), block)
  }

  private func append(_ address: UInt32, _ text: ByteBuffer) {
    for shift: UInt32 in [24, 16, 8, 0] {
      if shift < 24 { text.append(UInt8(ascii: ".")) }
      text.append(integer: Int(address >> shift & 0xff))
    }
  }

  /// Of networks, nothing says that two do not overlap.
  var count: UInt64 { isNetwork ? 0 : total }

  func generate(_ index: UInt64, _ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    append(address(index).0, draft.text)
    return .text
  }
}

/// IPv6 addresses of the blocks that registries give out, written as RFC 5952 wants it.
struct IPv6Generator: CountableGenerator {
  let isNetwork: Bool

  /// The blocks /12 of the five regional registries.
  private static let registries: (UInt64, UInt64, UInt64, UInt64, UInt64) = (0x240, 0x260, 0x280, 0x2a0, 0x2c0)

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    make(prefix: random.next(), host: random.next(), draft, &random)
  }

  private func make(prefix: UInt64, host: UInt64, _ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    let registries = Self.registries
    let registry =
      switch prefix >> 61 {
      case 0, 1: registries.0
      case 2, 3: registries.1
      case 4: registries.2
      case 5, 6: registries.3
      default: registries.4
      }
    var high = registry << 52 | (prefix & 0x000f_ffff_ffff_ffff)
    var low = host
    var length = 128
    if isNetwork {
      length = 32 + 4 * random.below(9)
      high &= ~(length == 64 ? 0 : UInt64.max >> UInt64(length))
      low = 0
    }
    Self.append(high, low, draft.text)
    if isNetwork {
      draft.text.append(UInt8(ascii: "/"))
      draft.text.append(integer: length)
    }
    return .text
  }

  /// Groups in lower case without zeros in front; the first of the longest runs of two or more zero groups is `::`.
  static func append(_ high: UInt64, _ low: UInt64, _ text: ByteBuffer) {
    func group(_ number: Int) -> UInt64 {
      (number < 4 ? high >> UInt64(48 - 16 * number) : low >> UInt64(112 - 16 * number)) & 0xffff
    }
    var (longest, longestLength) = (8, 1)
    var (run, runLength) = (0, 0)
    for number in 0..<8 {
      if group(number) != 0 {
        runLength = 0
        continue
      }
      if runLength == 0 { run = number }
      runLength += 1
      if runLength > longestLength { (longest, longestLength) = (run, runLength) }
    }
    var number = 0
    while number < 8 {
      if number == longest {
        text.append("::")
        number += longestLength
        continue
      }
      if number > 0, number != longest + longestLength { text.append(UInt8(ascii: ":")) }
      text.append(hexadecimal: group(number), digits: 1)
      number += 1
    }
  }

  var count: UInt64 { isNetwork ? 0 : 1 << 63 }

  func generate(_ index: UInt64, _ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    make(prefix: random.next(), host: index, draft, &random)
  }
}

/// Addresses of network cards.
struct MACAddressGenerator: CountableGenerator {
  let isMulticast: Bool

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    append(random.next() >> 17, draft.text)
    return .text
  }

  var count: UInt64 { 1 << 47 }

  func generate(_ index: UInt64, _ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    append(index, draft.text)
    return .text
  }

  /// - Parameter number: 47 bits, all but the one that says whether an address is that of a group.
  private func append(_ number: UInt64, _ text: ByteBuffer) {
    let first = number >> 40
    let address = (first << 1 | (isMulticast ? 1 : 0)) << 40 | (number & 0xff_ffff_ffff)
    for shift in stride(from: UInt64(40), through: 0, by: -8) {
      if shift < 40 { text.append(UInt8(ascii: ":")) }
      text.append(hexadecimal: address >> shift & 0xff, digits: 2)
    }
  }
}

extension ByteBuffer {
  /// Lower case, with zeros in front up to a number of digits.
  @inline(__always) func append(hexadecimal value: UInt64, digits: Int) {
    let needed = max(digits, (67 - (value | 1).leadingZeroBitCount) / 4)
    for place in stride(from: needed - 1, through: 0, by: -1) {
      let digit = UInt8(truncatingIfNeeded: value >> UInt64(4 * place) & 0xf)
      append(digit < 10 ? 48 + digit : 87 + digit)
    }
  }
}
