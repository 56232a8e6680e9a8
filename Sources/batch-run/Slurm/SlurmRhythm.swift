import MillraceCore

/// How often Slurm is asked: the longer nothing changes, the more rarely. Sites count the questions.
struct SlurmRhythm: Sendable {
  /// Seconds between two questions, at least.
  var shortest = 15.0
  /// And at most.
  var longest = 60.0
  private var pause: Double

  /// - Parameter environment: `MILLRACE_SLURM_POLL` has the seconds of the shortest pause.
  init(environment: [String: String]) {
    if let text = environment["MILLRACE_SLURM_POLL"], let seconds = Double(text), seconds >= 0.05, seconds <= 3600 {
      shortest = seconds
      longest = seconds * 4
    }
    pause = shortest
  }

  /// Seconds between two looks into the job's folder.
  var tick: Double { min(1, shortest) }
  /// Seconds after which what a task left is visible on this machine, too.
  var grace: Double { min(30, 2 * shortest) }

  /// Seconds until the next question.
  mutating func next(hasChanged: Bool) -> Double {
    pause = hasChanged ? shortest : min(longest, pause * 1.5)
    return pause
  }
}
