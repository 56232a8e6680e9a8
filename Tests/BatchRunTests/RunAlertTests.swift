import MillraceCore
import Support
import Testing

@testable import batch_run

/// What people are told of a job, through the executable.
@Suite struct RunAlertTests {
  private func events(_ desk: RunDesk) -> [String] {
    (desk.folder.text("alerts") ?? "").split(separator: "\n").map(String.init)
  }

  private let options = "--job job --retries 0 --notify-command ./tell"

  private func makeDesk() -> RunDesk {
    let desk = RunDesk(records: 40)
    desk.folder.write("tell", "#!/bin/sh\necho \"$MILLRACE_ALERT_EVENT\" >> alerts\ncat >> bodies\n")
    _ = desk.shell("chmod +x tell")
    return desk
  }

  @Test func theEndIsTold() {
    let desk = makeDesk()
    #expect(desk.run(options, "cat").status == 0)
    #expect(events(desk) == ["completed"])
    #expect(desk.folder.text("bodies")?.contains("\"chunks\":{\"total\":2,\"completed\":2,\"failed\":0}") == true)
    #expect(desk.folder.text("job/journal.ndjson")?.contains("\"about\":\"completed\"") == true)
  }

  @Test func aFailureAndItsRecoveryAreTold() {
    let desk = makeDesk()
    #expect(desk.run(options, "exit 3").status == 75)
    #expect(events(desk).sorted() == ["failed", "recovery_failed"])
    let other = makeDesk()
    #expect(other.run(options, "mkdir once 2> /dev/null && exit 3; cat").status == 0)
    #expect(events(other).sorted() == ["completed", "recovered"])
  }

  @Test func whoGoesOnTellsTheSamePeople() {
    let desk = makeDesk()
    #expect(desk.run(options, "exit 3").status == 75)
    #expect(desk.retry(command: ["cat"]).status == 0)
    #expect(events(desk).sorted() == ["completed", "failed", "recovery_failed"])
  }

  /// Its address is a secret.
  @Test func aWebhookMustBeNamedAgain() {
    let desk = makeDesk()
    #expect(desk.run("--job job --retries 0 --notify http://127.0.0.1:9/services/T0SECRET", "exit 3").status == 75)
    #expect(desk.shell("grep -r T0SECRET job state provenance").status == 1)
    let outcome = desk.run(["retry", "job", "--", "cat"], input: Executable.Input.none)
    #expect(outcome.status == 0)
    #expect(
      outcome.errorText.contains("warning: the job's webhook is kept nowhere: name it again by --notify\n"),
      "\(outcome.errorText)")
  }

  /// Neither one that another process has, nor one whose people cannot be told.
  @Test func whoCannotGoOnWithAJobLeavesItsAlertsAlone() {
    let desk = makeDesk()
    let script = "while [ ! -e go ]; do sleep 0.05; done; cat"
    let running = desk.start(desk.arguments(options) + ["--", "sh", "-c", script])
    #expect(desk.waits(for: "\"started\""))
    let kept = desk.folder.text("job/finish.json")
    #expect(kept?.contains("./tell") == true)
    let refused = desk.resume("--notify-command ./other")
    #expect(refused.status == 75, "\(refused.errorText)")
    let senseless = desk.resume("--notify nonsense")
    #expect(senseless.status == 64, "\(senseless.errorText)")
    #expect(desk.folder.text("job/finish.json") == kept)
    desk.folder.write("go", "")
    #expect(running.wait().status == 0)
    #expect(events(desk) == ["completed"])
    // Now there is nobody left to tell.
    #expect(desk.folder.text("job/finish.json") == nil)
  }

  @Test func whoGoesOnMayTellOthers() {
    let desk = makeDesk()
    #expect(desk.run("--job job --retries 0", "exit 3").status == 75)
    #expect(desk.resume("--notify-command ./tell").status == 75)
    #expect(desk.retry(command: ["cat"]).status == 0)
    #expect(events(desk).sorted() == ["completed", "failed", "recovery_failed"])
  }

  @Test func whatCannotBeToldFailsNoJob() {
    let desk = makeDesk()
    let outcome = desk.run(
      "--job job --notify-command ./missing", isQuiet: false, "cat")
    #expect(outcome.status == 0 && outcome.outputText == desk.table)
    #expect(outcome.errorText.contains("warning: the alert did not reach command ./missing: "))
    let silent = desk.run("--job other --notify-command false", isQuiet: false, "cat")
    #expect(silent.status == 0 && silent.outputText == desk.table)
    #expect(silent.errorText.contains("warning: the alert did not reach "))
    #expect(desk.folder.text("other/journal.ndjson")?.contains("\"error\":") == true)
  }

  /// The path of a webhook is its secret: neither journal, specification nor sidecar has it.
  @Test func aWebhookIsNamedNowhere() {
    let desk = makeDesk()
    let outcome = desk.run(
      "--job job -o out --notify http://127.0.0.1:9/services/T0SECRET", isQuiet: false, "cat")
    #expect(outcome.status == 0 && outcome.errorText.contains("127.0.0.1"))
    #expect(desk.shell("grep -r T0SECRET job out.prov state provenance").status == 1)
    #expect(!outcome.errorText.contains("T0SECRET"))
  }
}
