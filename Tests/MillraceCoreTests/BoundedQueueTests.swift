import Testing

@testable import MillraceCore

struct BoundedQueueTests {
  @Test(arguments: [1, 2, 7]) func everyElementArrivesInOrder(capacity: Int) throws {
    let queue = BoundedQueue<Int>(capacity: capacity)
    let producer = try Worker<Void>("producer") {
      for number in 0..<10_000 { queue.put(number) }
      queue.close()
    }
    var taken: [Int] = []
    while let number = queue.take() { taken.append(number) }
    try producer.join()
    #expect(taken == Array(0..<10_000))
    #expect(queue.take() == nil)
  }

  @Test func theProducerWaitsWhenTheQueueIsFull() throws {
    let queue = BoundedQueue<Int>(capacity: 2)
    #expect(queue.put(1))
    #expect(queue.put(2))
    let producer = try Worker<Bool>("producer") { queue.put(3) }
    #expect(queue.take() == 1)
    #expect(try producer.join())
    #expect(queue.take() == 2)
    #expect(queue.take() == 3)
  }

  @Test func anAbandonedQueueWakesItsProducer() throws {
    let queue = BoundedQueue<Int>(capacity: 1)
    let producer = try Worker<Int>("producer") {
      var accepted = 0
      while queue.put(accepted) { accepted += 1 }
      return accepted
    }
    #expect(queue.take() == 0)
    queue.abandon()
    #expect(try producer.join() >= 1)
    #expect(queue.take() == nil)
  }

  @Test func whatWaitsAtCloseCanStillBeTaken() {
    let queue = BoundedQueue<String>(capacity: 4)
    queue.put("a")
    queue.put("b")
    queue.close()
    #expect(queue.take() == "a")
    #expect(queue.take() == "b")
    #expect(queue.take() == nil)
  }

  @Test func abandoningReleasesWhatWaits() {
    final class Token: Sendable {}
    let queue = BoundedQueue<Token>(capacity: 2)
    weak var token: Token?
    do {
      let strong = Token()
      token = strong
      queue.put(strong)
    }
    #expect(token != nil)
    queue.abandon()
    #expect(token == nil)
  }
}

struct WorkerTests {
  @Test func theResultComesOutOfJoin() throws {
    let worker = try Worker<Int>("adder") { (1...100).reduce(0, +) }
    #expect(try worker.join() == 5050)
    #expect(try worker.join() == 5050)
  }

  @Test func theFailureComesOutOfJoin() throws {
    let failure = Failure(.badData, "broken", at: Place(file: "a.csv", line: 3))
    let worker = try Worker<Int>("thrower") { () throws(Failure) in throw failure }
    #expect(throws: failure) { try worker.join() }
  }

  @Test func manyWorkersShareNothing() throws {
    let workers = try (0..<64).map { number in try Worker<Int>("worker \(number)") { number * number } }
    for (number, worker) in workers.enumerated() { #expect(try worker.join() == number * number) }
  }
}
