import Glibc
import Support
import Testing

@testable import batch_run

/// What cannot be run, and folders that cannot be gone on with: each is told in one clear line.
@Suite struct RunRefusalTests {
  private let failing = "cat > in.$MILLRACE_CHUNK; test -e fixed && cat in.$MILLRACE_CHUNK"

  /// A job whose chunks have all failed.
  private func failedJob() throws -> RunDesk {
    let desk = RunDesk()
    #expect(desk.run("--job job --retries 0", failing).status == 75)
    desk.folder.write("fixed", "")
    return desk
  }

  // MARK: Commands

  @Test(arguments: [
    ("no-such-command", "no-such-command: there is no such command (it is in no folder of PATH)"),
    ("./no-such-command", "./no-such-command: there is no such command (check its path)"),
    ("./in.csv", "./in.csv: the command may not be executed (chmod +x ./in.csv)"),
    ("/usr", "/usr: is a directory, not a program"),
    ("", "there is no such command"),
  ])
  func aCommandThatCannotRunIsRefusedBeforeAnythingIsMade(_ command: String, _ text: String) {
    let desk = RunDesk()
    let outcome = desk.run(desk.arguments("--job job") + ["--", command])
    #expect(outcome.status == 69)
    #expect(outcome.errorText.contains(text))
    #expect(outcome.errorText.split(separator: "\n").count == 1)
    #expect(!desk.folder.names.contains("job"))
  }

  @Test func aCommandMustBeGiven() {
    let desk = RunDesk()
    let outcome = desk.run(["--workers", "2"])
    #expect(outcome.status == 64)
    #expect(outcome.errorText.contains("say what is to be run, behind two dashes"))
  }

  @Test func aFileWithoutInterpreterFailsAtItsChunk() throws {
    let desk = RunDesk()
    desk.folder.write("script", "#!/no/such/interpreter\n")
    #expect(unsafe chmod(desk.folder("script"), 0o755) == 0)
    let outcome = desk.run(desk.arguments("--job job --retries 0") + ["--", "./script"])
    #expect(outcome.status == 69)
    #expect(outcome.errorText.contains("script: cannot start the program: no such file or directory"))
    #expect(try desk.record().state == .failed)
  }

  /// What the job's folder could not tell again, or what no sum can hold.
  @Test(arguments: [
    ("--chunk-records 1125899906842625", "--chunk-records must be at most 1125899906842624, not 1125899906842625"),
    ("--chunk-records 9223372036854775807", "--chunk-records must be at most 1125899906842624"),
    ("--chunk-bytes 2048T", "--chunk-bytes must be at most 1024T, not 2048T"),
    ("--max-failed 9999999999999999", "--max-failed must be at most 1125899906842624"),
    ("--memory-per-worker 9223372036854775806", "--memory-per-worker must be at most 1024T"),
    ("--chunks-per-task 9223372036854775807", "--chunks-per-task must be at most 1125899906842624"),
  ])
  func numbersThatAreTooLargeAreRefused(_ options: String, _ text: String) throws {
    let desk = RunDesk()
    let words = options.split(separator: " ").map(String.init)
    let outcome = desk.run(["--job", "job"] + words + ["--", "cat"])
    #expect(outcome.status == 64)
    #expect(outcome.errorText.contains(text), "\(outcome.errorText)")
    #expect(!desk.folder.names.contains("job"))
    guard !options.hasPrefix("--chunk-") else { return }
    let resumed = desk.resume(options)
    #expect(resumed.status == 64)
    #expect(resumed.errorText.contains(text), "\(resumed.errorText)")
  }

  @Test(arguments: ["--chunk-records 1125899906842624", "--chunk-bytes 1024T --max-failed 1125899906842624"])
  func theLargestNumbersAreReadAgain(_ options: String) {
    let desk = RunDesk()
    let command = ["-q", "--job", "job"] + options.split(separator: " ").map(String.init) + ["--", "cat"]
    #expect(desk.run(command).outputText == desk.table)
    #expect(desk.run(command).outputText == desk.table)
  }

  // MARK: Streams

  @Test func closedStreamsAreTold() throws {
    let desk = RunDesk()
    let noInput = desk.shell("$0 -q --job job -- cat <&-")
    #expect(noInput.status == 74)
    #expect(noInput.errorText.contains("standard input: cannot read: bad file descriptor"))
    let noOutput = desk.shell("$0 -q --job other -- cat < in.csv >&-")
    #expect(noOutput.status == 74)
    #expect(noOutput.errorText.contains("standard output: cannot write: bad file descriptor"))
    // Nothing of it is lost: the result is written when there is somewhere to write it.
    #expect(desk.resume("-o out.csv", job: "other").status == 0)
    #expect(desk.folder.text("out.csv") == desk.table)
    #expect(desk.shell("$0 -q --job third -o third.csv in.csv -- cat <&- >&- 2>&-").status == 0)
    #expect(desk.folder.text("third.csv") == desk.table)
  }

  @Test(.enabled(if: isTerminalScriptThere, "there is no script(1)"))
  func aTerminalIsNotReadForTheRestOfAPipe() throws {
    let desk = RunDesk()
    let start = "cat in.csv | $0 -q --workers 2 --chunk-records 2 --job job --retries 0 -- false"
    #expect(desk.shell(start).status == 75)
    #expect(try desk.record().inputEnd == nil)
    let outcome = desk.shell("script -qec \"$0 resume -q job\" /dev/null")
    #expect(outcome.status == 66)
    #expect(outcome.outputText.contains("the input was not read to its end, and it cannot be opened again"))
    #expect(outcome.outputText.contains("give it once more on standard input"))
  }

  // MARK: Folders

  @Test func aJobThatIsNotThereIsTold() {
    let desk = RunDesk()
    let unknown = desk.resume(job: "20200101-000000-aaaa")
    #expect(unknown.status == 66)
    #expect(unknown.errorText.contains("there is no such job (batch-run list shows the jobs)"))
    desk.folder.write("file", "")
    let file = desk.run("--job file", "cat")
    #expect(file.status == 73)
    #expect(file.errorText.contains("file: expected a folder, found something else"))
  }

  @Test func aFolderWithOtherFilesIsLeftAlone() {
    let desk = RunDesk()
    let outcome = desk.run("--job .", "cat")
    #expect(outcome.status == 78)
    #expect(outcome.errorText.contains("the folder holds other files (--job names a folder to be made"))
    #expect(!desk.folder.names.contains("job.json") && !desk.folder.names.contains("input"))
  }

  @Test func whatOthersPutIntoTheFolderOfACompletedJobStays() throws {
    let desk = RunDesk()
    #expect(desk.run("--job job", "cat").status == 0)
    #expect(desk.run("--job other -o job/out.csv", "cat").status == 0)
    let again = desk.run("--job job -o job/out.csv", "cat")
    #expect(again.status == 78)
    #expect(
      again.errorText.contains(
        "job: the folder of the completed job holds a file that is not its own: out.csv (move it"))
    #expect(desk.folder.text("job/out.csv") == desk.table)
    #expect(desk.shell("mv job/out.csv* .").status == 0)
    #expect(desk.run("--job job", "cat").outputText == desk.table)
  }

  /// The lock file of a completed job stays when the job begins anew, so that nobody else can own another one meanwhile.
  @Test func aCompletedJobBeginsAnewUnderItsLock() throws {
    let desk = RunDesk()
    func lock() -> ino_t? {
      var status = stat()
      let result = unsafe stat(desk.folder("job/owner.lock"), &status)
      return result == 0 ? status.st_ino : nil
    }
    #expect(desk.run("--job job", "cat").status == 0)
    let (inode, identifier) = (lock(), try desk.record().specification.identifier)
    desk.folder.write("job/cancel", "")
    #expect(desk.run("--job job", "cat").outputText == desk.table)
    #expect(inode != nil && lock() == inode)
    let record = try desk.record()
    #expect(record.specification.identifier != identifier)
    #expect(record.owners.count == 1)
    #expect(record.counts.completed == 10)
  }

  /// A kill on the way from a completed job to the same one begun anew.
  @Test func aJobThatWasBegunAnewAndKilledIsGoneOnWith() throws {
    let desk = RunDesk()
    #expect(desk.run("--job job", "cat").status == 0)
    // The input is another one, which is why the job is begun anew; the journal goes last.
    let table = desk.table + "\(desk.table.split(separator: "\n").last ?? "")\n"
    desk.folder.write("in.csv", table)
    #expect(desk.shell("rm -rf job/input job/results job/stderr job/header").status == 0)
    #expect(desk.run("--job job", "cat").outputText == table)
    #expect(desk.shell("rm -rf job/input job/results job/stderr job/header job/journal.ndjson").status == 0)
    #expect(desk.run("--job job", "cat").outputText == table)
  }

  @Test func anOutputThatCannotBeMadeLeavesTheJobAsItStood() throws {
    let desk = try failedJob()
    let before = try desk.record()
    let outcome = desk.resume("-o missing/out.csv")
    #expect(outcome.status == 73)
    let after = try desk.record()
    #expect(after.state == .failed)
    #expect(after.stateReason == before.stateReason)
    #expect(desk.resume("-o out.csv").status == 0)
  }

  /// What a retry that could not begin leaves waiting is not taken for done.
  @Test func aPartialResultIsStillOneAfterARetryThatCouldNotBegin() throws {
    let desk = RunDesk()
    let script = "test $MILLRACE_CHUNK != 00003 || test -e fixed && cat"
    #expect(desk.run("--job job --retries 0 --on-failure continue", script).status == 1)
    desk.folder.write("fixed", "")
    #expect(desk.retry("-o missing/out.csv").status == 73)
    #expect(desk.retry("-o missing/out.csv").status == 73)
    #expect(desk.resume("-o out.csv").status == 0)
    #expect(desk.folder.text("out.csv") == desk.table)
    #expect(try desk.repeated() == [])
  }

  @Test func aPartialResultIsGoneOnWithByTheSameCommand() throws {
    let desk = RunDesk()
    let script = "test $MILLRACE_CHUNK != 00003 || test -e fixed && cat"
    #expect(desk.run("--job job --retries 0 --on-failure continue", script).status == 1)
    desk.folder.write("fixed", "")
    #expect(desk.run("--job job --retries 0 --on-failure continue", script).outputText == desk.table)
    #expect(try desk.repeated() == [])
  }

  @Test func whatAKillLeavesOfAJobThatWasBeingMadeIsNoHindrance() throws {
    let desk = RunDesk()
    for name in ["job", "job/input", "job/results"] { #expect(unsafe mkdir(desk.folder(name), 0o700) == 0) }
    desk.folder.write("job/owner.lock", "process 1 on elsewhere\n")
    desk.folder.write("job/.millrace-job.json-1", "{")
    #expect(desk.run("--job job", "cat").outputText == desk.table)
  }

  @Test func anotherVersionIsRefused() throws {
    let desk = try failedJob()
    let text = try #require(desk.folder.text("job/job.json"))
    desk.folder.write("job/job.json", text.replacing("\"version\":1", with: "\"version\":7"))
    for outcome in [desk.resume(), desk.run("--job job --retries 0", failing)] {
      #expect(outcome.status == 78)
      #expect(outcome.errorText.contains("job.json: the job folder has version 7; this batch-run knows version 1"))
    }
    desk.folder.write("job/job.json", text)
    #expect(desk.resume().outputText == desk.table)
  }

  @Test(arguments: [
    ("", "job.json: not what batch-run writes: byte 0: expected JSON, found nothing"),
    ("[]", "job.json: not what batch-run writes: an object was expected"),
    ("{\"version\":1,\"id\":4}", "job.json: field \"id\": missing, or not what batch-run writes"),
  ])
  func aDamagedSpecificationIsRefused(_ text: String, _ complaint: String) throws {
    let desk = try failedJob()
    desk.folder.write("job/job.json", text)
    let outcome = desk.resume()
    #expect(outcome.status == 78)
    #expect(outcome.errorText.contains(complaint), "\(outcome.errorText)")
  }

  @Test func aFolderThatLostItsSubfoldersIsGoneOnWith() throws {
    let desk = try failedJob()
    for name in ["results", "input", "failed"] { #expect(desk.shell("rm -r job/\(name)").status == 0) }
    let outcome = desk.resume()
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(outcome.outputText == desk.table)
  }

  // MARK: Journals

  @Test(arguments: [
    "{\"event\":\"sta", "{\"event\":\"state\",\"time\":\"20", String(repeating: "\0", count: 5000),
    "{\"event\":\"st" + String(repeating: "\0", count: 5000),
    "\0\0\0\n{\"event\":\"note\",\"time\":\"2026-11-21T12:00:00Z\",\"note\":\"x\"}\n",
  ])
  func whatAKillOrAPowerLossCutOffIsPassedOver(_ rest: String) throws {
    let desk = try failedJob()
    let journal = desk.journal()
    desk.folder.write("job/journal.ndjson", journal + rest)
    let outcome = desk.resume()
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(outcome.outputText == desk.table)
    #expect(desk.journal().hasPrefix(journal))
    #expect(!desk.journal().utf8.contains(0))
  }

  @Test func aDamagedLineIsToldByItsNumber() throws {
    let desk = try failedJob()
    var lines = desk.journal().split(separator: "\n").map(String.init)
    let whole = lines
    for (damage, complaint) in [
      ("{\"event\":\"cut\",", "not what batch-run writes"), ("{\"event\":\"state\",\"time\":4}", "field \"time\""),
      ("garbage", "not what batch-run writes"), ("\0\0", "zero bytes in the middle"),
      (
        "{\"event\":\"delivered\",\"time\":\"2026-11-21T12:00:00.000Z\",\"chunks\":\(Int.max),\"bytes\":1}",
        "field \"chunks\""
      ),
    ] {
      lines = whole
      lines[5] = damage
      lines.append("{\"event\":\"synced\",\"time\":\"2026-11-21T12:00:00.000Z\"}")
      desk.folder.write("job/journal.ndjson", lines.map { $0 + "\n" }.joined())
      let outcome = desk.resume()
      #expect(outcome.status == 78)
      #expect(outcome.errorText.contains("journal.ndjson:6: "), "\(outcome.errorText)")
      #expect(outcome.errorText.contains(complaint), "\(outcome.errorText)")
      #expect(outcome.output.isEmpty)
    }
  }

  // MARK: Permission

  @Test(.enabled(if: Nobody.canRun(RunDesk.program), "this takes root, and an executable that everybody may run"))
  func whoMayNotIsTold() throws {
    let desk = try failedJob()
    #expect(unsafe chmod(desk.folder.path, 0o755) == 0)
    #expect(unsafe mkdir(desk.folder("theirs"), 0o700) == 0)
    #expect(unsafe chown(desk.folder("theirs"), 65534, 65534) == 0)
    let program = RunDesk.program.path
    func asNobody(_ words: [String]) -> Outcome {
      Executable("/usr/bin/setpriv").run(
        ["--reuid", "65534", "--regid", "65534", "--clear-groups", program] + words,
        input: .file(desk.folder("in.csv")),
        environment: [
          "MILLRACE_STATE_DIR": desk.folder("theirs/state"),
          "MILLRACE_PROVENANCE_DIR": desk.folder("theirs/provenance"),
        ], workingDirectory: desk.folder.path)
    }
    let resumed = asNobody(["resume", "job"])
    #expect(resumed.status == 66)
    #expect(resumed.errorText.contains("job: cannot look into the job's folder: permission denied"))
    let again = asNobody(["--job", "job", "--", "cat"])
    #expect([66, 73, 74].contains(again.status))
    #expect(again.errorText.contains("permission denied"))
    let other = asNobody(["--job", "new", "--", "cat"])
    #expect(other.status == 73)
    #expect(other.errorText.contains("new: cannot create the file: permission denied"))
    #expect(asNobody(["-q", "--job", "theirs/job", "--", "cat"]).outputText == desk.table)
  }
}

private let isTerminalScriptThere = unsafe access("/usr/bin/script", X_OK) == 0 && hasTerminals
