import MillraceCore
import Synchronization
import Testing

@testable import batch_run

/// A Slurm that answers as it was told beforehand.
final class ScriptedSlurm: Sendable {
  struct Answer: Sendable {
    var output = ""
    var error = ""
    var status: Int32 = 0
    /// Nothing comes back within the time limit.
    var isLost = false
  }

  private struct State {
    var answers: [String: [Answer]]
    var asked: [[String]] = []
    var pauses: [Double] = []
  }
  private let state: Mutex<State>

  /// - Parameter answers: of each command, one after the other; the last one again and again.
  init(_ answers: [String: [Answer]]) { state = Mutex(State(answers: answers)) }

  var asked: [[String]] { state.withLock { $0.asked } }
  var pauses: [Double] { state.withLock { $0.pauses } }

  var commands: SlurmCommands {
    SlurmCommands(
      run: { (command) throws(Failure) in
        let answer = self.state.withLock { state -> Answer in
          state.asked.append(command.arguments)
          let name = command.arguments[0]
          let answers = state.answers[name] ?? [Answer(error: "\(name): no answer was told", status: 1)]
          if answers.count > 1 { state.answers[name]?.removeFirst() }
          return answers[0]
        }
        if answer.isLost { throw Failure(.serviceUnavailable, "no answer within 60 s", at: Place(file: "x")) }
        return ShortCommand.Outcome(
          status: .exited(answer.status), output: Array(answer.output.utf8), error: answer.error)
      },
      pause: { (seconds) throws(Failure) in self.state.withLock { $0.pauses.append(seconds) } })
  }
}

@Suite struct SlurmCommandsTests {
  private let busy = ScriptedSlurm.Answer(
    error: "sbatch: error: Batch job submission failed: Socket timed out on send/recv operation", status: 1)
  private let submission = SlurmCommands.Submission(
    mark: "millrace-x.1", options: ["--array=0-3"], command: ["/j/task.sh", "a b"])

  @Test func submitting() throws {
    let slurm = ScriptedSlurm(["sbatch": [.init(output: "4711;cluster\n")]])
    #expect(try slurm.commands.submit(submission) == 4711)
    #expect(
      slurm.asked == [
        [
          "sbatch", "--parsable", "--job-name=millrace-x.1", "--comment=millrace-x.1", "--array=0-3", "/j/task.sh",
          "a b",
        ]
      ])
  }

  @Test func aBusySchedulerIsAskedAgainLaterAndLater() throws {
    let slurm = ScriptedSlurm([
      "sbatch": [busy, busy, .init(output: "5\n")], "squeue": [.init(output: "{\"jobs\": []}")],
    ])
    #expect(try slurm.commands.submit(submission) == 5)
    #expect(slurm.pauses.count == 2)
    #expect(slurm.pauses[1] > slurm.pauses[0])
  }

  @Test func aBusySchedulerIsNotAskedForEver() {
    let slurm = ScriptedSlurm(["sbatch": [busy], "squeue": [.init(output: "{\"jobs\": []}")]])
    #expect { try slurm.commands.submit(submission) } throws: { error in
      let failure = error as? Failure
      return failure?.status == .serviceUnavailable
        && failure?.description
          == "sbatch: Slurm says: Batch job submission failed: Socket timed out on send/recv operation"
    }
    #expect(slurm.asked.count { $0[0] == "sbatch" } == 6)
  }

  @Test func aSubmissionWhoseAnswerWasLostIsFoundByItsMark() throws {
    for lost in [busy, ScriptedSlurm.Answer(isLost: true)] {
      let listed =
        "{\"jobs\": [{\"job_id\": 8, \"array_job_id\": 7, \"name\": \"millrace-x.1\", \"job_state\": \"PENDING\"}]}"
      let slurm = ScriptedSlurm(["sbatch": [lost, .init(output: "99\n")], "squeue": [.init(output: listed)]])
      #expect(try slurm.commands.submit(submission) == 7)
      #expect(slurm.asked.count { $0[0] == "sbatch" } == 1)
    }
  }

  @Test(arguments: [
    (
      "sbatch: unrecognized option '--bogus'\nTry \"sbatch --help\" for more information\n",
      "unrecognized option '--bogus'"
    ),
    (
      "sbatch: error: invalid partition specified: x\nsbatch: error: Batch job submission failed: Invalid partition name specified\n",
      "Batch job submission failed: Invalid partition name specified"
    ),
    ("", "it ended with exited(1)"),
    ("sbatch: error: \u{1B}[2Jred\r\n", "\\u{1B}[2Jred"),
  ])
  func aRefusalIsToldAtOnce(_ said: String, _ told: String) {
    let slurm = ScriptedSlurm(["sbatch": [.init(error: said, status: 1)]])
    #expect { try slurm.commands.submit(submission) } throws: { error in
      (error as? Failure)?.description == "sbatch: Slurm says: \(told)"
    }
    #expect(slurm.asked.count == 1)
  }

  @Test(arguments: ["", "Submitted batch job 5", "-3", "0", "99999999999999999999"])
  func whatIsNoNumber(_ output: String) {
    let slurm = ScriptedSlurm(["sbatch": [.init(output: output)]])
    #expect { try slurm.commands.submit(submission) } throws: { error in
      (error as? Failure)?.description == "sbatch: expected a job's number, found \"\(output)\""
    }
  }

  @Test func aQueueThatCannotTellAsJSON() throws {
    for answer in [
      ScriptedSlurm.Answer(error: "squeue: unrecognized option '--json'", status: 1),
      .init(output: "JOBID PARTITION NAME"),
      .init(output: "{\"jobs\": [{\"job_id\""),
    ] {
      #expect(try ScriptedSlurm(["squeue": [answer]]).commands.jobs { _, _ in true } == nil)
    }
    #expect {
      try ScriptedSlurm(["squeue": [.init(isLost: true)]]).commands.jobs { _, _ in true }
    } throws: { error in
      (error as? Failure)?.description == "squeue: Slurm does not answer"
    }
  }

  @Test func accountingThatIsNotThere() {
    let answer = ScriptedSlurm.Answer(error: "Slurm accounting storage is disabled", status: 1)
    #expect(ScriptedSlurm(["sacct": [answer]]).commands.accounting([3]) == nil)
    #expect(ScriptedSlurm(["sacct": [.init(isLost: true)]]).commands.accounting([3]) == nil)
    #expect(ScriptedSlurm([:]).commands.accounting([]) == [])
  }

  @Test func aJobThatNobodyKnows() throws {
    let unknown = ScriptedSlurm.Answer(error: "slurm_load_jobs error: Invalid job id specified", status: 1)
    #expect(try ScriptedSlurm(["scontrol": [unknown]]).commands.job(7) == [])
    let away = ScriptedSlurm.Answer(
      error: "slurm_load_jobs error: Unable to contact slurm controller (connect failure)", status: 1)
    #expect { try ScriptedSlurm(["scontrol": [away]]).commands.job(7) } throws: { error in
      (error as? Failure)?.description
        == "scontrol: Slurm says: slurm_load_jobs error: Unable to contact slurm controller (connect failure)"
    }
  }

  @Test func theSizeOfArrays() throws {
    let text =
      "Configuration data as of 2026\nMailProg = /bin/mail\nMaxArraySize            = 4001\nMaxDBDMsgs = 20008\n"
    #expect(try ScriptedSlurm(["scontrol": [.init(output: text)]]).commands.mostArrayTasks() == 4001)
    #expect(try ScriptedSlurm(["scontrol": [.init(output: "")]]).commands.mostArrayTasks() == 1001)
  }

  @Test func cancelling() throws {
    let slurm = ScriptedSlurm(["scancel": [.init(error: "scancel: error: Invalid job id 7", status: 1)]])
    try slurm.commands.cancel((0..<501).map { "7_\($0)" })
    #expect(slurm.asked.map(\.count) == [501, 2])
    try slurm.commands.cancel([])
    #expect(slurm.asked.count == 2)
  }

  @Test func aPauseMayEndTheJob() {
    var commands = ScriptedSlurm(["sbatch": [busy]]).commands
    commands.pause = { (_) throws(Failure) in throw Failure(.stoppedEarly, "cancelled") }
    #expect { try commands.submit(submission) } throws: { ($0 as? Failure)?.message == "cancelled" }
  }
}
