import MillraceCore

/// A job array to submit: its tasks, each with chunks to do one behind the other. A task's number is its index here.
struct SlurmArray: Sendable, Equatable {
  var tasks: [[ChunkTry]]
  var demand: SlurmDemand

  /// Lays out arrays.
  ///
  /// - Parameters:
  ///   - tries: in the order in which they are to be done.
  ///   - mostTasks: what Slurm's MaxArraySize allows in one array; it caps the greatest number of a task, so that each
  ///     array counts from 0 and has a manifest of its own.
  static func plan(_ tries: [(ChunkTry, SlurmDemand)], chunksPerTask: Int, mostTasks: Int) -> [SlurmArray] {
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

extension SlurmDemand {
  /// What a chunk needs after what became of it so far.
  init(after attempts: [AttemptEnd], isRecovery: Bool) {
    for attempt in attempts {
      switch attempt.outcome {
      case .outOfMemory: outOfMemory += 1
      case .timedOut: timedOut += 1
      default: break
      }
    }
    // The last try is to have room, whatever the others failed of.
    if isRecovery { outOfMemory += 1 }
  }
}

extension Array {
  /// Pieces of so many elements, the last one with what is left.
  fileprivate func cut(into count: Int) -> [[Element]] {
    stride(from: 0, to: self.count, by: count).map { Array(self[$0..<Swift.min($0 + count, self.count)]) }
  }
}
