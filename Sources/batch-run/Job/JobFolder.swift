import Glibc
import MillraceCore

/// The folder of a job: everything that is known of it, so that any process that sees the folder can tell where it stands,
/// and the next owner can go on.
struct JobFolder: Sendable {
  let path: String

  /// Where jobs have their folders when nobody says otherwise.
  static func home(_ environment: [String: String]) -> String { "\(stateFolder(environment))/jobs" }

  /// Finds a job by its id or the path of its folder.
  ///
  /// - Throws: `.noInput` when there is none.
  init(finding name: String, environment: [String: String]) throws(Failure) {
    let candidates = name.contains("/") ? [name] : ["\(Self.home(environment))/\(name)", name]
    guard let path = candidates.first(where: { isRegularFile("\($0)/\(Self.specificationName)") }) else {
      if let path = candidates.first(where: { isFolder($0) }), unsafe access(path, R_OK | X_OK) != 0 {
        throw .system(.noInput, "cannot look into the job's folder", errorNumber: errno, at: Place(file: path))
      }
      throw Failure(
        .noInput, "there is no such job", at: Place(file: name),
        advice: isFolder(name) ? "the folder has no \(Self.specificationName)" : "batch-run list shows the jobs")
    }
    self.path = resolvedPath(path) ?? path
  }

  private init(path: String) { self.path = path }

  /// Makes a folder for a new job.
  ///
  /// - Throws: `.cannotCreate`, and for a folder that holds other files `.badConfiguration`.
  static func create(_ path: String, _ specification: JobSpecification) throws(Failure) -> JobFolder {
    if isFolder(path), try !namesInFolder(path).allSatisfy({ isUnfinished($0, in: path) }) {
      throw Failure(
        .badConfiguration, "the folder holds other files", at: Place(file: path),
        advice: "--job names a folder to be made, or that of a job to go on with")
    }
    try makePrivateFolder(path)
    let folder = JobFolder(path: resolvedPath(path) ?? path)
    // Whoever makes the same folder at this moment has another specification.
    let lock = try folder.own()
    guard !isRegularFile("\(folder.path)/\(specificationName)") else {
      throw Failure(
        .stoppedEarly, "another process has just made a job in the folder", at: Place(file: path),
        advice: "name another folder, or wait for that job")
    }
    try folder.makeSubfolders()
    try withExtendedLifetime(lock) { () throws(Failure) in try folder.write(specification) }
    return folder
  }

  /// Makes the folder of a completed job that of a new one, which differs from it in nothing but name and time. The caller
  /// owns it, and goes on doing so: the lock file stays.
  ///
  /// A kill on the way leaves a completed job, which is begun anew: the journal says so to the last.
  func beginAnew(_ specification: JobSpecification) throws(Failure) {
    try write(specification)
    let kept = [Self.lockName, Self.specificationName, nameInFolder(journalPath)]
    for name in try namesInFolder(path) where !kept.contains(name) { removeTree("\(path)/\(name)") }
    try makeSubfolders()
    removeFile(journalPath)
  }

  /// Makes the folders within that are not there.
  func makeSubfolders() throws(Failure) {
    for name in Self.subfolders { try makePrivateFolder("\(path)/\(name)") }
  }

  /// Whether something in a folder is what a kill leaves of a job that was being made.
  private static func isUnfinished(_ name: String, in folder: String) -> Bool {
    if name == lockName || name.hasPrefix(".millrace-") { return true }
    return subfolders.contains(name) && (try? namesInFolder("\(folder)/\(name)"))?.isEmpty == true
  }

  /// What lies in the folder and was not put there by batch-run, in the order of the names.
  func namesOfOthers() throws(Failure) -> [String] {
    try namesInFolder(path).filter { name in
      !Self.subfolders.contains(name) && !Self.files.contains(name)
        && !name.hasPrefix(".millrace-") && !name.hasPrefix(nameInFolder(producerPath) + ".")
    }.sorted()
  }

  private static let files: Set = [
    specificationName, lockName, "journal.ndjson", "header", "input.prov", "live.json", "cancel", "parent.json",
    "finish.json", "runner.log", "slurm",
  ]
  private static let specificationName = "job.json"
  private static let lockName = "owner.lock"
  private static let subfolders = ["input", "results", "stderr", "failed", "receipts"]
  /// Bytes of a specification: a command line has two million at most.
  private static let largestSpecification = 16 << 20

  // MARK: Names

  var journalPath: String { "\(path)/journal.ndjson" }
  /// The bytes that every chunk begins with.
  var headerPath: String { "\(path)/header" }
  /// What is known of the stage that wrote the input, for an owner that does not read it any more.
  var producerPath: String { "\(path)/input.prov" }
  /// What the owner says each second.
  var livePath: String { "\(path)/live.json" }
  /// Whose being there asks the owner to stop.
  var cancelPath: String { "\(path)/cancel" }
  private var lockPath: String { "\(path)/\(Self.lockName)" }

  func inputPath(_ chunk: ChunkIdentifier) -> String { "\(path)/input/\(chunk)" }
  func resultPath(_ chunk: ChunkIdentifier) -> String { "\(path)/results/\(chunk)" }
  /// Where an attempt's result grows: no two attempts, wherever they run, share one.
  func partialResultPath(_ chunk: ChunkIdentifier, attempt: String) -> String {
    "\(path)/results/\(chunk)-\(attempt).part"
  }
  func errorPath(_ chunk: ChunkIdentifier) -> String { "\(path)/stderr/\(chunk)" }
  func failedPath(_ chunk: ChunkIdentifier) -> String { "\(path)/failed/\(chunk)" }
  func failedInputPath(_ chunk: ChunkIdentifier) -> String { "\(failedPath(chunk))/input" }

  // MARK: Reading

  func specification() throws(Failure) -> JobSpecification {
    let file = "\(path)/\(Self.specificationName)"
    return try JobSpecification(ObjectReader(file: file, limit: Self.largestSpecification))
  }

  /// The job as its journal tells of it.
  func record() throws(Failure) -> JobRecord { try read().record }

  /// The record, and the bytes of the journal's whole lines.
  func read() throws(Failure) -> (record: JobRecord, wholeBytes: Int) {
    var record = JobRecord(try specification())
    var reader = JournalReader(path: journalPath)
    while let line = try reader.next() { record.apply(line) }
    return (record, reader.wholeBytes)
  }

  /// The bytes that every chunk begins with; empty where there are none.
  func header() throws(Failure) -> ByteBuffer {
    isRegularFile(headerPath) ? try readFile(headerPath, limit: 1 << 30) : ByteBuffer(capacity: 0)
  }

  // MARK: Owning

  /// The process that works on the job now, "process 4711 on node17"; nil when none does. Who asks does not become it.
  var owner: String? { FileLock.isHeld(lockPath) ? FileLock.holder(of: lockPath) ?? "a process" : nil }

  /// Makes this process the job's owner.
  ///
  /// - Throws: `.stoppedEarly` while another one is.
  func own() throws(Failure) -> FileLock {
    // Who looks whether there is an owner has the lock for an instant.
    for _ in 0..<10 {
      if let lock = try FileLock.tryAcquire(lockPath) { return lock }
      usleep(20_000)
    }
    throw Failure(
      .stoppedEarly, "the job is being worked on by \(FileLock.holder(of: lockPath) ?? "another process")",
      at: Place(file: path), advice: "batch-run wait waits for it, batch-run cancel stops it")
  }

  // MARK: Writing

  func write(_ specification: JobSpecification) throws(Failure) {
    try writePrivately(specification.json, to: "\(path)/\(Self.specificationName)", durable: true)
  }

  /// Writes a file of the job that appears whole or not at all, for its user's eyes alone.
  func writePrivately(_ bytes: ByteBuffer, to path: String, durable: Bool = false) throws(Failure) {
    try AtomicFile.write(bytes, to: path, permissions: 0o600, durable: durable)
  }

  /// The same for a value, as a line of JSON.
  func writePrivately(_ value: JSONValue, to path: String, durable: Bool = false) throws(Failure) {
    let line = ByteBuffer(capacity: 512)
    value.write(to: line)
    line.append(UInt8(ascii: "\n"))
    try writePrivately(line, to: path, durable: durable)
  }
}

extension JobFolder {
  /// Removes inputs and results of a job whose result was written.
  func removeData(keepingSidecarsOf chunks: Set<ChunkIdentifier>) throws(Failure) {
    removeTree("\(path)/input")
    let kept = Set(chunks.map { nameInFolder(resultPath($0)) + sidecarSuffix })
    for name in try namesInFolder("\(path)/results") where !kept.contains(name) {
      removeFile("\(path)/results/\(name)")
    }
    if kept.isEmpty { removeTree("\(path)/results") }
  }

  /// Removes a file that is not needed any more; none is fine, too.
  func removeFile(_ path: String) { _ = unsafe unlink(path) }

  /// Has a file's bytes reach the disk.
  func sync(_ path: String) throws(Failure) {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    defer { if descriptor >= 0 { close(descriptor) } }
    guard descriptor < 0 || fdatasync(descriptor) != 0 else { return }
    throw .system(.inputOutput, "cannot write", errorNumber: errno, at: Place(file: path))
  }

  /// Has it reach the disk which files of chunks there are.
  func syncInputNames() throws(Failure) {
    let input = "\(path)/input"
    let descriptor = unsafe open(input, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    defer { if descriptor >= 0 { close(descriptor) } }
    guard descriptor < 0 || fsync(descriptor) != 0 else { return }
    throw .system(.inputOutput, "cannot write", errorNumber: errno, at: Place(file: input))
  }

  /// - Throws: `.inputOutput` when the disk is full: then attempts fail, and that is no fault of the command's.
  func checkSpace() throws(Failure) {
    var status = statvfs()
    guard unsafe statvfs(path, &status) == 0, status.f_bavail * UInt(status.f_frsize) < 256 << 10 else { return }
    throw Failure(
      .inputOutput, "no space is left for the job's files", at: Place(file: path),
      advice: "free some, then batch-run resume \(JobHome(processEnvironment()).name(of: self))")
  }

  /// Moves a file of the job within its folder.
  func move(_ path: String, to target: String) throws(Failure) {
    guard unsafe rename(path, target) != 0 else { return }
    throw .system(.inputOutput, "cannot move the file to \(target)", errorNumber: errno, at: Place(file: path))
  }
}
