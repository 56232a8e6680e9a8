import Glibc
import MillraceCore
import Support
import Testing

@testable import batch_run

/// Commands that fail: what is tried again, what is put aside, and what the job does then.
@Suite struct RunFailureTests {
  /// Fails on the chunk of record 70, with a word about it.
  private let failing =
    "cat > in.$MILLRACE_CHUNK; if grep -q ^70, in.$MILLRACE_CHUNK; then echo no 70 >&2; exit 4; fi; cat in.$MILLRACE_CHUNK"

  private func attempts(_ desk: RunDesk, _ chunk: Int = 0) throws -> [AttemptOutcome] {
    try desk.record().chunks[ChunkIdentifier(chunk)]?.attempts.map(\.outcome) ?? []
  }

  @Test(arguments: [
    ("exit 9", AttemptOutcome.exited(9), "ended with status 9"),
    ("kill -SEGV $$", .signalled(SIGSEGV), "was ended by signal 11"),
    ("kill -KILL $$", .signalled(SIGKILL), "was ended by signal 9"),
    ("printf half", .badResult("it ends within a line (--result bytes takes such results)"), "it ends within a line"),
  ])
  func theWayACommandFailsIsTold(_ script: String, _ outcome: AttemptOutcome, _ text: String) throws {
    let desk = RunDesk(records: 5)
    let run = desk.run("--job job --retries 0", script)
    #expect(run.status == 75)
    #expect(
      run.errorText.contains("chunk 00000 \(text)") || run.errorText.contains("chunk 00000 gave a bad result: \(text)"))
    #expect(run.errorText.contains("batch-run logs --failed \(desk.folder.path)/job shows what it said"))
    #expect(run.output.isEmpty)
    // One attempt, and the recovery attempt.
    #expect(try attempts(desk) == [outcome, outcome])
    #expect(try desk.record().state == .failed)
  }

  @Test(arguments: [
    "sleep 300", "trap '' TERM; while :; do sleep 0.05; done", "kill -STOP $$", "sleep 300 & wait",
  ])
  func aCommandThatHangsIsEndedAfterItsTime(_ script: String) throws {
    let desk = RunDesk(records: 5)
    let run = desk.run("--job job --retries 0 --chunk-timeout 3s", "echo $$ >> pids; \(script)")
    #expect(run.status == 75)
    #expect(run.errorText.contains("chunk 00000 took longer than 3s"))
    #expect(try attempts(desk) == [.timedOut(3), .timedOut(3)])
    #expect(desk.numbers("pids").count == 2 && !desk.numbers("pids").contains(where: isRunning))
  }

  @Test func aFailedAttemptIsTriedAgainAfterAPause() throws {
    let desk = RunDesk(records: 5)
    let run = desk.run("--job job --retries 1", "if [ $MILLRACE_ATTEMPT = 1 ]; then exit 1; fi; cat")
    #expect(run.status == 0)
    #expect(run.outputText == desk.table)
    let ends = try desk.record().chunks[ChunkIdentifier(0)]?.attempts ?? []
    #expect(ends.map(\.outcome) == [.exited(1), .completed])
    #expect(ends.last.map { $0.start.since(ends[0].end) >= 0.8 } == true)
  }

  @Test func theRecoveryAttemptWorksWhereACommandMustBeAlone() throws {
    let desk = RunDesk()
    // Of two at once, the second fails.
    let outcome = desk.run(
      "--job job --retries 0", chunkRecords: 100,
      """
      if mkdir alone 2> /dev/null; then
        while [ $MILLRACE_ATTEMPT = 1 ] && [ ! -e refused ]; do sleep 0.02; done
        rmdir alone; cat
      else
        touch refused; exit 5
      fi
      """)
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(outcome.outputText == desk.table)
    #expect(try desk.record().recoveries.map(\.recovery) == [.begun, .succeeded])
  }

  @Test func aRecoveryAttemptThatFailsPutsTheChunkAside() throws {
    let desk = RunDesk()
    let run = desk.run("--job job --retries 0 --on-failure continue", failing)
    #expect(run.status == 1)
    let record = try desk.record()
    #expect(record.recoveries.map(\.recovery) == [.begun, .failed])
    #expect(record.state == .completed)
    #expect(record.stateReason == "1 of 10 chunks are missing")
    let input = desk.table.split(separator: "\n")
    #expect(
      desk.folder.text("job/failed/00003/input") == "id,v\n" + input[61...80].map { $0 + "\n" }.joined())
    let log = try #require(desk.folder.text("job/failed/00003/stderr"))
    #expect(log.split(separator: "\n").filter { $0 == "no 70" }.count == 2)
    #expect(log.hasPrefix("--- attempt 1, 20"))
    let bytes = try readFile(desk.folder("job/failed/00003/reason.json"), limit: 1 << 16)
    let reason = try withExtendedLifetime(bytes) {
      try unsafe ObjectReader(parsing: bytes.bytes, at: Place(file: "reason.json"))
    }
    #expect(try reason.text("reason") == "ended with status 4; it said: no 70")
    #expect(try reason.integer("first_record") == 60)
    #expect(reason.value["attempts"]?.elements?.count == 2)
    // The rest is there for a retry with a mended command.
    let mended = desk.retry(command: ["cat"])
    #expect(mended.status == 0, "\(mended.errorText)")
    #expect(mended.outputText == desk.table)
    #expect(try desk.repeated() == [])
    #expect(desk.folder.names(in: "job/failed") == [])
  }

  /// Whatever two workers are about at that moment.
  @Test func aChunkThatCannotBePutAsideEndsTheJob() throws {
    for _ in 0..<10 {
      let desk = RunDesk()
      let outcome = desk.start(
        desk.arguments("--job job --retries 0 --no-provenance") + [
          "--", "sh", "-c", "test -d job/failed && rm -r job/failed && : > job/failed; cat > /dev/null; exit 1",
        ]
      ).wait()
      #expect(outcome.status == 73, "\(outcome.errorText)")
      #expect(outcome.errorText.contains("job/failed: expected a folder, found something else"))
    }
  }

  @Test func aJobGoesOnUntilMoreThanSoManyChunksHaveFailed() throws {
    let desk = RunDesk()
    let script = "cat > in.$MILLRACE_CHUNK; ! grep -q '^[0-9]*7[05],' in.$MILLRACE_CHUNK && cat in.$MILLRACE_CHUNK"
    // Records 70, 75, 170 and 175: in chunks of 10 two fail.
    let bearable = desk.run("--job job --retries 0 --max-failed 2", chunkRecords: 10, isQuiet: false, script)
    #expect(bearable.status == 1)
    #expect(bearable.errorText.contains("left out: chunk 00007, records 71 to 80"))
    #expect(bearable.errorText.contains("left out: chunk 00017, records 171 to 180"))
    #expect(bearable.outputText.split(separator: "\n").count == 181)
    let unbearable = desk.run("--job other --retries 0 --max-failed 1", chunkRecords: 10, script)
    #expect(unbearable.status == 75)
    #expect(unbearable.errorText.contains("chunk 00007 ended with status 1, and 1 more failed"))
    #expect(unbearable.outputText.isEmpty || desk.table.hasPrefix(unbearable.outputText))
  }

  @Test func statusesThatAreAcceptedAreNoFailures() throws {
    let desk = RunDesk()
    let plain = desk.run("--job job --retries 0 --result lines", "grep '^7'")
    #expect(plain.status == 75)
    let outcome = desk.run("--job other --retries 0 --result lines --accept-status 0,1", "grep '^7'")
    #expect(outcome.status == 0)
    #expect(
      outcome.outputText == desk.table.split(separator: "\n").filter { $0.hasPrefix("7") }.map { $0 + "\n" }.joined())
  }

  @Test func aResultWithOtherRowsThanItsChunkIsAFailureWhereThatWasAsked() throws {
    let desk = RunDesk()
    let outcome = desk.run("--job job --retries 0 --same-rows", chunkRecords: 100, "head -n 11")
    #expect(outcome.status == 75)
    #expect(outcome.errorText.contains("chunk 00000 gave a bad result: it has 10 records, and the chunk 100"))
    #expect(desk.run("--job other --retries 0 --same-rows", "cat").outputText == desk.table)
  }

  @Test func aCommandThatReadsNothingIsTold() {
    let desk = RunDesk()
    let outcome = desk.run(["--chunk-records", "100", "--workers", "1", "--result", "lines", "--", "echo", "1"])
    #expect(outcome.status == 0)
    #expect(outcome.errorText.contains("warning: the command reads nothing of its chunks"))
    #expect(outcome.outputText == "1\n1\n")
  }

  @Test func aCommandThatWritesNothingGivesAnEmptyResult() {
    let desk = RunDesk()
    let outcome = desk.run("--job job", "cat > /dev/null")
    #expect(outcome.status == 0)
    #expect(outcome.output.isEmpty)
  }

  /// Of 40 MB on standard error the beginning and the end are kept, and the disk has no more meanwhile.
  @Test func aCommandThatSaysTooMuchFillsNoDisk() throws {
    let desk = RunDesk(records: 1)
    let outcome = desk.run(
      "--job job",
      "echo first >&2; head -c 40000000 /dev/zero | tr '\\0' x >&2; sleep 1; echo >&2; du -k job/stderr >&2; echo last >&2; cat"
    )
    #expect(outcome.status == 0, "\(outcome.errorText)")
    let log = try #require(desk.folder.text("job/stderr/00000"))
    let lines = log.split(separator: "\n")
    #expect(lines.contains("first") && lines.last == "last")
    #expect(
      lines.contains { $0.hasPrefix("--- 37") && $0.hasSuffix(" bytes were left out here") }, "\(lines.map(\.count))")
    #expect(log.utf8.count < 2_200_000)
    let used = lines.last { $0.hasSuffix("job/stderr") }?.split(whereSeparator: \.isWhitespace).first.flatMap {
      Int($0)
    }
    #expect(try #require(used) < 8000)
  }

  @Test func whatCommandsSayIsKeptChunkByChunk() {
    let desk = RunDesk()
    let outcome = desk.run("--job job", "echo first of $MILLRACE_CHUNK >&2; cat; echo last of $MILLRACE_CHUNK >&2")
    #expect(outcome.status == 0)
    for chunk in ["00000", "00009"] {
      let lines = desk.folder.text("job/stderr/\(chunk)")?.split(separator: "\n") ?? []
      #expect(lines.dropFirst() == ["first of \(chunk)", "last of \(chunk)"])
    }
  }
}
