import MillraceCore

/// Identifiers that machines make: UUIDs and digests.
let identifierGenerators: [GeneratorDescription] =
  [
    GeneratorDescription(
      "uuid4", "random UUIDs, no two the same: 3f0e2a4c-9c1b-4d59-8a57-0c1e5b6f7a81", [.any("cast_to")]
    ) { context in
      UUIDGenerator(.random, context)
    },
    GeneratorDescription("uuid1", "UUIDs of a clock and a machine, one a millisecond from the as-of moment on") {
      context in UUIDGenerator(.clock, context)
    },
    GeneratorDescription("uuid7", "UUIDs that sort by time, one a millisecond from the as-of moment on") { context in
      UUIDGenerator(.sortable, context)
    },
  ]
  + [("md5", 2), ("sha1", 0), ("sha256", 4)].map { name, words in
    GeneratorDescription(name, "digests of random bytes in hexadecimal, no two the same", [.boolean("raw_output")]) {
      (context) throws(Failure) in
      if context.boolean("raw_output") == true {
        throw context.failure("raw_output=true, but bytes are no text", advice: "leave raw_output out")
      }
      return DigestGenerator(digits: name == "sha1" ? 40 : words * 16, context)
    }
  }

/// UUIDs (RFC 9562). Rows cannot collide: 64 bits of each are a bijection of its row's number.
struct UUIDGenerator: InherentlyUniqueGenerator {
  enum Version: Sendable {
    case random, clock, sortable
  }

  private let version: Version
  private let key: RandomKey
  /// Milliseconds since 1970.
  private let begin: UInt64
  /// Of `clock`: the machine, which is no real one (its multicast bit is set), and where its clock's sequence begins.
  private let node: UInt64
  private let clockSequence: UInt64

  init(_ version: Version, _ context: GeneratorContext) {
    self.version = version
    key = context.key.child("uuid")
    begin = UInt64(max(0, context.asOf.seconds)) * 1000
    var stream = RandomStream(key.child("machine"), row: 0)
    node = (stream.next() & 0xffff_ffff_ffff) | 0x0100_0000_0000
    clockSequence = stream.next()
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    let high: UInt64
    let low: UInt64
    switch version {
    case .random:
      // Not of the field's own stream, which begins anew when constraints refuse a row.
      var stream = RandomStream(key, row: draft.row)
      let (one, other) = (stream.next(), stream.next())
      // 60 bits of the first number, and its last four in front of the second's.
      high = (one & 0xffff_ffff_ffff_0000) | 0x4000 | ((one >> 4) & 0xfff)
      low = 0x8000_0000_0000_0000 | ((one & 0xf) << 58) | (other >> 6)
    case .clock:
      // Ticks of 100 ns since 1582-10-15; when the rows would exhaust them, the clock begins anew under another sequence.
      let tick = random.below(UInt64(10_000))
      let ticks = 122_192_928_000_000_000 &+ (begin &+ (draft.row & 0x3fff_ffff_ffff)) &* 10_000 &+ tick
      high = (ticks << 32) | ((ticks >> 16) & 0xffff_0000) | 0x1000 | ((ticks >> 48) & 0xfff)
      low = 0x8000_0000_0000_0000 | (((clockSequence &+ (draft.row >> 46)) & 0x3fff) << 48) | node
    case .sortable:
      var stream = RandomStream(key, row: draft.row)
      let (one, other) = (stream.next(), stream.next())
      high = ((begin &+ draft.row) << 16) | 0x7000 | (other & 0xffc) | (one >> 62)
      low = 0x8000_0000_0000_0000 | (one & 0x3fff_ffff_ffff_ffff)
    }
    draft.text.append(uuid: (high, low))
    return .text
  }
}

/// Random bytes in hexadecimal. Rows cannot collide: 64 bits of each are a bijection of its row's number.
struct DigestGenerator: InherentlyUniqueGenerator {
  private let digits: Int
  private let key: RandomKey

  /// - Parameter digits: a multiple of 8.
  init(digits: Int, _ context: GeneratorContext) {
    self.digits = digits
    key = context.key.child("digest")
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    var stream = RandomStream(key, row: draft.row)
    draft.text.reserve(digits)
    var written = 0
    while written < digits {
      let word = stream.next()
      draft.text.appendHexadecimal(UInt32(truncatingIfNeeded: word >> 32))
      written += 8
      if written < digits {
        draft.text.appendHexadecimal(UInt32(truncatingIfNeeded: word))
        written += 8
      }
    }
    return .text
  }
}

extension ByteBuffer {
  /// Eight digits of lower case, one in each byte, the first in the lowest.
  @inline(__always) private static func hexadecimal(_ value: UInt32) -> UInt64 {
    // Each half byte into a byte of its own: words are swapped apart in three steps.
    var spread = UInt64(value.byteSwapped)
    spread = (spread | (spread << 16)) & 0x0000_ffff_0000_ffff
    spread = (spread | (spread << 8)) & 0x00ff_00ff_00ff_00ff
    spread = ((spread >> 4) & 0x000f_000f_000f_000f) | ((spread & 0x000f_000f_000f_000f) << 8)
    let letters = ((spread &+ 0x0606_0606_0606_0606) >> 4) & 0x0101_0101_0101_0101
    return spread &+ 0x3030_3030_3030_3030 &+ letters &* 0x27
  }

  @inline(__always) func appendHexadecimal(_ value: UInt32) {
    reserve(8)
    unsafe base.storeBytes(of: Self.hexadecimal(value).littleEndian, toByteOffset: count, as: UInt64.self)
    count += 8
  }

  @inline(__always) func append(uuid: (high: UInt64, low: UInt64)) {
    reserve(36)
    let start = count
    let second = Self.hexadecimal(UInt32(truncatingIfNeeded: uuid.high))
    let third = Self.hexadecimal(UInt32(truncatingIfNeeded: uuid.low >> 32))
    let fourth = Self.hexadecimal(UInt32(truncatingIfNeeded: uuid.low))
    let dash = UInt8(ascii: "-")
    unsafe base.storeBytes(
      of: Self.hexadecimal(UInt32(truncatingIfNeeded: uuid.high >> 32)), toByteOffset: start, as: UInt64.self)
    unsafe base.storeBytes(of: dash, toByteOffset: start + 8, as: UInt8.self)
    unsafe base.storeBytes(of: UInt32(truncatingIfNeeded: second), toByteOffset: start + 9, as: UInt32.self)
    unsafe base.storeBytes(of: dash, toByteOffset: start + 13, as: UInt8.self)
    unsafe base.storeBytes(of: UInt32(truncatingIfNeeded: second >> 32), toByteOffset: start + 14, as: UInt32.self)
    unsafe base.storeBytes(of: dash, toByteOffset: start + 18, as: UInt8.self)
    unsafe base.storeBytes(of: UInt32(truncatingIfNeeded: third), toByteOffset: start + 19, as: UInt32.self)
    unsafe base.storeBytes(of: dash, toByteOffset: start + 23, as: UInt8.self)
    unsafe base.storeBytes(of: UInt32(truncatingIfNeeded: third >> 32), toByteOffset: start + 24, as: UInt32.self)
    unsafe base.storeBytes(of: fourth, toByteOffset: start + 28, as: UInt64.self)
    count = start + 36
  }
}
