import Glibc
import MillraceCore
import Support
import Synchronization
import Testing

@testable import batch_run

@Suite struct WaitAndCancelTests {
  private let id = "20261121-120000-k7q2"

  // MARK: wait

  @Test func aCompletedJobIsWaitedFor() throws {
    let desk = try JobDesk()
    let job = try desk.job().run().cut(1)
    let lock = try job.folder.own()
    let waiting = desk.start("wait", id)
    usleep(300_000)
    #expect(!waiting.hasEnded)
    try job.attempt("00000", from: 1, to: 2).at(3, .state(.completed, reason: nil))
    let outcome = waiting.wait()
    _ = lock
    #expect(outcome.status == 0)
    #expect(
      outcome.errorText
        == "batch-run: note: \(id): the job is completed after 0:02: 100 %, 1 of 1 chunk, 1.0 kB, 100 records, 500 B/s\n"
    )
  }

  @Test func whatIsMissingIsNamed() throws {
    let desk = try JobDesk()
    let job = try desk.job().run().cut(3)
    try job.at(2, .failed(ChunkIdentifier(0), reason: "x"), .failed(ChunkIdentifier(2), reason: "x"))
    try job.at(3, .state(.completed, reason: "2 chunks are missing"))
    let outcome = desk.run("wait", id)
    #expect(outcome.status == 1)
    #expect(
      outcome.errorText == """
        batch-run: \(id): the job is completed without chunks 00000, 00002 (batch-run logs --failed \(id) tells why, \
        batch-run retry \(id) runs them again)

        """)
  }

  @Test func aFailedJob() throws {
    let desk = try JobDesk()
    let job = try desk.job().run().cut(1)
    try job.at(2, .failed(ChunkIdentifier(0), reason: "x"), .state(.failed, reason: "chunk 00000 \u{1B}[31m"))
    let outcome = desk.run("wait", id)
    #expect(outcome.status == 1)
    #expect(
      outcome.errorText.hasPrefix("batch-run: \(id): the job failed: chunk 00000 \\u{1B}[31m; failed: chunk 00000 ("))
    let early = try desk.job("20261121-120000-aaaa").at(1, .state(.failed, reason: "the input is empty"))
    #expect(
      desk.run("wait", early.folder.path).errorText == """
        batch-run: 20261121-120000-aaaa: the job failed: the input is empty (batch-run logs 20261121-120000-aaaa \
        tells what happened)

        """)
  }

  @Test func aCancelledJob() throws {
    let desk = try JobDesk()
    try desk.job().run().at(2, .state(.cancelled, reason: "as asked"))
    let outcome = desk.run("wait", id)
    #expect(outcome.status == 1)
    #expect(
      outcome.errorText
        == "batch-run: \(id): the job was cancelled: as asked (batch-run resume \(id) goes on with it)\n")
  }

  @Test func aJobThatNobodyWorksOn() throws {
    let desk = try JobDesk()
    try desk.job().run()
    let outcome = desk.run("wait", id)
    #expect(outcome.status == 75)
    #expect(
      outcome.errorText == """
        batch-run: \(id): the job is Running, but its process is gone: process 4711 on node17 (batch-run resume \(id) \
        goes on)

        """)
  }

  @Test func theTimeIsUp() throws {
    let desk = try JobDesk()
    let job = try desk.job().run().cut(2).attempt("00000", from: 1, to: 2)
    let lock = try job.folder.own()
    let outcome = desk.run("wait", "--timeout", "0.3s", id)
    _ = lock
    #expect(outcome.status == 75)
    #expect(
      outcome.errorText.hasPrefix(
        "batch-run: \(id): the job is still Running after 0.3s: 50 %, 1 of 2 chunks, 1.0 kB, 100 records"))
    #expect(outcome.errorText.hasSuffix("(it goes on; batch-run wait \(id) waits again)\n"))
    #expect(desk.run("wait", "--timeout", "soon", id).status == 64)
    #expect(desk.run("wait").status == 64)
    #expect(desk.run("wait", "nothing").status == 66)
  }

  // MARK: cancel

  @Test func anEndedJobStaysAsItIs() throws {
    let desk = try JobDesk()
    let job = try desk.job().run().at(2, .state(.failed, reason: nil))
    let outcome = desk.run("cancel", id)
    #expect(outcome.status == 0)
    #expect(outcome.errorText == "batch-run: note: \(id): the job is Failed already\n")
    #expect(!isThere(job.folder.cancelPath))
    #expect(try job.folder.record().state == .failed)
  }

  @Test func aJobThatNobodyWorksOnIsMarked() throws {
    let desk = try JobDesk()
    let job = try desk.job().run().cut(2)
    try job.appendToJournal(#"{"event":"sta"#)
    let outcome = desk.run("cancel", id)
    #expect(outcome.status == 0)
    #expect(outcome.errorText == "batch-run: note: \(id): cancelled; nobody worked on it\n")
    let record = try job.folder.record()
    #expect(record.state == .cancelled)
    #expect(record.stateReason == "by batch-run cancel; nobody worked on it")
    // The next owner is not stopped by it.
    #expect(!isThere(job.folder.cancelPath))
    #expect(desk.run("cancel", id).errorText == "batch-run: note: \(id): the job is Cancelled already\n")
  }

  @Test func theOwnerIsAskedAndWaitedFor() throws {
    let desk = try JobDesk()
    let job = try desk.job().run()
    let lock = try job.folder.own()
    let cancelling = desk.start("cancel", id)
    #expect(eventually { isThere(job.folder.cancelPath) })
    #expect(!cancelling.hasEnded)
    try job.at(3, .state(.cancelled, reason: "batch-run cancel asked for it"))
    let outcome = cancelling.wait()
    _ = lock
    #expect(outcome.status == 0)
    #expect(outcome.errorText == "batch-run: note: \(id): cancelled\n")
  }

  @Test func aJobThatWasCompletedFirst() throws {
    let desk = try JobDesk()
    let job = try desk.job().run()
    let lock = try job.folder.own()
    let cancelling = desk.start("cancel", id)
    #expect(eventually { isThere(job.folder.cancelPath) })
    try job.at(3, .state(.completed, reason: nil))
    let outcome = cancelling.wait()
    _ = lock
    #expect(outcome.status == 0)
    #expect(
      outcome.errorText == "batch-run: note: \(id): the job was Completed before it could be cancelled\n")
  }

  @Test func anOwnerThatDoesNotStopIsTold() throws {
    let desk = try JobDesk()
    let job = try desk.job().run()
    let outcome: Outcome
    do {
      let lock = try job.folder.own()
      outcome = desk.run("cancel", "--timeout", "0.3s", id)
      _ = lock
    }
    #expect(outcome.status == 75)
    #expect(
      outcome.errorText == """
        batch-run: \(id): the job was asked to end, but process \(getpid()) on \(hostName()) has not stopped within \
        0.3s (end that process, then cancel the job again)

        """)
    // It is still asked to.
    #expect(isThere(job.folder.cancelPath))
    // Killed, it leaves a job to be marked.
    #expect(desk.run("cancel", id).errorText == "batch-run: note: \(id): cancelled; nobody worked on it\n")
  }

  @Test func tasksOnSlurmAreCancelledBeforeTheMark() throws {
    let desk = try JobDesk()
    let job = try desk.job { $0.settings.backend = .slurm }.run().cut(1).at(
      2, .submitted(jobs: ["17", "18", "--all"], chunks: 1))
    let recorded = Commands()
    let slurm = SlurmJobs { (command) throws(Failure) in
      recorded.add(command.arguments)
      return ShortCommand.Outcome(status: .exited(0), output: Array("RUNNING\n".utf8), error: "")
    }
    let told = try JobCancellation(folder: job.folder, name: id, slurm: slurm).cancel()
    #expect(told == "cancelled; nobody worked on it")
    #expect(recorded.all.last == ["scancel", "--quiet", "17", "18"])
    #expect(try job.folder.record().state == .cancelled)
  }

  @Test func aSlurmThatDoesNotAnswerLeavesTheJobAsItIs() throws {
    let desk = try JobDesk()
    let job = try desk.job { $0.settings.backend = .slurm }.run().cut(1).at(2, .submitted(jobs: ["17"], chunks: 1))
    let away = SlurmJobs { (_) throws(Failure) in
      ShortCommand.Outcome(status: .exited(1), output: [], error: "Unable to contact slurm controller\n")
    }
    #expect {
      try JobCancellation(folder: job.folder, name: id, slurm: away).cancel()
    } throws: { error in
      let failure = error as? Failure
      return failure?.status == .serviceUnavailable
        && failure?.description
          == "scancel: Unable to contact slurm controller (cancel the job again when Slurm answers)"
    }
    #expect(try job.folder.record().state == .running)
  }
}

private final class Commands: Sendable {
  private let commands = Mutex<[[String]]>([])
  func add(_ arguments: [String]) { commands.withLock { $0.append(arguments) } }
  var all: [[String]] { commands.withLock { $0 } }
}
