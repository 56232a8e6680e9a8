import MillraceCore
import Synchronization

/// Writes results to the output in the order of their chunks, and keeps account of what came from where.
struct ResultWriter {
  let job: OwnedJob
  let board: JobBoard
  let output: OutputFile
  private var joiner: ResultJoiner?
  private var written: [WrittenChunk] = []
  private let marks = Marks()
  /// Chunks that have failed for good, and that the output goes without.
  private(set) var missing: [ChunkRecord] = []

  /// A result's place in the output.
  struct WrittenChunk: Sendable {
    var chunk: ChunkIdentifier
    var appended: ResultJoiner.Appended
    /// Bytes of the result's file.
    var bytes: Int
    /// Bytes of the output up to its end.
    var end: Int
    /// Of the output up to its end.
    var digestThrough: SHA256Digest?
  }

  /// Digests as they become known.
  private final class Marks: Sendable {
    let digests = Mutex<[ChunkIdentifier: SHA256Digest]>([:])
  }

  init(job: OwnedJob, board: JobBoard, output: OutputFile) {
    self.job = job
    self.board = board
    self.output = output
  }

  /// Writes results as they come, until there are no more.
  ///
  /// - Returns: how the work ended.
  mutating func run() throws(Failure) -> JobBoard.End {
    var index = 0
    while true {
      switch try board.settled(index) {
      case .end: return .done
      case .stopped(let end): return end
      case .chunks(let chunks):
        for chunk in chunks {
          if case .failed = chunk.progress {
            missing.append(chunk)
          } else {
            try write(chunk)
          }
        }
      }
      index += 1
    }
  }

  var rows: Int { joiner?.rows ?? 0 }

  /// The results in the output, once it is finished.
  var account: [WrittenChunk] {
    let digests = marks.digests.withLock { $0 }
    return written.map { chunk in
      var chunk = chunk
      chunk.digestThrough = digests[chunk.chunk]
      return chunk
    }
  }

  private mutating func write(_ chunk: ChunkRecord) throws(Failure) {
    let identifier = chunk.identifier
    if joiner == nil, let table = board.look({ $0.table }) {
      joiner = ResultJoiner(
        job.specification.result, input: table.dialect, columns: try job.columns(table), into: output)
    }
    let path = job.folder.resultPath(identifier)
    let appended = try joiner?.append(path, name: "the result of chunk \(identifier)") ?? ResultJoiner.Appended()
    output.mark { [marks] written in marks.digests.withLock { $0[identifier] = written.digest } }
    written.append(
      WrittenChunk(
        chunk: identifier, appended: appended, bytes: fileSize(path) ?? 0, end: output.byteCount))
  }
}
