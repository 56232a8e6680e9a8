import ArgumentParser
import MillraceCore

/// Tells what happened to a job, or what its command said.
struct Logs: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tell what happened to a job, or what its command wrote on standard error.",
    discussion: """
      Prints the journal as a line an event. With --chunk, prints what the command wrote on standard error while it worked on that chunk, all attempts one behind the other; with --failed, for all chunks that have failed. Control characters are written out.
        $ batch-run logs --failed 20261121-184503-k7q2
      """)

  @OptionGroup var job: JobArgument
  @Option(
    help: ArgumentHelp("What the command said on this chunk: 00042, or 42.", valueName: "id"),
    transform: { (text) throws(Failure) in try ChunkIdentifier(typed: text) })
  var chunk: ChunkIdentifier?
  @Flag(help: "What the command said on the chunks that have failed.") var failed = false

  func validate() throws {
    if failed, chunk != nil { throw ValidationError("--chunk and --failed exclude each other") }
  }

  func run() throws {
    let log = JobLog(folder: try job.folder()) { (text) throws(Failure) in try StandardOutput.write(text) }
    if let chunk {
      try log.writeWords(of: chunk)
    } else if failed {
      try log.writeWordsOfFailed()
    } else {
      try log.writeEvents()
    }
  }
}

extension ChunkIdentifier {
  /// Reads an identifier as people type it: zeros in front may be missing.
  init(typed text: String) throws(Failure) {
    let digits = text.prefix { $0 != "." }
    let zeros = String(repeating: "0", count: max(0, 5 - digits.utf8.count))
    guard !digits.isEmpty, let chunk = ChunkIdentifier(zeros + text) else {
      throw Failure(.usage, "expected a chunk such as 00042, or a half of one, 00042.1")
    }
    self = chunk
  }
}
