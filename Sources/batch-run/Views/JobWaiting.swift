import Glibc
import MillraceCore

/// Waits for a job's end, and tells what it was.
struct JobWaiting {
  /// What the person types to mean the job.
  let name: String
  var timeout = TimeSpan(seconds: nil)
  /// Seconds from one look to the next: at first, and at most.
  var pauses = 0.1...2.0

  /// - Returns: what was completed, in words.
  /// - Throws: `.no` for a job that failed, was cancelled or is completed with chunks missing; `.stoppedEarly` when the
  ///   time is up, or nobody works on the job any more though it is not final.
  func wait(_ watch: inout JobWatch) throws(Failure) -> String {
    let end = Clock.monotonicSeconds() + (timeout.seconds ?? .infinity)
    var pause = pauses.lowerBound
    while true {
      var overview = try watch.look(countsReceipts: false)
      switch overview.ownership {
      case .ended: return try outcome(of: overview)
      case .abandoned(let who):
        throw Failure(
          .stoppedEarly,
          "the job is \(overview.state.rawValue), but its process is gone" + (who.map { ": \($0)" } ?? ""),
          at: Place(file: name), advice: "batch-run resume \(name) goes on")
      case .owned, .onSlurm: break
      }
      let left = end - Clock.monotonicSeconds()
      guard left > 0 else {
        overview = try watch.look()
        let line = JobFigures(overview).line(isInputWhole: overview.record.inputEnd != nil)
        throw Failure(
          .stoppedEarly, "the job is still \(overview.state.rawValue) after \(timeout): \(line)", at: Place(file: name),
          advice: "it goes on; batch-run wait \(name) waits again")
      }
      usleep(UInt32(max(0.001, min(pause, left)) * 1e6))
      pause = min(pauses.upperBound, pause * 1.3)
    }
  }

  private func outcome(of overview: JobOverview) throws(Failure) -> String {
    let record = overview.record
    let figures = JobFigures(overview)
    let failed = figures.counts.failed == 0 ? [] : record.failedChunks.map(\.identifier.description)
    let names = "\(failed.count == 1 ? "chunk" : "chunks") \(namingFirst(failed))"
    let reason = record.stateReason.map { ": \(printable($0))" } ?? ""
    let place = Place(file: name)
    let advice =
      failed.isEmpty ? nil : "batch-run logs --failed \(name) tells why, batch-run retry \(name) runs them again"
    switch record.state {
    case .completed where failed.isEmpty:
      let time = figures.elapsed.map { " after \(clockTime($0))" } ?? ""
      return "\(name): the job is completed\(time): \(figures.line(isInputWhole: true))"
    case .completed:
      throw Failure(.no, "the job is completed without \(names)", at: place, advice: advice)
    case .cancelled:
      throw Failure(
        .no, "the job was cancelled\(reason)", at: place, advice: "batch-run resume \(name) goes on with it")
    default:
      throw Failure(
        .no, "the job failed\(reason)\(failed.isEmpty ? "" : "; failed: \(names)")", at: place,
        advice: advice ?? "batch-run logs \(name) tells what happened")
    }
  }
}
