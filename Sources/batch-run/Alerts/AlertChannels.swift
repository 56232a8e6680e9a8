import Glibc
import MillraceCore

/// One way in which alerts go out.
protocol AlertChannel: Sendable {
  /// As messages and the job's journal name it: without its secrets.
  var name: String { get }

  /// Tries once, on the calling thread.
  ///
  /// - Parameter seconds: it may take.
  func deliver(_ alert: Alert, within seconds: Double) throws(AlertFault)
}

/// Why an alert did not get through.
struct AlertFault: Error, Sendable, Equatable {
  var reason: String
  /// Whether it may get through a little later.
  var isTransient: Bool
  /// Seconds that the other side asks for.
  var retryAfter: Double?

  init(_ reason: String, isTransient: Bool, retryAfter: Double? = nil) {
    self.reason = reason
    self.isTransient = isTransient
    self.retryAfter = retryAfter
  }
}

/// What became of an alert on one channel.
struct AlertDelivery: Sendable, Equatable {
  var channel: String
  /// Nil when it got through.
  var failure: String?
  var tries: Int
}

/// All ways in which a job's alerts go out. What goes wrong is told in the deliveries, and never ends a job.
///
///     for delivery in channels.send(alert) { … }
struct AlertChannels: Sendable {
  var channels: [any AlertChannel]
  var retry = RetryPolicy()
  /// Seconds for an alert with all its tries.
  var timeLimit = 60.0
  /// Seconds for one try.
  var tryLimit = 20.0

  /// - Parameters:
  ///   - urls: of webhooks; more of them, with blanks between, come from the environment's `MILLRACE_NOTIFY_URL`.
  ///   - addresses: of mail.
  ///   - commands: with their arguments, quoted as for a shell.
  /// - Throws: `.usage` or `.badConfiguration` for what can be no channel. Whether it works is seen when it is used.
  init(
    urls: [String], addresses: [String], commands: [String], environment: [String: String], clock: Clock = .system
  ) throws(Failure) {
    channels = []
    for url in urls { channels.append(try Webhook(url, source: "--notify", clock: clock)) }
    let more = environment["MILLRACE_NOTIFY_URL"]?.split(whereSeparator: \.isWhitespace).map(String.init) ?? []
    for url in more where !urls.contains(url) {
      channels.append(try Webhook(url, source: "MILLRACE_NOTIFY_URL", clock: clock))
    }
    if !addresses.isEmpty { channels.append(try MailChannel(addresses, environment: environment)) }
    for command in commands { channels.append(try AlertCommand(command, environment: environment)) }
  }

  var isEmpty: Bool { channels.isEmpty }

  /// Sends the alert on all channels at once, and returns when all are done or the time is over.
  func send(_ alert: Alert) -> [AlertDelivery] {
    let end = Clock.monotonicSeconds() + timeLimit
    var workers: [(name: String, worker: Worker<AlertDelivery>?)] = []
    for channel in channels {
      let worker = try? Worker<AlertDelivery>("alert") { () throws(Failure) in self.send(alert, on: channel, until: end)
      }
      workers.append((channel.name, worker))
    }
    return workers.map { name, worker in
      do throws(Failure) {
        guard let worker else { throw Failure(.internalError, "the system refuses another thread") }
        return try worker.join()
      } catch {
        return AlertDelivery(channel: name, failure: error.message, tries: 0)
      }
    }
  }

  private func send(_ alert: Alert, on channel: any AlertChannel, until end: Double) -> AlertDelivery {
    var tries = 0
    while true {
      tries += 1
      do throws(AlertFault) {
        try channel.deliver(alert, within: min(tryLimit, end - Clock.monotonicSeconds()))
        return AlertDelivery(channel: channel.name, failure: nil, tries: tries)
      } catch {
        let pause = retry.pause(beforeRetry: tries, retryAfter: error.retryAfter) {
          UInt64.random(in: 0 ... .max)
        }
        guard error.isTransient, tries <= retry.retries, Clock.monotonicSeconds() + pause + 0.1 < end else {
          let told = tries == 1 ? error.reason : "\(error.reason), at the last of \(tries) tries"
          return AlertDelivery(channel: channel.name, failure: told, tries: tries)
        }
        usleep(UInt32(min(pause, 1000) * 1e6))
      }
    }
  }
}
