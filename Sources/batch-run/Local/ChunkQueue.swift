/// Chunks that wait for a worker, those in front of the input first. A chunk that is tried again rests before.
struct ChunkQueue: Sendable {
  /// In order from `first` on; what stands before was taken.
  private var chunks: [ChunkIdentifier]
  private var first = 0
  /// Until when a chunk rests, on the clock that nobody sets.
  private var rests: [ChunkIdentifier: Double] = [:]

  init(_ chunks: some Sequence<ChunkIdentifier>) { self.chunks = chunks.sorted() }

  var count: Int { chunks.count - first }
  var isEmpty: Bool { count == 0 }

  /// Puts a chunk where it belongs: behind all others when it was just cut.
  mutating func insert(_ chunk: ChunkIdentifier, restingUntil end: Double? = nil) {
    rests[chunk] = end
    var (low, high) = (first, chunks.count)
    if let last = chunks.last, last < chunk { low = high }
    while low < high {
      let middle = (low + high) / 2
      if chunks[middle] < chunk { low = middle + 1 } else { high = middle }
    }
    chunks.insert(chunk, at: low)
  }

  /// Takes the first chunk that does not rest.
  mutating func take(at now: Double) -> ChunkIdentifier? {
    guard let index = chunks[first...].firstIndex(where: { rests[$0, default: 0] <= now }) else { return nil }
    let chunk = chunks[index]
    rests[chunk] = nil
    if index == first {
      first += 1
      if first > 1000, first > chunks.count / 2 {
        chunks.removeFirst(first)
        first = 0
      }
    } else {
      chunks.remove(at: index)
    }
    return chunk
  }

  /// Takes all chunks that do not rest, in order.
  mutating func takeAll(at now: Double) -> [ChunkIdentifier] {
    let taken = chunks[first...].filter { rests[$0, default: 0] <= now }
    chunks = chunks[first...].filter { rests[$0, default: 0] > now }
    first = 0
    for chunk in taken { rests[chunk] = nil }
    return taken
  }
}
