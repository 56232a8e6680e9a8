import Glibc
import MillraceCore

/// One task of an array, at work on its node: it tries its chunks one behind the other, and leaves a receipt for each.
struct ChunkTask {
  let folder: JobFolder
  let specification: JobSpecification
  let manifest: SlurmManifest
  /// Its number in the array.
  let number: Int
  let environment: [String: String]
  let diagnostics: Diagnostics
  let clock: Clock

  private var slurm: SlurmFolder { SlurmFolder(job: folder) }

  /// Tries all chunks; one that another copy of the task has claimed is left to it.
  func run() throws(Failure) {
    let (watch, stop, isOver) = (CommandWatch(), StopSignal(), SharedState(false))
    ChildProcess.adoptOrphans()
    Signals.whenStopped { _ in
      stop.set()
      watch.endAll(patience: 2)
      // The command has a moment to end, and what it wrote goes with it.
      isOver.wait { $0 ? () : nil }
    }
    let looking = try Worker<Void>("memory") {
      let files = KernelFiles.system
      let groups = files.memoryGroups()
      while !isOver.wait(upTo: 0.5, { $0 }) { _ = watch.look(files.memoryReading(groups: groups)) }
    }
    defer {
      isOver.change { $0 = true }
      try? looking.join()
    }
    for attempt in manifest.tasks.first ?? [] {
      if stop.isSet || isThere(folder.cancelPath) { return }
      guard try slurm.claim(attempt, owner: owner) else {
        diagnostics.note("attempt \(attempt.attempt) at chunk \(attempt.chunk) is another task's")
        continue
      }
      if let end = try run(attempt, watch, stop) { try slurm.leave(end, of: attempt) }
    }
  }

  /// - Returns: nil when the task was stopped meanwhile.
  private func run(_ attempt: ChunkTry, _ watch: CommandWatch, _ stop: StopSignal) throws(Failure) -> AttemptEnd? {
    let start = clock.now()
    let part = slurm.resultPath(attempt)
    // A rest of an attempt with this name that somebody ended before it was claimed like this.
    folder.removeFile(part)
    let errors = ErrorLog(folder: folder)
    let errorPath = errors.path(ofWorker: slurmJob)
    defer { folder.removeFile(errorPath) }
    let kills = memoryKills
    var end: AttemptEnd
    do throws(Failure) {
      let command = try ChunkCommand(
        manifest.command, directory: specification.directory, job: specification.identifier,
        parent: try folder.parent(),
        environment: environment)
      let observation = try ChunkAttempt(
        command: command, cut: attempt.cut, attempt: attempt.attempt, worker: number,
        inputPath: folder.inputPath(attempt.chunk), resultPath: part, errorPath: errorPath,
        limits: .init(time: manifest.chunkTimeout, memory: manifest.memory),
        expectation: ResultExpectation(specification, dialect: manifest.table.dialect)
      ).run(watch: watch, stop: stop, clock: clock)
      end = observation.end
      if memoryKills > kills, end.outcome != .cancelled {
        // Whatever the command made of it: a script may go on when a child of it is killed, and end well.
        end.outcome = .outOfMemory("the kernel killed a process of the task \(label)")
      }
      try errors.keep(end, from: errorPath)
      if end.outcome == .completed, manifest.isDurable { try folder.sync(part) }
    } catch {
      // The node cannot do it: that is told like a failure of the command, since another node may.
      end = AttemptEnd(
        chunk: attempt.chunk, attempt: attempt.attempt, outcome: .exited(error.status.rawValue), start: start,
        end: clock.now(), host: hostName(), worker: number, processorSeconds: 0, peakMemory: 0)
      end.lastWords = error.description
    }
    if end.outcome != .completed {
      folder.removeFile(part)
      folder.removeFile(part + ".prov")
    }
    if end.outcome == .cancelled { return nil }
    if end.outcome != .completed, isStoppedSoon(stop) { return nil }
    end.details = details
    return end
  }

  /// Whether what ended the command is about to end the task: Slurm sends its signals to all processes at once, and the
  /// command may be the first to hear.
  private func isStoppedSoon(_ stop: StopSignal) -> Bool {
    let deadline = Clock.monotonicSeconds() + 0.5
    while !stop.isSet, Clock.monotonicSeconds() < deadline { usleep(20_000) }
    return stop.isSet
  }

  /// How many processes of this task the kernel has killed for the memory they took; 0 where nobody counts. Only a group
  /// that Slurm made for the task counts, since others hold more than the task.
  private var memoryKills: Int {
    let files = KernelFiles.system
    let part = "/job_\(slurmJob)"
    return files.memoryGroups().filter { "\($0.path)/".contains(part + "/") }
      .compactMap { files.outOfMemoryKills(in: $0) }.max() ?? 0
  }

  private var slurmJob: Int { environment["SLURM_JOB_ID"].flatMap { Int($0) } ?? Int(getpid()) }

  /// `4711_3`.
  private var label: String { "\(environment["SLURM_ARRAY_JOB_ID"] ?? "?")_\(number)" }

  private var owner: String { "\(label) on \(environment["SLURMD_NODENAME"] ?? hostName())" }

  /// What Slurm told the task of itself, for the records.
  private var details: [JSONValue.Member] {
    let names = [
      ("slurm_job_id", "SLURM_JOB_ID"), ("slurm_array_job_id", "SLURM_ARRAY_JOB_ID"),
      ("slurm_array_task_id", "SLURM_ARRAY_TASK_ID"), ("slurm_node", "SLURMD_NODENAME"),
      ("slurm_partition", "SLURM_JOB_PARTITION"), ("slurm_cpus", "SLURM_CPUS_ON_NODE"),
      ("slurm_memory_per_node", "SLURM_MEM_PER_NODE"), ("slurm_memory_per_cpu", "SLURM_MEM_PER_CPU"),
      ("slurm_gpus", "SLURM_JOB_GPUS"),
    ]
    return names.compactMap { name, variable in
      guard let value = environment[variable], !value.isEmpty else { return nil }
      return .init(name, Int(value).map { .integer($0) } ?? .string(value))
    }
  }
}
