import Glibc
import MillraceCore

/// A job that this process works on: nobody else does as long as this value lives.
final class OwnedJob: Sendable {
  let folder: JobFolder
  let specification: JobSpecification
  let journal: JobJournal
  /// As the journal told it when the job was taken over.
  let record: JobRecord
  /// Where the job stood before.
  let stateBefore: (state: JobState, reason: String?)
  let spares: SpareFiles
  private let lock: FileLock

  /// Takes a job over.
  ///
  /// - Parameters:
  ///   - command: What is run on what is left; empty for what was run before.
  ///   - result: What results are from here on; nil for what they were before.
  /// - Throws: `.stoppedEarly` while another process has it.
  init(
    _ folder: JobFolder, clock: Clock, changingCommandTo command: [String] = [], resultTo result: ResultForm? = nil
  ) throws(Failure) {
    self.folder = folder
    spares = SpareFiles(folder)
    lock = try folder.own()
    try folder.makeSubfolders()
    if let result {
      var specification = try folder.specification()
      specification.result = result
      try folder.write(specification)
    }
    let (record, wholeBytes) = try folder.read()
    specification = record.specification
    stateBefore = (record.state, record.stateReason)
    journal = try JobJournal(path: folder.journalPath, wholeBytes: wholeBytes, clock: clock)
    var now = record
    var events: [JobEvent] = [.owner(process: Int(getpid()), host: hostName())]
    if !command.isEmpty, command != record.command { events.append(.command(command)) }
    for line in try journal.append(events) { now.apply(line) }
    self.record = now
  }
}

extension OwnedJob {
  /// As the user names the job: its id, or the folder where that is not among the others.
  var name: String { JobHome(processEnvironment()).name(of: folder) }

  /// What whoever goes on has to give beside the job's name.
  func inputAgain(_ board: JobBoard) -> String {
    specification.input.path == nil && board.look { $0.inputEnd } == nil ? ", given the same input," : ""
  }

  /// Writes down that a signal stopped the work, and tells how it goes on.
  func tellStop(by signal: Int32, _ board: JobBoard, _ diagnostics: Diagnostics) {
    // The journal may be what cannot be written.
    _ = try? journal.append([.state(.cancelled, reason: "stopped by signal \(signal)")])
    diagnostics.note("stopped by signal \(signal): batch-run resume \(name)\(inputAgain(board)) goes on")
  }

  /// Ends the job's commands: what an earlier owner that was killed left running, or this one when it is stopped.
  func endLeftProcesses() {
    // What is run for an alert has no chunk.
    ProcessMark(["MILLRACE_JOB": specification.identifier, "MILLRACE_CHUNK": nil]).endAll()
  }

  /// Removes what attempts left that never ended.
  func removePartialResults() throws(Failure) {
    try spares.removeOld()
    let results = "\(folder.path)/results"
    for name in try namesInFolder(results) where name.hasSuffix(".part") || name.hasSuffix(".part.prov") {
      _ = unsafe unlink("\(results)/\(name)")
    }
  }
}

extension OwnedJob {
  /// The columns of the input; none where it has no header.
  func columns(_ table: JobTable) throws(Failure) -> [FieldName] {
    guard table.hasHeader else { return [] }
    let reader = try BlockReader(
      try FileSource(path: folder.headerPath), name: folder.headerPath, options: specification.input.reading,
      pool: BufferPool(capacity: BlockReader.blockBytes))
    return reader.table.columns
  }
}
