import ScriptedEUtilities
import Support
import Testing

/// Asks a scripted E-utilities server, a connection a request.
struct EUtilitiesClient {
  let server: EUtilitiesServer
  var port: Int { Int(server.baseURL.split(separator: "/")[1].split(separator: ":")[1]) ?? 0 }

  init(_ change: (inout EUtilitiesServer.Configuration) -> Void = { _ in }) {
    var configuration = EUtilitiesServer.Configuration()
    configuration.requestsPerSecond = 0
    change(&configuration)
    server = EUtilitiesServer(configuration)
  }

  /// The answer as far as it came, and how the stream ended.
  func ask(
    _ utility: String, _ parameters: [(String, String)], method: String = "POST", headers: String = "",
    patience: Double = 10, limit: Int = .max
  ) throws -> (answer: RawAnswer?, ending: RawClient.Ending) {
    let client = try #require(RawClient(port: port, patience: patience))
    let form = (parameters + [("db", "pubmed")]).map { "\($0.0)=\(percentEncoded($0.1))" }.joined(separator: "&")
    let path = "/entrez/eutils/\(utility).fcgi"
    let common = "HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n\(headers)"
    if method == "GET" {
      client.send("GET \(path)?\(form) \(common)\r\n")
    } else {
      client.send(
        "POST \(path) \(common)Content-Type: application/x-www-form-urlencoded\r\n"
          + "Content-Length: \(form.utf8.count)\r\n\r\n\(form)")
    }
    let (bytes, ending) = client.readAll(limit: limit)
    return (RawAnswer.parse(bytes)?.0, ending)
  }

  /// A search that is answered with 200 and a whole body.
  func search(_ term: String, _ parameters: [(String, String)] = []) throws -> SearchAnswer {
    let answer = try #require(try ask("esearch", [("term", term)] + parameters).answer)
    #expect(answer.status == 200)
    #expect(answer.isWhole)
    return SearchAnswer(text: answer.text)
  }

  /// A fetch that is answered with 200 and a whole body.
  func fetch(_ ids: String) throws -> String {
    let answer = try #require(try ask("efetch", [("id", ids), ("retmode", "xml")]).answer)
    #expect(answer.status == 200)
    #expect(answer.isWhole)
    return answer.text
  }
}

/// An eSearchResult.
struct SearchAnswer {
  let text: String

  var count: Int? { values("Count").first.flatMap { Int($0) } }
  var ids: [Int] { values("Id").compactMap { Int($0) } }

  /// The contents of elements of that name.
  func values(_ name: String) -> [String] {
    text.components(between: "<\(name)>", and: "</\(name)>")
  }
}

extension String {
  func components(between open: String, and close: String) -> [String] {
    split(separator: open, omittingEmptySubsequences: false).dropFirst().map { piece in
      String(piece.split(separator: close, omittingEmptySubsequences: false).first ?? "")
    }
  }
}
