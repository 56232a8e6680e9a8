import Glibc
import Support
import Testing

/// What `Stage.transformRows` promises of every filter, seen at one that only copies.
@Suite struct CopyingFilterTests {
  let folder = TemporaryFolder()
  static let probe = Executable("probe")

  func copy(_ arguments: [String], _ input: String) -> Outcome {
    Self.probe.run(
      ["copy"] + arguments, input: .text(input), environment: ["MILLRACE_PROVENANCE_DIR": folder("store")],
      workingDirectory: folder.path)
  }

  @Test(arguments: ["", "x", "{\"a\": 1}\r\n{ \"b\":[1,{\"c\":2}] }\n\n{}", "\u{feff}a,b\r\n1,\"x\ny\"\r\n", "a\n1"])
  func bytesThatNobodyTouched(input: String) {
    let outcome = copy([], input)
    #expect(outcome.status == 0)
    #expect(outcome.outputText == input.replacing("\n\n", with: "\n"), "but for blank lines")
  }

  /// A row is looked into when a filter reads it, or bad rows are to be found.
  @Test func aBadRowIsFoundWhereItIsRead() {
    let input = "{\"a\":1}\n{\"a\":2,}\n{\"a\":3}\n"
    #expect(copy([], input).outputText == input)
    for options in [["--reading", "a"], ["--to", "csv"]] {
      let read = copy(options + ["-o", "none"], input)
      #expect(read.status == 65)
      #expect(read.errorText.hasPrefix("probe: standard input:2: "))
      #expect(folder.text("none") == nil)
    }
    let skipped = copy(["--on-error", "skip"], input)
    #expect(skipped.status == 1)
    #expect(skipped.outputText == "{\"a\":1}\n{\"a\":3}\n")
    let notText = Self.probe.run(
      ["copy", "--reading", "a", "--no-provenance"],
      input: .bytes(Array("{\"a\":\"".utf8) + [0xff] + Array("\"}\n".utf8)))
    #expect(notText.status == 65)
    #expect(notText.errorText.contains("not UTF-8: byte 0xff"))
  }

  /// Two names of one file: the good rows would be lost behind the bad ones.
  @Test func badRowsDoNotTakeTheOutputsPlace() {
    unsafe mkdir(folder("sub"), 0o755)
    unsafe symlink("out.csv", folder("link.csv"))
    for place in ["out.csv", "./out.csv", "sub/../out.csv", folder("out.csv"), "link.csv"] {
      let outcome = copy(["--on-error", "quarantine=\(place)", "-o", "out.csv"], "a,b\n1,2\n3\n")
      #expect(outcome.status == 64)
      #expect(
        outcome.errorText
          == "probe: bad rows cannot go where the good ones go (--on-error quarantine=FILE names another file)\n")
      #expect(folder.text("out.csv") == nil)
    }
    folder.write("sub/out.csv", "")
    #expect(copy(["--on-error", "quarantine=sub/out.csv", "-o", "out.csv"], "a,b\n1,2\n3\n").status == 1)
    #expect(folder.text("out.csv") == "a,b\n1,2\n")
  }
}
