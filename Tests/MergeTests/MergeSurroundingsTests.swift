import Glibc
import Support
import Testing

private let chunk = Executable("chunk")
private let merge = Executable("merge")

/// Bad rows, and options that must not be without effect.
struct MergeRowTests {
  let folder = TemporaryFolder()

  func merged(_ files: [String], _ arguments: [String] = []) -> Outcome {
    merge.run(arguments + files.enumerated().map { folder.write("\($0).txt", $1) })
  }

  @Test(arguments: [["--to", "ndjson"], ["--union"], []]) func badRowsAreLeftOut(way: [String]) throws {
    // The second file makes --union look at rows.
    let files = ["a,b\n1,2\n3\n5,6\n", way == ["--union"] ? "b,a,c\n8,7,9\n1,2\n" : "a,b\n7,8\n9\n"]
    let outcome = merged(files, way + ["--on-error", "skip", "-o", folder("out")])
    #expect(outcome.status == 1)
    let expected =
      switch way.first {
      case "--to": "{\"a\":\"1\",\"b\":\"2\"}\n{\"a\":\"5\",\"b\":\"6\"}\n{\"a\":\"7\",\"b\":\"8\"}\n"
      case "--union": "a,b,c\n1,2,\n5,6,\n7,8,9\n"
      default: "a,b\n1,2\n5,6\n7,8\n"
      }
    #expect(folder.text("out") == expected)
    #expect(outcome.errorText.hasSuffix("merge: warning: 2 rows left out\n"))
    #expect(outcome.errorText.contains("merge: warning: row left out: \(folder("0.txt")):3: "))
    let sidecar = try #require(folder.text("out.prov"))
    #expect(sidecar.contains("\"rows\":{\"in\":5,\"out\":3,\"dropped\":2,\"reasons\":{\"bad row\":2}}"))
  }

  @Test func badRowsGoToAFileWithTheirReason() throws {
    let outcome = merged(
      ["{\"a\":1}\n{\"a\":2,}\n{\"a\":3}\n"], ["--to", "csv", "--on-error", "quarantine=\(folder("bad"))"])
    #expect(outcome.status == 1)
    #expect(outcome.outputText == "a\n1\n3\n")
    let bad = try #require(folder.text("bad"))
    #expect(bad.hasPrefix("{\"file\":\"\(folder("0.txt"))\",\"line\":2,\"reason\":"))
    #expect(bad.hasSuffix("\"record\":\"{\\\"a\\\":2,}\"}\n"))
  }

  /// Without a word about bad rows bytes are copied, and records pass unread.
  @Test func raggedRowsPassUnreadOrAreTreated() {
    let file = "a,b\n1\n1,2,3\n"
    #expect(merged([file]).outputText == file)
    #expect(merged([file], ["--ragged", "trim"]).outputText == "a,b\n1,\n1,2\n")
    let union = merged([file, "b,a\n1,2\n"])
    #expect(union.status == 65)
    #expect(union.output == [])
  }

  @Test(arguments: [
    (["--infer-types"], "--infer-types is for CSV that becomes NDJSON: add --to ndjson."),
    (["--unflatten"], "--unflatten is for CSV that becomes NDJSON: add --to ndjson."),
    (["--flatten"], "--flatten is for NDJSON that becomes CSV: add --to csv."),
    (["--columns", "a"], "--columns is for NDJSON that becomes CSV: add --to csv."),
  ])
  func optionsOfConversionsNeedOne(arguments: [String], message: String) {
    let outcome = merged(["a\n1\n"], arguments)
    #expect(outcome.status == 64)
    #expect(outcome.errorText == "merge: \(message) See 'merge --help'.\n")
  }
}

/// Inputs, outputs and surroundings that are not as they should be: one clear line, the right status, nothing half-made.
struct MergeSurroundingsTests {
  let folder = TemporaryFolder()

  func shell(_ command: String) -> Outcome {
    Executable("/bin/sh").run(["-c", command], environment: ["merge": merge.path, "folder": folder.path])
  }

  @Test func aDirectoryWithoutChunksAndBinaryDataAreRefused() {
    let garbage = merge.run([folder.write("a.csv", "a\n1\n"), folder.write("garbage", [0x01, 0x02, 0x00, 0xff])])
    #expect(garbage.status == 65)
    #expect(
      garbage.errorText == "merge: \(folder("garbage")): byte 2: binary data (a zero byte), where CSV or NDJSON was"
        + " expected (--from csv reads it nevertheless)\n")
    #expect(garbage.output == [])
  }

  @Test func aLineOfAnotherFormatIsNamedWhereItIsLookedAt() {
    let file = folder.write("mixed.ndjson", "{\"a\":1}\na,b\n")
    #expect(merge.run([file]).outputText == "{\"a\":1}\na,b\n")
    let outcome = merge.run(["--to", "csv", "-o", folder("out.csv"), file])
    #expect(outcome.status == 65)
    #expect(outcome.errorText.hasPrefix("merge: \(file):2: "))
    #expect(folder.text("out.csv") == nil)
  }

  @Test(.disabled(if: Sanitizer.current != nil, "the sanitizer takes more memory itself"))
  func aRowLongerThanAllowedIsRefusedInLittleMemory() {
    // A limit of 64 MB, which the system keeps.
    let outcome = shell("\(longRowInShell) | { ulimit -d 65536; \"$merge\" -o \"$folder/out.csv\"; }")
    #expect(outcome.status == 65)
    #expect(
      outcome.errorText == "merge: standard input:2: the record that starts here is longer than 16777216 bytes"
        + " (--max-record-bytes allows longer ones)\n")
    #expect(folder.names == [])
    #expect(shell("\(longRowInShell) | \"$merge\" --max-record-bytes 200M | wc -c").outputText == "100000003\n")
  }

  @Test(.enabled(if: Nobody.canRun(merge), "it takes root and executables that everybody may run"))
  func whatMayNotBeReadOrWrittenIsNamed() {
    let secret = folder.write("secret.csv", "a\n1\n")
    unsafe chmod(secret, 0o600)
    unsafe chmod(folder.path, 0o755)
    let input = Nobody.run(merge, [secret])
    #expect(input.status == 66)
    #expect(
      input.errorText == "merge: \(secret): cannot open: permission denied"
        + " (--allow-missing merges what is there, with status 1)\n")
    let output = Nobody.run(merge, ["-o", folder("out.csv")], input: .text("a\n1\n"))
    #expect(output.status == 73)
    #expect(
      output.errorText == "merge: \(folder("out.csv")): cannot create the file: permission denied"
        + " (you may not create files in the folder \(folder.path): choose another place)\n")
  }

  @Test func aMissingOutputFolderIsNamed() {
    let outcome = merge.run(["-o", folder("none/out.csv")], input: .text("a\n1\n"))
    #expect(outcome.status == 73)
    #expect(
      outcome.errorText == "merge: \(folder("none/out.csv")): cannot create the file: no such file or directory"
        + " (the folder \(folder("none")) is missing: mkdir -p \(folder("none")))\n")
  }

  @Test func aFullDiskBehindStandardOutputIsTold() {
    for way in ["", "--to ndjson", "--compress gzip"] {
      let outcome = shell("printf 'a\\n1\\n' | \"$merge\" \(way) > /dev/full")
      #expect(outcome.status == 74)
      #expect(outcome.errorText == "merge: standard output: cannot write: no space left on device\n")
    }
  }

  @Test(.enabled(if: SmallDisk.isAvailable, "mounting takes root")) func aFullDiskLeavesNothing() throws {
    let disk = try #require(SmallDisk(bytes: 64 << 10))
    let input = folder.write("in.csv", "a\n" + (0..<50_000).map { "\($0)\n" }.joined())
    for way in [[], ["--to", "ndjson"]] {
      let outcome = merge.run(way + ["-o", disk.folder("out.csv"), input])
      #expect(outcome.status == 74)
      #expect(outcome.errorText == "merge: \(disk.folder("out.csv")): cannot write: no space left on device\n")
      #expect(disk.folder.names == [])
    }
  }

  @Test func closedStreamsAreErrors() {
    let input = folder.write("in.csv", "a\n1\n")
    let noInput = shell("\"$merge\" <&-")
    #expect(noInput.status == 74)
    #expect(noInput.errorText == "merge: standard input: cannot read: bad file descriptor\n")
    let noOutput = shell("\"$merge\" '\(input)' >&-")
    #expect(noOutput.status == 74)
    #expect(noOutput.errorText == "merge: standard output: cannot write: bad file descriptor\n")
    #expect(shell("\"$merge\" -o \"$folder/out.csv\" '\(input)' >&- 2>&-").status == 0)
    #expect(folder.text("out.csv") == "a\n1\n")
  }

  @Test func aReaderThatGoesAwayEndsItQuietly() {
    let input = folder.write("in.csv", "a\n" + (0..<200_000).map { "\($0)\n" }.joined())
    for way in ["", "--to ndjson"] {
      let outcome = shell("{ \"$merge\" \(way) '\(input)'; echo $? > \"$folder/status\"; } | head -1")
      #expect(outcome.errorText == "")
      #expect(outcome.outputText == (way == "" ? "a\n" : "{\"a\":\"0\"}\n"))
      #expect(folder.text("status") == "141\n")
    }
  }

  @Test(arguments: [SIGINT, SIGTERM]) func aSignalLeavesNoOutput(number: Int32) {
    unsafe mkfifo(folder("in"), 0o600)
    let running = merge.start(["-o", folder("out.csv"), "-"], input: .none)
    #expect(running.wait().status == 0)
    unsafe unlink(folder("out.csv"))
    unsafe unlink(folder("out.csv.prov"))
    let waiting = Executable("/bin/sh").start(
      ["-c", "exec '\(merge.path)' --to ndjson -o '\(folder("out.csv"))' < '\(folder("in"))'"])
    let writer = unsafe open(folder("in"), O_WRONLY)
    let rows = Array(("a\n" + (0..<200_000).map { "\($0)\n" }.joined()).utf8)
    unsafe rows.withUnsafeBytes { _ = unsafe write(writer, $0.baseAddress, $0.count) }
    waiting.send(number)
    #expect(waiting.wait().signal == number)
    close(writer)
    #expect(folder.names == ["in"])
  }
}
