import MillraceCore

/// Sends what is to be done to Slurm: arrays of tasks, and the job that goes on behind them.
struct SlurmSubmitter {
  let job: OwnedJob
  let folder: SlurmFolder
  let settings: JobSettings
  let options: SlurmOptions
  let commands: SlurmCommands
  /// This very program, as the nodes find it.
  let program: String

  /// - Throws: `.usage` for options that are not for users to give.
  init(_ job: OwnedJob, settings: JobSettings, commands: SlurmCommands) throws(Failure) {
    self.job = job
    folder = SlurmFolder(job: job.folder)
    self.settings = settings
    options = try SlurmOptions(words: settings.slurmOptions)
    self.commands = commands
    program = try pathOfThisProgram()
  }

  /// Writes an array's manifest and submits it.
  ///
  /// - Parameters:
  ///   - number: the array's, of this job.
  ///   - throttle: tasks that may run at a time.
  /// - Returns: its number on Slurm.
  func submit(
    _ array: SlurmArray, number: Int, command: [String], table: JobTable, throttle: Int?, given: SlurmDemand.Given
  ) throws(Failure) -> Int {
    try folder.make()
    try folder.writeScript()
    let manifest = SlurmManifest(
      command: command, table: table, chunkTimeout: settings.chunkTimeout,
      memory: settings.memoryPerWorker.map { $0 << min(array.demand.outOfMemory, 6) }, isDurable: settings.isDurable,
      tasks: array.tasks)
    try job.folder.writePrivately(manifest.text, to: folder.manifestPath(number))
    let words = array.demand.words(
      options, memoryPerWorker: settings.memoryPerWorker, chunkTimeout: settings.chunkTimeout,
      chunksPerTask: settings.chunksPerTask, given: given)
    let identifier = try commands.submit(
      SlurmCommands.Submission(
        mark: folder.mark(number, of: job.specification),
        options: words + ["--array=\(array.range(throttle: throttle))"] + common(folder.logPath(number)),
        command: [folder.scriptPath, program, "task", job.folder.path, String(number)]))
    try folder.keep(slurmJob: identifier, of: number)
    return identifier
  }

  /// Submits the job that goes on when arrays have ended, however they ended.
  ///
  /// - Parameters:
  ///   - round: which one it is; each has a mark of its own.
  func submitFinish(behind arrays: [Int], round: Int) throws(Failure) -> Int {
    let mark = "millrace-\(job.specification.identifier)-finish.\(round)"
    let dependency = arrays.map { "afterany:\($0)" }.joined(separator: ",")
    return try commands.submit(
      SlurmCommands.Submission(
        mark: mark,
        options: options.wordsWithoutDevices + [
          "--dependency=\(dependency)", "--kill-on-invalid-dep=yes",
        ] + common("\(job.folder.path)/slurm/finish.log"),
        command: [folder.scriptPath, program, "resume", "--hand-over", job.folder.path] + job.folder.keptArguments()))
  }

  /// Patterns in paths stand for themselves.
  private func common(_ log: String) -> [String] {
    [
      "--output=\(log.split(separator: "%", omittingEmptySubsequences: false).joined(separator: "%%"))",
      "--open-mode=append", "--no-requeue", "--chdir=\(job.specification.directory)",
    ]
  }
}

extension SlurmOptions {
  /// What a job needs that only puts files together: the way to a partition, but no devices and no whole nodes.
  fileprivate var wordsWithoutDevices: [String] {
    let beginnings = [
      "--gres", "--gpus", "-G", "--cpus-per", "-c", "--exclusive", "--ntasks", "-n", "--nodes", "-N", "--tres",
      "--mincpus", "--cores", "--sockets", "--threads", "--mem-bind", "--gpu-bind",
    ]
    var kept: [String] = []
    var drops = false
    for word in words {
      if word.hasPrefix("-") {
        drops = beginnings.contains { word.hasPrefix($0) }
      }
      if !drops { kept.append(word) }
    }
    return kept
  }
}
