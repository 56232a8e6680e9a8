import Glibc
import MillraceCore

/// What commands write on standard error, kept chunk by chunk.
struct ErrorLog {
  let folder: JobFolder

  /// Where a worker's command writes while it runs.
  func path(ofWorker worker: Int) -> String { "\(folder.path)/stderr/.worker-\(worker)" }

  /// Appends what an attempt wrote to its chunk's log, under a line that tells the attempt.
  func keep(_ end: AttemptEnd, from path: String) throws(Failure) {
    let source = try FileSource(path: path)
    guard let size = source.size, size > 0 else { return }
    let log = folder.errorPath(end.chunk)
    let descriptor = unsafe open(log, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw .system(.cannotCreate, "cannot keep what the command said", errorNumber: errno, at: Place(file: log))
    }
    defer { close(descriptor) }
    try writeText(
      "--- attempt \(end.attempt), \(end.start.description), \(end.host)\n", to: descriptor, named: log)
    try source.forEachPiece { piece throws(Failure) in
      try unsafe writeAll(piece.bytes, to: descriptor, named: log)
    }
  }
}
