import MillraceCore
import Support
import Testing

@testable import batch_run

/// What the sidecar tells of a job that was not gone on with as it was begun.
@Suite struct RunRecordTests {
  private func records(_ kind: String, _ desk: RunDesk) throws -> [JSONValue] {
    try (desk.folder.text("out.prov") ?? "").split(separator: "\n").map { try JSONValue.parse(String($0)) }
      .filter { $0["kind"]?.text == kind }
  }

  @Test func theFormOfResultsThatItWasResumedWith() throws {
    let desk = RunDesk(records: 40)
    #expect(desk.run("--job job --retries 0 -o out", "test -e fixed && cat").status == 75)
    desk.folder.write("fixed", "")
    let outcome = desk.resume("-o out --result csv")
    #expect(outcome.status == 0, "\(outcome.errorText)")
    let stage = try #require(try records("stage", desk).last)
    #expect(stage["parameters"]?["result"]?.text == "csv")
    #expect(desk.folder.text("out") == desk.table)
  }

  /// Also where the command that ran last is that of the beginning.
  @Test func theCommandThatMadeEachResult() throws {
    let desk = RunDesk(records: 40)
    let first = "test -e fixed && cat"
    let other = ["sh", "-c", "test $MILLRACE_CHUNK = 00000 && cat"]
    #expect(desk.run("--job job --retries 0 --on-failure continue -o out", first).status == 1)
    #expect(desk.retry("-o out", command: other).status == 1)
    desk.folder.write("fixed", "")
    let outcome = desk.retry("-o out", command: ["sh", "-c", first])
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(desk.folder.text("out") == desk.table)
    let commands = try records("context", desk).map { $0["details"]?["command"]?.elements?.compactMap(\.text) }
    #expect(commands == [other, nil])
  }
}
