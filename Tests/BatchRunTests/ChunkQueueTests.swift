import Support
import Testing

@testable import batch_run

@Suite struct ChunkQueueTests {
  @Test func chunksComeInTheInputsOrder() {
    var queue = ChunkQueue([3, 1, 2].map { ChunkIdentifier($0) })
    queue.insert(ChunkIdentifier(7))
    queue.insert(ChunkIdentifier(0))
    queue.insert(ChunkIdentifier(2).parts.1)
    #expect(queue.count == 6)
    var taken: [String] = []
    while let chunk = queue.take(at: 0) { taken.append(chunk.description) }
    #expect(taken == ["00000", "00001", "00002", "00002.1", "00003", "00007"])
    #expect(queue.isEmpty)
  }

  @Test func oneThatRestsIsPassed() {
    var queue = ChunkQueue([ChunkIdentifier(1)])
    queue.insert(ChunkIdentifier(0), restingUntil: 5)
    #expect(queue.take(at: 4) == ChunkIdentifier(1))
    #expect(queue.take(at: 4) == nil)
    #expect(queue.takeAll(at: 5) == [ChunkIdentifier(0)])
    #expect(queue.isEmpty)
  }

  /// The queue and a sorted list do the same, whatever comes.
  @Test(arguments: 0..<20) func itIsASortedList(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var queue = ChunkQueue([])
    var list: [Int] = []
    for step in 0..<3000 {
      if Int.random(in: 0..<3, using: &random) > 0 || list.isEmpty {
        let number = step < 1500 ? step : Int.random(in: 0..<100_000, using: &random)
        guard !list.contains(number) else { continue }
        queue.insert(ChunkIdentifier(number))
        list.append(number)
        list.sort()
      } else {
        #expect(queue.take(at: 0) == ChunkIdentifier(list.removeFirst()))
      }
      #expect(queue.count == list.count)
    }
    #expect(queue.takeAll(at: 0).map(\.index) == list)
  }
}
