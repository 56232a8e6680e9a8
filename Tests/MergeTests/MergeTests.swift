import Chunks
import Glibc
import Support
import Testing

private let chunk = Executable("chunk")
private let merge = Executable("merge")

/// Three chunks of two records each, and their manifest.
private struct Chunks {
  let folder = TemporaryFolder()
  let text = "a,b\n1,2\n3,4\n5,6\n7,8\n9,10\n11,12\n"
  let manifest: String

  init(_ arguments: [String] = []) throws {
    let outcome = chunk.run(["-n", "2", "-d", folder("parts")] + arguments, input: .text(text))
    try #require(outcome.status == 0)
    manifest = outcome.outputText
  }

  func path(_ index: Int) -> String { folder("parts/chunk-0000\(index).csv") }

  func merged(_ arguments: [String] = []) -> Outcome { merge.run(arguments, input: .text(manifest)) }
}

struct ManifestMergeTests {
  @Test func aManifestIsTakenFromStandardInputAFileOrAFolder() throws {
    let chunks = try Chunks()
    let file = chunks.folder.write("parts.manifest", chunks.manifest)
    for outcome in [
      chunks.merged(), chunks.merged(["-"]), merge.run([file]), merge.run([chunks.folder("parts")]),
      merge.run([chunks.folder("parts") + "/"]), merge.run([chunks.folder("parts/chunks.manifest")]),
    ] {
      #expect(outcome.status == 0)
      #expect(outcome.errorText == "")
      #expect(outcome.outputText == chunks.text)
    }
  }

  @Test func aFolderMayMoveAndAManifestBeReadElsewhere() throws {
    let folder = TemporaryFolder()
    let cut = chunk.run(["-n", "1", "-d", "parts"], input: .text("a\n1\n2\n"), workingDirectory: folder.path)
    #expect(cut.outputText.hasPrefix("{\"kind\":\"chunk\",\"index\":0,\"path\":\"parts/chunk-00000.csv\","))
    #expect(merge.run([], input: .bytes(cut.output), workingDirectory: "/").outputText == "a\n1\n2\n")
    unsafe rename(folder("parts"), folder("moved"))
    #expect(merge.run([folder("moved")], workingDirectory: "/").outputText == "a\n1\n2\n")
    #expect(merge.run(["chunks.manifest"], workingDirectory: folder("moved")).outputText == "a\n1\n2\n")
  }

  @Test func theOutputAppearsWhenItIsWhole() throws {
    let chunks = try Chunks()
    let output = chunks.folder("out.csv")
    #expect(chunks.merged(["-o", output]).status == 0)
    #expect(chunks.folder.text("out.csv") == chunks.text)
  }

  @Test func aMissingChunkStopsTheMerge() throws {
    let chunks = try Chunks()
    unsafe unlink(chunks.path(1))
    let outcome = chunks.merged(["-o", chunks.folder("out.csv")])
    #expect(outcome.status == 66)
    #expect(
      outcome.errorText == "merge: \(chunks.path(1)): cannot open: no such file or directory"
        + " (--allow-missing merges what is there, with status 1)\n")
    #expect(chunks.folder.text("out.csv") == nil)
    unsafe unlink(chunks.path(2))
    #expect(chunks.merged().errorText.contains("no such file or directory; 1 more cannot be read ("))
  }

  @Test func allowMissingMergesTheRestAndSaysNo() throws {
    let chunks = try Chunks()
    unsafe unlink(chunks.path(1))
    let outcome = chunks.merged(["--allow-missing"])
    #expect(outcome.status == 1)
    #expect(outcome.outputText == "a,b\n1,2\n3,4\n9,10\n11,12\n")
    #expect(
      outcome.errorText == "merge: warning: left out: \(chunks.path(1)): cannot open: no such file or directory\n")
    for index in [0, 2] { unsafe unlink(chunks.path(index)) }
    let nothing = chunks.merged(["--allow-missing"])
    #expect(nothing.status == 1)
    #expect(nothing.output == [])
  }

  @Test func changedBytesAreFoundBeforeAnythingIsWritten() throws {
    let chunks = try Chunks()
    chunks.folder.write("parts/chunk-00002.csv", "a,b\n9,10\n11,13\n")
    let outcome = chunks.merged()
    #expect(outcome.status == 1)
    #expect(outcome.output == [])
    #expect(
      outcome.errorText.hasPrefix("merge: \(chunks.path(2)): the SHA-256 is ")
        && outcome.errorText.hasSuffix("(make it again with chunk; --no-verify merges it as it is)\n"))
    #expect(chunks.merged(["--no-verify"]).outputText == chunks.text.dropLast(2) + "3\n")
  }

  @Test func anotherSizeIsFoundWithoutDigests() throws {
    let chunks = try Chunks(["--checksum", "none"])
    chunks.folder.write("parts/chunk-00001.csv", "a,b\n5,6\n")
    let outcome = chunks.merged()
    #expect(outcome.status == 1)
    #expect(
      outcome.errorText == "merge: \(chunks.path(1)): 8 bytes, where the manifest says 12"
        + " (make it again with chunk; --no-verify merges it as it is)\n")
    #expect(chunks.merged(["--no-verify"]).outputText == "a,b\n1,2\n3,4\n5,6\n9,10\n11,12\n")
  }

  @Test func aManifestThatIsNotWholeIsRefused() throws {
    let chunks = try Chunks()
    let lines = chunks.manifest.split(separator: "\n").map { "\($0)\n" }
    let use = " (use the manifest as chunk wrote it)\n"
    let cases: [(String, String)] = [
      (
        lines.dropLast().joined(),
        ": the manifest was cut off: its closing line is missing (chunk did not finish: run it again)\n"
      ),
      (lines[0] + lines[2] + lines[3], ": chunk 1 is not there\(use)"),
      (lines[0] + lines[0] + lines[1] + lines[2] + lines[3], ": chunk 0 is there twice\(use)"),
      (lines[0] + lines[1] + lines[3], ":3: the closing line counts 3 chunks, but 2 are listed\(use)"),
      (lines.joined() + lines[0], ":5: a line behind the manifest's end (give merge one manifest at a time)\n"),
      (lines[0] + "{}\n" + lines[3], ":2: neither a chunk nor the end of a manifest\n"),
      (
        lines[0] + "{\"kind\":\"chunk\",\"index\":1,\"path\":\"x\",\"records\":-1,\"bytes\":1}\n" + lines[3],
        ":2: field \"records\": a count was expected\(use)"
      ),
      (
        (0..<3).map { "{\"kind\":\"chunk\",\"index\":\($0),\"path\":\"x\",\"records\":\(Int.max),\"bytes\":1}\n" }
          .joined()
          + lines[3],
        ":4: the closing line counts 6 records, but the chunks have \(Int.max)\(use)"
      ),
    ]
    for (manifest, message) in cases {
      let outcome = merge.run([], input: .text(manifest))
      #expect(outcome.status == 65)
      #expect(outcome.errorText == "merge: standard input" + message)
      #expect(outcome.output == [])
    }
    let broken = merge.run([], input: .text(lines[0] + "{\"kind\":\n"))
    #expect(broken.status == 65)
    #expect(broken.errorText.hasPrefix("merge: standard input:2: not a line of a manifest: byte "))
    // The order of lines does not matter.
    #expect(merge.run([], input: .text(lines[2] + lines[0] + lines[1] + lines[3])).outputText == chunks.text)
  }

  @Test func aFolderWithoutAManifestIsUnfinished() throws {
    let chunks = try Chunks()
    unsafe unlink(chunks.folder("parts/chunks.manifest"))
    let outcome = merge.run([chunks.folder("parts")])
    #expect(outcome.status == 66)
    #expect(
      outcome.errorText
        == "merge: \(chunks.folder("parts")): the folder has no chunks.manifest, which chunk writes last"
        + " (run chunk again; to merge other files, name them)\n")
  }

  @Test func partsByKeyMergeInTheirOrder() throws {
    let folder = TemporaryFolder()
    let text = "k,v\na,1\nb,2\na,3\nc,4"
    let cut = chunk.run(["--parts", "2", "--by", "k", "-d", folder("parts")], input: .text(text))
    let outcome = merge.run([], input: .bytes(cut.output))
    #expect(outcome.status == 0)
    #expect(outcome.outputText.split(separator: "\n").sorted() == text.split(separator: "\n").sorted())
  }
}

struct FileMergeTests {
  let folder = TemporaryFolder()

  func merged(_ files: [String], _ arguments: [String] = []) -> Outcome {
    merge.run(arguments + files.enumerated().map { folder.write("\($0).txt", $1) })
  }

  @Test func filesFollowEachOther() {
    #expect(merged(["a,b\n1,2\n", "a,b\n3,4", "\"a\",b\r\n5,6\r\n"]).outputText == "a,b\n1,2\n3,4\n5,6\r\n")
    #expect(merged(["{\"a\":1}", "{\"b\":2}\n", "", "{\"c\":3}"]).outputText == "{\"a\":1}\n{\"b\":2}\n{\"c\":3}")
    #expect(merged(["a,b", "a,b\n1,2\n"]).outputText == "a,b\n1,2\n")
    #expect(merged(["\u{FEFF}{\"a\":1}\n", "\u{FEFF}{\"b\":2}\n"]).outputText == "\u{FEFF}{\"a\":1}\n{\"b\":2}\n")
    #expect(merged(["", ""]).output == [])
  }

  @Test func standardInputMayStandAmongThem() {
    let first = folder.write("first.csv", "a\n1\n")
    let outcome = merge.run([first, "-", first], input: .text("a\n2"))
    #expect(outcome.outputText == "a\n1\n2\n1\n")
    #expect(merge.run([], input: .text("a\n2")).outputText == "a\n2")
    #expect(merge.run([]).status == 0)
  }

  @Test func columnsInAnotherOrderAreMergedByName() {
    let outcome = merged(["a,b\n1,\"x,y\"\n", "b,a\n4,3", "b,a\n6,5\n"])
    #expect(outcome.status == 0)
    #expect(outcome.outputText == "a,b\n1,\"x,y\"\n3,4\n5,6\n")
    #expect(merged(["a,b\n1,2\n", "a;b\n3;\"x,y\"\n"], ["--from", "csv"]).status == 65)
  }

  @Test func otherColumnsAreRefusedWithoutUnion() {
    let files = ["a,b\n1,2\n", "c,a\n5,6\n", "a\n7\n"]
    let outcome = merged(files)
    #expect(outcome.status == 65)
    #expect(outcome.output == [])
    #expect(
      outcome.errorText == "merge: \(folder("1.txt")):1: the column \"c\" is not in \(folder("0.txt"))"
        + " (--union takes all columns, and leaves empty what a file lacks)\n")
    #expect(
      merged([files[0], files[2]]).errorText == "merge: \(folder("1.txt")):1: the column \"b\" is missing"
        + " (--union takes all columns, and leaves empty what a file lacks)\n")
    #expect(merged(files, ["--union"]).outputText == "a,b,c\n1,2,\n6,,5\n7,,\n")
  }

  @Test func mixedFormatsAreRefused() {
    let outcome = merged(["a,b\n1,2\n", "{\"a\":1,\"b\":2}\n"])
    #expect(outcome.status == 65)
    #expect(
      outcome.errorText == "merge: \(folder("1.txt")): ndjson, where \(folder("0.txt")) is csv"
        + " (bring all inputs into one format first: merge --to ndjson FILE)\n")
  }

  @Test func theOutputMayHaveAnotherFormat() {
    let outcome = merged(["a,b\n1,2\n", "a,b\n3,4\n"], ["--to", "ndjson", "--infer-types"])
    #expect(outcome.outputText == "{\"a\":1,\"b\":2}\n{\"a\":3,\"b\":4}\n")
    let compressed = merged(["a\n1\n"], ["--compress", "gzip"])
    #expect(compressed.output.starts(with: [0x1f, 0x8b]))
    #expect(merge.run([folder.write("c.gz", compressed.output)]).outputText == "a\n1\n")
  }

  @Test func inputsThatCannotBeReadAreNamed() {
    let outcome = merge.run([folder("none.csv")])
    #expect(outcome.status == 66)
    #expect(
      outcome.errorText == "merge: \(folder("none.csv")): cannot open: no such file or directory"
        + " (--allow-missing merges what is there, with status 1)\n")
    let quote = merged(["a\n1\n", "a\n\"2\n"], ["-o", folder("out.csv")])
    #expect(quote.status == 65)
    #expect(
      quote.errorText == "merge: \(folder("1.txt")):2: a quote is opened on this line and never closed"
        + " (write a quote within a quoted field twice: \"\")\n")
    #expect(folder.text("out.csv") == nil)
  }

  @Test func aDryRunChecksAndWritesNothing() {
    let outcome = merged(["a\n1\n", "a\n2\n"], ["--dry-run", "-o", folder("out.csv")])
    #expect(outcome.status == 0)
    #expect(folder.text("out.csv") == nil)
    #expect(merged(["a\n1\n", "b\n2\n"], ["--dry-run"]).status == 65)
  }
}
