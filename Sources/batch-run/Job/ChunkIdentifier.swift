import MillraceCore

/// A chunk's name in a job: `00042`, and for the halves of a chunk that was too large for the memory, `00042.0` and
/// `00042.1`, which may be halved again. Sorted, the names are in the input's order.
struct ChunkIdentifier: Hashable, Sendable {
  /// Counted from 0, in the order of the input.
  var index: Int
  /// Which half of which half; empty for a whole chunk.
  var halves: [UInt8] = []

  init(_ index: Int) { self.index = index }

  /// Nil for a text that names no chunk.
  init?(_ text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard let first = parts.first, first.utf8.count >= 5, first.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let index = Int(first), parts.count <= Self.mostHalvings + 1,
      parts.dropFirst().allSatisfy({ $0 == "0" || $0 == "1" })
    else { return nil }
    self.index = index
    halves = parts.dropFirst().map { $0 == "0" ? 0 : 1 }
  }

  /// A chunk is halved so often at most.
  static let mostHalvings = 20

  /// The chunk of the input that it is, or is a part of.
  var root: ChunkIdentifier { ChunkIdentifier(index) }

  /// The two halves.
  var parts: (ChunkIdentifier, ChunkIdentifier) {
    var (first, second) = (self, self)
    first.halves.append(0)
    second.halves.append(1)
    return (first, second)
  }
}

extension ChunkIdentifier: Comparable {
  static func < (one: ChunkIdentifier, other: ChunkIdentifier) -> Bool {
    one.index != other.index ? one.index < other.index : one.halves.lexicographicallyPrecedes(other.halves)
  }
}

extension ChunkIdentifier: CustomStringConvertible {
  var description: String { padded(index, 5) + halves.map { ".\($0)" }.joined() }
}
