import Glibc
import MillraceCore

extension JobFolder {
  private var finishPath: String { "\(path)/finish.json" }

  /// Keeps whom to tell for whoever goes on with a job that is waited for. Addresses of webhooks are secrets: only that there
  /// are some is kept.
  func keep(_ alerts: AlertOptions) throws(Failure) {
    guard !alerts.isEmpty || isRegularFile(finishPath) else { return }
    var known = alerts
    known.notify = []
    try keep(known, arguments: keptArguments(), omittedWebhooks: alerts.notify.count)
  }

  /// Keeps for the process that goes on whom to tell, and its arguments. Addresses of webhooks are secrets, so they are in no
  /// command line.
  func keep(_ alerts: AlertOptions, arguments: [String], omittedWebhooks: Int = 0) throws(Failure) {
    func texts(_ name: String, _ values: [String]) -> JSONValue.Member {
      .init(name, .array(values.map { .string($0) }))
    }
    let kept = JSONValue.object([
      texts("notify", alerts.notify), texts("mail", alerts.notifyMail), texts("command", alerts.notifyCommand),
      texts("arguments", arguments), .init("omitted_webhooks", .integer(omittedWebhooks)),
    ])
    try writePrivately(kept, to: finishPath)
  }

  func keptAlerts() throws(Failure) -> AlertOptions {
    var alerts = AlertOptions()
    let object = try finishObject()
    alerts.notify = try object?.texts("notify") ?? []
    alerts.notifyMail = try object?.texts("mail") ?? []
    alerts.notifyCommand = try object?.texts("command") ?? []
    return alerts
  }

  /// Whom to tell when a person goes on with the job: what the options say, or else what was said before.
  func alerts(_ given: AlertOptions, _ diagnostics: Diagnostics) throws(Failure) -> AlertOptions {
    guard given.isEmpty else { return given }
    if let count = try finishObject()?.value["omitted_webhooks"]?.integer, count > 0 {
      diagnostics.warning(
        "the job's \(count == 1 ? "webhook is" : "webhooks are") kept nowhere: name \(count == 1 ? "it" : "them") again by --notify"
      )
    }
    return try keptAlerts()
  }

  /// The arguments of the process that goes on, behind the job.
  func keptArguments() throws(Failure) -> [String] { try finishObject()?.texts("arguments") ?? [] }

  /// Forgets whom to tell, addresses of webhooks among them, when all of the result was written.
  func dropAlerts() { removeFile(finishPath) }

  private func finishObject() throws(Failure) -> ObjectReader? {
    guard isRegularFile(finishPath) else { return nil }
    return try ObjectReader(file: finishPath, limit: 4 << 20)
  }

  /// Owns the job when the process that submitted it has let go of it.
  func takeOver() throws(Failure) -> OwnedJob {
    let deadline = Clock.monotonicSeconds() + 30
    while true {
      do throws(Failure) {
        return try OwnedJob(self, clock: .system)
      } catch {
        // Who looks whether it has an owner holds the lock for an instant, too.
        guard error.status == .stoppedEarly, Clock.monotonicSeconds() < deadline else { throw error }
        usleep(50_000)
      }
    }
  }
}
