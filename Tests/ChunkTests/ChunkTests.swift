import Chunks
import Glibc
import MillraceCore
import Support
import Testing

private let chunk = Executable("chunk")

/// A run of chunk into the folder `parts` of a fresh folder.
private struct Run {
  let folder: TemporaryFolder
  let outcome: Outcome

  init(_ arguments: [String], _ input: String, in folder: TemporaryFolder = TemporaryFolder()) {
    self.folder = folder
    outcome = chunk.run(arguments + ["-d", folder("parts")], input: .text(input))
  }

  /// What lies in the folder, but for its sidecar, which is new each time.
  var names: [String] { folder.names(in: "parts").filter { $0 != ".prov" } }

  /// The chunk files' texts, in order.
  var files: [String] { names.filter { $0 != ChunkManifest.fileName }.compactMap { folder.text("parts/\($0)") } }

  var manifest: ChunkManifest {
    get throws {
      let text = ByteBuffer()
      text.append(outcome.outputText)
      return try unsafe ChunkManifest(parsing: text.bytes, name: "manifest")
    }
  }
}

private func sha256(_ text: String) -> SHA256Digest {
  unsafe Array(text.utf8).withUnsafeBytes { unsafe SHA256Digest(of: $0) }
}

struct ChunkRuleTests {
  @Test func recordsAreCountedNotLines() {
    let run = Run(["-n", "2"], "a,b\n1,\"x\ny\"\n2,z\n3,\"p\"\"q\n\"\n")
    #expect(run.outcome.status == 0)
    #expect(run.outcome.errorText == "")
    #expect(run.files == ["a,b\n1,\"x\ny\"\n2,z\n", "a,b\n3,\"p\"\"q\n\"\n"])
    #expect(run.names == ["chunk-00000.csv", "chunk-00001.csv", "chunks.manifest"])
  }

  @Test func linesOfJSONStayWhole() {
    let run = Run(["-n", "2"], "{\"a\":1}\r\n\r\n{\"a\":2}\n{\"a\":3}")
    #expect(run.files == ["{\"a\":1}\r\n\r\n{\"a\":2}\n", "{\"a\":3}"])
    #expect(run.names == ["chunk-00000.ndjson", "chunk-00001.ndjson", "chunks.manifest"])
  }

  /// Header counted: 4 bytes of header and three records of 4.
  @Test(arguments: [
    (16, ["a,b\n1,2\n3,4\n5,6\n", "a,b\n7,8\n"]), (15, ["a,b\n1,2\n3,4\n", "a,b\n5,6\n7,8\n"]),
    (8, ["a,b\n1,2\n", "a,b\n3,4\n", "a,b\n5,6\n", "a,b\n7,8\n"]),
    // A record that is larger alone has its own chunk.
    (1, ["a,b\n1,2\n", "a,b\n3,4\n", "a,b\n5,6\n", "a,b\n7,8\n"]), (1000, ["a,b\n1,2\n3,4\n5,6\n7,8\n"]),
  ])
  func bytesAreALimit(bytes: Int, files: [String]) {
    #expect(Run(["--bytes", "\(bytes)"], "a,b\n1,2\n3,4\n5,6\n7,8\n").files == files)
  }

  @Test(arguments: [true, false]) func partsAreBalanced(isPipe: Bool) throws {
    let folder = TemporaryFolder()
    let input = folder.write("in.csv", "a\n1\n2\n3\n4\n5\n6\n7\n")
    let arguments = ["--parts", "3", "-d", folder("parts")]
    let outcome =
      isPipe
      ? Executable("/bin/sh").run(["-c", "cat '\(input)' | \(chunk.path) \(arguments.joined(separator: " "))"])
      : chunk.run(arguments + [input])
    #expect(outcome.errorText == "")
    #expect(folder.text("parts/chunk-00000.csv") == "a\n1\n2\n")
    #expect(folder.text("parts/chunk-00001.csv") == "a\n3\n4\n")
    #expect(folder.text("parts/chunk-00002.csv") == "a\n5\n6\n7\n")
    #expect(folder.names(in: "parts").filter { $0 != ".prov" }.count == 4)
  }

  /// An array job finds a file for each of its tasks.
  @Test func thereAreAsManyPartsAsAskedFor() {
    #expect(Run(["--parts", "3"], "a\n1\n").files.sorted() == ["a\n", "a\n", "a\n1\n"])
    #expect(Run(["--parts", "2"], "").files == ["", ""])
  }

  @Test func rowsWithOneKeyStayTogether() {
    let run = Run(["-n", "2", "--by", "k"], "k,v\na,1\na,2\na,3\nb,4\nc,5\n\"c\",6\nd,7\n")
    #expect(run.files == ["k,v\na,1\na,2\na,3\n", "k,v\nb,4\nc,5\n\"c\",6\n", "k,v\nd,7\n"])
    let bytes = Run(["--bytes", "12", "--by", "k"], "k,v\na,1\na,2\na,3\nb,4\nc,5\n")
    #expect(bytes.files == ["k,v\na,1\na,2\na,3\n", "k,v\nb,4\nc,5\n"])
  }

  @Test func aKeyThatComesBackIsAnError() {
    let run = Run(["-n", "2", "--by", "k"], "{\"k\":\"x\"}\n{\"k\":\"x\"}\n{\"k\":\"y\"}\n\n{\"k\":\"\\u0078\"}\n")
    #expect(run.outcome.status == 65)
    #expect(
      run.outcome.errorText
        == "chunk: standard input:5: field \"k\": the key \"x\" comes back after its chunk has ended"
        + " (sort the input by this field first, or use --parts, which needs no order)\n")
    #expect(!run.names.contains(ChunkManifest.fileName))
  }

  @Test func keysAreDealtOutToParts() throws {
    let rows = (0..<1000).map { "k\($0 % 37),\($0)\n" }
    let run = Run(["--parts", "5", "--by", "k"], "k,v\n" + rows.joined())
    #expect(run.outcome.status == 0)
    #expect(try run.manifest.end.order == .key)
    #expect(run.files.count == 5)
    var partOfKey: [Substring: Int] = [:]
    for (part, file) in run.files.enumerated() {
      let lines = file.split(separator: "\n").dropFirst()
      #expect(!lines.isEmpty)
      for line in lines { #expect(partOfKey.updateValue(part, forKey: line.prefix { $0 != "," }) ?? part == part) }
      // The input's order within a part.
      let numbers = lines.compactMap { Int($0.drop { $0 != "," }.dropFirst()) }
      #expect(numbers == numbers.sorted())
    }
    let digests = try run.manifest.chunks.map(\.digest)
    #expect(digests == run.files.map { sha256($0) })
    #expect(run.files.flatMap { $0.split(separator: "\n").dropFirst() }.sorted() == rows.map { $0.dropLast() }.sorted())
  }

  @Test func aMissingColumnIsNamed() {
    let run = Run(["-n", "2", "--by", "x"], "a,b\n1,2\n")
    #expect(run.outcome.status == 65)
    #expect(
      run.outcome.errorText == "chunk: standard input:1: there is no column \"x\" (--by takes one of a, b)\n")
    let json = Run(["-n", "2", "--by", "x"], "{\"x\":1}\n{\"y\":1}\n")
    #expect(json.outcome.status == 65)
    #expect(
      json.outcome.errorText
        == "chunk: standard input:2: field \"x\": no key: --by needs the field in every record\n")
  }
}

struct ChunkFolderTests {
  @Test func theManifestTellsWhatWasWritten() throws {
    let run = Run(["-n", "2"], "\u{FEFF}a,b\r\n1,2\r\n3,4\r\n5,6")
    let manifest = try run.manifest
    #expect(manifest.chunks.map(\.index) == [0, 1])
    #expect(manifest.chunks.map(\.path) == [0, 1].map { "\(run.folder.path)/parts/chunk-0000\($0).csv" })
    #expect(manifest.chunks.map(\.firstRecord) == [0, 2])
    #expect(manifest.chunks.map(\.records) == [2, 1])
    #expect(manifest.chunks.map(\.bytes) == run.files.map(\.utf8.count))
    #expect(manifest.chunks.map(\.digest) == run.files.map { sha256($0) })
    #expect(manifest.end.records == 3)
    #expect(manifest.end.digest == sha256("\u{FEFF}a,b\r\n1,2\r\n3,4\r\n5,6"))
    #expect(manifest.end.headerBytes == 8)
    #expect(manifest.end.hasByteOrderMark)
    #expect(!manifest.end.hasFinalLineEnd)
    #expect(run.folder.text("parts/chunks.manifest") == run.outcome.outputText)
  }

  @Test func aSecondRunGivesTheSameBytesAndLeavesNothingStale() throws {
    let folder = TemporaryFolder()
    let rows = (0..<100).map { "\($0)\n" }.joined()
    let first = Run(["-n", "10"], "a\n" + rows, in: folder)
    #expect(first.names.count == 11)
    folder.write("parts/notes.txt", "mine")
    folder.write("parts/chunk-1.csv", "not a name that chunk gives")
    let second = Run(["-n", "30", "--compress", "gzip"], "a\n" + rows, in: folder)
    #expect(
      second.names == [
        "chunk-00000.csv.gz", "chunk-00001.csv.gz", "chunk-00002.csv.gz", "chunk-00003.csv.gz", "chunk-1.csv",
        "chunks.manifest", "notes.txt",
      ])
    let bytes = second.names.map { folder.read("parts/\($0)") }
    let again = Run(["-n", "30", "--compress", "gzip"], "a\n" + rows, in: folder)
    #expect(again.outcome.output == second.outcome.output)
    #expect(again.names.map { folder.read("parts/\($0)") } == bytes)
  }

  @Test func withoutChecksumsThereAreNone() throws {
    let manifest = try Run(["-n", "1", "--checksum", "none"], "a\n1\n").manifest
    #expect(manifest.end.digest == nil)
    #expect(manifest.chunks.map(\.digest) == [nil])
  }

  /// A pipe whose records must be counted first is kept in a file, and hashed on a thread of its own meanwhile.
  @Test func theDigestOfALongPipeIsThatOfItsBytes() throws {
    let folder = TemporaryFolder()
    let text = "id,text\n" + (0..<600_000).map { "\($0),value \($0 &* 7919 % 1_000_003)\n" }.joined()
    let input = folder.write("in.csv", text)
    let outcome = Executable("/bin/sh").run([
      "-c", "cat '\(input)' | '\(chunk.path)' --parts 3 -d '\(folder("parts"))' -o '\(folder("m"))'",
    ])
    #expect(outcome.status == 0)
    let sidecar = try #require(folder.text("m.prov")).split(separator: "\n")
    let stage = try #require(try sidecar.map { try JSONValue.parse(String($0)) }.first { $0["kind"]?.text == "stage" })
    #expect(stage["inputs"]?.elements?.first?["sha256"]?.text == sha256(text).hex)
  }

  @Test func aDryRunTouchesNothing() {
    for rule in [["-n", "2"], ["--parts", "3"]] {
      let run = Run(rule + ["--dry-run"], "a\n1\n2\n3\n4\n5\n")
      #expect(run.outcome.status == 0)
      #expect(run.outcome.output == [])
      #expect(run.folder.names == [])
      #expect(
        run.outcome.errorText.hasSuffix(
          "chunk: note: would write 3 chunks with 5 records to \(run.folder.path)/parts\n"))
    }
  }

  @Test func twoRunsDoNotShareAFolder() throws {
    let folder = TemporaryFolder()
    unsafe mkfifo(folder("in"), 0o600)
    let first = chunk.start(["-n", "1", "-d", folder("parts"), folder("in")])
    #expect(eventually { isFolder(folder("parts")) })
    let writer = unsafe open(folder("in"), O_WRONLY)
    usleep(20_000)
    let second = Run(["-n", "1"], "a\n1\n", in: folder)
    #expect(second.outcome.status == 73)
    #expect(
      second.outcome.errorText
        == "chunk: \(folder.path)/parts: another process is writing into the folder"
        + " (wait for its end or choose another folder)\n")
    close(writer)
    #expect(first.wait().status == 0)
  }
}

struct ChunkBadInputTests {
  @Test func anEmptyInputHasNoChunks() throws {
    let run = Run(["-n", "2"], "")
    #expect(run.outcome.status == 0)
    #expect(try run.manifest.chunks.isEmpty)
    #expect(run.names == ["chunks.manifest"])
  }

  @Test(arguments: ["a,b\n", "a,b", "\u{FEFF}a,b\r\n"]) func aHeaderAloneIsKept(header: String) throws {
    let run = Run(["-n", "2"], header)
    #expect(run.outcome.status == 0)
    #expect(run.files == [header])
    #expect(try run.manifest.chunks.map(\.records) == [0])
  }

  @Test func aQuoteNeverClosedIsPlaced() {
    let run = Run(["-n", "1"], "a,b\n1,2\n3,\"x\n4,5\n")
    #expect(run.outcome.status == 65)
    #expect(
      run.outcome.errorText
        == "chunk: standard input:3: a quote is opened on this line and never closed"
        + " (write a quote within a quoted field twice: \"\")\n")
    #expect(!run.names.contains(ChunkManifest.fileName))
  }

  @Test func inputsThatCannotBeReadAreNamed() {
    let folder = TemporaryFolder()
    let missing = chunk.run(["-n", "1", "-d", folder("parts"), folder("none.csv")])
    #expect(missing.status == 66)
    #expect(missing.errorText == "chunk: \(folder.path)/none.csv: cannot open: no such file or directory\n")
    let directory = chunk.run(["-n", "1", "-d", folder("parts"), folder.path])
    #expect(directory.status == 66)
    #expect(directory.errorText == "chunk: \(folder.path): is a directory (name the files in it)\n")
  }

  @Test func binaryDataIsRefused() {
    let run = Run(["-n", "1"], "ab\0cd")
    #expect(run.outcome.status == 65)
    #expect(
      run.outcome.errorText
        == "chunk: standard input: byte 2: binary data (a zero byte), where CSV or NDJSON was expected"
        + " (--from csv reads it nevertheless)\n")
  }

  @Test func aFolderThatCannotBeMadeIsNamed() {
    let folder = TemporaryFolder()
    let above = chunk.run(["-n", "1", "-d", folder("x/parts")], input: .text("a\n1\n"))
    #expect(above.status == 73)
    #expect(
      above.errorText == "chunk: \(folder.path)/x/parts: cannot create the file: no such file or directory"
        + " (the folder \(folder.path)/x is missing: mkdir -p \(folder.path)/x)\n")
    folder.write("file", "")
    let file = chunk.run(["-n", "1", "-d", folder("file")], input: .text("a\n1\n"))
    #expect(file.status == 73)
    #expect(
      file.errorText == "chunk: \(folder.path)/file: cannot open the folder: not a directory (choose another place)\n")
  }

  @Test(.enabled(if: SmallDisk.isAvailable, "mounting takes root")) func aFullDiskLeavesNoManifest() throws {
    let disk = try #require(SmallDisk(bytes: 64 << 10))
    let rows = (0..<20_000).map { "\($0)\n" }.joined()
    let outcome = chunk.run(["-n", "5000", "-d", disk.folder("parts")], input: .text("a\n" + rows))
    #expect(outcome.status == 74)
    #expect(outcome.errorText.hasSuffix(": cannot write: no space left on device\n"))
    #expect(!disk.folder.names(in: "parts").contains(ChunkManifest.fileName))
    #expect(!disk.folder.names(in: "parts").contains { $0.hasPrefix(".") })
  }

  @Test(arguments: [
    ([], "say where chunks end: one of --records, --bytes and --parts."),
    (["-n", "1", "--parts", "2"], "say where chunks end: one of --records, --bytes and --parts."),
    (["-n", "0"], "--records must be at least 1, not 0."), (["--parts", "0"], "--parts must be at least 1, not 0."),
    (["--parts", "1000001"], "--parts must be at most 1000000, not 1000001."),
    (["--parts", "9223372036854775807"], "--parts must be at most 1000000, not 9223372036854775807."),
    (["--bytes", "0"], "--bytes must be at least 1."),
    (["-n", "1", "a.csv", "b.csv"], "chunk takes one input; merge puts several together: merge A B | chunk."),
  ])
  func wrongArgumentsAreUsageErrors(arguments: [String], message: String) {
    let run = Run(arguments, "a\n1\n")
    #expect(run.outcome.status == 64)
    #expect(run.outcome.errorText == "chunk: \(message) See 'chunk --help'.\n")
    #expect(run.folder.names == [])
  }
}
