import MillraceCore

/// How a job gets on since its owner began to work on it.
struct JobPace: Sendable {
  private let board: JobBoard
  private let input: RecordedInput?
  private let began = Clock.monotonicSeconds()
  private let bytesBefore: Int

  /// - Parameter input: nil when all of it was cut before.
  init(_ board: JobBoard, _ input: RecordedInput?) {
    self.board = board
    self.input = input
    bytesBefore = board.look { $0.counts.completedBytes }
  }

  struct Reading {
    let counts: JobRecord.Counts
    /// Of the input, as it comes, compressed if it is.
    let bytesRead: Int
    let totalBytes: Int?
    /// Of all chunks, those that are not cut yet counted as they lie in the file; nil as long as nobody knows.
    let allBytes: Int?
    /// Since the owner began.
    let seconds: Double
    /// Bytes of done chunks a second.
    let rate: Double

    /// Nil as long as nobody knows.
    var remainingSeconds: Double? {
      guard let allBytes, rate > 0 else { return nil }
      return Double(max(0, allBytes - counts.completedBytes)) / rate
    }

    /// Of the work, from 0 to 1; nil as long as nobody knows.
    var fraction: Double? {
      guard let allBytes, allBytes > 0 else { return nil }
      return Double(counts.completedBytes) / Double(allBytes)
    }
  }

  func look() -> Reading {
    let counts = board.look { $0.counts }
    let seconds = Clock.monotonicSeconds() - began
    let read = input?.file.byteCount ?? 0
    return Reading(
      counts: counts, bytesRead: read, totalBytes: input?.file.size,
      allBytes: input.map { $0.file.size.map { counts.bytes + max(0, $0 - read) } } ?? counts.bytes, seconds: seconds,
      rate: seconds > 0 ? Double(counts.completedBytes - bytesBefore) / seconds : 0)
  }
}
