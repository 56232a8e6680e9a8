import ArgumentParser
import ScriptedEUtilities
import Glibc
import Support

@main
struct EUtilitiesServerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eutils-server",
    abstract: "Serve invented articles as NCBI's E-utilities do, and misbehave on demand.",
    discussion: """
      Listens on 127.0.0.1 and prints its base URL. Ends when standard input ends (a pipe or terminal; a file is not \
      looked at), when its parent does, and after --lifetime.

      Words of queries: those of the records; gene symbols (capitals and digits), each with one to twelve articles; \
      huge12345, 12,345 articles over fourteen years; sameday20000, 20,000 articles of one day. A word that begins with \
      "unknown", and any other, is a phrase not found. PMIDs: 30000001 and on, some missing.

      Faults (KIND below; "ok" is none; "efetch:KIND" hits EFetch alone):

      """ + Fault.allCases.map { "  \($0.rawValue): \($0.explanation)" }.joined(separator: "\n"))

  @Option(help: "Port; 0 takes a free one.") var port = 0
  @Option(help: "Append a line of JSON a request.") var log: String?
  @Option(help: "Seconds after which the server ends.") var lifetime = 600.0
  @Option(parsing: .upToNextOption, help: "Files of PubMed's XML whose articles are served byte for byte.")
  var records: [String] = []
  @Option(help: "How many PMIDs the invented articles span.") var corpus = 2000
  @Option(help: "Of articles, genes and chance.") var seed: UInt64 = 1
  @Option(help: "Requests a second and client; 0: no limit. (default: 3, 10 with a key)") var rate: Int?
  @Option(help: "The one right API key; any is right without this.") var apiKey: String?
  @Option(help: "What the rate limit's 429 says: none, seconds or date.") var retryAfter = EUtilitiesServer.RetryAfter
    .none
  @Option(help: ArgumentHelp("A fault and how often it happens, 0 to 1; repeatable.", valueName: "KIND=RATE"))
  var fault: [FaultRate] = []
  @Option(help: ArgumentHelp("Faults of the first requests, in order; repeatable.", valueName: "KIND,KIND,ok,…"))
  var script: [FaultScript] = []
  @Option(help: ArgumentHelp("A fault of every request that no script is for; repeatable.", valueName: "KIND"))
  var always: [FaultAlways] = []
  @Option(help: "Seconds that the fault \"slow\" takes.") var slow = 2.0
  @Flag(help: "Do not compress.") var plain = false

  func validate() throws {
    guard (0...65_535).contains(port) else { throw ValidationError("--port is 0 to 65535, not \(port)") }
    guard (rate ?? 0) >= 0 else { throw ValidationError("--rate is not negative") }
    guard (0...1_900_000).contains(corpus) else { throw ValidationError("--corpus is 0 to 1900000, not \(corpus)") }
  }

  func run() throws {
    var configuration = EUtilitiesServer.Configuration()
    configuration.port = port
    configuration.recordFiles = try records.map { path in
      guard let bytes = readFile(path) else { throw ValidationError("cannot read \(path)") }
      return bytes
    }
    configuration.corpus = corpus
    configuration.seed = seed
    configuration.requestsPerSecond = rate
    configuration.apiKey = apiKey
    configuration.retryAfter = retryAfter
    configuration.faults = FaultPlan(
      scripts: script.map(\.script),
      rates: always.map { FaultPlan.Rate(utility: $0.utility, $0.fault, 1) } + fault.map(\.rate))
    configuration.slowness = slow
    configuration.compresses = !plain
    configuration.logFile = log
    let parent = getppid()
    let server = EUtilitiesServer(configuration)
    let line = Array((server.baseURL + "\n").utf8)
    _ = unsafe write(STDOUT_FILENO, line, line.count)
    waitForEnd(parent: parent)
    server.stop()
  }

  /// The parent is looked at now and then: the signal that Linux sends at a parent's death (PR_SET_PDEATHSIG) comes
  /// already when the thread ends that started this process.
  private func waitForEnd(parent: pid_t) {
    let end = monotonicSeconds() + lifetime
    var status = stat()
    let isStream = unsafe fstat(STDIN_FILENO, &status) == 0 && [S_IFIFO, S_IFSOCK].contains(status.st_mode & S_IFMT)
    let isWatched = isStream || isatty(STDIN_FILENO) == 1
    var scratch = [UInt8](repeating: 0, count: 4096)
    while getppid() == parent {
      let rest = end - monotonicSeconds()
      guard rest > 0 else { return }
      var request = pollfd(fd: isWatched ? STDIN_FILENO : -1, events: Int16(POLLIN), revents: 0)
      guard unsafe poll(&request, 1, Int32(min(rest * 1000 + 1, 200))) > 0 else { continue }
      let count = unsafe scratch.withUnsafeMutableBytes { unsafe read(STDIN_FILENO, $0.baseAddress, $0.count) }
      if count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN) { return }
    }
  }
}

extension EUtilitiesServer.RetryAfter: ExpressibleByArgument {}

/// `KIND` or `UTILITY:KIND`; nil for `ok` is the caller's matter.
private func scope(_ text: Substring) -> (utility: String?, rest: Substring) {
  guard let colon = text.firstIndex(of: ":") else { return (nil, text) }
  return (String(text[..<colon]), text[text.index(after: colon)...])
}

struct FaultRate: ExpressibleByArgument {
  let rate: FaultPlan.Rate

  init?(argument: String) {
    let (utility, rest) = scope(argument[...])
    let parts = rest.split(separator: "=")
    guard parts.count == 2, let fault = Fault(rawValue: String(parts[0])), let rate = Double(parts[1]),
      (0...1).contains(rate)
    else { return nil }
    self.rate = FaultPlan.Rate(utility: utility, fault, rate)
  }
}

struct FaultScript: ExpressibleByArgument {
  let script: FaultPlan.Script

  init?(argument: String) {
    let (utility, rest) = scope(argument[...])
    var faults: [Fault?] = []
    for word in rest.split(separator: ",") {
      let fault = Fault(rawValue: String(word))
      guard fault != nil || word == "ok" else { return nil }
      faults.append(fault)
    }
    script = FaultPlan.Script(utility: utility, faults)
  }
}

struct FaultAlways: ExpressibleByArgument {
  let utility: String?
  let fault: Fault

  init?(argument: String) {
    let (utility, rest) = scope(argument[...])
    guard let fault = Fault(rawValue: String(rest)) else { return nil }
    self.utility = utility
    self.fault = fault
  }
}
