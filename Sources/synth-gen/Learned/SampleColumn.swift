import MillraceCore

/// The values of one column of a sample: each different one once, and which row has which.
///
/// One thread fills it.
@safe final class SampleColumn {
  /// What a value is before anybody has looked at its text.
  enum Kind: UInt8, BitwiseCopyable {
    case null, boolean, number, text, json
  }

  struct Value: BitwiseCopyable {
    let kind: Kind
    /// The value's text, or its beginning, in `text`.
    let start: Int
    let length: Int
    /// Bytes of the whole text.
    let fullLength: Int
    var count: Int
    fileprivate let hash: UInt64

    /// Too long to be kept, so that no two of them are known to be equal.
    var isLong: Bool { fullLength > length }
  }

  let name: String
  /// Texts are texts even where they are digits, since numbers are spelled as numbers: the sample was JSON.
  let isTyped: Bool
  private(set) var values: [Value] = []
  /// For each row the index of its value in `values`.
  private(set) var rows: [UInt32] = []

  /// Of a longer text only so much is kept.
  static let longestKept = 1024

  private let text = ByteBuffer(capacity: 4096)
  /// Index in `values` plus one; 0 for a free slot. A power of two.
  private var slots: [UInt32] = Array(repeating: 0, count: 64)
  private let seed: UInt64

  /// - Parameters:
  ///   - seed: of the hashes, so that nobody can make a sample whose values all collide. What is learned does not depend on it.
  ///   - missing: Rows before the first that has the column.
  init(name: String, seed: UInt64, isTyped: Bool = false, missing: Int = 0) {
    self.name = name
    self.isTyped = isTyped
    self.seed = seed
    for _ in 0..<missing { unsafe append(kind: .null, UnsafeRawBufferPointer(start: nil, count: 0)) }
  }

  func bytes(of value: Value) -> UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(rebasing: text.bytes[value.start..<value.start + value.length])
  }

  func string(of value: Value) -> String { unsafe String(decoding: bytes(of: value), as: UTF8.self) }

  /// Adds the value of the next row.
  func append(kind: Kind, _ bytes: UnsafeRawBufferPointer) {
    let kept = unsafe UnsafeRawBufferPointer(rebasing: bytes.prefix(Self.longestKept))
    let isLong = bytes.count > kept.count
    let hash = unsafe Self.hash(kept, seed: seed &+ UInt64(kind.rawValue))
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while !isLong, slots[slot] != 0 {
      let index = Int(slots[slot]) - 1
      if values[index].hash == hash, values[index].kind == kind, !values[index].isLong,
        unsafe self.bytes(of: values[index]).elementsEqual(kept)
      {
        values[index].count += 1
        rows.append(UInt32(index))
        return
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    rows.append(UInt32(values.count))
    values.append(
      Value(kind: kind, start: text.count, length: kept.count, fullLength: bytes.count, count: 1, hash: hash))
    unsafe text.append(kept)
    if isLong { return }
    slots[slot] = UInt32(values.count)
    if values.count * 2 > slots.count { grow() }
  }

  private func grow() {
    slots = Array(repeating: 0, count: slots.count * 4)
    for (index, value) in values.enumerated() where !value.isLong {
      var slot = Int(truncatingIfNeeded: value.hash) & (slots.count - 1)
      while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = UInt32(index + 1)
    }
  }

  private static func hash(_ bytes: UnsafeRawBufferPointer, seed: UInt64) -> UInt64 {
    var hash = seed ^ UInt64(bytes.count) &* RandomStream.increment
    var offset = 0
    while offset + 8 <= bytes.count {
      hash = RandomStream.mix(hash ^ (unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
      offset += 8
    }
    var rest: UInt64 = 0
    while offset < bytes.count {
      rest = unsafe rest << 8 | UInt64(bytes[offset])
      offset += 1
    }
    return RandomStream.mix(hash ^ rest)
  }
}
