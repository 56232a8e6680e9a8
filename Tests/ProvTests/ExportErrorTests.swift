import Support
import Testing

/// What `prov export` refuses, and in which words.
@Suite struct ExportErrorTests {
  let shell = Shell()

  init() { shell("probe stage --add A in.txt | probe stage --add B -o out") }

  private func expect(
    _ arguments: String, _ status: Int32, _ text: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let outcome = shell("prov export \(arguments)")
    #expect(outcome.status == status, sourceLocation: sourceLocation)
    #expect(outcome.errorText == "prov: \(text)\n", sourceLocation: sourceLocation)
    #expect(outcome.output.isEmpty, sourceLocation: sourceLocation)
  }

  @Test func wrongArguments() {
    expect("out", 64, "missing expected argument '--to <\(formats)>'. See 'prov export --help'.")
    expect(
      "--to xml out", 64,
      "the value 'xml' is invalid for '--to <\(formats)>'. Please provide one of 'prov-json', 'ro-crate', 'openlineage', 'in-toto' or 'frictionless'. See 'prov export --help'."
    )
    expect("--to prov-json -o '' out", 64, "--output must name a file. See 'prov export --help'.")
    expect(
      "--to ro-crate out", 64,
      "--to ro-crate makes a folder: name it with -o, or add --metadata-only. See 'prov export --help'.")
    expect(
      "--to ro-crate -o - out", 64,
      "--to ro-crate makes a folder: name it with -o, or add --metadata-only. See 'prov export --help'.")
    expect("--to in-toto --metadata-only out", 64, "--metadata-only is for --to ro-crate. See 'prov export --help'.")
    expect("--to in-toto --contexts out", 64, "--contexts is for --to prov-json. See 'prov export --help'.")
    expect(
      "--to in-toto --licence CC0 out", 64,
      "--licence is for --to ro-crate and --to frictionless. See 'prov export --help'.")
  }

  private let formats = "prov-json|ro-crate|openlineage|in-toto|frictionless"

  @Test func aFileWithoutProvenance() {
    expect(
      "--to in-toto in.txt", 66,
      "in.txt: no sidecar, and no record of its content in the store "
        + "(the file was written by another program, or long ago, or with --no-provenance)")
    expect("--to in-toto nothing", 66, "nothing: cannot open the file: no such file or directory")
  }

  @Test(arguments: [
    "prov-json", "ro-crate --metadata-only", "openlineage", "in-toto", "frictionless", "ro-crate -o crate",
  ])
  func aChangedFileIsNotVouchedFor(format: String) {
    shell("echo more >> out")
    expect(
      "--to \(format) out", 1,
      "out: the file is not what its provenance says: expected 8 bytes, found more "
        + "(an export would vouch for other bytes; prov verify tells what else has changed)")
    #expect(!shell.folder.names.contains("crate"))
  }

  @Test func aSidecarAlone() {
    shell("rm out")
    for format in ["prov-json", "openlineage", "in-toto"] {
      #expect(shell("prov export --to \(format) out.prov").status == 0)
      #expect(shell("prov export --to \(format) out").status == 0)
    }
    for (format, options) in [("frictionless", ""), ("ro-crate", "-o crate"), ("ro-crate", "--metadata-only")] {
      expect(
        "--to \(format) \(options) out.prov", 66,
        "out: there is only the sidecar of this file "
          + "(\(format) needs the file too; prov-json, openlineage and in-toto do without)")
    }
    #expect(!shell.folder.names.contains("crate"))
  }

  @Test func placesThatCannotBeWritten() {
    expect(
      "--to in-toto -o missing/out.json out", 73,
      "missing/out.json: cannot create the file: no such file or directory (the folder missing is missing: mkdir -p missing)"
    )
    expect(
      "--to ro-crate -o missing/crate out", 73,
      "missing/crate: cannot create the file: no such file or directory (the folder missing is missing: mkdir -p missing)"
    )
    let full = shell("prov export --to in-toto out > /dev/full")
    #expect(full.status == 74)
    #expect(full.errorText == "prov: standard output: cannot write: no space left on device\n")
  }

  @Test(arguments: [
    (#"s/"id":"[^"]*","tool"/"id":"x","tool"/"#, "the identifier of a stage is no UUID"),
    (#"3s/"start":"[^"]*"/"start":"2026"/"#, "expected the times of its start and end"),
    ("3d", "the stage that wrote the output is missing"),
  ])
  func damagedRecords(_ edit: String, _ message: String) {
    shell("sed -i -E '\(edit)' out.prov")
    for format in ["prov-json", "ro-crate -o crate", "openlineage", "in-toto", "frictionless"] {
      let outcome = shell("prov export --to \(format) out")
      #expect(outcome.status == 65)
      #expect(outcome.errorText.hasPrefix("prov: out.prov: "))
      #expect(outcome.errorText.hasSuffix("\(message) (the provenance is damaged)\n"))
    }
    #expect(!shell.folder.names.contains("crate"))
  }

  /// A sidecar may name any path; a crate takes nothing from there but what has the digest, and puts it inside.
  @Test func hostilePathsStayInTheCrate() {
    shell(
      "echo secret > secret; sed -i 's#\"path\":\"in.txt\"#\"path\":\"../../../../../../../etc/hostname\"#' out.prov")
    #expect(shell("prov export --to ro-crate -o crate out").status == 0)
    #expect(shell.folder.names(in: "crate") == ["out", "out.prov", "ro-crate-metadata.json"])
  }
}
