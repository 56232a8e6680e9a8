import MillraceCore

/// A job that options describe.
struct NewJob {
  var options: NewJobOptions
  /// What --jobs says.
  var jobs: Int?
  /// Of the job's folder; nil for a new one among the user's jobs.
  var path: String?
  /// Where the result goes when nobody waits for it, from the root.
  var output: String?

  /// Makes the job's folder, or finds the same job in it.
  func openFolder(_ specification: JobSpecification) throws(Failure) -> JobFolder {
    let path = path ?? "\(JobFolder.home(processEnvironment()))/\(specification.identifier)"
    guard let folder = try? JobFolder(finding: path + "/", environment: [:]) else {
      return try JobFolder.create(path, specification)
    }
    guard try isDone(folder, specification, path) else { return folder }
    let lock = try folder.own()
    defer { withExtendedLifetime(lock) {} }
    // Before the lock was taken, another process may have begun the job anew, and been killed.
    guard try isDone(folder, specification, path) else { return folder }
    if let other = try folder.namesOfOthers().first {
      throw Failure(
        .badConfiguration, "the folder of the completed job holds a file that is not its own: \(other)",
        at: Place(file: path), advice: "move it, or name another folder")
    }
    try folder.beginAnew(specification)
    return folder
  }

  /// Whether the folder's job is completed, and nothing of it is left to be done.
  ///
  /// - Throws: `.badConfiguration` when it is another job than the one that is wanted.
  private func isDone(
    _ folder: JobFolder, _ specification: JobSpecification, _ path: String
  ) throws(Failure) -> Bool {
    let record = try folder.record()
    if let difference = record.specification.differences(from: specification).first {
      throw Failure(
        .badConfiguration, "the folder holds another job: here \(difference)", at: Place(file: path),
        advice: "batch-run resume goes on with that job; name another folder for this one")
    }
    return record.isDone
  }

  func specification() throws(Failure) -> JobSpecification {
    let surroundings = Surroundings.ofThisProcess()
    return JobSpecification(
      identifier: JobSpecification.newIdentifier(surroundings), created: surroundings.clock.now(),
      command: options.command,
      directory: resolvedPath(".") ?? ".", input: try JobInput(options.input, options.table),
      rule: options.chunking.rule,
      result: options.chunking.result,
      acceptedStatuses: options.chunking.acceptStatus.statuses, keepsRowCount: options.chunking.sameRows,
      output: output,
      settings: options.work.settings(jobs: jobs))
  }
}

extension JobInput {
  /// - Parameter path: "-" for standard input.
  init(_ path: String, _ options: TableOptions) throws(Failure) {
    let source = try FileSource(path: path)
    name = source.name
    self.path = source.pathFromStart
    version = self.path == nil ? nil : source.version.description
    size = self.path == nil ? nil : source.size
    format = options.from
    delimiter = options.delimiter?.byte
    hasNoHeader = options.hasNoHeader
    maximumRecordBytes = options.maxRecordBytes.bytes
  }
}

extension JobSpecification {
  /// A new job's name: when it was made, and four characters that tell it from others of the same second.
  static func newIdentifier(_ surroundings: Surroundings) -> String {
    let time = surroundings.clock.now().localText
    let digits = time.prefix(19).filter { $0.isNumber }
    let letters = Array("23456789abcdefghjkmnpqrstuvwxyz")
    var bits = surroundings.random()
    var mark = ""
    for _ in 0..<4 {
      mark.append(letters[Int(bits % UInt64(letters.count))])
      bits /= UInt64(letters.count)
    }
    return "\(digits.prefix(8))-\(digits.suffix(6))-\(mark)"
  }
}
