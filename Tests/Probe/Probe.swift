import ArgumentParser
import Glibc
import MillraceCore

/// Does one thing with the library in a process of its own, for the library's tests.
@main
struct Probe: MillraceCommand {
  static let configuration = CommandConfiguration(
    commandName: programName, abstract: "Do one thing with MillraceCore.", version: Millrace.versionText,
    subcommands: [
      WriteForever.self, HoldLock.self, ProbeStage.self, ProbeCopy.self, Fail.self, Flood.self, ShowProgress.self,
      Cores.self,
      Fetch.self,
      ProbeCache.self, ProbeLimiter.self, ProbeRun.self,
    ])
}

/// Writes to an atomic file until it is stopped.
struct WriteForever: MillraceCommand {
  @Argument var path: String
  @Flag(help: "Take the way of file systems without unnamed files.") var hidden = false

  func run() throws {
    Signals.whenStopped { signal in say("stopped by \(signal)") }
    let file = try AtomicFile(path: path, unnamed: !hidden)
    let bytes = [UInt8](repeating: UInt8(ascii: "x"), count: 4096)
    while true {
      unsafe try bytes.withUnsafeBytes { try unsafe file.write($0) }
      say("written")
      usleep(1000)
    }
  }
}

/// Takes a lock, says so, and sleeps until it is killed.
struct HoldLock: MillraceCommand {
  @Argument var path: String

  func run() throws {
    let lock = try FileLock.acquire(path)
    say("locked")
    withExtendedLifetime(lock) { while true { pause() } }
  }
}

/// Ends in one of the ways a command can end.
struct Fail: MillraceCommand {
  @Flag(help: "Say no without a word.") var no = false
  @OptionGroup var options: RunOptions

  func run() throws {
    if no { throw ExitCode(.no) }
    throw Failure(
      .badData, "not a number: \"n/a\u{1B}\n\"", at: Place(file: "genes.csv", line: 17, field: "price"),
      advice: "--on-error skip drops such rows")
  }
}

/// Writes to standard output until that breaks.
struct Flood: MillraceCommand {
  func run() throws {
    let bytes = [UInt8](repeating: UInt8(ascii: "\n"), count: 4096)
    while true {
      unsafe try bytes.withUnsafeBytes { try unsafe writeAll($0, to: STDOUT_FILENO, named: "standard output") }
    }
  }
}

/// Shows progress for half a second, or longer, with a note in between.
struct ShowProgress: MillraceCommand {
  @Option(help: "How many twentieths of a second.") var steps = 10
  @OptionGroup var options: RunOptions

  func run() throws {
    let diagnostics = options.makeDiagnostics()
    let progress = try Progress(options.progress, diagnostics: diagnostics)
    progress.expect(bytes: 1000)
    for step in 0..<steps {
      progress.add(bytes: 100, records: 1)
      if step == 5 { diagnostics.note("half of it") }
      usleep(50_000)
    }
    progress.finish()
    diagnostics.debug("done")
  }
}

/// Prints how many cores this process may use.
struct Cores: MillraceCommand {
  func run() { print(availableCores()) }
}

/// Prints at once: the test waits for it.
private func say(_ text: String) { writeLine(text, to: STDOUT_FILENO) }

/// Writes a line in one call, so that lines of many processes do not mix.
func writeLine(_ text: String, to descriptor: Int32) {
  let line = Array((text + "\n").utf8)
  _ = unsafe write(descriptor, line, line.count)
}
