import Glibc
import MillraceCore

/// A program that does one small thing for us (sbatch, crontab, sendmail): run to its end within a time limit, with what it
/// prints taken in.
struct ShortCommand: Sendable {
  /// With the program's name in front.
  var arguments: [String]
  /// What it reads on standard input.
  var input: [UInt8] = []
  /// Set beside what this process was started with.
  var environment: [String: String] = [:]
  /// In seconds; then it is killed.
  var timeLimit = 60.0
  /// Bytes of standard output, and of standard error, that are taken.
  var outputLimit = 64 << 20

  struct Outcome: Sendable, Equatable {
    var status: ChildProcess.Status
    var output: [UInt8]
    var error: String

    var isSuccess: Bool { status == .exited(0) }
    var outputText: String { String(decoding: output, as: UTF8.self) }
  }

  /// Runs it on the calling thread.
  ///
  /// - Throws: `.serviceUnavailable` when it cannot be started or takes too long.
  func run() throws(Failure) -> Outcome {
    let name = arguments.first ?? ""
    let environment = processEnvironment().merging(environment) { $1 }
    let program = try ChildProcess.find(name, in: environment)
    // Files, not pipes: neither side ever waits for the other.
    let folder = temporaryFolder(environment)
    let (given, output, error) = (
      try UnnamedFile(in: folder), try UnnamedFile(in: folder), try UnnamedFile(in: folder)
    )
    let bytes = ByteBuffer(input)
    try unsafe given.append(bytes.bytes)
    lseek(given.descriptor, 0, SEEK_SET)
    let child = try ChildProcess(
      program: program, arguments: arguments, environment: environment,
      streams: (given.descriptor, output.descriptor, error.descriptor))
    guard let end = child.wait(seconds: timeLimit) else {
      child.signalGroup(SIGKILL)
      _ = child.wait()
      throw Failure(.serviceUnavailable, "no answer within \(Int(timeLimit)) s", at: Place(file: name))
    }
    return Outcome(
      status: end.status, output: try read(output), error: String(decoding: try read(error), as: UTF8.self))
  }

  private func read(_ file: UnnamedFile) throws(Failure) -> [UInt8] {
    let buffer = ByteBuffer(capacity: 1 << 12)
    var taken = 0
    while taken < outputLimit {
      let count = try file.read(at: taken, count: min(1 << 20, outputLimit - taken), into: buffer)
      if count == 0 { break }
      taken += count
    }
    return unsafe Array(buffer.bytes)
  }
}
