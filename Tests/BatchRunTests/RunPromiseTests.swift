import Glibc
import Support
import Testing

@testable import batch_run

/// The cases in which GNU parallel loses or doubles records, and others of their kind: the result has exactly the input's
/// records once, or the status is not 0 and names what is missing.
@Suite struct RunPromiseTests {
  /// Prints half of the chunk of record 70 and fails, unless there is a file `fixed`.
  private let failing = """
    cat > in.$MILLRACE_CHUNK
    if [ ! -e fixed ] && grep -q ^70, in.$MILLRACE_CHUNK; then head -n 11 in.$MILLRACE_CHUNK; exit 3; fi
    cat in.$MILLRACE_CHUNK
    """

  @Test func partialOutputOfAFailedChunkIsNotInTheResult() throws {
    let desk = RunDesk()
    let aborted = desk.run("--job job --retries 0", failing)
    #expect(aborted.status == 75)
    #expect(aborted.errorText.contains("chunk 00003 ended with status 3"))
    #expect(!aborted.outputText.contains("\n60,"))
    let partial = desk.run("--job other --retries 0 --on-failure continue", isQuiet: false, failing)
    #expect(partial.status == 1)
    #expect(partial.errorText.contains("left out: chunk 00003, records 61 to 80: ended with status 3"))
    let lines = desk.table.split(separator: "\n")
    #expect(partial.outputText == (lines[0...60] + lines[81...]).map { $0 + "\n" }.joined())
  }

  @Test func resumingAfterAFailureGivesEachRecordOnce() throws {
    let desk = RunDesk()
    #expect(desk.run("--job job --retries 0", failing).status == 75)
    desk.folder.write("fixed", "")
    let outcome = desk.resume()
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(outcome.outputText == desk.table)
    #expect(try desk.repeated() == [])
    let again = desk.resume()
    #expect(again.status == 1)
    #expect(again.errorText.contains("the job is completed, and its result was written"))
  }

  @Test func haltingThenResumingGivesEachRecordOnce() throws {
    let desk = RunDesk()
    let running = desk.start(
      desk.arguments("--job job") + [
        "--", "sh", "-c", "case $MILLRACE_CHUNK in 00004) while [ ! -e gate ]; do sleep 0.05; done;; esac; cat",
      ])
    #expect(eventually { (try? desk.record().counts.completed) ?? 0 >= 5 })
    running.send(SIGTERM)
    let halted = running.wait()
    #expect(halted.signal == SIGTERM)
    desk.folder.write("gate", "")
    let outcome = desk.resume()
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(outcome.outputText == desk.table)
    #expect(try desk.repeated() == [])
  }

  @Test func killingThenResumingGivesEachRecordOnce() throws {
    let desk = RunDesk()
    let script = "case $MILLRACE_CHUNK in 00004) while [ ! -e gate ]; do sleep 0.05; done;; esac; cat"
    let command = desk.arguments("--job job") + ["--", "sh", "-c", script]
    let running = desk.start(command)
    #expect(eventually { (try? desk.record().counts.completed) ?? 0 >= 5 })
    running.send(SIGKILL)
    #expect(running.wait().signal == SIGKILL)
    desk.folder.write("gate", "")
    // The same command goes on, too.
    let outcome = desk.run(command)
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(outcome.outputText == desk.table)
    #expect(try desk.repeated() == [])
  }

  @Test(arguments: ["--retries 0", "--retries 0 --no-provenance"])
  func anotherInputIsRefused(_ options: String) throws {
    let desk = RunDesk()
    #expect(desk.run("--job job \(options)", failing).status == 75)
    desk.folder.write("fixed", "")
    // Another byte, and the same size.
    desk.folder.write("in.csv", desk.table.replacing("\n5,\"x 25\"", with: "\n5,\"x 26\""))
    for outcome in [desk.resume("-o out.csv"), desk.run("--job job -o out.csv \(options)", failing)] {
      #expect(outcome.status == 78)
      #expect(outcome.errorText.contains(": the input is not the one that the job began with: "))
      #expect(desk.folder.read("out.csv") == nil)
    }
    #expect(desk.folder.text("job/results/00000")?.contains("x 25") == true)
  }

  @Test func aShorterOrLongerInputIsRefused() throws {
    let desk = RunDesk()
    #expect(desk.run("--job job --retries 0", failing).status == 75)
    desk.folder.write("fixed", "")
    for table in [String(desk.table.prefix(500)), desk.table + "200,\"x 40000\"\n", "a,b\n" + desk.table.dropFirst(5)] {
      desk.folder.write("in.csv", table)
      let outcome = desk.resume()
      #expect(outcome.status == 78)
      #expect(outcome.errorText.contains("the input is not the one that the job began with"))
    }
    desk.folder.write("in.csv", desk.table)
    #expect(desk.resume().outputText == desk.table)
  }

  @Test func theSameBytesInAFileThatWasTouchedAreAccepted() throws {
    let desk = RunDesk()
    #expect(desk.run("--job job --retries 0", failing).status == 75)
    desk.folder.write("fixed", "")
    desk.folder.write("in.csv", desk.table)
    let blind = desk.resume("--no-provenance")
    #expect(blind.status == 78)
    #expect(blind.errorText.contains("in.csv: the input is not the one that the job began with: the file was changed"))
    let outcome = desk.resume()
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(outcome.outputText == desk.table)
  }

  @Test func anInputThatIsGoneIsNotNeededWhenAllOfItWasCut() throws {
    let desk = RunDesk()
    let waiting = "while ! grep -q input_ended job/journal.ndjson; do sleep 0.02; done; \(failing)"
    #expect(desk.run("--job job --retries 0", chunkRecords: 100, waiting).status == 75)
    desk.folder.write("fixed", "")
    #expect(unsafe unlink(desk.folder("in.csv")) == 0)
    #expect(desk.resume().outputText == desk.table)
  }

  @Test func aPipeWithAnotherContentIsRefused() throws {
    let desk = RunDesk()
    let start = "$0 -q --workers 2 --chunk-records 20 --job job --retries 0 -- sh -c 'cat; test -e fixed'"
    #expect(desk.shell("cat in.csv | \(start)").status == 75)
    desk.folder.write("fixed", "")
    let other = desk.shell("sed 's/x 25/x 26/' in.csv | \(start)")
    #expect(other.status == 78)
    #expect(other.errorText.contains("standard input: the input is not the one that the job began with: chunk 00000"))
    let short = desk.shell("head -n 15 in.csv | \(start)")
    #expect(short.status == 78)
    let outcome = desk.shell("cat in.csv | $0 resume -q job")
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(outcome.outputText == desk.table)
  }

  /// Of a job that was killed before it had cut all of its input: nothing of the other one may stay.
  @Test func anInputThatWasRefusedLeavesNothingInTheJob() throws {
    let desk = RunDesk()
    let start = "$0 -q --workers 1 --chunk-records 2 --job job -- sh -c 'test -e fixed || sleep 60; cat'"
    let killed = "(exec \(start)) < <(cat in.csv) & until grep -q '\"started\"' job/journal.ndjson; do sleep 0.05; done"
    let cut = "until (( $(grep -c '\"event\":\"cut\"' job/journal.ndjson) > 1 )); do sleep 0.05; done"
    _ = desk.shell("\(killed); \(cut); kill -9 $!; wait $!")
    let before = try desk.record()
    #expect(before.inputEnd == nil && before.cutCount > 1 && before.cutCount < 20)
    desk.folder.write("fixed", "")
    let others = ["sed 's/x 1\"/x 2\"/' in.csv", "sed 's/x 4\"/y 4\"/; s/x 400/x 4/' in.csv", "head -n 4 in.csv"]
    for other in others {
      let outcome = desk.shell("\(other) | $0 resume -q job")
      #expect(outcome.status == 78)
      #expect(outcome.errorText.contains("the input is not the one that the job began with"))
      let record = try desk.record()
      #expect(record.cutCount == before.cutCount && record.inputEnd == nil)
    }
    let outcome = desk.shell("cat in.csv | $0 resume -q job")
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(outcome.outputText == desk.table)
    #expect(try desk.repeated() == [])
  }

  /// Whose files are lost, so that they are cut again.
  @Test func chunksOfAnInputThatWasRefusedAreNotWorkedOnLater() throws {
    let desk = RunDesk()
    #expect(desk.shell("cat in.csv | $0 -q --chunk-records 50 --job job --retries 0 -- false").status == 75)
    #expect(desk.shell("rm -r job/input job/failed").status == 0)
    #expect(desk.shell("sed 's/x 25/x 26/' in.csv | $0 retry -q job -- cat").status == 78)
    let outcome = desk.shell("cat in.csv | $0 retry -q job")
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(outcome.outputText == desk.table)
  }

  @Test func aLongerPipeLeavesNothingInTheJob() throws {
    let desk = RunDesk()
    let start =
      "$0 -q --workers 2 --chunk-records 100 --job job --max-failed 2 --retries 0 -- sh -c 'cat; test -e fixed'"
    #expect(desk.shell("cat in.csv | \(start)").status == 1)
    desk.folder.write("fixed", "")
    let longer = desk.shell("(cat in.csv; echo 200,x) | \(start)")
    #expect(longer.status == 78)
    #expect(longer.errorText.contains("the input is not the one that the job began with: it is longer"))
    #expect(try desk.record().cutCount == 2)
    #expect(desk.shell("cat in.csv | \(start)").outputText == desk.table)
  }

  @Test func anEmptyInputIsToldFromAnotherOne() throws {
    let desk = RunDesk()
    let start = "$0 -q --workers 1 --chunk-records 2 --job job --retries 0 -- sh -c 'cat; test -e fixed'"
    let failed = desk.shell("cat in.csv | \(start)")
    #expect(failed.status == 75)
    #expect(failed.errorText.contains("/job, given the same input, tries again)"), "\(failed.errorText)")
    desk.folder.write("fixed", "")
    for outcome in [desk.retry(), desk.shell("\(start) < /dev/null")] {
      #expect(outcome.status == 66)
      #expect(outcome.errorText.contains("it is empty, and the job's input is not, which is needed once more"))
      #expect(outcome.errorText.contains("/job)"))
    }
    #expect(desk.shell("cat in.csv | $0 retry -q job").outputText == desk.table)
  }

  @Test func anotherCommandIsRefused() throws {
    let desk = RunDesk()
    #expect(desk.run("--job job --retries 0", failing).status == 75)
    let other = desk.run("--job job", "cat")
    #expect(other.status == 78)
    #expect(other.errorText.contains("job: the folder holds another job: here the command is `sh -c cat`"))
    let chunks = desk.run("--job job", chunkRecords: 10, failing)
    #expect(chunks.status == 78)
    #expect(chunks.errorText.contains("here its chunks have 10 records"))
  }

  @Test func resultsThatAreNotWholeAnyMoreAreMadeAgain() throws {
    let desk = RunDesk()
    #expect(desk.run("--job job --retries 0", failing).status == 75)
    desk.folder.write("fixed", "")
    #expect(try desk.record().counts.completed > 2)
    desk.folder.write("job/results/00000", "id,v\n")
    #expect(unsafe unlink(desk.folder("job/results/00001")) == 0)
    let outcome = desk.run(["resume", "job"], input: Executable.Input.none)
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(outcome.errorText.contains("the result of chunk 00000 is not whole any more: it is made again"))
    #expect(outcome.errorText.contains("the result of chunk 00001 is not whole any more: it is made again"))
    #expect(outcome.outputText == desk.table)
  }
}
