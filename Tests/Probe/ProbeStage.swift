import ArgumentParser
import Glibc
import MillraceCore

/// A filter that copies its input, or adds to it, and records that as every stage does.
struct ProbeStage: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "stage")

  @Argument var files: [String] = []
  @Option(name: .shortAndLong) var output: String?
  @Option var provenance: String?
  /// Text that goes out in front of the input, so that the output differs from it.
  @Option var add = ""
  @Option var apiKey: String?
  /// Bytes of output after which the stage kills itself, or fails.
  @Flag var killed = false
  @Flag var fails = false
  @Flag var requireUpstream = false
  @Flag var verify = false
  @Flag(help: "Reads nothing.") var generates = false
  /// Context records for items 1 to this number.
  @Option var contexts = 0
  @Flag var timed = false

  func run() throws {
    let began = Clock.system.now()
    let recorder = StageRecorder(
      StageDescription(
        tool: "probe", version: "1.0", arguments: Array(CommandLine.arguments.dropFirst()),
        parameters: .object([.init("add", .string(add))]), seed: 7, contextLevel: .rows,
        destination: provenance.map { .file($0) } ?? .automatic, requiresUpstream: requireUpstream,
        hashesEveryInput: verify),
      surroundings: .ofThisProcess(), warn: { failure in say("warning: \(failure)") })
    try recorder.begin(output.map { .file($0) } ?? .standardOutput(STDOUT_FILENO))
    do {
      try copy(recorder)
    } catch let failure as Failure {
      recorder.fail(status: failure.status.rawValue)
      say("\(failure)")
      throw ExitCode(failure.status)
    }
    if timed {
      let now = Clock.system.now()
      say("\((now.seconds - began.seconds) * 1_000_000 + (now.nanoseconds - began.nanoseconds) / 1000)")
    }
  }

  private func copy(_ recorder: StageRecorder) throws {
    let file = try output.map { try AtomicFile(path: $0) }
    let written = SHA256Hasher()
    var outputBytes = 0
    func write(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
      unsafe written.update(bytes)
      outputBytes += bytes.count
      if let file {
        unsafe try file.write(bytes)
      } else {
        unsafe try writeAll(bytes, to: STDOUT_FILENO, named: "output")
      }
    }
    let added = ByteBuffer()
    added.append(add)
    unsafe try write(added.bytes)
    if killed { kill(getpid(), SIGKILL) }
    if fails { throw Failure(.badData, "failing as asked") }
    if !generates {
      for name in files.isEmpty ? ["-"] : files { unsafe try copy(name, recorder, to: write) }
    }
    let formatter = recorder.contextFormatter
    let lines = ByteBuffer()
    for item in 0..<contexts {
      formatter.append(
        to: lines, item: String(item + 1), source: "probe", fields: ["added"],
        details: .object([.init("by", .string(add))]),
        attempts: [.init(status: "503", waited: 0), .init(status: "200", waited: 1.5)], cache: .miss)
      if lines.count > 1 << 16 || item == contexts - 1 {
        try recorder.appendContexts(lines, count: 1)
        lines.removeAll()
      }
    }
    recorder.addSource(
      url: "https://user:pass@example.org/q?api_key=xyzzy&x=1", licence: "CC0", time: Timestamp(seconds: 0))
    recorder.addDropped(1, reason: "too long")
    try file?.commit()
    try recorder.finish(
      output: StreamContent(digest: written.finish(), bytes: outputBytes), rowsIn: 1, rowsOut: 0)
  }

  private func copy(
    _ name: String, _ recorder: StageRecorder, to write: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws {
    let descriptor = name == "-" ? STDIN_FILENO : unsafe open(name, O_RDONLY)
    let input = recorder.addInput(
      name: name == "-" ? "standard input" : name, path: name == "-" ? nil : name, descriptor: descriptor)
    var readBytes = 0
    var hasher: SHA256Hasher?
    let piece = ByteBuffer(capacity: 1 << 16)
    while true {
      let count = unsafe read(descriptor, piece.base, piece.capacity)
      if readBytes == 0, recorder.needsDigest(ofInput: input) { hasher = SHA256Hasher() }
      if count <= 0 { break }
      piece.count = count
      readBytes += count
      unsafe hasher?.update(piece.bytes)
      unsafe try write(piece.bytes)
    }
    try recorder.finishInput(input, StreamContent(digest: hasher?.finish(), bytes: readBytes))
  }

  private func say(_ text: String) {
    var text = text + "\n"
    text.withUTF8 { _ = unsafe Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
}
