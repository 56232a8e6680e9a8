import Glibc
import MillraceCore

/// Puts chunks that have failed for good aside, and takes them back.
struct Quarantine {
  let folder: JobFolder

  /// Keeps a chunk's input, the command's words and the reason.
  func put(_ chunk: ChunkRecord, reason: String) throws(Failure) {
    let place = folder.failedPath(chunk.identifier)
    try makePrivateFolder(place)
    try folder.move(folder.inputPath(chunk.identifier), to: folder.failedInputPath(chunk.identifier))
    _ = unsafe unlink("\(place)/stderr")
    // A second name: `logs` finds it under the first.
    _ = unsafe link(folder.errorPath(chunk.identifier), "\(place)/stderr")
    let report = JSONValue.object([
      .init("chunk", .string(chunk.identifier.description)), .init("reason", .string(reason)),
      .init("first_record", .integer(chunk.cut.firstRecord)), .init("records", .integer(chunk.cut.records)),
      .init("attempts", .array(chunk.attempts.map { .object($0.members) })),
    ])
    try folder.writePrivately(report, to: "\(place)/reason.json")
  }

  /// Has a chunk's input where attempts look for it.
  func takeBack(_ chunk: ChunkIdentifier) throws(Failure) {
    guard isThere(folder.failedInputPath(chunk)) else { return }
    try folder.move(folder.failedInputPath(chunk), to: folder.inputPath(chunk))
    removeTree(folder.failedPath(chunk))
  }
}
