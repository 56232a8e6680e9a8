import Support
import Testing

private let merge = Executable("merge")

/// Inputs one behind the other, whose last rows may have no line end.
@Suite struct LineEndTests {
  let folder = TemporaryFolder()

  private func merged(_ files: [String], _ arguments: String...) -> String {
    let paths = files.enumerated().map { folder.write("\($0)", $1) }
    let outcome = merge.run(arguments + paths)
    #expect(outcome.status == 0)
    #expect(outcome.errorText == "")
    return outcome.outputText
  }

  @Test func rowsAreNeverGluedTogether() {
    let files = ["a,b\n1,2", "a,b\n3,4\n"]
    #expect(merged(files) == "a,b\n1,2\n3,4\n")
    #expect(merged(files, "--to", "tsv") == "a\tb\n1\t2\n3\t4\n")
    #expect(merged(files, "--to", "ndjson") == "{\"a\":\"1\",\"b\":\"2\"}\n{\"a\":\"3\",\"b\":\"4\"}\n")
    #expect(merged(["a,b\n1,2", "a\tb\n3\t4"]) == "a,b\n1,2\n3,4")
    #expect(merged(["a,b\n1,2", "b,a\n3,4"]) == "a,b\n1,2\n4,3")
    #expect(merged(["a,b\r\n1,2", "b,a\r\n3,4"]) == "a,b\r\n1,2\r\n4,3")
    #expect(merged(["1,2", "3,4"], "--no-header", "--to", "tsv") == "1\t2\n3\t4")
  }

  @Test func aCarriageReturnEndsNoLineOfNDJSON() {
    #expect(merged(["{\"a\":1}\r", "{\"a\":2}\n"]) == "{\"a\":1}\r\n{\"a\":2}\n")
  }

  @Test func aHeaderAloneAndALeftOutRowLeaveNoBlankLine() {
    #expect(merged(["a,b", "b,a\n1,2\n"]) == "a,b\n2,1\n")
    let paths = [folder.write("x", "a,b\n1,2\n3"), folder.write("y", "a,b\n5,6\n")]
    let outcome = merge.run(["--on-error", "skip", "-q"] + paths)
    #expect(outcome.status == 1)
    #expect(outcome.outputText == "a,b\n1,2\n5,6\n")
  }

  @Test func aByteOrderMarkAloneIsNoTable() {
    #expect(merged(["\u{FEFF}", "a,b\n1,2\n", "\n\n"]) == "a,b\n1,2\n")
    #expect(merged(["\u{FEFF}1,2", "3,4"], "--no-header") == "\u{FEFF}1,2\n3,4")
  }

  @Test func badRowsDoNotGoWhereGoodOnesGo() {
    let path = folder.write("x", "a,b\n1\n")
    for place in ["-", folder("out")] {
      let outcome = merge.run(["--on-error", "quarantine=\(place)", "-o", folder("out"), "--to", "ndjson", path])
      #expect(outcome.status == 64)
      #expect(
        outcome.errorText
          == "merge: bad rows cannot go where the good ones go (--on-error quarantine=FILE names another file)\n")
    }
  }

  @Test func aDashIsStandardOutput() {
    let outcome = merge.run(["-o", "-", folder.write("x", "a\n1\n")], workingDirectory: folder.path)
    #expect(outcome.outputText == "a\n1\n")
    #expect(!folder.names.contains("-.prov"))
    #expect(merge.run(["-o", ""]).status == 64)
    #expect(merge.run(["--max-record-bytes", "4G"]).status == 64)
  }
}
