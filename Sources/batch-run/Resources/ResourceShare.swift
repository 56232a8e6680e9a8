import MillraceCore

/// Cores and memory: what a machine has, or a job wants of it.
struct ResourceShare: Sendable, Hashable {
  var cores: Int
  /// In bytes; 0 where a job does not say how much it takes.
  var memory: Int

  /// More memory than any machine has: sums of shares must not overflow.
  static let greatestMemory = 1 << 50
  static let greatestCores = 1 << 20

  static func + (one: ResourceShare, other: ResourceShare) -> ResourceShare {
    ResourceShare(cores: one.cores + other.cores, memory: one.memory + other.memory)
  }

  static func - (one: ResourceShare, other: ResourceShare) -> ResourceShare {
    ResourceShare(cores: one.cores - other.cores, memory: one.memory - other.memory)
  }

  func fits(in other: ResourceShare) -> Bool { cores <= other.cores && memory <= other.memory }
}

extension ResourceShare: CustomStringConvertible {
  /// `4 cores and 8G`, or `1 core`.
  var description: String {
    let named = counted(cores, "core")
    return memory == 0 ? named : "\(named) and \(memoryText(memory))"
  }
}

/// The value of `--workers`.
enum WorkerCount: Sendable, Hashable {
  /// As many as the machine has cores, and memory for.
  case auto
  case number(Int)
}

/// What a job wants for its workers.
struct WorkerRequest: Sendable, Hashable {
  var workers: WorkerCount
  /// In bytes; nil where the job does not say.
  var memoryPerWorker: Int?

  /// How many workers the job gets on a machine that is all its own.
  ///
  /// - Throws: `.usage` when the machine could never run them.
  func workers(on machine: ResourceShare) throws(Failure) -> Int {
    let advice = "--workers auto takes what the machine has"
    if let memoryPerWorker, memoryPerWorker > machine.memory {
      throw Failure(
        .usage,
        "one worker wants \(memoryText(memoryPerWorker)) of memory, and this machine has \(memoryText(machine.memory))",
        advice: "lower --memory-per-worker, or run the job on a larger machine")
    }
    switch workers {
    case .auto:
      guard let memoryPerWorker, memoryPerWorker > 0 else { return max(1, machine.cores) }
      return max(1, min(machine.cores, machine.memory / memoryPerWorker))
    case .number(let number):
      let share = share(ofWorkers: number, on: machine)
      guard share.fits(in: machine) else {
        throw Failure(.usage, "the job wants \(share), and this machine has \(machine)", advice: advice)
      }
      return number
    }
  }

  /// What so many workers take. More of them than there are cores share the cores: commands that wait for a service do.
  func share(ofWorkers number: Int, on machine: ResourceShare) -> ResourceShare {
    let memory = number.multipliedReportingOverflow(by: memoryPerWorker ?? 0)
    return ResourceShare(
      cores: min(number, machine.cores), memory: memory.overflow ? .max : memory.partialValue)
  }
}
