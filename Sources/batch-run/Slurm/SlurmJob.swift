import MillraceCore

/// One job that Slurm knows, or one task of an array, or those tasks of an array that still wait together.
struct SlurmJob: Sendable, Equatable {
  /// Every task that ran has one of its own.
  var identifier: Int
  /// The array that it belongs to.
  var array: Int?
  var task: Int?
  /// Of an array: the tasks that wait and have no entry of their own.
  var waiting: SlurmTaskSet?
  var name: String
  var comment: String
  var state: SlurmState
  /// Why it waits or ended so, one word of Slurm's.
  var reason = ""
  var exit: SlurmExit?
  var node = ""
  /// In seconds.
  var timeLimit: Int?
  /// Asked for on each node, in MiB.
  var memoryPerNode: Int?
  /// Asked for with each core, in MiB.
  var memoryPerCore: Int?
  /// As `cpu=1,mem=50M,node=1,gres/gpu=1`.
  var allocated = ""
  /// In seconds.
  var elapsed: Int?
  /// Greatest resident memory in bytes, where accounting knows it.
  var peakMemory: Int?

  /// What scancel and people know it by: `4711`, or `4711_3` for a task.
  var label: String {
    guard let array, let task else { return String(array ?? identifier) }
    return "\(array)_\(task)"
  }
}

/// Tasks of an array: `0-3,7`, `0-20:2%3`, with `...` where Slurm cut the text.
struct SlurmTaskSet: Sendable, Equatable {
  var ranges: [ClosedRange<Int>]
  /// Only every so many within a range.
  var steps: [Int]
  /// There may be more.
  var isCut: Bool

  /// Nil for what is no set of tasks.
  init?(_ text: String) {
    (ranges, steps, isCut) = ([], [], false)
    let set = text.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)[0]
    guard !set.isEmpty, set.utf8.count <= 1 << 20 else { return nil }
    for part in set.split(separator: ",", omittingEmptySubsequences: false) {
      if part.hasSuffix("...") {
        isCut = true
        continue
      }
      let stepped = part.split(separator: ":", omittingEmptySubsequences: false)
      let ends = stepped[0].split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
      guard stepped.count <= 2, ends.count <= 2, let first = ends[0], let last = ends.last ?? nil, first >= 0,
        first <= last, let step = stepped.count == 2 ? Int(stepped[1]) : 1, step > 0
      else { return nil }
      ranges.append(first...last)
      steps.append(step)
    }
  }

  func contains(_ task: Int) -> Bool {
    isCut || zip(ranges, steps).contains { $0.contains(task) && (task - $0.lowerBound) % $1 == 0 }
  }
}
