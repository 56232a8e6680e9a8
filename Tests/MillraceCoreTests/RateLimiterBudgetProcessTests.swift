import Glibc
import Support
import Testing

@testable import MillraceCore

/// Budgets that real processes share.
@Suite(.ownThread) struct RateLimiterBudgetProcessTests {
  let folder = TemporaryFolder()
  let probe = Executable("probe")

  func start(_ more: [String]) -> RunningProgram {
    probe.start(["limiter", folder("state"), "--interval", "0"] + more)
  }

  /// The moments in a probe's output. A line that a kill cut is left out.
  func moments(_ output: [UInt8]) -> [Int] {
    String(decoding: output, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).dropLast()
      .compactMap { $0.split(separator: " ").first.flatMap { Int($0) } }
  }

  func expectKept(_ requests: Int, in nanoseconds: Int, by moments: [Int]) {
    let sorted = moments.sorted()
    #expect(zip(sorted, sorted.dropFirst(requests)).allSatisfy { $1 - $0 >= nanoseconds })
  }

  @Test func tenProcesses() {
    let processes = (0..<10).map { _ in
      start(["--turns", "3", "--tasks", "2", "--budget", "7/1.5", "--budget", "3/0.2"])
    }
    let outcomes = processes.map { $0.wait() }
    #expect(outcomes.allSatisfy { $0.status == 0 && $0.errorText == "" })
    let moments = outcomes.flatMap { self.moments($0.output) }
    #expect(moments.count == 30)
    expectKept(7, in: 1_500_000_000, by: moments)
    expectKept(3, in: 200_000_000, by: moments)
  }

  /// A turn whose owner was killed counts; none is lost with it.
  @Test func killedAtRandom() {
    var generator = SeededGenerator()
    let budget = ["--budget", "40/1"]
    let survivor = start(["--turns", "90"] + budget)
    var outputs: [[UInt8]] = []
    for _ in 0..<15 {
      let victims = (0..<3).map { _ in start(["--turns", "100000", "--tasks", "2"] + budget) }
      usleep(UInt32.random(in: 5_000...80_000, using: &generator))
      for victim in victims { victim.send(SIGKILL) }
      for victim in victims { outputs.append(victim.wait().output) }
    }
    let outcome = survivor.wait()
    #expect(outcome.status == 0 && outcome.errorText == "", "seed \(generator.seed)")
    #expect(moments(outcome.output).count == 90)
    expectKept(40, in: 1_000_000_000, by: (outputs + [outcome.output]).flatMap { moments($0) })
    let name = folder.names(in: "state/limits").first ?? ""
    #expect(LimiterState(text: folder.text("state/limits/\(name)") ?? "")?.log.isEmpty == false)
  }

  @Test func aBudgetOfADayIsSpentForAllRuns() {
    let first = start(["--turns", "25", "--tasks", "25", "--budget", "25/86400"]).wait()
    #expect(moments(first.output).count == 25)
    let second = start(["--turns", "8", "--tasks", "8", "--budget", "25/86400"]).wait()
    #expect(second.output == [])
    let lines = second.errorText.split(separator: "\n")
    #expect(lines.count == 8)
    #expect(
      lines.allSatisfy { $0.hasPrefix("spent: the budget of 25 requests in 24 h is spent; it is refilled at 20") })
  }

  @Test func whatTheServiceSaidOutlivesTheProcess() {
    #expect(start(["--exhaust", "4000", "--turns", "0"]).wait().status == 0)
    let outcome = start(["--turns", "1"]).wait()
    #expect(outcome.output == [])
    #expect(outcome.errorText.hasPrefix("spent: the service says that its budget is spent; it is refilled at 20"))
  }
}
