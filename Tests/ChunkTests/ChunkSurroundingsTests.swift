import Chunks
import Glibc
import Support
import Testing

private let chunk = Executable("chunk")

/// Inputs, outputs and surroundings that are not as they should be: one clear line, the right status, nothing half-made.
struct ChunkSurroundingsTests {
  let folder = TemporaryFolder()

  /// A pipeline in a shell, with the chunk files in the folder `parts`.
  func shell(_ command: String) -> Outcome {
    Executable("/bin/sh").run(
      ["-c", command], environment: ["chunk": chunk.path, "d": folder("parts"), "folder": folder.path])
  }

  @Test(.disabled(if: Sanitizer.current != nil, "the sanitizer takes more memory itself"))
  func aRowLongerThanAllowedIsRefusedInLittleMemory() {
    // A limit of 64 MB, which the system keeps.
    let outcome = shell("\(longRowInShell) | { ulimit -d 65536; \"$chunk\" -n 1 -d \"$d\"; }")
    #expect(outcome.status == 65)
    #expect(
      outcome.errorText == "chunk: standard input:2: the record that starts here is longer than 16777216 bytes"
        + " (--max-record-bytes allows longer ones)\n")
    #expect(folder.names(in: "parts") == [])
  }

  /// A pipe is kept while its records are counted, and no chunk's folder is there.
  @Test func aDryRunKeepsAPipeWhereTemporaryFilesGo() {
    let count = "printf 'a\\n1\\n2\\n' | TMPDIR=$t \"$chunk\" --parts 2 --dry-run -d \"$d\""
    let made = shell("t=$folder; \(count)")
    #expect(made.status == 0, "\(made.errorText)")
    let refused = shell("t=/proc; \(count)")
    #expect(refused.status == 73)
    #expect(refused.errorText.contains("/proc/chunks.input: cannot create the file"), "\(refused.errorText)")
    #expect(folder.names == [])
  }

  @Test func aLongRowPassesWhereItIsAllowed() {
    let outcome = shell("\(longRowInShell) | \"$chunk\" -n 1 -d \"$d\" --max-record-bytes 200M")
    #expect(outcome.errorText == "")
    #expect(outcome.status == 0)
    #expect(shell("wc -c < \"$d/chunk-00000.csv\"").outputText == "100000003\n")
  }

  @Test func aQuoteNeverClosedIsPlacedInALargeFile() {
    let rows = (2..<100_000).map { "\($0),value\n" }.joined()
    let input = folder.write("in.csv", "id,text\n" + rows + "100000,\"open\n" + rows)
    let outcome = chunk.run(["-n", "1000", "-d", folder("parts"), input])
    #expect(outcome.status == 65)
    #expect(
      outcome.errorText == "chunk: \(input):100000: a quote is opened on this line and never closed"
        + " (write a quote within a quoted field twice: \"\")\n")
    #expect(!folder.names(in: "parts").contains(ChunkManifest.fileName))
  }

  @Test func aLineOfAnotherFormatIsNamedWhereItIsLookedAt() {
    let text = "{\"k\":1}\nk,v\n{\"k\":2}\n"
    // Without a key, chunk does not look into records.
    let plain = chunk.run(["-n", "1", "-d", folder("plain")], input: .text(text))
    #expect(plain.status == 0)
    let keyed = chunk.run(["-n", "1", "--by", "k", "-d", folder("parts")], input: .text(text))
    #expect(keyed.status == 65)
    #expect(keyed.errorText.hasPrefix("chunk: standard input:2: "))
    #expect(!folder.names(in: "parts").contains(ChunkManifest.fileName))
  }

  @Test(.enabled(if: Nobody.canRun(chunk), "it takes root and executables that everybody may run"))
  func whatMayNotBeReadOrWrittenIsNamed() {
    let secret = folder.write("secret.csv", "a\n1\n")
    unsafe chmod(secret, 0o600)
    unsafe chmod(folder.path, 0o755)
    let input = Nobody.run(chunk, ["-n", "1", "-d", "/tmp/never-made", secret])
    #expect(input.status == 66)
    #expect(input.errorText == "chunk: \(secret): cannot open: permission denied\n")
    let output = Nobody.run(chunk, ["-n", "1", "-d", folder("parts")], input: .text("a\n1\n"))
    #expect(output.status == 73)
    #expect(
      output.errorText == "chunk: \(folder("parts")): cannot create the file: permission denied"
        + " (you may not create files in the folder \(folder.path): choose another place)\n")
  }

  @Test func aFullDiskBehindTheManifestIsTold() {
    let outcome = shell("printf 'a\\n1\\n' | \"$chunk\" -n 1 -d \"$d\" > /dev/full")
    #expect(outcome.status == 74)
    #expect(outcome.errorText == "chunk: standard output: cannot write: no space left on device\n")
    #expect(!folder.names(in: "parts").contains(ChunkManifest.fileName))
  }

  @Test(.enabled(if: SmallDisk.isAvailable, "mounting takes root"))
  func aFullDiskForTheManifestsFileLeavesNone() throws {
    let disk = try #require(SmallDisk(bytes: 16 << 10))
    let rows = (0..<1000).map { "\($0)\n" }.joined()
    let outcome = chunk.run(
      ["-n", "1", "-d", folder("parts"), "-o", disk.folder("parts.manifest")], input: .text("a\n" + rows))
    #expect(outcome.status == 74)
    #expect(
      outcome.errorText == "chunk: \(disk.folder("parts.manifest")): cannot write: no space left on device\n")
    #expect(disk.folder.names == [])
    #expect(!folder.names(in: "parts").contains(ChunkManifest.fileName))
  }

  @Test func closedStreamsAreErrorsAndNoOtherFileTakesTheirPlace() {
    let input = folder.write("in.csv", "a\n1\n2\n")
    let noInput = shell("\"$chunk\" -n 1 -d \"$d\" <&-")
    #expect(noInput.status == 74)
    #expect(noInput.errorText == "chunk: standard input: cannot read: bad file descriptor\n")
    let noOutput = shell("\"$chunk\" -n 1 -d \"$d\" '\(input)' >&-")
    #expect(noOutput.status == 74)
    #expect(noOutput.errorText == "chunk: standard output: cannot write: bad file descriptor\n")
    #expect(!folder.names(in: "parts").contains(ChunkManifest.fileName))
    #expect(shell("\"$chunk\" -n 1 -d \"$d\" '\(input)' 2>&-").status == 0)
    #expect(folder.text("parts/chunk-00000.csv") == "a\n1\n")
  }

  @Test func aReaderThatGoesAwayEndsItQuietly() {
    let rows = (0..<20_000).map { "\($0)\n" }.joined()
    let input = folder.write("in.csv", "a\n" + rows)
    let outcome = shell("{ \"$chunk\" -n 1 -d \"$d\" '\(input)'; echo $? > \"$folder/status\"; } | head -1")
    #expect(outcome.errorText == "")
    #expect(outcome.outputText.hasPrefix("{\"kind\":\"chunk\",\"index\":0,"))
    #expect(folder.text("status") == "141\n")
    #expect(!folder.names(in: "parts").contains(ChunkManifest.fileName))
  }

  @Test(arguments: [SIGINT, SIGTERM]) func aSignalLeavesAnUnfinishedFolder(number: Int32) {
    unsafe mkfifo(folder("in"), 0o600)
    let running = chunk.start(["-n", "1", "-d", folder("parts"), "-o", folder("parts.manifest"), folder("in")])
    let writer = unsafe open(folder("in"), O_WRONLY)
    let rows = Array(("a\n" + (0..<100_000).map { "\($0)\n" }.joined()).utf8)
    // More than a block, so that chunks are made while more is awaited.
    unsafe rows.withUnsafeBytes { _ = unsafe write(writer, $0.baseAddress, $0.count) }
    #expect(eventually { folder.names(in: "parts").contains("chunk-00000.csv") })
    running.send(number)
    #expect(running.wait().signal == number)
    close(writer)
    #expect(folder.text("parts.manifest") == nil)
    #expect(!folder.names(in: "parts").contains { !$0.hasPrefix("chunk-") })
  }

  @Test(arguments: [["--on-error", "skip"], ["--ragged", "fill"]]) func optionsAboutRowsAreRefused(option: [String]) {
    let outcome = chunk.run(["-n", "1", "-d", folder("parts")] + option, input: .text("a\n1\n"))
    #expect(outcome.status == 64)
    #expect(
      outcome.errorText == "chunk: chunk keeps every row as it is: --on-error and --ragged are for the tools that read"
        + " the chunks. See 'chunk --help'.\n")
  }
}
