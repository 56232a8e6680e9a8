import Glibc
import MillraceCore
import Support
import Testing

@testable import batch_run

/// What a power failure leaves of a job: files that lost their end, and files that were written over others and hold again
/// what was in them before. The job goes on, and its result is right.
@Suite struct RunPowerFailureTests {
  private let script = "case $MILLRACE_CHUNK in 00004) while [ ! -e gate ]; do sleep 0.05; done;; esac; cat"

  /// A job that was killed when all chunks but one were completed. That one may go on from here.
  private func killedJob(_ options: String = "--job job") throws -> RunDesk {
    let desk = RunDesk()
    let running = desk.start(desk.arguments(options) + ["--", "sh", "-c", script])
    #expect(eventually { (try? desk.record().counts.completed) ?? 0 == 9 })
    #expect(desk.waits(for: "\"input_ended\""))
    running.send(SIGKILL)
    #expect(running.wait().signal == SIGKILL)
    desk.folder.write("gate", "")
    return desk
  }

  /// As if the chunk's file held what another one had in it, of the same size.
  private func damage(_ desk: RunDesk) throws {
    let text = try #require(desk.folder.text("job/input/00004"))
    desk.folder.write("job/input/00004", text.replacing("x", with: "y"))
  }

  /// As if the machine had been started anew.
  private func restart(_ desk: RunDesk) throws {
    let boot = try #require(KernelFiles.system.boot)
    #expect(desk.journal().contains("\"event\":\"overwriting\""))
    let other = "00000000-0000-0000-0000-000000000000"
    desk.folder.write("job/journal.ndjson", desk.journal().replacing(boot, with: other))
  }

  private func resume(_ desk: RunDesk) -> Outcome { desk.run(["resume", "job"], input: Executable.Input.none) }

  @Test func filesThatWereWrittenOverOthersAreCutAgainAfterARestart() throws {
    let desk = try killedJob()
    try damage(desk)
    try restart(desk)
    let outcome = resume(desk)
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(
      outcome.errorText.contains(
        "this is another machine, or it was started anew: chunks that were not finished are cut again"))
    #expect(outcome.outputText == desk.table)
    #expect(try desk.repeated() == [])
  }

  @Test func aFileIsTrustedWhileTheMachineRuns() throws {
    let desk = try killedJob()
    let outcome = resume(desk)
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(!outcome.errorText.contains("cut again"))
    #expect(outcome.outputText == desk.table)
  }

  /// Nothing is removed that cannot be had again.
  @Test func anInputThatIsGoneMustBePutBack() throws {
    let desk = try killedJob()
    try damage(desk)
    try restart(desk)
    #expect(unsafe unlink(desk.folder("in.csv")) == 0)
    let outcome = resume(desk)
    #expect(outcome.status == 66)
    #expect(
      outcome.errorText.contains(
        "in.csv: the input is not there, and is needed again: this is another machine, or it was started anew (put it back;"
      ),
      "\(outcome.errorText)")
    #expect(desk.folder.text("job/input/00004") != nil)
    desk.folder.write("in.csv", desk.table)
    #expect(resume(desk).outputText == desk.table)
  }

  /// The second owner is killed in its turn, before it has cut everything again.
  @Test func whatIsCutAgainIsCutAgainAfterAKillToo() throws {
    let desk = try killedJob()
    try damage(desk)
    try restart(desk)
    var record = try desk.record()
    let folder = try JobFolder(finding: desk.folder("job") + "/", environment: [:])
    do {
      let owned = try OwnedJob(folder, clock: .system)
      let hasRemoved = try owned.removeUncertainInputs(&record, boot: KernelFiles.system.boot, backend: .local)
      #expect(hasRemoved)
    }
    #expect(record.overwritingBoot == nil)
    #expect(try desk.record().overwritingBoot == nil)
    let outcome = resume(desk)
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(outcome.outputText == desk.table)
  }

  /// Machines of a cluster have starts of their own: what goes to them is on the disk, and trusted from then on.
  @Test func filesForOtherMachinesAreBroughtToTheDisk() throws {
    let desk = try killedJob()
    var record = try desk.record()
    let owned = try OwnedJob(
      JobFolder(finding: desk.folder("job") + "/", environment: [:]), clock: .system)
    let boot = KernelFiles.system.boot
    let hasRemovedOfLocal = try owned.removeUncertainInputs(&record, boot: boot, backend: .local)
    #expect(!hasRemovedOfLocal)
    #expect(record.overwritingBoot == boot)
    let hasRemovedOfSlurm = try owned.removeUncertainInputs(&record, boot: boot, backend: .slurm)
    #expect(!hasRemovedOfSlurm)
    #expect(record.overwritingBoot == nil)
    #expect(desk.folder.text("job/input/00004") != nil)
  }

  @Test func aFileThatLostItsEndIsCutAgain() throws {
    let desk = try killedJob()
    #expect(unsafe truncate(desk.folder("job/input/00004"), 40) == 0)
    let outcome = resume(desk)
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(outcome.outputText == desk.table)
  }

  @Test func aFailedChunkThatLostItsEndIsCutAgain() throws {
    let desk = RunDesk()
    #expect(desk.run("--job job --retries 0", "cat; test -e fixed").status == 75)
    desk.folder.write("fixed", "")
    let failed = desk.folder.names(in: "job/failed")
    #expect(!failed.isEmpty)
    for name in failed { #expect(unsafe truncate(desk.folder("job/failed/\(name)/input"), 40) == 0) }
    let outcome = desk.retry()
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(outcome.outputText == desk.table)
  }

  /// A name that the power failure brought back, with what a later chunk wrote into the file, and a result that it took.
  @Test func theFileOfAFinishedChunkIsNotTrusted() throws {
    let desk = try killedJob()
    desk.folder.write("job/input/00002", try #require(desk.folder.text("job/input/00004")))
    try restart(desk)
    #expect(unsafe truncate(desk.folder("job/results/00002"), 0) == 0)
    let outcome = resume(desk)
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(outcome.outputText == desk.table)
  }

  /// Whose input cannot be had again by itself: no file of it is written over.
  @Test func filesOfAPipeAreNotWrittenOver() throws {
    let desk = RunDesk()
    // The command waits for the end of the input, so that nothing of it is needed again.
    let script = "while ! grep -q input_ended job/journal.ndjson; do sleep 0.02; done; cat; test -e fixed"
    let start = "$0 -q --workers 2 --chunk-records 100 --job job --retries 0 -- sh -c '\(script)'"
    #expect(desk.shell("cat in.csv | \(start)").status == 75)
    #expect(!desk.journal().contains("overwriting"))
    desk.folder.write("fixed", "")
    #expect(desk.retry().outputText == desk.table)
  }
}
