import Glibc
import MillraceCore
import Support
import Testing

@testable import batch_run

/// Two jobs that together want more than the machine: the second queues, and starts when the first ends.
@Suite struct RunQueueTests {
  private let gated = "case $MILLRACE_CHUNK in 00001) while [ ! -e gate ]; do sleep 0.05; done;; esac; cat"

  /// All the machine has.
  private func command(_ job: String, _ script: String) -> [String] {
    let cores = KernelFiles.system.machine().cores
    return ["--workers", "\(cores)", "--chunk-records", "100", "--job", job, "--", "sh", "-c", script]
  }

  @Test func theSecondOfTwoJobsWaitsForTheFirst() throws {
    let desk = RunDesk()
    let first = desk.start(command("first", gated))
    // Once the first has told of its progress, the wait can be estimated.
    #expect(
      eventually {
        (try? JobFolder(finding: desk.folder("first"), environment: [:]).liveStatus())??.chunksDone == 1
      })
    let second = desk.start(command("second", "cat"))
    #expect(desk.waits(for: "\"state\":\"Queued\"", inJournalOf: "second"))
    #expect(eventually { second.errorTextSoFar.contains("queued: waiting for ") })
    #expect(try desk.record("second").state == .queued)
    let cores = KernelFiles.system.machine().cores
    #expect(second.errorTextSoFar.contains("next in the queue: "))
    #expect(second.errorTextSoFar.contains("waiting for \(cores) core"))
    let folder = try JobFolder(finding: desk.folder("second"), environment: [:])
    #expect(eventually { (try? folder.liveStatus())??.queue?.position == 1 })
    // Half of the first job is done.
    #expect(eventually { (try? folder.liveStatus())??.queue?.estimatedWaitSeconds != nil })
    desk.folder.write("gate", "")
    let (one, two) = (first.wait(), second.wait())
    #expect(one.status == 0 && two.status == 0)
    #expect(one.outputText == desk.table && two.outputText == desk.table)
    let ended = try #require(try desk.record("first").states.first { $0.state == .completed }).time
    let records = try desk.record("second")
    #expect(records.states.map(\.state) == [.created, .queued, .running, .completed])
    let started = try #require(records.states.first { $0.state == .running }).time
    let lastChunk = try #require(try desk.record("first").chunks.values.flatMap(\.attempts).map(\.end).max())
    #expect(started >= lastChunk, "the first ended at \(ended)")
  }

  @Test func theShareOfAKilledJobIsFree() throws {
    let desk = RunDesk()
    let first = desk.start(command("first", gated))
    #expect(desk.waits(for: "\"outcome\":\"completed\"", inJournalOf: "first"))
    let second = desk.start(command("second", "cat"))
    #expect(desk.waits(for: "\"state\":\"Queued\"", inJournalOf: "second"))
    first.send(SIGKILL)
    first.wait()
    let outcome = second.wait()
    #expect(outcome.status == 0)
    #expect(outcome.outputText == desk.table)
  }

  @Test func aJobThatWaitsCanBeCancelled() throws {
    let desk = RunDesk()
    let first = desk.start(command("first", gated))
    #expect(desk.waits(for: "\"outcome\":\"completed\"", inJournalOf: "first"))
    let second = desk.start(command("second", "cat"))
    #expect(desk.waits(for: "\"state\":\"Queued\"", inJournalOf: "second"))
    second.send(SIGTERM)
    #expect(second.wait().signal == SIGTERM)
    let third = desk.start(command("third", "cat"))
    #expect(desk.waits(for: "\"state\":\"Queued\"", inJournalOf: "third"))
    #expect(desk.run(["cancel", "./third"]).status == 0)
    let outcome = third.wait()
    #expect(outcome.status == 75)
    #expect(outcome.errorText.contains("cancelled: batch-run cancel asked for it (batch-run resume "))
    #expect(try desk.record("third").state == .cancelled)
    #expect(!desk.folder.names(in: "third").contains("cancel"))
    desk.folder.write("gate", "")
    #expect(first.wait().outputText == desk.table)
    #expect(desk.resume(job: "second").outputText == desk.table)
  }
}
