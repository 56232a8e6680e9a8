import ArgumentParser
import ScriptedAlphaVantage
import Support

@main
struct AlphaVantageServerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "alphavantage-server",
    abstract: "Serve invented prices as Alpha Vantage does, and misbehave on demand.",
    discussion: """
      Listens on 127.0.0.1 and prints its base URL; "query" below it takes the requests. Ends when standard input ends (a \
      pipe or terminal; a file is not looked at), when its parent does, and after --lifetime.

      Symbols: letters, digits, "." and "-", up to twelve. What begins with PLAIN has no splits and dividends; SPLIT, \
      splits; DIV, dividends; HUGE, volumes beyond 2^31; NEW, prices since 2023 to 2025; GONE, prices until 2024 or 2025; \
      NONE, no data; BAD is no symbol. IBM has a split of 1.0460 on 2021-11-04.

      Faults (KIND below; "ok" is none; "IBM:KIND" or "SPLITS:KIND" hits that symbol or function alone):

      """ + AlphaVantageFault.allCases.map { "  \($0.name): \($0.explanation)" }.joined(separator: "\n"))

  @Option(help: "Port; 0 takes a free one.") var port = 0
  @Option(help: "Append a line of JSON a request.") var log: String?
  @Option(help: "Seconds after which the server ends.") var lifetime = 600.0
  @Option(help: "Of prices and chance.") var seed: UInt64 = 1
  @Option(help: "The day in New York, 2026-05-15. What the clock says by default.") var today: String?
  @Option(
    help: ArgumentHelp(
      "How much of today's session is over, 0 to 1; before: it has not begun. With --today; 1 by default.",
      valueName: "part")) var session: String?
  @Option(help: "The one right API key; any but \"demo\" is right without this.") var apiKey: String?
  @Flag(help: "Keys are paid for: every function, no quota a day.") var premium = false
  @Option(help: "Requests in any second; 0: no limit. (default: 1, 20 with --premium)") var perSecond: Int?
  @Option(help: "Requests in any minute; 0: no limit. (default: 5, 75 with --premium)") var perMinute: Int?
  @Option(help: "Requests in any day; 0: no limit. (default: 25, no limit with --premium)") var perDay: Int?
  @Option(help: "Seconds of such a minute.") var minuteLength = 60.0
  @Option(help: "Seconds of such a day.") var dayLength = 86_400.0
  @Option(
    help: ArgumentHelp("Faults and how often they happen, 0 to 1; repeatable.", valueName: "KIND=RATE,…"),
    transform: ServerFaultPlan<AlphaVantageFault>.rates)
  var fault: [[ServerFaultPlan<AlphaVantageFault>.Rate]] = []
  @Option(
    help: ArgumentHelp("Faults of the first requests, in order; repeatable.", valueName: "KIND,KIND,ok,…"),
    transform: ServerFaultPlan<AlphaVantageFault>.script)
  var script: [ServerFaultPlan<AlphaVantageFault>.Script] = []
  @Option(
    help: ArgumentHelp("A fault of every request that no script is for; repeatable.", valueName: "KIND"),
    transform: ServerFaultPlan<AlphaVantageFault>.always)
  var always: [ServerFaultPlan<AlphaVantageFault>.Rate] = []
  @Option(help: "Seconds that the fault \"slow\" takes.") var slow = 2.0
  @Flag(help: "Lines of CSV end with CR LF.") var carriageReturns = false

  func validate() throws {
    guard (0...65_535).contains(port) else { throw ValidationError("--port is 0 to 65535, not \(port)") }
    for (name, limit) in [("second", perSecond), ("minute", perMinute), ("day", perDay)] where (limit ?? 0) < 0 {
      throw ValidationError("--per-\(name) is not negative")
    }
    guard minuteLength > 0, dayLength > 0 else { throw ValidationError("--minute-length and --day-length are above 0") }
    _ = try moment()
  }

  /// Nil: what the clock says.
  private func moment() throws -> InventedMoment? {
    guard let today else {
      guard session == nil else { throw ValidationError("--session needs --today") }
      return nil
    }
    let days = GregorianDay.range(String(today.map { $0 == "-" ? "/" : $0 }))
    guard today.utf8.count == 10, let day = days?.lowerBound, day > GregorianDay(1999, 11, 1) else {
      throw ValidationError("--today is a day after 1999-11-01, like 2026-05-15, not \(today)")
    }
    guard let session else { return InventedMoment(day) }
    if session == "before" { return InventedMoment(day, progress: nil) }
    guard let progress = Double(session), (0...1).contains(progress) else {
      throw ValidationError("--session is 0 to 1 or before, not \(session)")
    }
    return InventedMoment(day, progress: progress)
  }

  func run() throws {
    var configuration = AlphaVantageServer.Configuration()
    configuration.port = port
    configuration.seed = seed
    configuration.moment = try moment()
    configuration.apiKey = apiKey
    configuration.isPremium = premium
    configuration.perSecond = perSecond
    configuration.perMinute = perMinute
    configuration.perDay = perDay
    configuration.minuteLength = minuteLength
    configuration.dayLength = dayLength
    configuration.faults = ServerFaultPlan(scripts: script, rates: always + fault.flatMap { $0 })
    configuration.slowness = slow
    configuration.hasCarriageReturns = carriageReturns
    configuration.logFile = log
    let server = AlphaVantageServer(configuration)
    serve(at: server.baseURL, lifetime: lifetime)
    server.stop()
  }
}
