import Glibc
import MillraceCore
import Support

/// Runs of an augmenter that are killed at random instants, each going on from where the one before it died, until one
/// ends.
///
/// MILLRACE_KILLS says how many kills there are; `make soak` takes more.
public struct KilledRuns {
  /// What is not as it should be.
  public private(set) var problems: [String] = []
  private let desk: AugmenterDesk
  private let arguments: [String]
  /// What was asked in each run, that of the last one, which nobody killed, too.
  private var requests: [[LoggedRequest]] = []
  private var seen = 0

  private static let kills = environmentVariable("MILLRACE_KILLS").flatMap { Int($0) } ?? 8
  /// Requests that a run has under way at once, and at its death has not taken the answers of.
  private static let underWay = 8

  /// - Parameters:
  ///   - arguments: of a run, but for its output.
  ///   - input: the only file of the desk's folder before the run.
  ///   - count: about as many requests as a whole run makes.
  ///   - makeDesk: makes the folder with the input.
  ///   - answers: what the answer to a request tells, each part of which is to be asked for once.
  public init(
    _ arguments: [String], reading input: String, requests count: Int, at makeDesk: () -> AugmenterDesk,
    answers: (LoggedRequest) -> [String]
  ) async throws {
    self.arguments = arguments
    let undisturbed = makeDesk()
    let outcome = await undisturbed.run(arguments + ["-o", "out.csv"])
    let expected = undisturbed.folder.read("out.csv")
    desk = makeDesk()
    var random = SeededGenerator()
    expect(outcome.status == 0 && expected != nil, "the run that nobody disturbs: \(outcome.errorText)")
    for _ in 0..<Self.kills {
      let running = desk.start(arguments + ["-o", "out.csv"], interval: 0.004)
      // After some requests, so that every run comes further than the one before it, and at any instant between them.
      let requestsBefore = seen + Int.random(in: 0..<max(1, count / Self.kills), using: &random)
      _ = eventually { running.hasEnded || desk.logLength >= requestsBefore }
      usleep(UInt32.random(in: 0..<(requestsBefore == seen ? 300_000 : 10_000), using: &random))
      running.send(SIGKILL)
      _ = running.wait()
      try noteRequests()
      let known = [input, "log", "cache", "state", "store", "out.csv", "out.csv.prov"]
      for name in desk.folder.names { expect(known.contains(name), "a killed run left \(name)") }
      if let output = desk.folder.read("out.csv") { expect(output == expected, "a killed run left another output") }
    }
    await run(to: "out.csv", expecting: expected)
    try noteRequests()
    checkRequests(answers)
    // No entry that a killed run wrote is damaged: none is asked for again.
    await run(to: "offline.csv", ["--offline"], expecting: expected)
    expect(desk.logLength == seen, "a run with --offline asked")
    problems = problems.map { "seed \(random.seed): \($0)" }
  }

  private mutating func expect(_ holds: Bool, _ problem: String) { if !holds { problems.append(problem) } }

  private mutating func run(to output: String, _ more: [String] = [], expecting expected: [UInt8]?) async {
    let outcome = await desk.run(arguments + ["-o", output] + more)
    expect(outcome.status == 0, outcome.errorText)
    expect(desk.folder.read(output) == expected, "\(output) is another one")
  }

  private mutating func noteRequests() throws {
    let all = try desk.requests()
    requests.append(Array(all[seen...]))
    seen = all.count
  }

  private mutating func checkRequests(_ answers: (LoggedRequest) -> [String]) {
    expect(requests.count { !$0.isEmpty } > requests.count / 3, "few runs asked anything")
    // The server logs a request before it answers: of those in the log of a killed run, at most as many as were under way
    // did not come to be kept.
    for (number, run) in requests.enumerated() {
      let later = Set(requests[(number + 1)...].joined().flatMap(answers))
      let repeated = run.count { answers($0).contains(where: later.contains) }
      expect(repeated <= Self.underWay, "\(repeated) requests of run \(number) were made again")
      expect(run.map(answers).counts.values.allSatisfy { $0 == 1 }, "run \(number) asked twice for the same")
    }
  }
}
