import MillraceCore
import ScriptedAlphaVantage
import Support
import Testing

@Suite struct AlphaVantageFaultTests {
  /// How each text begins, under which name.
  static let messages: [(message: ServedMessage, name: String, text: String)] = [
    (.invalidCall, "Error Message", "Invalid API call. Please retry or visit the documentation ("),
    (.unknownFunction, "Error Message", "This API function (TIME_SERIES_DAILY) does not exist."),
    (.invalidKey, "Error Message", "the parameter apikey is invalid or missing. Please claim your free API key on ("),
    (.demoKey, "Information", "The **demo** API key is for demo purposes only. Please claim your free API key at ("),
    (
      .dayQuota, "Information",
      "We have detected your API key as K1 and our standard API rate limit is 25 requests per day."
    ),
    (
      .dayQuotaWithoutKey, "Information",
      "Thank you for using Alpha Vantage! Our standard API rate limit is 25 requests per day."
    ),
    (
      .burst, "Information",
      "Thank you for using Alpha Vantage! Please consider spreading out your free API requests more sparingly (1 request "
        + "per second). You may subscribe to any of the premium plans at https://www.alphavantage.co/premium/ to lift "
        + "the free key rate limit (25 requests per day), raise the per-second burst limit, and instantly unlock all "
        + "premium endpoints"
    ),
    (
      .minuteNote, "Note",
      "Thank you for using Alpha Vantage! Our standard API call frequency is 5 calls per minute and 500 calls per day."
    ),
    (
      .minuteInformation, "Information",
      "Thank you for using Alpha Vantage! Our standard API call frequency is 5 calls per minute and 100 calls per day."
    ),
    (.volume, "Note", "Thank you for using Alpha Vantage! Please contact premium@alphavantage.co if you are targeting"),
    (.premiumEndpoint, "Information", "Thank you for using Alpha Vantage! This is a premium endpoint. You may "),
    (
      .premiumOutputSize, "Information",
      "Thank you for using Alpha Vantage! The outputsize=full parameter value is a premium feature for the "
        + "TIME_SERIES_DAILY endpoint."
    ),
    (.premiumBurst, "Information", "Burst pattern detected. Please consider spreading out your API requests more "),
    (.premiumMinute, "Information", "Minute-level rate limit exceed. Please stay under the number of API requests "),
    (.nothing, "", "{}"),
  ]

  @Test func everyMessageIsKnown() {
    #expect(Set(Self.messages.map(\.message)) == Set(ServedMessage.allCases))
    #expect(ServedMessage.allCases.count == 15)
  }

  @Test(arguments: messages, ["", "&datatype=csv"])
  func messagesAreWhole(_ entry: (message: ServedMessage, name: String, text: String), _ rest: String) throws {
    let client = AlphaVantageClient { $0.faults = ServerFaultPlan(scripts: [.init([.message(entry.message)])]) }
    let answer = try #require(try client.ask("TIME_SERIES_DAILY", "IBM", rest).answer)
    #expect(answer.status == 200 && answer.isWhole)
    #expect(answer.headers["content-type"] == "application/json")
    if entry.message == .nothing {
      #expect(answer.text == "{}")
    } else {
      guard case .object(let members) = try JSONValue.parse(answer.text) else {
        Issue.record("no object")
        return
      }
      #expect(members.map(\.name) == [entry.name])
      #expect(members.first?.value.text?.hasPrefix(entry.text) == true)
      #expect(answer.text == "{\n    \"\(entry.name)\": \"\(members.first?.value.text ?? "")\"\n}")
    }
    #expect(client.server.requests.map(\.misbehaviour) == [entry.message.rawValue])
    #expect(try client.rows("TIME_SERIES_DAILY").count == 101)
  }

  static let transfers: [AlphaVantageFault] = AlphaVantageFault.allCases.filter {
    if case .message = $0 { false } else { true }
  }

  @Test(arguments: transfers) func everyFaultIsWhatItSays(_ fault: AlphaVantageFault) throws {
    let client = AlphaVantageClient {
      $0.faults = ServerFaultPlan(scripts: [.init(of: "MSFT", [fault])])
      $0.slowness = 0.3
    }
    let began = monotonicSeconds()
    let (answer, ending) = try client.ask("TIME_SERIES_DAILY", "MSFT", patience: 1, limit: 1 << 20)
    let seconds = monotonicSeconds() - began
    let record = try #require(client.server.requests.last)
    #expect(record.misbehaviour == fault.name)
    #expect(record.status == answer?.status)
    #expect(AlphaVantageFault(name: fault.name) == fault)
    let good = try client.text("TIME_SERIES_DAILY", "MSFT")
    let text = answer?.text ?? ""
    let pages: [AlphaVantageFault: Int] = [
      .tooMany: 429, .tooManySeconds: 429, .tooManyDate: 429, .badGateway: 502, .internalError: 500, .unavailable: 503,
      .forbidden: 403, .notFound: 404,
    ]
    if let status = pages[fault] {
      #expect(answer?.status == status)
      #expect(text.contains("<html"))
      let after = answer?.headers["retry-after"]
      switch fault {
      case .tooManySeconds: #expect(after == "1")
      case .tooManyDate: #expect(after?.hasSuffix(" GMT") == true)
      default: #expect(after == nil)
      }
      return
    }
    switch fault {
    case .reset, .stall:
      #expect(answer == nil)
      #expect(ending == (fault == .reset ? .reset : .silent))
    case .resetMidway:
      #expect(answer?.isWhole != true)
      #expect(ending == .reset)
    case .stallMidway:
      #expect(answer?.isWhole == false)
      #expect(!text.isEmpty && good.hasPrefix(text))
      #expect(ending == .silent)
    case .cut, .cutAgreeing:
      #expect(answer?.status == 200)
      #expect(answer?.isWhole == (fault == .cutAgreeing))
      #expect(text.utf8.count == good.utf8.count / 2 && good.hasPrefix(text))
    case .htmlIn200, .jsonIn200, .emptyIn200:
      #expect(answer?.status == 200 && answer?.isWhole == true)
      #expect(!text.contains("Time Series"))
      #expect(text.isEmpty == (fault == .emptyIn200))
    case .endless:
      #expect(text.utf8.count > 1_000_000)
      #expect(answer?.isWhole == false)
    case .redirectLoop, .redirectElsewhere:
      #expect(answer?.status == 302)
      let target = fault == .redirectLoop ? "/loop" : "http://localhost:\(client.port)/elsewhere?function="
      #expect(answer?.headers["location"]?.hasPrefix(target) == true)
      let raw = try #require(RawClient(port: client.port))
      raw.send("GET \(fault == .redirectLoop ? "/loop" : "/elsewhere") HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(raw.answer()?.status == (fault == .redirectLoop ? 302 : 200))
    case .slow:
      #expect(seconds >= 0.3)
      #expect(text == good)
    case .unordered:
      #expect(text != good)
      #expect(text.utf8.count == good.utf8.count)
    default: Issue.record("\(fault.name) has no expectation")
    }
  }

  @Test func plansNameSymbolsAndFunctions() throws {
    let client = AlphaVantageClient {
      $0.faults = ServerFaultPlan(
        scripts: [.init(of: "MSFT", [.badGateway]), .init([nil, .forbidden])],
        rates: [.init(of: "SPLITS", .internalError, 1)])
    }
    func status(_ function: String, _ symbol: String) throws -> Int? { try client.ask(function, symbol).answer?.status }
    #expect(try status("TIME_SERIES_DAILY", "MSFT") == 502)
    #expect(try status("TIME_SERIES_DAILY", "MSFT") == 200)
    #expect(try status("TIME_SERIES_DAILY", "IBM") == 403)
    #expect(try status("TIME_SERIES_DAILY", "IBM") == 200)
    #expect(try status("SPLITS", "IBM") == 500)
    #expect(client.server.requests.map(\.returned) == [0, 100, 0, 100, 0])
    #expect(client.server.requests.map(\.asked) == [1, 1, 1, 1, 1])
  }

  // MARK: Keys, entitlements and limits

  @Test func keys() throws {
    let client = AlphaVantageClient { $0.apiKey = "RIGHT" }
    let invalid = ServedMessage.invalidKey.text(function: "TIME_SERIES_DAILY", key: "")
    #expect(try client.text("TIME_SERIES_DAILY", key: nil) == invalid)
    #expect(try client.text("TIME_SERIES_DAILY", key: "") == invalid)
    #expect(try client.text("TIME_SERIES_DAILY", key: "WRONG") == invalid)
    #expect(try client.text("TIME_SERIES_DAILY", key: "demo").contains("The **demo** API key is for demo purposes"))
    #expect(try client.text("TIME_SERIES_DAILY", key: "RIGHT").contains("Time Series (Daily)"))
    let any = AlphaVantageClient()
    #expect(try any.text("TIME_SERIES_DAILY", key: "WRONG").contains("Time Series (Daily)"))
    #expect(try any.text("TIME_SERIES_DAILY", key: "demo").contains("The **demo** API key is for demo purposes"))
  }

  @Test func freeKeysHaveNeitherFullSeriesNorAdjustedDays() throws {
    let free = AlphaVantageClient()
    let premium = AlphaVantageClient { $0.isPremium = true }
    for rest in ["", "&datatype=csv"] {
      #expect(
        try free.text("TIME_SERIES_DAILY", "IBM", "&outputsize=full" + rest)
          == ServedMessage.premiumOutputSize.text(function: "TIME_SERIES_DAILY", key: "K1"))
      #expect(
        try free.text("TIME_SERIES_DAILY_ADJUSTED", "IBM", rest)
          == ServedMessage.premiumEndpoint.text(function: "TIME_SERIES_DAILY_ADJUSTED", key: "K1"))
    }
    // Weeks and months are whole and adjusted for everybody.
    #expect(try free.rows("TIME_SERIES_WEEKLY_ADJUSTED", "IBM", "&outputsize=full").count > 1000)
    #expect(try free.rows("TIME_SERIES_MONTHLY_ADJUSTED").count > 300)
    #expect(try premium.rows("TIME_SERIES_DAILY", "IBM", "&outputsize=full").count > 6000)
    #expect(try premium.rows("TIME_SERIES_DAILY_ADJUSTED").count == 101)
  }

  @Test(arguments: [false, true]) func limits(isPremium: Bool) throws {
    func outcomes(_ count: Int, _ change: (inout AlphaVantageServer.Configuration) -> Void) throws -> [String] {
      let client = AlphaVantageClient {
        $0.isPremium = isPremium
        change(&$0)
      }
      let texts = try (0..<count).map { _ in try client.text("SPLITS") }
      let limits = client.server.requests.map { $0.misbehaviour ?? "ok" }
      for (text, limit) in zip(texts, limits) {
        let messages: [String: ServedMessage] = [
          "per-second": isPremium ? .premiumBurst : .burst, "per-minute": isPremium ? .premiumMinute : .minuteNote,
          "per-day": .dayQuota,
        ]
        let meant = messages[limit]?.text(function: "SPLITS", key: "K1", perSecond: 3)
        #expect(meant.map { text == $0 } ?? text.contains("split_factor"))
      }
      return limits
    }
    let ok = Array(repeating: "ok", count: 3)
    // Time is long enough for a slow machine.
    #expect(
      try outcomes(5) {
        $0.perMinute = 3
        $0.perSecond = 0
      } == ok + ["per-minute", "per-minute"])
    #expect(try outcomes(4) { $0.perDay = 3 } == ok + ["per-day"])
    let burst = try outcomes(60) { $0.perSecond = 3 }
    #expect(burst.prefix(3) == ["ok", "ok", "ok"])
    #expect(burst.contains("per-second"))
  }

  @Test func limitsOfAFreeKeyAreThoseOfTheService() throws {
    let client = AlphaVantageClient {
      ($0.perSecond, $0.perMinute, $0.perDay) = (nil, nil, nil)
      $0.minuteLength = 1e-9
    }
    _ = try client.text("SPLITS")
    var texts: [String] = []
    while texts.isEmpty { texts = [try client.text("SPLITS")].filter { $0.contains("1 request per second") } }
    let many = AlphaVantageClient {
      ($0.perMinute, $0.perDay) = (nil, nil)
      $0.dayLength = 1e-9
    }
    #expect(
      try (0..<6).map { _ in try many.text("SPLITS").contains("5 calls per minute") } == [
        false, false, false, false, false, true,
      ])
    let day = AlphaVantageClient { $0.perDay = nil }
    let all = try (0..<27).map { try day.text("SPLITS", "A\($0)", key: "OTHER") }
    #expect(all.prefix(25).allSatisfy { $0.contains("\"symbol\"") })
    #expect(all.suffix(2).allSatisfy { $0.contains("We have detected your API key as OTHER and") })
    // Each key has its own.
    #expect(try day.text("SPLITS").contains("split_factor"))
  }

  @Test func daysEnd() throws {
    let client = AlphaVantageClient {
      $0.perDay = 1
      $0.dayLength = 1
    }
    #expect(try client.text("SPLITS").contains("split_factor"))
    #expect(eventually { (try? client.text("SPLITS").contains("split_factor")) == true })
    let answered = client.server.requests.filter { $0.misbehaviour == nil }
    #expect(answered.count == 2)
    #expect((answered.last?.microseconds ?? 0) - (answered.first?.microseconds ?? 0) > 990_000)
  }

  @Test func otherMethodsAndPaths() throws {
    let client = AlphaVantageClient()
    let answer = try #require(try client.ask("SPLITS", method: "POST").answer)
    #expect(answer.status == 405)
    #expect(answer.headers["allow"] == "GET")
    let raw = try #require(RawClient(port: client.port))
    raw.send("GET /other HTTP/1.1\r\nHost: x\r\n\r\n")
    #expect(raw.answer()?.status == 404)
    #expect(client.server.requests.map(\.status) == [405, 404])
    #expect(client.server.requests.map(\.asked) == [0, 0])
  }
}
