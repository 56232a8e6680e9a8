import ArgumentParser
import ScriptedEUtilities
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
  @Option(help: "What the rate limit's 429 says: none, seconds or date.") var retryAfter = RetryAfter.none
  @Option(
    help: ArgumentHelp("Faults and how often they happen, 0 to 1; repeatable.", valueName: "KIND=RATE,…"),
    transform: FaultPlan.rates)
  var fault: [[FaultPlan.Rate]] = []
  @Option(
    help: ArgumentHelp("Faults of the first requests, in order; repeatable.", valueName: "KIND,KIND,ok,…"),
    transform: FaultPlan.script)
  var script: [FaultPlan.Script] = []
  @Option(
    help: ArgumentHelp("A fault of every request that no script is for; repeatable.", valueName: "KIND"),
    transform: FaultPlan.always)
  var always: [FaultPlan.Rate] = []
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
    configuration.faults = FaultPlan(scripts: script, rates: always + fault.flatMap { $0 })
    configuration.slowness = slow
    configuration.compresses = !plain
    configuration.logFile = log
    let server = EUtilitiesServer(configuration)
    serve(at: server.baseURL, lifetime: lifetime)
    server.stop()
  }
}

extension RetryAfter: ExpressibleByArgument {}
