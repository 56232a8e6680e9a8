import MillraceCore

/// A chunk that is to be tried, and which attempt that will be.
struct ChunkTry: Sendable, Hashable {
  var chunk: ChunkIdentifier
  /// Counted from 1.
  var attempt: Int
}

/// A job array to submit: its tasks, each with chunks to do one behind the other. A task's number is its index here.
struct SlurmArray: Sendable, Equatable {
  var tasks: [[ChunkTry]]
  var demand: SlurmDemand

  /// Lays out arrays.
  ///
  /// - Parameters:
  ///   - tries: in the order in which they are to be done.
  ///   - mostTasks: what Slurm's MaxArraySize allows in one array; it caps the greatest number of a task, so that each
  ///     array counts from 0.
  static func plan(
    _ tries: [(ChunkTry, SlurmDemand)], chunksPerTask: Int, mostTasks: Int
  ) -> [SlurmArray] {
    var demands: [SlurmDemand] = []
    var chunks: [SlurmDemand: [ChunkTry]] = [:]
    for (chunk, demand) in tries {
      if chunks[demand] == nil { demands.append(demand) }
      chunks[demand, default: []].append(chunk)
    }
    return demands.flatMap { demand in
      let tasks = (chunks[demand] ?? []).cut(into: max(1, chunksPerTask))
      return tasks.cut(into: max(1, mostTasks)).map { SlurmArray(tasks: $0, demand: demand) }
    }
  }

  /// The value of `--array`: `0-99`, or `0-99%8` where no more than 8 may run at a time.
  func range(throttle: Int?) -> String { "0-\(tasks.count - 1)" + (throttle.map { "%\(max(1, $0))" } ?? "") }
}

extension SlurmArray {
  /// The manifest that tasks read: a line a task, `00042:1 00043:1`, each chunk with its attempt.
  var manifest: String {
    tasks.map { task in task.map { "\($0.chunk):\($0.attempt)" }.joined(separator: " ") + "\n" }.joined()
  }

  /// The chunks of one task of a manifest.
  ///
  /// - Throws: `.badConfiguration` when it has no such task, or is no manifest.
  static func task(_ number: Int, ofManifest text: String, at path: String) throws(Failure) -> [ChunkTry] {
    let lines = text.split(separator: "\n")
    guard lines.indices.contains(number), text.hasSuffix("\n") else {
      throw Failure(.badConfiguration, "the manifest has no task \(number)", at: Place(file: path))
    }
    return try tries(lines[number], at: Place(file: path, line: number + 1))
  }

  /// The tasks of a manifest.
  static func tasks(ofManifest text: String, at path: String) throws(Failure) -> [[ChunkTry]] {
    var tasks: [[ChunkTry]] = []
    for line in text.split(separator: "\n") {
      tasks.append(try tries(line, at: Place(file: path, line: tasks.count + 1)))
    }
    return tasks
  }

  private static func tries(_ line: Substring, at place: Place) throws(Failure) -> [ChunkTry] {
    var tries: [ChunkTry] = []
    for word in line.split(separator: " ") {
      let parts = word.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count == 2, let chunk = ChunkIdentifier(String(parts[0])), let attempt = Int(parts[1]), attempt > 0
      else { throw Failure(.badConfiguration, "not what batch-run writes: \"\(word)\"", at: place) }
      tries.append(ChunkTry(chunk: chunk, attempt: attempt))
    }
    return tries
  }
}

extension Array {
  /// Pieces of so many elements, the last one with what is left.
  fileprivate func cut(into count: Int) -> [[Element]] {
    stride(from: 0, to: self.count, by: count).map { Array(self[$0..<Swift.min($0 + count, self.count)]) }
  }
}
