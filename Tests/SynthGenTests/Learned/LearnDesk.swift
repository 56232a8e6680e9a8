import Support
import Testing

/// Learns models from samples written out in a test, and makes rows of them.
struct LearnDesk {
  let folder = TemporaryFolder()
  private let program = Executable("synth-gen")

  /// Learns from a sample, which messages call `s.csv`. The model is `m.json`.
  @discardableResult
  func learn(_ sample: String, _ arguments: [String] = []) -> Outcome {
    learn(bytes: Array(sample.utf8), arguments)
  }

  @discardableResult
  func learn(bytes: [UInt8], _ arguments: [String] = []) -> Outcome {
    folder.write("s.csv", bytes)
    return program.run(["learn", "-q", "s.csv", "-o", "m.json"] + arguments, workingDirectory: folder.path)
  }

  var model: String { folder.text("m.json") ?? "" }

  func make(_ count: Int, _ arguments: [String] = []) -> Outcome {
    program.run(["-q", "--model", "m.json", "-n", "\(count)"] + arguments, workingDirectory: folder.path)
  }

  /// Rows of the model as text of TSV, without a header.
  func rows(_ count: Int, _ arguments: [String] = []) -> [[String]] {
    let outcome = make(count, ["--to", "tsv", "--no-header"] + arguments)
    #expect(outcome.status == 0, "\(outcome.errorText)")
    return outcome.outputText.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map { line in
      line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    }
  }

  /// The values of one column of a sample, made again.
  func values(_ sample: [String], count: Int = 300, _ arguments: [String] = []) -> [String] {
    learn("x\n" + sample.map { $0 + "\n" }.joined(), arguments)
    return rows(count).map { $0[0] }
  }
}
