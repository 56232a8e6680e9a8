import MillraceCore

/// What runs pipelines at their times.
enum SchedulerKind: String, CaseIterable, Sendable {
  case cron, systemd, slurm

  /// cron where there is a crontab command, else systemd.
  static func usual(_ environment: [String: String]) -> SchedulerKind {
    isThere("crontab", environment) ? .cron : .systemd
  }

  private static func isThere(_ command: String, _ environment: [String: String]) -> Bool {
    (try? ChildProcess.find(command, in: environment)) != nil
  }

  /// Whether its commands are on this machine.
  func isAvailable(_ environment: [String: String]) -> Bool {
    switch self {
    case .cron: Self.isThere("crontab", environment)
    case .systemd: Self.isThere("systemctl", environment)
    case .slurm: Self.isThere("scrontab", environment)
    }
  }

  func scheduler(slurmOptions: String?, environment: [String: String]) -> any Scheduler {
    switch self {
    case .cron: TableScheduler(command: "crontab", table: .cron)
    case .systemd: SystemdScheduler(environment: environment)
    case .slurm: TableScheduler(command: "scrontab", table: .slurm(options: slurmOptions))
    }
  }
}

/// A scheduler that pipelines can be handed to.
protocol Scheduler: Sendable {
  /// What `install` would write, for a person to read.
  func text(_ pipeline: ScheduledPipeline) throws(Failure) -> String

  /// Hands a pipeline over; a second time changes nothing but what has changed.
  ///
  /// - Throws: `.cannotCreate` when a pipeline of that name is scheduled from another file, `.serviceUnavailable` when the
  ///   scheduler does not answer.
  func install(_ pipeline: ScheduledPipeline) throws(Failure)

  /// Takes a pipeline back, and nothing else.
  ///
  /// - Returns: whether it was scheduled.
  func remove(_ name: String) throws(Failure) -> Bool

  /// Whether a pipeline of that name is scheduled.
  func has(_ name: String) throws(Failure) -> Bool
}

extension Scheduler {
  func nameIsTaken(_ name: String, by owner: String) -> Failure {
    Failure(
      .cannotCreate, "a pipeline \"\(name)\" is scheduled from another file: \(owner)",
      advice: "deactivate that one, or give this one another name")
  }
}

/// A command that manages schedules, run to its end.
///
/// - Throws: `.serviceUnavailable` when it fails.
func runScheduler(_ arguments: [String], input: [UInt8] = []) throws(Failure) -> [UInt8] {
  let outcome = try ShortCommand(arguments: arguments, input: input).run()
  guard outcome.isSuccess else {
    throw Failure(
      .serviceUnavailable, "\(arguments.joined(separator: " ")) failed: \(outcome.words)",
      advice: "see whether it works by itself")
  }
  return outcome.output
}

extension ShortCommand.Outcome {
  /// What the command said when it failed, or how it ended.
  var words: String {
    let text = serverText(error, without: nil)
    if !text.isEmpty { return text }
    return switch status {
    case .exited(let status): "status \(status)"
    case .signalled(let signal): "signal \(signal)"
    }
  }
}
