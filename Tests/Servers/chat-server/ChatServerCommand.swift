import ArgumentParser
import ScriptedChat
import Support

@main
struct ChatServerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "chat-server",
    abstract: "Answer chat completions with the schema of a table, and misbehave on demand.",
    discussion: """
      Listens on 127.0.0.1 and prints its base URL, for OPENAI_BASE_URL. Ends when standard input ends (a pipe or terminal; \
      a file is not looked at), when its parent does, and after --lifetime.

      Faults (KIND below; "ok" is none):

      """ + ChatFault.allCases.map { "  \($0.name): \($0.explanation)" }.joined(separator: "\n"))

  @Option(help: "Port; 0 takes a free one.") var port = 0
  @Option(help: "Append a line of JSON a request.") var log: String?
  @Option(help: "Seconds after which the server ends.") var lifetime = 600.0
  @Option(help: "Of chance.") var seed: UInt64 = 1
  @Option(help: "The one right API key; none is asked for without this.") var apiKey: String?
  @Option(help: "The folder that chat/completions lies in.") var folder = "/v1"
  @Option(help: "What the query must be, for a gateway: api-version=2024-10-21.") var query = ""
  @Option(
    help: ArgumentHelp(
      "A part of requests that is answered with 400; repeatable: \(ChatServer.Part.allCases.map(\.rawValue).joined(separator: ", ")).",
      valueName: "part"), transform: part)
  var refuse: [ChatServer.Part] = []
  @Flag(help: "Each answer differs from the others.") var varying = false
  @Option(help: "Seconds that every answer takes.") var delay = 0.0
  @Option(
    help: ArgumentHelp("Faults and how often they happen, 0 to 1; repeatable.", valueName: "KIND=RATE,…"),
    transform: ServerFaultPlan<ChatFault>.rates)
  var fault: [[ServerFaultPlan<ChatFault>.Rate]] = []
  @Option(
    help: ArgumentHelp("Faults of the first requests, in order; repeatable.", valueName: "KIND,KIND,ok,…"),
    transform: ServerFaultPlan<ChatFault>.script)
  var script: [ServerFaultPlan<ChatFault>.Script] = []
  @Option(
    help: ArgumentHelp("A fault of every request that no script is for; repeatable.", valueName: "KIND"),
    transform: ServerFaultPlan<ChatFault>.always)
  var always: [ServerFaultPlan<ChatFault>.Rate] = []
  @Option(help: "Seconds that the fault \"slow\" takes.") var slow = 2.0

  func validate() throws {
    guard (0...65_535).contains(port) else { throw ValidationError("--port is 0 to 65535, not \(port)") }
    guard folder.hasPrefix("/"), !folder.hasSuffix("/") else {
      throw ValidationError("--folder begins with a slash and does not end with one")
    }
  }

  func run() throws {
    var configuration = ChatServer.Configuration()
    configuration.port = port
    configuration.seed = seed
    configuration.folder = folder
    configuration.query = query
    configuration.apiKey = apiKey
    configuration.refusedParts = refuse
    configuration.isVarying = varying
    configuration.delay = delay
    configuration.faults = ServerFaultPlan(scripts: script, rates: always + fault.flatMap { $0 })
    configuration.slowness = slow
    configuration.logFile = log
    let server = ChatServer(configuration)
    serve(at: server.baseURL, lifetime: lifetime)
    server.stop()
  }
}

private func part(_ text: String) throws -> ChatServer.Part {
  guard let part = ChatServer.Part(rawValue: text) else {
    throw ValidationError("--refuse: \"\(text)\" is no such part")
  }
  return part
}
