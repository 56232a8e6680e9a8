import Glibc
import MillraceCore
import Support
import Testing

/// The tool `prov`, as a person runs it.
@Suite struct ProvTests {
  let shell = Shell()

  @Test func showTellsTheLatestStageLast() throws {
    shell("probe stage --add A in.txt | probe stage --add B -o out")
    let text = shell("prov show out").outputText
    let first = try #require(text.split(separator: "\n").firstIndex { $0.contains("stage --add A in.txt") })
    let last = try #require(text.split(separator: "\n").lastIndex { $0.contains("arguments   stage --add B -o out") })
    #expect(first < last)
    #expect(text.hasSuffix("completeness  verified\n"))
    #expect(text.contains("  rows        1 in, 0 out, 1 dropped: too long\n"))
    let document = try JSONValue.parse(shell("prov show --json out").outputText)
    #expect(document["parts"]?.elements?.first?["stages"]?.elements?.count == 2)
  }

  @Test func traceTellsWhatHappenedToARow() throws {
    shell("probe stage --add A --contexts 3 in.txt | probe stage --add B --contexts 2 -o out")
    let trace = shell("prov trace out --item 2")
    #expect(trace.status == 0)
    #expect(trace.outputText.split(separator: "\n").filter { $0 == "  by          A" }.count == 1)
    #expect(trace.outputText.split(separator: "\n").filter { $0 == "  by          B" }.count == 1)
    #expect(trace.outputText.contains("  attempt     200 after waiting 1.5 s\n"))
    #expect(shell("prov trace --item 3 out").outputText.contains("  by          A\n"))
    let nothing = shell("prov trace --item 4 out")
    #expect(nothing.status == 1)
    #expect(
      nothing.errorText == "prov: out.prov: no stage says anything about the item \"4\" "
        + "(the row was not changed, or its tool ran with --context summary)\n")
  }

  @Test func verifyNamesTheBrokenLink() throws {
    shell("probe stage --add A in.txt | probe stage --add B -o out; cp out.prov good")
    let whole = shell("prov verify out")
    #expect(whole.status == 0)
    #expect(whole.outputText == "out: 4 links: 4 hold\n")
    #expect(shell("prov verify out.prov").outputText == whole.outputText)
    #expect(
      shell("prov verify --all out").outputText.hasPrefix("hold: output out: has the digest that out.prov gives\n"))

    shell("echo x >> out")
    let output = shell("prov verify out")
    #expect(output.status == 1)
    #expect(output.outputText.hasPrefix("broken: output out: expected 8 bytes, found more\n"))
    #expect(output.errorText == "prov: out: the first broken link is output out\n")

    shell("printf 'BAhellX\\n' > out")
    #expect(shell("prov verify out").outputText.hasPrefix("broken: output out: expected sha256:"))

    shell("printf 'BAhello\\n' > out; echo changed > in.txt")
    let input = shell("prov verify out")
    #expect(input.status == 1)
    #expect(input.errorText == "prov: out: the first broken link is probe: input in.txt\n")

    shell("rm in.txt")
    let gone = shell("prov verify out")
    #expect(gone.status == 0)
    #expect(gone.outputText.contains("not checkable: probe: input in.txt: there is no file in.txt any more\n"))
  }

  /// A sidecar edited by hand no longer agrees with itself.
  @Test func verifyFindsAForgedStage() throws {
    shell("probe stage --add A in.txt | probe stage --add B -o out")
    let records = try shell.records("out.prov")
    let digest = try #require(records[1]["output"]?["sha256"]?.text)
    let lines = (shell.folder.text("out.prov") ?? "").split(separator: "\n").map(String.init)
    var forged = lines
    // The producer's output, but not what the reader says it read.
    forged[1] = lines[1].split(separator: "\"", omittingEmptySubsequences: false)
      .map { $0 == digest ? String(repeating: "0", count: 64) : String($0) }.joined(separator: "\"")
    shell.folder.write("out.prov", forged.joined(separator: "\n") + "\n")
    let outcome = shell("prov verify out")
    #expect(outcome.status == 1)
    #expect(outcome.errorText == "prov: out: the first broken link is probe: input standard input\n")
  }

  @Test func verifyReckonsWithForgedNumbers() throws {
    shell("probe stage --add A in.txt | probe stage --add B -o out")
    let sidecar = try #require(shell.folder.text("out.prov"))
    let end = try #require(sidecar.firstIndex(of: "\n"))
    shell.folder.write(
      "out.prov", "\(sidecar[..<end].dropLast()),\"offset\":\(Int.max)}\(sidecar[end...])")
    let offset = shell("prov verify out")
    #expect(offset.status == 1)
    #expect(offset.outputText.hasPrefix("broken: output out: the sidecar leaves out bytes 0 to "))

    shell.folder.write("out.prov", sidecar.replacing(/"bytes":[0-9]+/) { _ in "\"bytes\":\(Int.max)" })
    let bytes = shell("prov verify out")
    #expect(bytes.status == 65)
    #expect(bytes.errorText == "prov: out.prov: a pipeline record that this version does not know\n")
  }

  @Test func verifyFollowsSidecarsOfInputs() throws {
    shell("for i in $(seq 20); do probe stage --add $i -o c$i in.txt; done; probe stage -o out c*[0-9]")
    #expect(shell("prov verify out").status == 0)
    shell("echo changed > in.txt")
    #expect(shell("prov verify out").status == 1)
  }

  @Test func whenceFindsAMovedFile() throws {
    shell("probe stage --add A in.txt > t && mv t moved && cp moved copied")
    #expect(shell("prov whence copied").outputText.hasSuffix("  probe stage --add A in.txt > t\n"))
    #expect(shell("prov show moved").status == 0)
    #expect(
      shell("prov show copied").outputText.hasSuffix(
        "found         by its content: the file has no sidecar, others may have had the same bytes\n"))
    let unknown = shell("prov whence in.txt")
    #expect(unknown.status == 1)
    #expect(unknown.errorText.hasPrefix("prov: in.txt: no record of writing these bytes (digest sha256:"))
  }

  @Test func sealWritesTheSidecarOfACompressedFile() throws {
    shell("probe stage --add A in.txt | gzip > out.gz")
    #expect(!shell.folder.names.contains("out.gz.prov"))
    #expect(shell("prov seal out.gz").outputText == "out.gz.prov\n")
    #expect(try shell.completeness("out.gz.prov") == "content-match")
    #expect(try shell.tools("out.gz.prov") == ["stage --add A in.txt", "seal out.gz"])
    #expect(shell("prov verify out.gz").status == 0)
    let again = shell("prov seal out.gz")
    #expect(again.status == 73)
    #expect(
      again.errorText == "prov: out.gz: the file has a sidecar "
        + "(prov verify tells whether it holds; remove it to make another)\n")
    let unknown = shell("gzip < in.txt > other.gz; prov seal other.gz")
    #expect(unknown.status == 1)
    #expect(
      unknown.errorText == "prov: other.gz: no record of writing these bytes, or what they decompress to "
        + "(records are kept for a week)\n")
  }

  @Test func whatIsMissingOrDamagedIsTold() throws {
    #expect(shell("prov show nothing").status == 66)
    #expect(
      shell("prov show nothing").errorText == "prov: nothing: cannot open the file: no such file or directory\n")
    #expect(
      shell("prov show in.txt").errorText == "prov: in.txt: no sidecar, and no record of its content in the store "
        + "(the file was written by another program, or long ago, or with --no-provenance)\n")
    for (damage, message) in [
      ("{\"kind\":\"pipeline\"", "in.txt.prov:1: the last record is cut off (the provenance is damaged)"),
      ("[1]\n", "in.txt.prov:1: expected a JSON object (the provenance is damaged)"),
      ("\n{\"kind\":\"stage\"}\n", "in.txt.prov: expected a pipeline record first"),
      ("{\"kind\":\"future\"}\n", "in.txt.prov: no pipeline record"),
    ] {
      shell.folder.write("in.txt.prov", damage)
      let outcome = shell("prov show in.txt")
      #expect(outcome.status == 65)
      #expect(outcome.errorText == "prov: \(message)\n")
    }
  }

  /// Escape codes in a sidecar do not reach the terminal.
  @Test func hostileTextIsPrintedHarmlessly() throws {
    shell.folder.write(
      "in.txt.prov",
      """
      {"kind":"pipeline","schema":1,"output":"sha256:x","bytes":1,"stage":"y","command":"\\u001b[2Jrm"}
      {"kind":"stage","id":"y","tool":"\\u001b]0;evil\\u0007","arguments":["\\u0000"]}

      """)
    let outcome = shell("prov show in.txt")
    #expect(outcome.status == 0)
    #expect(!outcome.output.contains(0x1B) && !outcome.output.contains(0))
  }
}
