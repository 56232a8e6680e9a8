import Glibc

/// A built executable of the package, or any program, run as a person runs it.
///
///     let outcome = Executable("chunk").run(["-n", "10"], input: .text("a,b\n1,2\n"))
///     #expect(outcome.status == 0)
public struct Executable: Sendable {
  public let path: String

  /// The executable of that name built with the running tests, or the program at a path when the name has a slash.
  public init(_ name: String) {
    path = name.contains("/") ? name : "\(Self.buildFolder)/\(name)"
  }

  /// The folder that holds the running test bundle and the executables built with it.
  public static let buildFolder: String = {
    // The bundle is the program's argument on Linux ("millracePackageTests.xctest"), or the program itself; both lie
    // beside the executables. The Swift Testing helper of newer toolchains loads the bundle from an argument.
    let candidates = CommandLine.arguments + [linkTarget("/proc/self/exe")]
    for candidate in candidates where candidate.hasSuffix(".xctest") {
      let absolute = candidate.hasPrefix("/") ? candidate : "\(currentFolder())/\(candidate)"
      return String(absolute[..<(absolute.lastIndex(of: "/") ?? absolute.startIndex)])
    }
    fatalError("no test bundle among \(candidates)")
  }()

  /// What the child finds on its standard input.
  public enum Input: Sendable {
    case none
    case text(String)
    case bytes([UInt8])
    case file(String)
    /// An open descriptor, which is closed here once the child has it.
    case descriptor(Int32)
  }

  /// Starts the program, feeds it, and waits for its end.
  ///
  /// - Parameters:
  ///   - environment: variables that differ from the tests' own; nil removes one.
  ///   - outputFile: takes standard output; `Outcome.output` is empty then.
  ///   - errorsOnTerminal: gives the child a terminal as standard error; only where `hasTerminals`.
  ///   - timeLimit: seconds after which the child is killed, and the outcome's `signal` is SIGKILL; with a sanitizer
  ///     ten times as many.
  @discardableResult
  public func run(
    _ arguments: [String] = [], input: Input = .none, environment: [String: String?] = [:],
    workingDirectory: String? = nil, outputFile: String? = nil, errorsOnTerminal: Bool = false,
    timeLimit: Double = 300
  ) -> Outcome {
    start(
      arguments, input: input, environment: environment, workingDirectory: workingDirectory, outputFile: outputFile,
      errorsOnTerminal: errorsOnTerminal
    ).wait(timeLimit: timeLimit)
  }

  /// Starts the program and returns at once, for tests that send signals or kill it.
  public func start(
    _ arguments: [String] = [], input: Input = .none, environment: [String: String?] = [:],
    workingDirectory: String? = nil, outputFile: String? = nil, errorsOnTerminal: Bool = false
  ) -> RunningProgram {
    var variables = ownEnvironment()
    for (name, value) in environment { variables[name] = value }
    // Streams go through unnamed files: the child never waits for us, and we need no threads.
    let standardInput: Int32
    switch input {
    case .none: standardInput = openFile("/dev/null", O_RDONLY)
    case .file(let path): standardInput = openFile(path, O_RDONLY)
    case .text(let text): standardInput = unnamedFile(Array(text.utf8))
    case .bytes(let bytes): standardInput = unnamedFile(bytes)
    case .descriptor(let descriptor): standardInput = descriptor
    }
    let standardOutput =
      outputFile.map { openFile($0, O_WRONLY | O_CREAT | O_TRUNC) } ?? unnamedFile([])
    let terminal = errorsOnTerminal ? openTerminal() : nil
    precondition(!errorsOnTerminal || terminal != nil, "no terminal to be had: make the test depend on hasTerminals")
    let standardError = terminal?.child ?? unnamedFile([])
    let pid = spawn(
      path, arguments, environment: variables, workingDirectory: workingDirectory,
      descriptors: [standardInput, standardOutput, standardError])
    close(standardInput)
    if terminal != nil { close(standardError) }
    return RunningProgram(
      processID: pid, output: standardOutput, outputIsFile: outputFile != nil,
      errors: terminal?.ours ?? standardError, errorsAreTerminal: terminal != nil)
  }
}

/// How a child process ended and what it left.
public struct Outcome: Sendable {
  /// The exit status, or nil when a signal ended the child.
  public var status: Int32?
  public var signal: Int32?
  public var output: [UInt8]
  public var errorText: String
  /// User and system time, in seconds.
  public var cpu: Double
  public var elapsed: Double

  public var outputText: String { String(decoding: output, as: UTF8.self) }
}

/// A child that has been started.
public final class RunningProgram: Sendable {
  public let processID: pid_t
  private let output: Int32
  private let outputIsFile: Bool
  private let errors: Int32
  private let errorsAreTerminal: Bool
  private let started = monotonicSeconds()

  init(processID: pid_t, output: Int32, outputIsFile: Bool, errors: Int32, errorsAreTerminal: Bool) {
    self.processID = processID
    self.output = output
    self.outputIsFile = outputIsFile
    self.errors = errors
    self.errorsAreTerminal = errorsAreTerminal
  }

  deinit {
    close(output)
    close(errors)
  }

  /// - Parameter toGroup: to the whole process group that the child leads.
  public func send(_ signal: Int32, toGroup: Bool = false) { kill(toGroup ? -processID : processID, signal) }

  /// What the child wrote to standard output so far, unless that is a named file.
  public var outputSoFar: [UInt8] { contents(output) }

  /// What the child wrote to standard error so far.
  public var errorTextSoFar: String {
    String(decoding: contents(errors), as: UTF8.self)
  }

  /// Waits for the end; call it once.
  ///
  /// - Parameter timeLimit: seconds for one that never ends, on a machine that does much else.
  @discardableResult
  public func wait(timeLimit: Double = 300) -> Outcome {
    var state: Int32 = 0
    var usage = rusage()
    var pause: UInt32 = 200
    while unsafe wait4(processID, &state, WNOHANG, &usage) == 0 {
      if monotonicSeconds() - started > timeLimit * Sanitizer.patience { kill(processID, SIGKILL) }
      usleep(pause)
      pause = min(pause * 2, 10_000)
    }
    let signal = state & 0x7F
    return Outcome(
      status: signal == 0 ? state >> 8 & 0xFF : nil, signal: signal == 0 ? nil : signal,
      output: outputIsFile ? [] : contents(output),
      errorText: errorsAreTerminal ? String(decoding: readAll(errors), as: UTF8.self) : errorTextSoFar,
      cpu: seconds(usage.ru_utime) + seconds(usage.ru_stime), elapsed: monotonicSeconds() - started)
  }

  /// Waits for the end as `wait` does, but blocks no thread meanwhile: tests that mostly wait run beside each other then.
  @discardableResult
  public func end(timeLimit: Double = 300) async -> Outcome {
    while !hasEnded, monotonicSeconds() - started < timeLimit * Sanitizer.patience {
      guard (try? await Task.sleep(for: .milliseconds(20))) != nil else { break }
    }
    return wait(timeLimit: timeLimit)
  }

  /// Whether the child has ended, before or after somebody waited for it.
  public var hasEnded: Bool {
    var information = unsafe siginfo_t()
    let result = unsafe waitid(P_PID, id_t(processID), &information, WEXITED | WNOHANG | WNOWAIT)
    return unsafe result != 0 || information.si_signo != 0
  }

  private func contents(_ descriptor: Int32) -> [UInt8] {
    var all: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    // pread leaves alone the offset that the child writes at.
    while true {
      let count = unsafe piece.withUnsafeMutableBytes { unsafe pread(descriptor, $0.baseAddress, $0.count, all.count) }
      if count <= 0 { return all }
      all += piece[..<count]
    }
  }
}

/// The folder of real input that MILLRACE_FIXTURES names. Suites that need it are skipped without it:
/// `@Suite(.enabled(if: fixtures != nil, "MILLRACE_FIXTURES names no folder of real input"))`.
public let fixtures: String? = environmentVariable("MILLRACE_FIXTURES")

/// A variable of the tests' own environment; nil when it is empty or missing.
public func environmentVariable(_ name: String) -> String? {
  ownEnvironment()[name].flatMap { $0.isEmpty ? nil : $0 }
}

public func monotonicSeconds() -> Double {
  var time = timespec()
  unsafe clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

private func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) * 1e-6 }

private func openFile(_ path: String, _ flags: Int32) -> Int32 {
  let descriptor = unsafe open(path, flags | O_CLOEXEC, 0o644)
  precondition(descriptor >= 0, "cannot open \(path)")
  return descriptor
}

/// Whether `errorsOnTerminal` can be had: a container may lack /dev/pts.
public let hasTerminals: Bool = {
  guard let terminal = openTerminal() else { return false }
  close(terminal.ours)
  close(terminal.child)
  return true
}()

/// A terminal of 80 columns: our end and the child's. It takes some kilobytes until somebody reads.
private func openTerminal() -> (ours: Int32, child: Int32)? {
  // Swift imports neither posix_openpt(3) and its kin nor the requests that they make: TIOCSPTLCK and TIOCGPTN.
  let ours = unsafe open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
  guard ours >= 0 else { return nil }
  var locked: Int32 = 0
  var number: UInt32 = 0
  let isOpen = unsafe ioctl(ours, 0x4004_5431, &locked) == 0 && ioctl(ours, 0x8004_5430, &number) == 0
  let child = isOpen ? unsafe open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC) : -1
  guard child >= 0 else {
    close(ours)
    return nil
  }
  var size = winsize(ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0)
  _ = unsafe ioctl(child, UInt(TIOCSWINSZ), &size)
  return (ours, child)
}

/// A file without a name that holds `bytes` and stands at its beginning.
private func unnamedFile(_ bytes: [UInt8]) -> Int32 {
  let folder = TemporaryFolder()
  return withExtendedLifetime(folder) { openFile(folder.write("stream", bytes), O_RDWR) }
}

private func linkTarget(_ path: String) -> String {
  var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
  let count = unsafe readlink(path, &buffer, buffer.count)
  return String(decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

private func currentFolder() -> String { linkTarget("/proc/self/cwd") }

private func ownEnvironment() -> [String: String] {
  var variables: [String: String] = [:]
  var entry = unsafe environ
  while let text = unsafe entry.pointee {
    let pair = unsafe String(cString: text)
    if let equals = pair.firstIndex(of: "=") {
      variables[String(pair[..<equals])] = String(pair[pair.index(after: equals)...])
    }
    unsafe entry += 1
  }
  return variables
}

private func spawn(
  _ path: String, _ arguments: [String], environment: [String: String], workingDirectory: String?,
  descriptors: [Int32]
) -> pid_t {
  var actions = unsafe posix_spawn_file_actions_t()
  unsafe posix_spawn_file_actions_init(&actions)
  defer { unsafe posix_spawn_file_actions_destroy(&actions) }
  for (number, descriptor) in descriptors.enumerated() {
    unsafe posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(number))
  }
  // The test runner may block or ignore signals; the child starts as from a shell.
  var attributes = posix_spawnattr_t()
  unsafe posix_spawnattr_init(&attributes)
  defer { unsafe posix_spawnattr_destroy(&attributes) }
  var none = sigset_t()
  var all = sigset_t()
  unsafe sigemptyset(&none)
  unsafe sigfillset(&all)
  unsafe posix_spawnattr_setsigmask(&attributes, &none)
  unsafe posix_spawnattr_setsigdefault(&attributes, &all)
  unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
  var pid: pid_t = 0
  // Glibc's own call for this is not among those that Swift imports; env(1) becomes the program, in the same process.
  let program = workingDirectory == nil ? path : "/usr/bin/env"
  let command = workingDirectory.map { ["env", "-C", $0, path] } ?? [path]
  let result = unsafe withCStrings(command + arguments) { argv in
    unsafe withCStrings(environment.map { "\($0)=\($1)" }) { envp in
      unsafe posix_spawn(&pid, program, &actions, &attributes, argv, envp)
    }
  }
  guard result == 0 else { fatalError("cannot start \(path): error \(result)") }
  return pid
}

/// Lends `strings` as the null-terminated list that exec takes.
private func withCStrings<Result>(
  _ strings: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
  let list = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: strings.count + 1)
  for (index, string) in strings.enumerated() { unsafe (list + index).initialize(to: strdup(string)) }
  unsafe (list + strings.count).initialize(to: nil)
  defer {
    for index in strings.indices { unsafe free(list[index]) }
    unsafe list.deallocate()
  }
  return unsafe body(list)
}

/// What a shell writes as a table with a row of 100 MB, of which nothing is known until it has come.
public let longRowInShell = "{ echo a; head -c 100000000 /dev/zero | tr '\\0' x; echo; }"
