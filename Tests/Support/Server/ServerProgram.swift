import Glibc

/// A server of the package that runs in a process of its own: it prints its address as the first line, and ends when its
/// standard input does.
///
///     let server = ServerProgram("eutils-server", ["--rate", "0"])
///     // server.url is "http://127.0.0.1:PORT/entrez/eutils/"
///
/// It ends with its owner, and when the tests die.
public final class ServerProgram: Sendable {
  public let url: String
  public let program: RunningProgram
  private let lifeline = Lifeline()

  /// Returns when the server listens.
  public init(_ name: String, _ arguments: [String] = [], environment: [String: String?] = [:]) {
    let running = Executable(name).start(arguments, input: .descriptor(lifeline.childEnd), environment: environment)
    program = running
    let deadline = monotonicSeconds() + 300
    while true {
      let output = running.outputSoFar
      if let newline = output.firstIndex(of: UInt8(ascii: "\n")) {
        url = String(decoding: output[..<newline], as: UTF8.self)
        return
      }
      guard monotonicSeconds() < deadline else {
        running.send(SIGKILL)
        fatalError("\(name) does not start: \(running.errorTextSoFar)")
      }
      usleep(2000)
    }
  }

  deinit {
    lifeline.end()
    program.wait()
  }
}
