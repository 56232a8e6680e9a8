import Support
import Testing

@Suite struct UsageTests {
  @Test func helpSaysWhatTheToolDoes() throws {
    let result = Executable("synth-gen").run(["--help"])
    #expect(result.status == 0)
    #expect(result.outputText.contains("synthetic tables"))
  }
}
