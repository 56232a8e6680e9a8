import Support
import Testing

@testable import batch_run

/// Commands that take more memory than they may.
@Suite struct RunMemoryTests {
  /// A program that holds a megabyte for each record: where that is more than it may, until it is killed, else until it was
  /// seen for a while.
  ///
  /// - Parameter megabytes: that it may hold in the first attempt at a chunk. Later ones have 120.
  private func hungry(first megabytes: Int = 60) -> String {
    """
    import os, sys, time
    lines = sys.stdin.read()
    megabytes = lines.count("\\n")
    held = b"x" * (1000000 * megabytes)
    time.sleep(3000 if megabytes > (\(megabytes) if os.environ["MILLRACE_ATTEMPT"] == "1" else 120) else 1.5)
    sys.stdout.write(lines)
    """
  }

  private func run(_ desk: RunDesk, _ options: String, chunkRecords: Int = 100) -> Outcome {
    desk.run(
      desk.arguments("--job job --retries 0 --memory-per-worker 60M \(options)", chunkRecords: chunkRecords) + [
        "--", "python3", "-c", hungry(),
      ])
  }

  @Test func aChunkThatIsTooLargeIsHalvedUntilItFits() throws {
    let desk = RunDesk(records: 100)
    let outcome = run(desk, "--split-on-oom")
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(outcome.outputText == desk.table)
    let record = try desk.record()
    let whole = try #require(record.chunks[ChunkIdentifier(0)])
    #expect(whole.progress == .split)
    guard case .outOfMemory(let how)? = whole.attempts.first?.outcome else {
      Issue.record("\(whole.attempts)")
      return
    }
    #expect(how.contains("--memory-per-worker allows 60M"))
    #expect(record.counts.all >= 2 && record.counts.completed == record.counts.all)
    #expect(record.counts.records == 100)
  }

  @Test func theRecoveryAttemptHasTwiceTheMemory() throws {
    let desk = RunDesk(records: 80)
    let outcome = run(desk, "")
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(outcome.outputText == desk.table)
    #expect(try desk.record().recoveries.map(\.recovery) == [.begun, .succeeded])
  }

  /// A chunk that fails in its first attempt, and is too large for the recovery attempt. Its halves have as much memory.
  @Test func theRecoveryAttemptIsOverWhenBothHalvesAre() throws {
    let desk = RunDesk(records: 150)
    let failing =
      "import os, sys\nif os.environ['MILLRACE_ATTEMPT'] == '1' and os.fstat(0).st_size > 1500: sys.exit(3)\n"
    let outcome = desk.run(
      desk.arguments("--job job --retries 0 --memory-per-worker 60M --split-on-oom", chunkRecords: 150) + [
        "--", "python3", "-c", failing + hungry(first: 120),
      ])
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(outcome.outputText == desk.table)
    let journal = (desk.folder.text("job/journal.ndjson") ?? "").split(separator: "\n")
    #expect(try desk.record().recoveries.map(\.recovery) == [.begun, .succeeded])
    let recovered = try #require(journal.lastIndex { $0.contains("\"succeeded\"") })
    let ended = try #require(journal.lastIndex { $0.contains("\"event\":\"ended\"") })
    #expect(ended < recovered, "\(journal[recovered])")
    // As large as the recovery attempt allows.
    #expect(try desk.record().counts.all == 2)
  }

  @Test func aChunkThatTakesMoreThanTwiceFails() throws {
    let desk = RunDesk(records: 150)
    let outcome = run(desk, "", chunkRecords: 150)
    #expect(outcome.status == 75)
    #expect(outcome.errorText.contains("chunk 00000 ran out of memory: its processes took"))
    #expect(outcome.errorText.contains("--memory-per-worker allows 120M"))
  }
}
