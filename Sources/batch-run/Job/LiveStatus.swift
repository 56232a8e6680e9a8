import MillraceCore

/// What the running owner of a job says each second, for who looks on: `live.json`. The truth is in the journal; this only
/// tells what the journal does not hold.
struct LiveStatus: Sendable, Equatable {
  /// When it was said.
  var time: Timestamp
  /// At work now.
  var workers: Int
  /// As many as the machine can bear now.
  var targetWorkers: Int
  /// Why the target is what it is; empty when nothing holds it down.
  var reason: String
  /// Resident memory of all workers' commands now, in bytes; nil where they run on other machines.
  var memory: Int?
  /// The machine's load average over a minute; nil where the work is done on others.
  var load: Double?
  /// Of the input, as it comes, compressed if it is.
  var bytesRead: Int
  /// What `bytesRead` will come to; nil for a pipe.
  var totalBytes: Int?
  var chunksDone: Int
  /// Cut off the input so far; more may follow.
  var chunksCut: Int
  /// Of the done chunks' input.
  var bytesDone: Int
  var recordsDone: Int
  /// Bytes of done chunks' input a second.
  var rate: Double
  /// Nil while it cannot be told.
  var remainingSeconds: Double?
  /// While the job waits for cores or memory.
  var queue: Queue?

  struct Queue: Sendable, Equatable {
    /// 1 for the next to start.
    var position: Int
    /// Nil where the running jobs' progress tells nothing.
    var estimatedWaitSeconds: Double?
  }
}

// MARK: As JSON

extension LiveStatus {
  private static let largest = 1 << 16

  var json: JSONValue {
    var members: [JSONValue.Member] = [
      .init("time", .string(time.description)), .init("workers", .integer(workers)),
      .init("target_workers", .integer(targetWorkers)), .init("reason", .string(reason)),
      .init("memory", memory.map { .integer($0) } ?? .null), .init("load", load.map { .rounded($0) } ?? .null),
      .init("bytes_read", .integer(bytesRead)),
      .init("total_bytes", totalBytes.map { .integer($0) } ?? .null), .init("chunks_done", .integer(chunksDone)),
      .init("chunks_cut", .integer(chunksCut)), .init("bytes_done", .integer(bytesDone)),
      .init("records_done", .integer(recordsDone)), .init("rate", .rounded(rate)),
      .init("remaining_seconds", remainingSeconds.map { .rounded($0) } ?? .null),
    ]
    if let queue {
      members.append(
        .init(
          "queue",
          .object([
            .init("position", .integer(queue.position)),
            .init("estimated_wait_seconds", queue.estimatedWaitSeconds.map { .rounded($0) } ?? .null),
          ])))
    }
    return .object(members)
  }

  init(_ object: ObjectReader) throws(Failure) {
    func number(_ name: String, in object: ObjectReader) throws(Failure) -> Double? {
      try object.optional(name) { (object) throws(Failure) in try object.number(name) }
    }
    time = try object.time("time")
    workers = try object.integer("workers")
    targetWorkers = try object.integer("target_workers")
    reason = try object.text("reason")
    memory = object.value["memory"]?.integer
    load = try number("load", in: object)
    bytesRead = try object.integer("bytes_read")
    totalBytes = object.value["total_bytes"]?.integer
    chunksDone = try object.integer("chunks_done")
    chunksCut = try object.integer("chunks_cut")
    bytesDone = try object.integer("bytes_done")
    recordsDone = try object.integer("records_done")
    rate = try object.number("rate")
    remainingSeconds = try number("remaining_seconds", in: object)
    queue = try object.optional("queue") { (object) throws(Failure) in
      let queue = try object.object("queue")
      return Queue(
        position: try queue.integer("position"), estimatedWaitSeconds: try number("estimated_wait_seconds", in: queue))
    }
  }

  /// What stands in a file; nil when there is none.
  static func read(_ path: String) throws(Failure) -> LiveStatus? {
    guard isRegularFile(path) else { return nil }
    return try LiveStatus(ObjectReader(file: path, limit: largest))
  }
}

extension JobFolder {
  /// What the owner said last; nil when none has said anything yet.
  func liveStatus() throws(Failure) -> LiveStatus? { try LiveStatus.read(livePath) }

  /// Replaces what the owner said before, if it can: who looks on gets nothing else, and the job goes on.
  func tell(_ live: LiveStatus) { try? writePrivately(live.json, to: livePath) }
}

extension JSONValue {
  /// A number with three digits behind the point; null for what is no number.
  static func rounded(_ value: Double) -> JSONValue {
    guard value.isFinite else { return .null }
    return .number(String((value * 1000).rounded() / 1000))
  }
}

extension LiveStatus {
  /// What a job says that is worked on.
  init(
    _ reading: JobPace.Reading, time: Timestamp, workers: Int, targetWorkers: Int, reason: String, memory: Int? = nil,
    load: Double? = nil
  ) {
    let counts = reading.counts
    self.init(
      time: time, workers: workers, targetWorkers: targetWorkers, reason: reason, memory: memory, load: load,
      bytesRead: reading.bytesRead, totalBytes: reading.totalBytes, chunksDone: counts.completed, chunksCut: counts.all,
      bytesDone: counts.completedBytes, recordsDone: counts.completedRecords, rate: reading.rate,
      remainingSeconds: reading.remainingSeconds, queue: nil)
  }

  /// What a job says that waits for its share of the machine.
  init(queuedAt place: QueuePlace, time: Timestamp, load: Double) {
    self.init(
      time: time, workers: 0, targetWorkers: 0, reason: place.description, memory: 0, load: load, bytesRead: 0,
      totalBytes: nil, chunksDone: 0, chunksCut: 0, bytesDone: 0, recordsDone: 0, rate: 0, remainingSeconds: nil,
      queue: Queue(position: place.position, estimatedWaitSeconds: place.estimate.seconds))
  }
}
