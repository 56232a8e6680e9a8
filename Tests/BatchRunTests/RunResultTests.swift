import MillraceCore
import Support
import Testing

@testable import batch_run

/// Inputs and results of all shapes.
@Suite struct RunResultTests {
  private func pass(_ input: [UInt8], _ options: String = "", command: [String] = ["cat"]) -> Outcome {
    let desk = RunDesk(records: 1)
    return desk.run(desk.arguments(options, chunkRecords: 1) + ["--"] + command, input: .bytes(input))
  }

  @Test(arguments: [
    "a,b\n1,2\n3,4\n5,6\n",
    "a,b\r\n1,\"x\r\ny\"\r\n2,\"p\nq\"\r\n3,z\r\n",
    "\u{FEFF}a,b\n1,2\n3,4\n",
    "a,b\n1,2\n3,4",
    "a\tb\n1\t2\n3\t4\n",
    "{\"a\":1}\n{\"a\":2}\n",
    "{\"a\":1}\r\n\n{\"a\":2}",
    "\u{FEFF}{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n",
    "a,b\n", "a,b", "",
  ])
  func whatACommandPassesOnComesOutAsItWentIn(_ text: String) {
    for options in ["--same-rows", "--same-rows --no-provenance"] {
      let outcome = pass(Array(text.utf8), options)
      #expect(outcome.status == 0, "\(outcome.errorText)")
      #expect(outcome.output == Array(text.utf8), "\(options)")
    }
  }

  /// What stands before the first record of each chunk stands before the first record of the output alone.
  @Test func aByteOrderMarkStandsInTheOutputOnce() {
    let text = "\u{FEFF}1,2\n3,4\n5,6\n"
    for options in ["--no-header", "--no-header --no-provenance", "--result lines", "--result lines --no-provenance"] {
      let command = options.hasPrefix("--result") ? ["sh", "-c", "printf '\\357\\273\\277'; sed 1d"] : ["cat"]
      let input = options.hasPrefix("--result") ? "a,b\n1,2\n3,4\n5,6\n" : text
      let outcome = pass(Array(input.utf8), options, command: command)
      #expect(outcome.status == 0, "\(outcome.errorText)")
      #expect(outcome.output == Array(text.utf8), "\(options)")
    }
  }

  /// A table that has no records in the first chunk, or text: only the user can tell.
  @Test(arguments: [
    ("echo gene,p; [ $MILLRACE_CHUNK = 00000 ] || echo B,2", "csv", "gene,p\nB,2\nB,2\n"),
    ("echo gene; [ $MILLRACE_CHUNK = 00000 ] || echo B", "csv", "gene\nB\nB\n"),
    ("printf 'gene\\tp\\n'; [ $MILLRACE_CHUNK = 00000 ] || echo B", "tsv", "gene\tp\nB\nB\n"),
    ("echo gene,p", "csv", "gene,p\n"),
  ])
  func aFirstResultThatMayBeAHeaderIsNotGuessedAbout(_ script: String, _ form: String, _ joined: String) throws {
    for options in ["", "--no-provenance"] {
      let desk = RunDesk(records: 3)
      let outcome = desk.run("--job job \(options)", chunkRecords: 1, script)
      #expect(outcome.status == 65)
      #expect(
        outcome.errorText.contains(
          "the result of chunk 00001:1: it begins with the line that is all of the result of chunk 00000: a header, or text"
            + " (--result \(form) takes that line for a header, --result lines for text)"), "\(outcome.errorText)")
      #expect(try desk.record().state == .failed)
      let resumed = desk.resume("--result \(form) \(options)")
      #expect(resumed.status == 0, "\(resumed.errorText)")
      #expect(resumed.outputText == joined)
    }
  }

  @Test func aLineThatOthersOnlyResembleIsText() {
    let desk = RunDesk(records: 3)
    let outcome = desk.run("", chunkRecords: 1, "echo \"ok, done$MILLRACE_CHUNK\" | sed s/00000//; cat > /dev/null")
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(outcome.outputText == "ok, done\nok, done00001\nok, done00002\n")
  }

  /// What looks like a header is one only when it says something of a table.
  @Test(arguments: [
    ("echo done", "done\ndone\n"), ("wc -l < /dev/null", "0\n0\n"), ("head -n 1", "a,b\n"),
    ("sed '1s/.*/c,d/'", "c,d\n1,2\n3,4\n"), ("echo n; echo 7", "n\n7\n7\n"),
  ])
  func firstLinesAreHeadersOnlyWhereTheyAreSome(_ script: String, _ expected: String) {
    for options in ["", "--no-provenance"] {
      let outcome = pass(Array("a,b\n1,2\n3,4\n".utf8), options, command: ["sh", "-c", script])
      #expect(outcome.status == 0, "\(outcome.errorText)")
      #expect(outcome.outputText == expected)
    }
  }

  /// Without provenance the kernel moves results: into pipes, behind what a file has, and into fresh files.
  @Test func resultsAreMovedToWhereverTheyGo() {
    let desk = RunDesk(records: 1)
    let line = #"printf '{"a":1}\n{"a":2}\n{"a":3}' | "$0" -q --no-provenance --chunk-records 1"#
    #expect(desk.shell("\(line) -- cat | cat").outputText == "{\"a\":1}\n{\"a\":2}\n{\"a\":3}")
    #expect(
      desk.shell("echo x > out; \(line) -- cat >> out; cat out").outputText == "x\n{\"a\":1}\n{\"a\":2}\n{\"a\":3}")
    #expect(desk.shell("\(line) -o new -- tr -d '\\n'; echo $?").outputText == "75\n")
    #expect(
      desk.shell("\(line) -o new --result bytes -- tr -d '\\n'; cat new").outputText == "{\"a\":1}{\"a\":2}{\"a\":3}")
  }

  @Test func aLargeRecordIsAChunkOfItsOwn() {
    let text = "a,b\n1,\"" + String(repeating: "line\n", count: 1_200_000) + "\"\n2,x\n"
    let outcome = pass(Array(text.utf8))
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(outcome.output == Array(text.utf8))
    let limited = pass(Array(text.utf8), "--max-record-bytes 1M --job job")
    #expect(limited.status == 65)
    #expect(limited.errorText.contains("the record that starts here is longer than 1048576 bytes"))
    #expect(limited.output.isEmpty)
  }

  @Test func compressedInputsAreRead() throws {
    let desk = RunDesk()
    #expect(desk.shell("gzip -k in.csv").status == 0)
    let outcome = desk.run(desk.arguments("--job job") + ["in.csv.gz", "--", "cat"])
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(outcome.outputText == desk.table)
    #expect(try desk.record().inputEnd?.records == 200)
  }

  @Test func manySmallChunksKeepTheirOrder() throws {
    let desk = RunDesk(records: 2000)
    let outcome = desk.run(desk.arguments("--job job", chunkRecords: 1) + ["--", "cat"])
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(outcome.outputText == desk.table)
    #expect(try desk.record().counts.completed == 2000)
  }

  @Test func tablesBecomeLinesOfJSONAndBack() {
    let desk = RunDesk()
    let toJSON = """
      import csv, json, sys
      for row in csv.DictReader(sys.stdin): print(json.dumps(row))
      """
    let lines = desk.run(desk.arguments("--job json", chunkRecords: 70) + ["--", "python3", "-c", toJSON])
    #expect(lines.status == 0, "\(lines.errorText)")
    let rows = desk.table.split(separator: "\n").dropFirst().map { row in
      let parts = row.split(separator: ",")
      return "{\"id\": \"\(parts[0])\", \"v\": \(parts[1])}\n"
    }
    #expect(lines.outputText == rows.joined())
    let toTable = """
      import json, sys
      print("id,v")
      for line in sys.stdin:
        row = json.loads(line)
        print(row["id"] + ',"' + row["v"] + '"')
      """
    let table = desk.run(
      desk.arguments("--job csv --result csv --same-rows", chunkRecords: 70) + ["--", "python3", "-c", toTable],
      input: .bytes(lines.output))
    #expect(table.status == 0, "\(table.errorText)")
    #expect(table.outputText == desk.table)
  }

  @Test func numbersOfACountingCommandAreLines() {
    let desk = RunDesk()
    let outcome = desk.run(desk.arguments("", chunkRecords: 50) + ["--", "wc", "-l"])
    #expect(outcome.outputText == "51\n51\n51\n51\n")
  }

  @Test func bytesOfAnyKindAreJoinedAsTheyAre() {
    let desk = RunDesk()
    let outcome = desk.run("--result bytes", chunkRecords: 50, "printf '%s\\000' $MILLRACE_CHUNK; cat > /dev/null")
    #expect(outcome.outputText == "00000\0" + "00001\0" + "00002\0" + "00003\0")
  }

  @Test func aResultWithAnotherHeaderIsRefused() throws {
    let desk = RunDesk()
    let outcome = desk.run("--job job", chunkRecords: 100, "sed \"1s/.*/id,of$MILLRACE_CHUNK/\"")
    #expect(outcome.status == 65)
    #expect(
      outcome.errorText.contains("the result of chunk 00001:1: its header is not that of the result of chunk 00000"))
    #expect(outcome.errorText.contains("--result lines takes results without looking for headers"))
    #expect(try desk.record().state == .failed)
  }

  @Test func anInputWhoseQuoteIsNeverClosedIsRefused() {
    let open = pass(Array("a,b\n1,\"never closed\n2,3\n".utf8))
    #expect(open.status == 65)
    #expect(open.errorText.contains("standard input:2:"))
  }
}
