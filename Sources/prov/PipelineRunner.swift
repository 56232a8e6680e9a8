import Glibc
import MillraceCore
import Subprocess
import SystemPackage

/// Starts the steps of a plan as a shell would start a pipeline, but without one.
struct PipelineRunner {
  let plan: RerunPlan
  /// Where the steps run, and leave what they write.
  let folder: String

  /// Runs all steps at the same time, each reading what the one before it writes, and returns how they ended: the exit
  /// status, or 128 and the number of the signal.
  func run() throws(Failure) -> [Int32] {
    let ends = try openEnds()
    let jobs = zip(plan.steps, ends).map { (step: $0, ends: $1) }
    let folder = folder
    return try waiting { () async throws(Failure) -> [Int32] in
      let results = await withTaskGroup(of: (Int, Result<Int32, Failure>).self) { group in
        for (index, job) in jobs.enumerated() {
          group.addTask { (index, await Self.start(job.step, job.ends, in: folder)) }
        }
        var results = [Result<Int32, Failure>?](repeating: nil, count: jobs.count)
        for await (index, result) in group { results[index] = result }
        return results.compactMap { $0 }
      }
      var statuses: [Int32] = []
      for result in results { statuses.append(try result.get()) }
      return statuses
    }
  }

  private struct Ends: Sendable {
    var input: Int32
    var output: Int32
  }

  /// The two descriptors of each step. All are closed in every child but the one that they are for.
  private func openEnds() throws(Failure) -> [Ends] {
    let first = try Self.open(plan.standardInput ?? "/dev/null", O_RDONLY)
    var ends: [Ends] = []
    var input = first
    for index in plan.steps.indices {
      if index == plan.steps.count - 1 {
        let path = plan.namesOutput ? "/dev/null" : "\(folder)/\(plan.output)"
        let output = try Self.open(path, O_WRONLY | (plan.namesOutput ? 0 : O_CREAT | O_EXCL))
        ends.append(Ends(input: input, output: output))
      } else {
        var pair: [Int32] = [-1, -1]
        // No child is there yet that could inherit them in between.
        guard unsafe pipe(&pair) == 0, pair.allSatisfy({ fcntl($0, F_SETFD, FD_CLOEXEC) == 0 }) else {
          throw Failure(.internalError, "cannot make a pipe: \(systemErrorText(errno))")
        }
        ends.append(Ends(input: input, output: pair[1]))
        input = pair[0]
      }
    }
    return ends
  }

  private static func open(_ path: String, _ flags: Int32) throws(Failure) -> Int32 {
    let descriptor = unsafe Glibc.open(path, flags | O_CLOEXEC | O_NOCTTY, 0o666)
    guard descriptor >= 0 else {
      throw Failure(.noInput, "cannot open: \(systemErrorText(errno))", at: Place(file: path))
    }
    return descriptor
  }

  private static func start(_ step: RerunPlan.Step, _ ends: Ends, in folder: String) async -> Result<Int32, Failure> {
    do {
      let outcome = try await Subprocess.run(
        .path(FilePath(step.executable)), arguments: Arguments(step.arguments),
        environment: .inherit.updating([
          // The steps tell each other what they write; nothing of it goes into the user's own store.
          "MILLRACE_PROVENANCE_DIR": "\(folder)/\(storeName)", "MILLRACE_PROVENANCE": "on", "MILLRACE_PARENT": "",
        ]), workingDirectory: FilePath(folder),
        input: .fileDescriptor(FileDescriptor(rawValue: ends.input), closeAfterSpawningProcess: true),
        output: .fileDescriptor(FileDescriptor(rawValue: ends.output), closeAfterSpawningProcess: true),
        error: .fileDescriptor(.standardError, closeAfterSpawningProcess: false))
      return switch outcome.terminationStatus {
      case .exited(let code): .success(code)
      case .signaled(let signal): .success(128 + signal)
      }
    } catch {
      return .failure(Failure(.internalError, "cannot start the program: \(error)", at: Place(file: step.executable)))
    }
  }

  /// The provenance store of the run, in its folder.
  static let storeName = ".store"
}
