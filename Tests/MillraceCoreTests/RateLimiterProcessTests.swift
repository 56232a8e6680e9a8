import Glibc
import Support
import Testing

@testable import MillraceCore

/// A limit that real processes share.
@Suite(.ownThread) struct RateLimiterProcessTests {
  let folder = TemporaryFolder()
  let probe = Executable("probe")
  /// In nanoseconds.
  static let interval = 20_000_000

  func start(_ more: [String]) -> RunningProgram {
    probe.start(["limiter", folder("state")] + more)
  }

  /// The turns in a probe's output: the moment given, and the clock when it was had. A line that a kill cut is left out.
  func turns(_ output: [UInt8]) -> [(moment: Int, had: Int)] {
    String(decoding: output, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).dropLast().map {
      let parts = $0.split(separator: " ").compactMap { Int($0) }
      return (parts[0], parts[1])
    }
  }

  func gaps(_ times: [Int]) -> [Int] {
    let sorted = times.sorted()
    return zip(sorted, sorted.dropFirst()).map { $1 - $0 }
  }

  /// Every turn was an interval behind the one before, and nobody had one before its moment. How long after it depends on
  /// when the machine let the process run.
  func expectDistance(_ turns: [(moment: Int, had: Int)]) {
    #expect(gaps(turns.map(\.moment)).allSatisfy { $0 >= Self.interval })
    #expect(turns.allSatisfy { $0.had >= $0.moment })
  }

  @Test func tenProcesses() {
    let processes = (0..<10).map { _ in start(["--turns", "20", "--tasks", "3"]) }
    let outcomes = processes.map { $0.wait() }
    #expect(outcomes.allSatisfy { $0.status == 0 && $0.errorText == "" })
    let turns = outcomes.flatMap { self.turns($0.output) }
    #expect(turns.count == 200)
    expectDistance(turns)
  }

  @Test func killedAtRandom() throws {
    var generator = SeededGenerator()
    var outputs: [[UInt8]] = []
    let survivor = start(["--turns", "60"])
    for _ in 0..<15 {
      let victims = (0..<3).map { _ in start(["--turns", "100000", "--tasks", "2"]) }
      usleep(UInt32.random(in: 5_000...80_000, using: &generator))
      for victim in victims { victim.send(SIGKILL) }
      for victim in victims { outputs.append(victim.wait().output) }
    }
    let outcome = survivor.wait()
    #expect(outcome.status == 0, "seed \(generator.seed)")
    #expect(turns(outcome.output).count == 60)
    expectDistance((outputs + [outcome.output]).flatMap { turns($0) })
  }

  @Test func aStoppedProcessHoldsNobodyBack() throws {
    let stopped = start(["--turns", "100000", "--tasks", "2"])
    try #require(eventually { !stopped.outputSoFar.isEmpty })
    var all: [(moment: Int, had: Int)] = []
    for _ in 0..<10 {
      stopped.send(SIGSTOP)
      let other = start(["--turns", "5"]).wait()
      #expect(other.status == 0 && other.errorText == "")
      all += turns(other.output)
      let before = stopped.outputSoFar.count
      stopped.send(SIGCONT)
      #expect(eventually { stopped.outputSoFar.count > before }, "it goes on")
    }
    stopped.send(SIGKILL)
    all += turns(stopped.wait().output)
    #expect(all.count >= 60)
    expectDistance(all)
  }

  @Test func othersSeeTheGate() throws {
    let refused = start(["--retry-after", "1.5", "--turns", "1"])
    func gate() -> Int {
      let name = folder.names(in: "state/limits").first ?? ""
      return LimiterState(text: folder.text("state/limits/\(name)") ?? "").map { Int($0.gate) } ?? 0
    }
    try #require(eventually { gate() > 0 })
    let gate = gate()
    let others = (0..<3).map { _ in start(["--turns", "2"]) }
    let outcomes = (others + [refused]).map { $0.wait() }
    let turns = outcomes.flatMap { self.turns($0.output) }
    #expect(turns.count == 7)
    #expect(turns.allSatisfy { $0.moment >= gate && $0.had >= gate })
    expectDistance(turns)
  }

  @Test func othersWaitAtTheGate() {
    #expect(start(["--retry-after", "3000", "--exhaust", "0", "--turns", "0"]).wait().status == 0)
    let others = (0..<3).map { _ in start(["--turns", "2"]) }
    for other in others { #expect(eventually { other.errorTextSoFar.hasPrefix("pausing") }) }
    for other in others { other.send(SIGKILL) }
    #expect(others.map { $0.wait().output } == [[], [], []])
  }

  @Test func theFirstTurnIsAtOnce() {
    let outcome = start(["--turns", "1", "--interval", "3600"]).wait()
    #expect(outcome.status == 0 && turns(outcome.output).count == 1)
  }

  @Test func keysStayOutOfNamesAndFiles() {
    #expect(start(["--turns", "2", "--key", "s3cret-key"]).wait().status == 0)
    let names = folder.names(in: "state/limits")
    #expect(names.count == 1)
    #expect(names.allSatisfy { !$0.contains("s3cret") && $0.hasPrefix("probe-") })
  }

  static let probe = Executable("probe")

  @Test(.enabled(if: Nobody.canRun(probe), "it takes root and executables that everybody may run"))
  func readOnlyFolder() {
    unsafe mkdir(folder("state"), 0o755)
    unsafe chmod(folder.path, 0o755)
    let outcome = Nobody.run(
      Self.probe, ["limiter", folder("state"), "--interval", "0.02", "--turns", "10", "--tasks", "3"])
    #expect(outcome.status == 0)
    #expect(
      outcome.errorText
        == "warning: \(folder("state/limits")): the rate limit holds within this process only: cannot create the file: permission denied (you may not create files in the folder \(folder("state")): choose another place)\n"
    )
    #expect(turns(outcome.output).count == 10)
    expectDistance(turns(outcome.output))
  }
}
