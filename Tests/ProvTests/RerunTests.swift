import MillraceCore
import Support
import Testing

@testable import prov

/// Pipelines that are printed, and run again.
@Suite struct RerunTests {
  let shell = Shell()

  init() { shell.folder.write("in.csv", "id,name\n1,a\n2,b\n3,c\n") }

  private var inFolder: String { "(cd \(shell.folder.path) && " }

  @Test(arguments: [
    ("merge in.csv | merge --to ndjson -o out", "merge in.csv | merge --to ndjson -o out"),
    ("merge < in.csv > out", "merge < in.csv > out"),
    ("merge --id-field \"it's\" in.csv > out", "merge --id-field 'it'\\''s' in.csv > out"),
    ("cp in.csv $'a\\nb'; merge -o out $'a\\nb'", "merge -o out $'a\\012b'"),
  ])
  func theLineToPasteIsPrinted(_ script: String, _ line: String) {
    shell(script)
    let outcome = shell("prov rerun out")
    #expect(outcome.outputText == "\(inFolder)\(line))\n")
    #expect(outcome.status == 0 && outcome.errorText == "")
    let before = shell.folder.text("out")
    #expect(shell("cd /; rm \(shell.folder("out")); \(outcome.outputText)").status == 0)
    #expect(shell.folder.text("out") == before)
  }

  @Test(arguments: [
    ("merge in.csv | merge --to ndjson | merge --to csv -o out", 3),
    ("merge --on-error skip < in.csv > out", 1),
    ("chunk -n 1 -d parts in.csv | merge -o out", 2),
    ("merge -o out in.csv --on-error quarantine=bad.csv --provenance elsewhere.prov; mv elsewhere.prov out.prov", 1),
  ])
  func aRunAgainAgrees(_ script: String, _ stages: Int) {
    shell(script)
    let names = shell.folder.names
    let outcome = shell("mkdir -p other/tmp; cd other; TMPDIR=$PWD/tmp prov rerun --run ../out; ls -A tmp")
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(outcome.outputText.contains("agrees: stage \(stages), merge, out: sha256:"), "\(outcome.outputText)")
    #expect(!outcome.outputText.contains("differs:"))
    // Nothing was written beside what was there, and nothing is left.
    #expect(shell.folder.names == (names + ["other"]).sorted())
    #expect(!outcome.outputText.contains("prov-rerun"))
  }

  @Test func chunksAreComparedOneByOne() {
    shell("chunk -n 2 -d parts -o m in.csv")
    let outcome = shell("prov rerun --run --directory fresh parts")
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(outcome.outputText.contains("agrees: stage 1, chunk, chunk-00000.csv: sha256:"))
    #expect(outcome.outputText.contains("agrees: stage 1, chunk, chunk-00001.csv: sha256:"))
    #expect(outcome.outputText.hasSuffix("not compared: stage 1, chunk: its manifest names the folder\n"))
    #expect(shell.folder.names(in: "fresh/parts").contains("chunk-00001.csv"))
  }

  @Test func whatDiffersIsToldWithStatus1() throws {
    shell("merge --to ndjson in.csv -o out")
    let digest = try #require(try shell.records("out.prov").last?["output"]?["sha256"]?.text)
    let forged = try #require(shell.folder.text("out.prov")).replacing(digest, with: String(repeating: "0", count: 64))
      .replacing("\"version\":\"\(Millrace.version)\"", with: "\"version\":\"0.0.9\"")
    shell.folder.write("out.prov", forged)
    let outcome = shell("prov rerun --run --directory fresh out.prov")
    #expect(outcome.status == 1)
    #expect(
      outcome.outputText == "differs: stage 1, merge, out: expected sha256:\(String(repeating: "0", count: 64)), found "
        + "sha256:\(digest)\n")
    #expect(
      outcome.errorText == "prov: warning: stage 1, merge: version \(Millrace.version) ran, 0.0.9 is in the record\n"
        + "prov: note: what was written is in \(shell.folder("fresh"))\n")
    #expect(shell.folder.text("fresh/out") == shell.folder.text("out"))
  }

  @Test(arguments: [
    ("echo x >> in.csv", 66, "the input has changed: expected sha256:"),
    ("rm in.csv", 66, "/in.csv: cannot open the file: no such file or directory"),
    ("mkdir -p fresh/x", 73, "prov: fresh: expected an empty folder (name one that does not exist yet)"),
  ])
  func whatStandsInTheWayIsTold(_ change: String, _ status: Int32, _ message: String) {
    shell("merge in.csv -o out; \(change)")
    let outcome = shell("prov rerun --run --directory fresh out")
    #expect(outcome.status == status)
    #expect(outcome.errorText.contains(message), "\(outcome.errorText)")
  }

  @Test(arguments: [
    ("cat in.csv | merge -o out", "it is not certain what wrote the input of merge: the link is unknown-upstream"),
    (
      "merge in.csv | cat | merge --to ndjson -o out",
      "it is not certain what wrote the input of merge: the link is content-match"
    ),
    (
      "{ merge in.csv; merge in.csv; } | merge --from ndjson -o out",
      "it is not certain what wrote the input of merge: the link is concat"
    ),
    ("chunk -n 1 -d p <(merge in.csv) | merge -o out", "chunk read a pipe that a shell had set up, /dev/fd/"),
    ("probe stage in.csv | merge -o out", "\"probe\" is no tool that can be run again"),
    (
      "merge in.csv | gzip > out; prov seal out",
      "another program wrote the file last, and prov seal its record"
    ),
  ])
  func whatIsNotKnownIsNotRun(_ script: String, _ message: String) {
    shell(script)
    let outcome = shell("prov rerun --run --directory fresh out")
    #expect(outcome.status == 65)
    #expect(outcome.errorText.contains(message), "\(outcome.errorText)")
    #expect(!shell.folder.names.contains("fresh"))
    #expect(shell("prov rerun out").status == (script.hasPrefix("probe") ? 65 : 0))
  }

  /// A sidecar that somebody else wrote starts nothing but a tool, and that writes nowhere but into the fresh folder.
  @Test(arguments: [
    ("sh", "[\"-c\",\"touch EVIL\"]", "\"sh\" is no tool that can be run again"),
    ("../../bin/touch", "[\"EVIL\"]", "is no tool that can be run again"),
    ("merge", "[\"--unheard=of\",\"in.csv\"]", "cannot tell what the argument \"--unheard=of\" of merge means"),
    ("merge", "[\"-xo\",\"EVIL\",\"in.csv\"]", "cannot tell what the argument \"-xo\" of merge means"),
    ("merge", "[\"-oEVIL\",\"in.csv\"]", "cannot tell what the argument \"-oEVIL\" of merge means"),
    ("merge", "[\"--api-key\",\"REDACTED\"]", "the record leaves out a secret among the arguments of merge"),
    ("aug-pubmed", "[\"--base-url\",\"https://evil.example/\"]", "aug-pubmed asked a service at https://evil.example/"),
    ("merge", "[\"-o\",\"../../EVIL\",\"in.csv\"]", nil),
    ("merge", "[\"--output=/FOLDER/EVIL\",\"in.csv\"]", nil),
    ("merge", "[\"-o\",\"$(touch EVIL);`touch EVIL`\",\"in.csv\"]", nil),
    ("merge", "[\"-o\",\"..\",\"--on-error\",\"quarantine=../EVIL\",\"in.csv\"]", nil),
    ("chunk", "[\"-n\",\"1\",\"-d\",\"../EVIL\",\"-o\",\"EVIL\",\"in.csv\"]", nil),
  ])
  func aHostileRecordWritesNowhereElse(_ tool: String, _ arguments: String, _ refusal: String?) throws {
    shell("merge in.csv -o out")
    let record = try #require(shell.folder.text("out.prov"))
    let words = arguments.replacing("/FOLDER", with: shell.folder.path)
    shell.folder.write(
      "out.prov",
      record.replacing("\"tool\":\"merge\"", with: "\"tool\":\"\(tool)\"")
        .replacing("\"arguments\":[\"in.csv\",\"-o\",\"out\"]", with: "\"arguments\":\(words)"))
    let before = shell.folder.names
    let outcome = shell("prov rerun --run --directory fresh out")
    if let refusal {
      #expect(outcome.status == 65)
      #expect(outcome.errorText.contains(refusal), "\(outcome.errorText)")
      #expect(shell.folder.names == before)
    } else {
      #expect(shell.folder.names == (before + ["fresh"]).sorted(), "\(outcome.errorText)")
      #expect(shell.folder.text("out") == shell.folder.text("in.csv"))
    }
    // What is printed runs the tool with these words, and nothing in them.
    shell(
      "mkdir bin; printf '#!/bin/sh\\n' > bin/any; chmod 755 bin/any; for i in sh touch merge chunk aug-pubmed; do ln bin/any bin/$i; done"
    )
    let line = shell("prov rerun out").outputText
    shell.folder.write("line", line)
    let names = shell.folder.names
    shell("PATH=$PWD/bin; . ./line")
    #expect(shell.folder.names == names, "\(line)")
  }

  @Test func usageIsTold() {
    shell("merge in.csv -o out")
    let outcome = shell("prov rerun --directory fresh out")
    #expect(outcome.status == 64)
    #expect(outcome.errorText == "prov: --directory is for --run. See 'prov rerun --help'.\n")
  }
}
