import MillraceCore
import ScriptedAlphaVantage
import Support
import Testing

/// Asks a scripted Alpha Vantage, a connection a request.
struct AlphaVantageClient {
  static let today = InventedMoment(GregorianDay(2026, 5, 15))

  let server: AlphaVantageServer
  var port: Int { Int(server.baseURL.split(separator: "/")[1].split(separator: ":")[1]) ?? 0 }

  /// Without limits, on the 15th of May 2026 after the session.
  init(_ change: (inout AlphaVantageServer.Configuration) -> Void = { _ in }) {
    var configuration = AlphaVantageServer.Configuration()
    configuration.perSecond = 0
    configuration.perMinute = 0
    configuration.perDay = 0
    configuration.moment = Self.today
    change(&configuration)
    server = AlphaVantageServer(configuration)
  }

  /// The answer as far as it came, and how the stream ended.
  func ask(
    _ function: String, _ symbol: String = "IBM", _ rest: String = "", key: String? = "K1", method: String = "GET",
    patience: Double = 10, limit: Int = .max
  ) throws -> (answer: RawAnswer?, ending: RawClient.Ending) {
    let client = try #require(RawClient(port: port, patience: patience))
    let key = key.map { "&apikey=\($0)" } ?? ""
    client.send(
      "\(method) /query?function=\(function)&symbol=\(symbol)\(rest)\(key) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n"
        + "Connection: close\r\n\r\n")
    let (bytes, ending) = client.readAll(limit: limit)
    return (RawAnswer.parse(bytes)?.0, ending)
  }

  /// A body that is answered whole and with 200.
  func text(_ function: String, _ symbol: String = "IBM", _ rest: String = "", key: String? = "K1") throws -> String {
    let answer = try #require(try ask(function, symbol, rest, key: key).answer)
    #expect(answer.status == 200)
    #expect(answer.isWhole)
    return answer.text
  }

  func json(_ function: String, _ symbol: String = "IBM", _ rest: String = "") throws -> JSONValue {
    try JSONValue.parse(try text(function, symbol, rest))
  }

  /// The cells of CSV, the names first.
  func rows(_ function: String, _ symbol: String = "IBM", _ rest: String = "") throws -> [[String]] {
    try text(function, symbol, "&datatype=csv\(rest)").split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
  }
}
