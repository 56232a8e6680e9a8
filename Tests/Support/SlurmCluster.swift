import Glibc

/// A real Slurm on the loopback interface, with a controller and nodes of its own: `slurm/cluster` says how. It ends with its
/// owner, or when the tests die, and its jobs with it.
///
///     let cluster = SlurmCluster()
///     Executable("batch-run").run(["run", "--backend", "slurm", …], environment: cluster.environment)
public final class SlurmCluster: Sendable {
  private static let script = folderPart(#filePath) + "/slurm/cluster"

  /// Why there can be no cluster on this machine, in one line; nil where there can.
  public static let obstacle: String? = {
    let outcome = Executable(script).run(["check"])
    return outcome.status == 0 ? nil : "no Slurm here: \(outcome.outputText.dropLast())"
  }()

  /// `@Suite(.enabled(if: SlurmCluster.isAvailable, "\(SlurmCluster.obstacle ?? "")"))`
  public static var isAvailable: Bool { obstacle == nil }

  /// The names of its nodes.
  public let nodes: [String]
  private let parent = TemporaryFolder()
  private let folder: String
  private let program: RunningProgram
  private let lifeline: Lifeline

  /// Returns when all nodes are idle.
  public init(nodes count: Int = 2) {
    if let obstacle = Self.obstacle { fatalError(obstacle) }
    folder = parent("cluster")
    lifeline = Lifeline()
    program = Executable(Self.script).start(
      ["run", folder, String(count)], input: .descriptor(lifeline.childEnd), environment: ["SLURM_CONF": nil])
    guard Self.answers("ready 1", program) else { fatalError("no cluster: \(program.errorTextSoFar)") }
    let configuration = String(decoding: readFile("\(folder)/slurm.conf") ?? [], as: UTF8.self)
    nodes = configuration.split(separator: "\n").compactMap { line in
      line.hasPrefix("NodeName=") ? line.dropFirst(9).prefix { $0 != " " }.description : nil
    }
  }

  deinit { stop() }

  /// Stops it, and waits until all its processes are gone.
  public func stop() {
    if lifeline.end() { program.wait(timeLimit: .infinity) }
  }

  /// What the commands of Slurm need to reach it.
  public var environment: [String: String?] { ["SLURM_CONF": "\(folder)/slurm.conf"] }

  /// Runs a command of Slurm, `["scontrol", "update", …]`.
  @discardableResult public func ask(_ words: String...) -> Outcome {
    Executable("/usr/bin/env").run(words, environment: environment)
  }

  /// Kills the controller; jobs that run go on.
  public func killController() { tell("kill-controller") }

  /// Starts the controller that was killed, and returns when it answers.
  public func startController() { tell("start-controller") }

  /// What the controller and the nodes say about themselves.
  public var log: String {
    names(ofFolder: "\(folder)/log").sorted().map { name in
      "--- \(name)\n" + String(decoding: readFile("\(folder)/log/\(name)") ?? [], as: UTF8.self)
    }.joined()
  }

  private func tell(_ line: String) {
    let before = Self.lastAnswer(program)
    lifeline.write(line)
    guard eventually(within: 300, { Self.lastAnswer(program) > before }) else {
      fatalError("\(line): no answer: \(program.errorTextSoFar)")
    }
  }

  private static func answers(_ line: String, _ program: RunningProgram) -> Bool {
    eventually(within: 500) {
      program.hasEnded || String(decoding: program.outputSoFar, as: UTF8.self).contains(line)
    } && !program.hasEnded
  }

  /// The number of lines that it has done.
  private static func lastAnswer(_ program: RunningProgram) -> Int {
    String(decoding: program.outputSoFar, as: UTF8.self).split(separator: "\n").count { $0.hasPrefix("done ") }
  }
}

private func folderPart(_ path: String) -> String { path.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" } }
