import Glibc
import MillraceCore

/// What a job's folder holds for Slurm: a manifest for each array, what its tasks printed, and of each attempt a claim and a
/// receipt. Of every name there is one writer: an attempt is its claim's owner's.
struct SlurmFolder: Sendable {
  let job: JobFolder

  private var path: String { "\(job.path)/slurm" }

  /// Makes the folder, where it is not there.
  func make() throws(Failure) { try makePrivateFolder(path) }

  // MARK: Arrays, counted from 1

  func manifestPath(_ array: Int) -> String { "\(path)/\(padded(array, 5)).tasks" }
  /// What a task says beside its command: nothing, as long as all is well.
  func logPath(_ array: Int) -> String { "\(path)/\(padded(array, 5)).log" }
  private func numberPath(_ array: Int) -> String { "\(path)/\(padded(array, 5)).job" }
  var scriptPath: String { "\(path)/task.sh" }

  /// The arrays that were ever laid out, in order.
  func arrays() -> [Int] {
    ((try? namesInFolder(path)) ?? []).compactMap { name in
      name.hasSuffix(".tasks") ? Int(name.dropLast(6)) : nil
    }.sorted()
  }

  /// The mark of an array's jobs on Slurm.
  func mark(_ array: Int, of job: JobSpecification) -> String { Self.marks(of: job) + String(array) }

  /// What the marks of all of a job's arrays begin with.
  static func marks(of job: JobSpecification) -> String { "millrace-\(job.identifier)." }

  /// Keeps the number that Slurm gave an array.
  func keep(slurmJob number: Int, of array: Int) throws(Failure) {
    try job.writePrivately(ByteBuffer("\(number)\n"), to: numberPath(array))
  }

  /// The number that Slurm gave an array; nil when it was never heard.
  func slurmJob(of array: Int) -> Int? {
    guard let bytes = try? readFile(numberPath(array), limit: 64) else { return nil }
    return unsafe Int(String(decoding: bytes.bytes, as: UTF8.self).trimmed)
  }

  /// The script of all tasks: it becomes the program that its arguments name.
  func writeScript() throws(Failure) {
    try job.writePrivately(ByteBuffer("#!/bin/sh\nexec \"$@\"\n"), to: scriptPath)
  }

  // MARK: Attempts

  private var receipts: String { "\(job.path)/receipts" }

  /// Claims an attempt; false when another task has it.
  ///
  /// - Parameter owner: for people who look on.
  func claim(_ attempt: ChunkTry, owner: String) throws(Failure) -> Bool {
    let name = "\(receipts)/\(attempt.name).claim"
    let descriptor = unsafe open(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    if descriptor < 0, errno == EEXIST { return false }
    guard descriptor >= 0 else {
      throw .system(.cannotCreate, "cannot claim the chunk", errorNumber: errno, at: Place(file: name))
    }
    defer { close(descriptor) }
    let text = Array("\(owner)\n".utf8)
    _ = unsafe write(descriptor, text, text.count)
    return true
  }

  /// Leaves word of how an attempt ended.
  func leave(_ end: AttemptEnd, of attempt: ChunkTry) throws(Failure) {
    try job.writePrivately(.object(end.members), to: "\(receipts)/\(attempt.name).json")
  }

  /// The attempts that have been claimed, and those that have a receipt, by their names.
  func attempts() throws(Failure) -> (claimed: Set<String>, ended: Set<String>) {
    var (claimed, ended): (Set<String>, Set<String>) = ([], [])
    for name in try namesInFolder(receipts) {
      if name.hasSuffix(".claim") { claimed.insert(String(name.dropLast(6))) }
      if name.hasSuffix(".json"), !name.hasPrefix(".") { ended.insert(String(name.dropLast(5))) }
    }
    return (claimed, ended)
  }

  /// Who claimed an attempt; nil when nobody has said so.
  func claimant(of attempt: ChunkTry) -> String? {
    guard let bytes = try? readFile("\(receipts)/\(attempt.name).claim", limit: 4096) else { return nil }
    let text = unsafe String(decoding: bytes.bytes, as: UTF8.self)
    return text.isEmpty ? nil : String(text.trimmed)
  }

  /// Reads an attempt's receipt.
  ///
  /// - Throws: `.badConfiguration` when it is not that attempt's.
  func receipt(of attempt: ChunkTry) throws(Failure) -> AttemptEnd {
    let place = Place(file: "\(receipts)/\(attempt.name).json")
    let end = try AttemptEnd(ObjectReader(file: place.file, limit: 1 << 20))
    guard end.chunk == attempt.chunk, end.attempt == attempt.attempt else {
      throw Failure(.badConfiguration, "the receipt is of another attempt", at: place)
    }
    return end
  }

  /// Where an attempt's result is until the job's owner has taken it.
  func resultPath(_ attempt: ChunkTry) -> String {
    job.partialResultPath(attempt.chunk, attempt: String(attempt.attempt))
  }
}
