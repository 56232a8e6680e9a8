import MillraceCore
import Synchronization

/// Tells people what has become of a job. What goes wrong with it is told and written down, and never ends the job.
final class JobAlerts: Sendable {
  private let job: OwnedJob
  private let channels: AlertChannels
  private let diagnostics: Diagnostics
  private let underWay = Mutex<[Worker<Void>]>([])

  init(_ job: OwnedJob, _ channels: AlertChannels, _ diagnostics: Diagnostics) {
    self.job = job
    self.channels = channels
    self.diagnostics = diagnostics
  }

  /// Sends an alert while the caller goes on.
  func send(_ event: Alert.Event, _ message: String, _ counts: JobRecord.Counts) {
    guard !channels.isEmpty else { return }
    let alert = Alert(
      event: event, job: job.specification.identifier, message: message,
      counts: .init(total: counts.all, completed: counts.completed, failed: counts.failed), host: hostName(),
      time: Clock.system.now())
    let worker = try? Worker<Void>("alert") { [self] in
      for delivery in channels.send(alert) {
        if let failure = delivery.failure {
          diagnostics.warning("the alert did not reach \(delivery.channel): \(failure)")
        }
        // A journal that cannot be written is told by whoever needs it.
        _ = try? job.journal.append([
          .alert(channel: delivery.channel, event: event.rawValue, error: delivery.failure)
        ])
      }
    }
    if let worker { underWay.withLock { $0.append(worker) } }
  }

  /// Waits until all have been delivered, or given up.
  func finish() {
    let workers = underWay.withLock { workers in
      defer { workers = [] }
      return workers
    }
    for worker in workers { try? worker.join() }
  }
}
