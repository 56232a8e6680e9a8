import Glibc
import MillraceCore

/// Environment variables by which processes are known as ours, whatever became of their parents and of their process group.
struct ProcessMark: Sendable {
  private struct Variable {
    /// `NAME=value`, or `NAME=` for any value.
    var text: [UInt8]
    var isWhole: Bool
  }

  private let variables: [Variable]
  private let files: KernelFiles

  /// - Parameter variables: names and values; a process carries the mark that was started with all of them, with any value
  ///   for nil.
  init(_ variables: KeyValuePairs<String, String?>, files: KernelFiles = .system) {
    self.variables = variables.map {
      Variable(text: Array("\($0.key)=\($0.value ?? "")".utf8), isWhole: $0.value != nil)
    }
    self.files = files
  }

  /// Kills all processes of this machine that carry the mark, this one excepted, and waits until they are gone.
  func endAll() {
    var passes = 0
    // They may start others meanwhile.
    while case let processes = carriers, !processes.isEmpty, passes < Self.mostPasses {
      for process in processes { kill(process, SIGKILL) }
      usleep(Self.pause)
      passes += 1
    }
  }

  /// Kills the orphans that became this process's children (`ChildProcess.adoptOrphans`) and carry the mark, with what they
  /// started.
  ///
  /// - Returns: whether there were any.
  func endOrphans() -> Bool {
    var found = false
    // The children of one that is killed are adopted in turn.
    while case let orphans = adopted.filter(isCarried), !orphans.isEmpty {
      found = true
      for orphan in orphans { kill(orphan, SIGKILL) }
      for orphan in orphans { while waitpid(orphan, nil, 0) < 0, errno == EINTR {} }
    }
    return found
  }

  private static let pause: UInt32 = 5_000
  private static let mostPasses = 2_000

  private var carriers: [pid_t] {
    guard let names = try? namesInFolder("\(files.root)/proc") else { return [] }
    return names.compactMap { pid_t($0) }.filter { $0 > 1 && $0 != getpid() && isCarried(by: $0) }
  }

  /// The kernel gives orphans to the main thread; commands are started by others.
  private var adopted: [pid_t] {
    (files.text("/proc/self/task/\(getpid())/children") ?? "").split(separator: " ").compactMap { pid_t($0) }
  }

  /// One that has ended carries nothing any more.
  private func isCarried(by process: pid_t) -> Bool {
    let environment = files.bytes("/proc/\(process)/environ", limit: 16 << 20).split(separator: 0)
    return variables.allSatisfy { variable in
      environment.contains { entry in
        variable.isWhole ? entry.elementsEqual(variable.text) : entry.starts(with: variable.text)
      }
    }
  }
}
