import Glibc

/// One run of a filter: its inputs, its output, and what is told and recorded about them.
public final class Stage {
  public let diagnostics: Diagnostics
  public let progress: Progress
  public let recorder: StageRecorder
  /// The clock, the random numbers and the environment of the run.
  public let surroundings: Surroundings
  /// Number of workers.
  public let jobs: Int
  /// Nothing is to be touched: outputs go nowhere and no provenance is written.
  public let isDryRun: Bool
  /// What the tool exits with when nothing fails: `.no` once rows were left out, or when the tool says so.
  public var exitStatus = ExitStatus.success

  /// Nil for standard output.
  let outputPath: String?

  init<Command: FilterCommand>(_ command: Command) throws(Failure) {
    let options = command.common.run
    let provenance = command.common.provenance
    let diagnostics = options.makeDiagnostics()
    self.diagnostics = diagnostics
    surroundings = .ofThisProcess()
    outputPath = command.common.output.path
    jobs = options.workers
    isDryRun = options.dryRun
    progress = try Progress(options.progress, diagnostics: diagnostics)
    recorder = StageRecorder(
      StageDescription(
        tool: Command.toolName, version: Millrace.version, arguments: Array(CommandLine.arguments.dropFirst()),
        parameters: .object(command.parameters + [.init("jobs", .integer(options.workers))]),
        seed: options.seed, contextLevel: provenance.context ?? Command.defaultContext,
        destination: provenance.noProvenance || options.dryRun
          ? .off : provenance.provenance.map { .file($0) } ?? .automatic,
        requiresUpstream: provenance.requireUpstream, hashesEveryInput: provenance.verify),
      surroundings: surroundings, warn: { diagnostics.warning($0.description) })
    if provenance.requireUpstream, recorder.isOff, !isDryRun {
      throw Failure(
        .usage, "--require-upstream needs the records that --no-provenance or MILLRACE_PROVENANCE=off switches off")
    }
    // An output that cannot be made is told before hours of work, not after.
    if let path = outputPath { try AtomicFile.check(path) }
    try recorder.begin(outputPath.map { .file($0) } ?? .standardOutput(STDOUT_FILENO))
    let recorder = recorder
    Signals.whenStopped { signal in recorder.fail(status: 128 + signal) }
  }

  // MARK: Inputs

  /// Tells progress what there is to read: the bytes of these inputs, when all are regular files.
  ///
  /// - Parameter paths: All inputs, "-" for standard input.
  public func expect(_ paths: [String]) {
    var total = 0
    for path in paths {
      var status = stat()
      let result = unsafe path == "-" ? fstat(STDIN_FILENO, &status) : stat(path, &status)
      guard result == 0, fileKind(status) == S_IFREG else { return }
      let sum = total.addingReportingOverflow(Int(status.st_size))
      // Holes, and no bytes that anybody will see read to their end.
      if sum.overflow { return }
      total = sum.partialValue
    }
    progress.expect(bytes: total)
  }

  /// Opens an input that is read to its end, compressed or not. Any thread may call it.
  public typealias Opener = @Sendable (_ path: String) throws(Failure) -> RecordedInput

  /// Opens inputs as `open` does, for whoever reads several one after the other, such as `TableSequence`.
  public var opener: Opener {
    let (recorder, progress) = (recorder, progress)
    return { path throws(Failure) in
      try RecordedInput(path: path, knownDigest: nil, recorder: recorder, progress: progress)
    }
  }

  /// Opens an input that is read to its end, compressed or not.
  ///
  /// - Parameters:
  ///   - knownDigest: Of the file as it lies there, where it has been computed already.
  ///   - isHashedByReader: Whoever reads gives all that it read to `RecordedInput.hash`, and may `mark` where it wants a digest.
  public func open(
    _ path: String, knownDigest: SHA256Digest? = nil, isHashedByReader: Bool = false
  ) throws(Failure) -> RecordedInput {
    try RecordedInput(
      path: path, knownDigest: knownDigest, isHashedByReader: isHashedByReader, recorder: recorder, progress: progress)
  }

  // MARK: The output

  /// Opens the output, which appears under its name only when `finish` is called.
  public func openOutput(compression: Compression? = nil) throws(Failure) -> OutputFile {
    let digest = recorder.isOff ? nil : DigestThread()
    return try OutputFile(path: isDryRun ? "/dev/null" : outputPath ?? "-", compression: compression, digest: digest)
  }

  /// Gives the output its name, and then its sidecar.
  ///
  /// - Parameter recording: Called between the two, when every mark in the output has been told: what is recorded of it can
  ///   only be written now.
  public func finish(
    _ file: OutputFile, rowsIn: Int, rowsOut: Int, records: Int? = nil,
    recording: () throws(Failure) -> Void = {}
  ) throws(Failure) {
    let written = try file.finish()
    try recording()
    try recorder.finish(
      output: StreamContent(digest: written.digest, bytes: written.byteCount, records: records ?? rowsOut),
      rowsIn: rowsIn, rowsOut: rowsOut, status: exitStatus)
    progress.finish()
    if isDryRun {
      let name = outputPath ?? "standard output"
      diagnostics.note("would write \(written.byteCount) bytes, \(records ?? rowsOut) records, to \(name)")
    }
  }

  func fail(_ failure: Failure) {
    progress.finish()
    if failure.status == .badData { recorder.warnOfDeadProducers() }
    recorder.fail(status: failure.status.rawValue)
  }
}
