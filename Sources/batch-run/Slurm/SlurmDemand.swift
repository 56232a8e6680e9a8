import MillraceCore

/// What an array asks for: memory and time that grow with the attempts that had too little.
struct SlurmDemand: Sendable, Hashable {
  /// Attempts that ran out of memory.
  var outOfMemory = 0
  /// Attempts that ran out of time.
  var timedOut = 0

  /// Doublings at most, so that no sum is beyond all machines.
  private static let most = 6

  /// What has been asked for before, as far as it is known from the jobs themselves.
  struct Given: Sendable, Equatable {
    var memoryPerNode: Int?
    var memoryPerCore: Int?
    var timeLimit: Int?
  }

  /// Words for sbatch.
  ///
  /// - Parameters:
  ///   - options: the user's.
  ///   - memoryPerWorker: in bytes, for where the options say nothing.
  ///   - chunkTimeout: in seconds, likewise.
  ///   - given: what tasks without any demand got from the partition, when that is known.
  func words(
    _ options: SlurmOptions, memoryPerWorker: Int?, chunkTimeout: Double?, chunksPerTask: Int, given: Given
  ) -> [String] {
    var words = options.words
    if let memory = memory(options, memoryPerWorker, given) {
      words.append("\(memory.option)=\(memory.mebibytes.map { "\($0)M" } ?? "0")")
    }
    if let minutes = minutes(options, chunkTimeout.map { $0 * Double(chunksPerTask) }, given) {
      words.append("--time=\(minutes == .max ? "UNLIMITED" : String(minutes))")
    }
    return words
  }

  private func memory(_ options: SlurmOptions, _ memoryPerWorker: Int?, _ given: Given) -> SlurmOptions.Memory? {
    var memory = options.memory
    if memory == nil, let memoryPerWorker {
      memory = .init(option: "--mem", mebibytes: max(1, (memoryPerWorker + (1 << 20) - 1) >> 20))
    }
    if memory == nil, outOfMemory > 0 {
      // Nobody said how much: twice what the partition gives.
      if let mebibytes = given.memoryPerNode {
        memory = .init(option: "--mem", mebibytes: mebibytes)
      } else if let mebibytes = given.memoryPerCore {
        memory = .init(option: "--mem-per-cpu", mebibytes: mebibytes)
      }
    }
    guard var memory, let mebibytes = memory.mebibytes else { return memory }
    memory.mebibytes = mebibytes << min(outOfMemory, Self.most)
    return memory
  }

  /// Nil for the partition's; `Int.max` for no limit.
  private func minutes(_ options: SlurmOptions, _ taskSeconds: Double?, _ given: Given) -> Int? {
    if let time = options.time, time.seconds == nil { return .max }
    let known = options.time?.seconds.map { Double($0) } ?? taskSeconds.map { $0 + Self.margin }
    guard let seconds = known ?? (timedOut > 0 ? given.timeLimit.map { Double($0) } : nil) else { return nil }
    return SlurmAmounts.minutes(ofSeconds: seconds * Double(1 << min(timedOut, Self.most)))
  }

  /// For the start and the end of a task, in seconds, so that a chunk's own time limit comes before the task's.
  private static let margin = 120.0
}
