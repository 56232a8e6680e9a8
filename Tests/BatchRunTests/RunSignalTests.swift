import Glibc
import MillraceCore
import Support
import Testing

@testable import batch_run

/// Signals end a job as a person expects it, and leave nothing running.
@Suite struct RunSignalTests {
  /// Starts a process that ignores SIGTERM, and one in another session, tells their numbers, and waits for a file.
  private let familyMan = """
    sh -c 'trap "" TERM; echo $$ >> pids; sleep 3000 & echo $! >> pids; wait' &
    setsid sh -c 'echo $$ >> pids; sleep 3000 & echo $! >> pids; wait' &
    while [ ! -e gate ]; do sleep 0.05; done
    kill 0 2> /dev/null
    """
  private let simple = "if [ ! -e gate ]; then touch started; while [ ! -e gate ]; do sleep 0.05; done; fi; cat"

  @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
  func aSignalEndsTheJobWithAllThatItStarted(_ signal: Int32) throws {
    let desk = RunDesk()
    let running = desk.start(desk.arguments("--job job", chunkRecords: 100) + ["--", "sh", "-c", familyMan])
    #expect(eventually { desk.numbers("pids").count == 8 })
    running.send(signal)
    let outcome = running.wait()
    #expect(outcome.signal == signal)
    #expect(eventually { !desk.numbers("pids").contains(where: isRunning) })
    #expect(outcome.output.isEmpty)
    let attempts = try desk.record().chunks.values.flatMap(\.attempts)
    #expect(attempts.allSatisfy { $0.outcome == .cancelled })
    let mended = desk.retry(command: ["cat"])
    #expect(mended.status == 0, "\(mended.errorText)")
    #expect(mended.outputText == desk.table)
  }

  @Test func whatAKilledRunLeftIsEndedByTheNextOwner() throws {
    let desk = RunDesk()
    let running = desk.start(desk.arguments("--job job", chunkRecords: 100) + ["--", "sh", "-c", familyMan])
    #expect(eventually { desk.numbers("pids").count == 8 })
    running.send(SIGKILL)
    running.wait()
    let left = desk.numbers("pids")
    // Without this the test would tell nothing.
    #expect(left.contains(where: isRunning))
    let outcome = desk.retry(command: ["cat"])
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(!left.contains(where: isRunning))
    #expect(outcome.outputText == desk.table)
  }

  @Test func afterASignalTheJobGoesOn() throws {
    let desk = RunDesk()
    let running = desk.start(desk.arguments("--job job -o out.csv", isQuiet: false) + ["--", "sh", "-c", simple])
    #expect(eventually { desk.folder.read("started") != nil })
    running.send(SIGINT)
    let stopped = running.wait()
    #expect(stopped.signal == SIGINT)
    #expect(
      stopped.errorText.hasSuffix(
        "note: stopped by signal 2: batch-run resume \(resolvedPath(desk.folder("job")) ?? "") goes on\n"),
      "\(stopped.errorText)")
    #expect(desk.folder.read("out.csv") == nil)
    desk.folder.write("gate", "")
    #expect(desk.resume("-o out.csv").status == 0)
    #expect(desk.folder.text("out.csv") == desk.table)
  }

  @Test func processesThatACommandLeavesAreEndedAndTold() throws {
    let desk = RunDesk()
    let outcome = desk.run(
      ["--workers", "2", "--chunk-records", "50", "--job", "job", "--", "sh", "-c"] + [
        "(sleep 300; echo LATE) & echo $! >> pids; setsid sh -c 'echo $$ >> pids; : > there.$MILLRACE_CHUNK; sleep 300; echo LATE' & while [ ! -e there.$MILLRACE_CHUNK ]; do sleep 0.02; done; cat"
      ])
    #expect(outcome.status == 0)
    #expect(outcome.errorText.contains("chunk 00000: the command left processes running behind it; they were ended"))
    #expect(desk.numbers("pids").count == 8)
    #expect(!desk.numbers("pids").contains(where: isRunning))
    #expect(outcome.outputText == desk.table)
  }

  @Test func aReaderThatGoesAwayEndsTheJobQuietly() throws {
    let desk = RunDesk()
    desk.folder.write("large.csv", "id,v\n" + String(repeating: "1,23456789012345678901234567890\n", count: 100_000))
    let outcome = desk.shell(
      "$0 -q --workers 2 --chunk-bytes 100k --job job -- cat < large.csv | head -n 1; echo ${PIPESTATUS[0]}")
    #expect(outcome.outputText == "id,v\n141\n")
    #expect(outcome.errorText == "")
    #expect(try desk.record().state == .cancelled)
  }

  @Test func anOwnerInASecondProcessIsRefusedWithTheFirstOnesNumber() throws {
    let desk = RunDesk()
    let command = desk.arguments("--job job") + ["--", "sh", "-c", simple]
    let running = desk.start(command)
    #expect(eventually { desk.folder.read("started") != nil })
    for second in [desk.resume(), desk.run(command)] {
      #expect(second.status == 75)
      #expect(second.errorText.contains("the job is being worked on by process \(running.processID) on "))
    }
    desk.folder.write("gate", "")
    let outcome = running.wait()
    #expect(outcome.status == 0)
    #expect(outcome.outputText == desk.table)
  }

  @Test func stoppedCommandsAreEndedToo() throws {
    let desk = RunDesk()
    let running = desk.start(
      desk.arguments("--job job", chunkRecords: 200) + ["--", "sh", "-c", "echo $$ >> pids; kill -STOP $$; cat"])
    #expect(eventually { desk.numbers("pids").count == 1 })
    running.send(SIGTERM)
    #expect(running.wait().signal == SIGTERM)
    #expect(!desk.numbers("pids").contains(where: isRunning))
  }
}
