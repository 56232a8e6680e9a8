import ScriptedEUtilities
import Support
import Testing

@Suite struct EUtilitiesFaultTests {
  static let ids = "30000001,30000002,30000003,30000004"

  @Test(arguments: Fault.allCases)
  func everyFaultIsWhatItSays(_ fault: Fault) throws {
    let client = EUtilitiesClient {
      $0.faults = FaultPlan(scripts: [.init(of: "efetch", [fault])])
      $0.slowness = 0.3
    }
    let right = try client.search("TP53[Gene]")
    #expect(right.count ?? 0 > 0)
    let began = monotonicSeconds()
    let (answer, ending) = try client.ask("efetch", [("id", Self.ids)], patience: 1, limit: 1 << 20)
    let seconds = monotonicSeconds() - began
    let record = try #require(client.server.requests.last)
    #expect(record.misbehaviour == fault.rawValue)
    #expect(record.asked == 4)
    let good = try client.fetch(Self.ids)
    let text = answer?.text ?? ""
    let pmids = text.components(between: "<PMID Version=\"1\">", and: "<")
    #expect(record.status == answer?.status)
    switch fault {
    case .tooMany, .tooManySeconds, .tooManyDate, .tooManyIn200:
      #expect(answer?.status == (fault == .tooManyIn200 ? 200 : 429))
      #expect(text == #"{"error":"API rate limit exceeded","api-key":"127.0.0.1","count":"4","limit":"3"}"# + "\n")
      let after = answer?.headers["retry-after"]
      switch fault {
      case .tooManySeconds: #expect(after == "1")
      case .tooManyDate:
        #expect(after?.contains(/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/) == true)
      default: #expect(after == nil)
      }
    case .badGateway, .internalError, .forbidden, .notFound, .tooLong:
      let statuses: [Fault: Int] = [
        .badGateway: 502, .internalError: 500, .forbidden: 403, .notFound: 404, .tooLong: 414,
      ]
      #expect(answer?.status == statuses[fault])
      #expect(answer?.headers["content-type"] == "text/html")
      #expect(text.contains("<html"))
    case .forwarding:
      #expect(answer?.status == 500)
      #expect(
        text == #"{"error":"error forwarding request","api-key":"127.0.0.1","type":"ip","# + "\n" + #""status":"ok"}"#
          + "\n")
    case .wrongKey:
      #expect(answer?.status == 400)
      #expect(text.hasPrefix(#"{"error":"API key invalid","#))
    case .reset:
      #expect(answer == nil)
      #expect(ending == .reset)
    case .resetMidway:
      #expect(answer?.isWhole != true)
      #expect(ending == .reset)
    case .stall:
      #expect(answer == nil)
      #expect(ending == .silent)
    case .stallMidway:
      #expect(answer?.isWhole == false)
      #expect(!text.isEmpty && good.hasPrefix(text))
      #expect(ending == .silent)
    case .cut, .cutAgreeing:
      #expect(answer?.status == 200)
      #expect(answer?.isWhole == (fault == .cutAgreeing))
      #expect(text.utf8.count == good.utf8.count / 2)
      #expect(good.hasPrefix(text))
    case .errorIn200:
      #expect(answer?.status == 200)
      #expect(text.contains("<eFetchResult>\n\t<ERROR>Search Backend failed: read failed on socket</ERROR>"))
    case .errorIn400:
      #expect(answer?.status == 400)
      #expect(
        text.contains("<ERROR> Error: External viewer error: Empty Response. Bytes read: 0 Status: Timeout</ERROR>"))
    case .prologOnly:
      #expect(answer?.status == 200)
      #expect(good.hasPrefix(text) && text.hasSuffix(".dtd\">\n"))
    case .htmlIn200, .jsonIn200, .emptyIn200:
      #expect(answer?.status == 200)
      #expect(answer?.isWhole == true)
      #expect(!text.contains("PubmedArticleSet"))
      #expect(text.isEmpty == (fault == .emptyIn200))
    case .endless:
      #expect(text.utf8.count > 1_000_000)
      #expect(answer?.isWhole == false)
    case .redirectLoop, .redirectElsewhere:
      #expect(answer?.status == 302)
      let isLoop = fault == .redirectLoop
      #expect(answer?.headers["location"] == (isLoop ? "/loop" : "http://localhost:\(client.port)/elsewhere"))
      let raw = try #require(RawClient(port: client.port))
      raw.send("GET \(isLoop ? "/loop" : "/elsewhere") HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(raw.answer()?.status == (isLoop ? 302 : 200))
    case .slow:
      #expect(seconds >= 0.3)
      #expect(text == good)
    case .wrongArticles:
      #expect(pmids.count == 4)
      #expect(Set(pmids).isDisjoint(with: Self.ids.split(separator: ",").map(String.init)))
    case .missingArticles:
      #expect(pmids == ["30000002", "30000003"])
    }
    // The script is at its end.
    #expect(good.components(between: "<PMID Version=\"1\">", and: "<").count == 4)
  }

  @Test func scriptsGoInOrder() throws {
    let client = EUtilitiesClient {
      $0.faults = FaultPlan(
        scripts: [.init([.forbidden, nil]), .init(of: "efetch", [.badGateway, nil])],
        rates: [.init(of: "efetch", .internalError, 1)])
    }
    func fetch() throws -> Int? { try client.ask("efetch", [("id", "30000001")]).answer?.status }
    func search() throws -> Int? { try client.ask("esearch", [("term", "TP53")]).answer?.status }
    #expect(
      try [fetch(), search(), fetch(), search(), search(), fetch(), search()] == [502, 403, 200, 200, 200, 500, 200])
    #expect(try client.ask("other", []).answer?.status == 404)
    #expect(client.server.requests.last?.misbehaviour == nil)
  }

  @Test func chanceFollowsItsRatesAndSeed() throws {
    func outcomes(_ seed: UInt64) throws -> [String?] {
      let client = EUtilitiesClient {
        $0.seed = seed
        $0.faults = FaultPlan(rates: [.init(.badGateway, 0.2), .init(.forwarding, 0.3)])
      }
      for _ in 0..<400 { _ = try client.ask("efetch", [("id", "30000001")]) }
      return client.server.requests.map(\.misbehaviour)
    }
    let first = try outcomes(7)
    #expect((50...110).contains(first.count { $0 == "502" }))
    #expect((85...155).contains(first.count { $0 == "500-json" }))
    let second = try outcomes(7)
    #expect(second.count == first.count)
    #expect(second == first, "differs at \(zip(first, second).enumerated().filter { $1.0 != $1.1 }.map(\.offset))")
    #expect(try outcomes(8) != first)
  }

  // MARK: Limits and keys

  @Test func tooFast() throws {
    let client = EUtilitiesClient {
      $0.requestsPerSecond = nil
      $0.retryAfter = .seconds
    }
    // The fourth of a second is one too many, unless the machine was so slow that the second is over.
    for (parameters, limit, who) in [([], 3, "127.0.0.1"), ([("api_key", "k\"1")], 10, #"k\"1"#)] {
      var refused: RawAnswer?
      for _ in 0..<200 where refused == nil {
        let answer = try client.ask("efetch", [("id", "30000001")] + parameters).answer
        #expect(answer?.headers["x-ratelimit-limit"] == String(limit))
        if answer?.status != 200 { refused = answer }
      }
      #expect(refused?.status == 429)
      #expect(refused?.headers["retry-after"] == "1")
      #expect(refused?.headers["x-ratelimit-remaining"] == "0")
      let body = #"{"error":"API rate limit exceeded","api-key":"\#(who)","count":"\#(limit + 1)","limit":"\#(limit)"}"#
      #expect(refused?.text == body + "\n")
      #expect(client.server.requests.last?.misbehaviour == "rate-limit")
      let times = client.server.requests.filter { $0.parameters.count == parameters.count + 2 }
      let last = try #require(times.last).microseconds
      #expect(times.dropLast().count { $0.microseconds > last - 1_000_100 && $0.status == 200 } >= limit)
    }
  }

  @Test func wrongKeys() throws {
    let client = EUtilitiesClient { $0.apiKey = "right" }
    #expect(try client.ask("efetch", [("id", "30000001"), ("api_key", "right")]).answer?.status == 200)
    #expect(try client.ask("efetch", [("id", "30000001")]).answer?.status == 200)
    let answer = try client.ask("efetch", [("id", "30000001"), ("api_key", "wrong")]).answer
    #expect(answer?.status == 400)
    #expect(
      answer?.text == #"{"error":"API key invalid","api-key":"wrong","type":"invalid","# + "\n"
        + #""status":"unknown"}"# + "\n")
  }
}
