import CChildProcess
import Glibc
import MillraceCore

/// A program that runs below this process, in a process group of its own. The kernel kills it when the thread that
/// started it ends, so a thread starts it and waits for it.
struct ChildProcess {
  /// The process, and its process group.
  let identifier: pid_t

  /// How a process ended.
  enum Status: Sendable, Equatable {
    case exited(Int32)
    case signalled(Int32)
  }

  /// What is known once it has ended.
  struct End: Sendable, Equatable {
    var status: Status
    /// Processor time in seconds, of it and the children that it waited for.
    var processorSeconds: Double
    /// Greatest resident memory in bytes of the largest of its processes. Never below what this process had when it started
    /// the child: the kernel counts from before the program was loaded.
    var peakMemory: Int
  }

  /// Starts a program without a shell.
  ///
  /// - Parameters:
  ///   - arguments: with the program's name in front.
  ///   - directory: nil for this process's.
  ///   - streams: descriptors that become its standard input, output and error; they stay the caller's.
  /// - Throws: `.serviceUnavailable` when the program is missing or not executable.
  init(
    program: String, arguments: [String], environment: [String: String], directory: String? = nil,
    streams: (input: Int32, output: Int32, error: Int32)
  ) throws(Failure) {
    let arguments = CStrings(arguments)
    let environment = CStrings(environment.map { "\($0.key)=\($0.value)" })
    var isFolder: Int32 = 0
    let result = unsafe program.withCString { path in
      unsafe withOptionalCString(directory) { directory in
        var child = unsafe millrace_child(
          path: path, arguments: arguments.pointers, environment: environment.pointers, directory: directory,
          streams: (streams.input, streams.output, streams.error))
        return unsafe millrace_start_child(&child, &isFolder)
      }
    }
    guard result > 0 else {
      let place = Place(file: isFolder != 0 ? directory ?? "." : program)
      throw .system(.serviceUnavailable, "cannot start the program", errorNumber: -result, at: place)
    }
    identifier = result
  }

  /// Waits until the process ends; nil only when it still runs after so many seconds.
  func wait(seconds: Double? = nil) -> End? {
    var status: Int32 = 0
    var usage = rusage()
    let milliseconds = seconds.map { Int32(max(0, min($0 * 1000, 1e9)).rounded(.up)) } ?? -1
    let result = unsafe millrace_wait_child(identifier, milliseconds, &status, &usage)
    guard result != 0 else { return nil }
    // Nobody else waits for our children: there is always a status.
    let signal = status & 0x7f
    let processor =
      Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
      + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
    return End(
      status: signal == 0 ? .exited(status >> 8 & 0xff) : .signalled(signal), processorSeconds: processor,
      peakMemory: Int(usage.ru_maxrss) * 1024)
  }

  /// Sends a signal to all processes of the group.
  func signalGroup(_ signal: Int32) { kill(-identifier, signal) }

  /// Has the process and its group end: they are asked to, and killed when they do not in time.
  func end(patience: Double) -> End {
    signalGroup(SIGTERM)
    // A stopped process would not hear it.
    signalGroup(SIGCONT)
    if let end = wait(seconds: patience) { return end }
    while true {
      signalGroup(SIGKILL)
      if let end = wait(seconds: 1) { return end }
    }
  }

  /// Ends what the process left running in its group, after it has itself ended.
  ///
  /// - Returns: whether there was anything.
  func endGroup() -> Bool {
    guard kill(-identifier, SIGKILL) == 0 else { return false }
    // Orphans are ours to reap: `adoptOrphans`.
    while waitpid(-identifier, nil, 0) > 0 || errno == EINTR {}
    return true
  }

  /// Orphans below this process become its children from now on, so that `endGroup` can wait for their end.
  static func adoptOrphans() { millrace_adopt_orphans() }

  /// Gives the disk back a part of a file that a process may be writing to; zeros are read there.
  static func free(_ range: Range<Int>, of descriptor: Int32) {
    millrace_punch_hole(descriptor, Int64(range.lowerBound), Int64(range.count))
  }
}

extension ChildProcess {
  /// The file that a command's name stands for in an environment.
  ///
  /// - Parameters:
  ///   - directory: where a relative path leads from; nil for this process's folder.
  ///   - folders: where it is looked for when PATH has it not.
  /// - Throws: `.serviceUnavailable` when there is none, or none that may be executed.
  static func find(
    _ command: String, in environment: [String: String], from directory: String? = nil, orIn folders: String = ""
  ) throws(Failure) -> String {
    let path = environment["PATH"] ?? "/usr/bin:/bin"
    return try find(command, path: folders.isEmpty ? path : "\(path):\(folders)", from: directory)
  }

  /// The file that a command's name stands for, as execvp(3) looks for it.
  ///
  /// - Parameter directory: where a relative path leads from, the command's own and those in the search path; nil for this
  ///   process's folder.
  /// - Throws: `.serviceUnavailable` when there is none, or none that may be executed.
  static func find(
    _ command: String, path searchPath: String, from directory: String? = nil
  ) throws(Failure) -> String {
    let names =
      command.contains("/")
      ? [command]
      : searchPath.split(separator: ":", omittingEmptySubsequences: false).map {
        $0.isEmpty ? command : "\($0)/\(command)"
      }
    let candidates = names.map { $0.hasPrefix("/") ? $0 : "\(directory ?? ".")/\($0)" }
    var isThereAtLeast = false
    for candidate in candidates where isRegularFile(candidate) {
      if unsafe access(candidate, X_OK) == 0 { return candidate }
      isThereAtLeast = true
    }
    if command.contains("/"), candidates.contains(where: isFolder) {
      throw Failure(.serviceUnavailable, "is a directory, not a program", at: Place(file: command))
    }
    throw isThereAtLeast
      ? Failure(
        .serviceUnavailable, "the command may not be executed", at: Place(file: command), advice: "chmod +x \(command)")
      : Failure(
        .serviceUnavailable, "there is no such command", at: Place(file: command),
        advice: command.contains("/") ? "check its path" : "it is in no folder of PATH")
  }
}

/// Strings as C has them, in an array that a null pointer ends.
@safe private final class CStrings {
  let pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
  private let count: Int

  init(_ strings: [String]) {
    count = strings.count
    unsafe pointers = .allocate(capacity: count + 1)
    for (index, string) in strings.enumerated() { unsafe pointers[index] = strdup(string) }
    unsafe pointers[count] = nil
  }

  deinit {
    for index in 0..<count { unsafe free(pointers[index]) }
    unsafe pointers.deallocate()
  }
}

private func withOptionalCString<Result>(
  _ text: String?, _ body: (UnsafePointer<CChar>?) -> Result
) -> Result {
  guard let text else { return body(nil) }
  return unsafe text.withCString { unsafe body($0) }
}
