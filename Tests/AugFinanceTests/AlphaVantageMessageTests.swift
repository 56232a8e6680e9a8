import MillraceCore
import Support
import Testing

@testable import aug_finance

/// What the service says instead of giving data.
@Suite struct AlphaVantageMessageTests {
  typealias Kind = AlphaVantageMessage.Kind

  struct Wording: Sendable, CustomTestStringConvertible {
    var member: String
    var text: String
    var kind: Kind

    init(_ kind: Kind, _ member: String, _ text: String) {
      self.kind = kind
      self.member = member
      self.text = text
    }

    var testDescription: String { "\(member): \(text.prefix(60))" }
    var body: [UInt8] { JSONValue.object([.init(member, .string(text))]).json.bytes }
  }

  private static let premium = "https://www.alphavantage.co/premium/"
  private static let thanks = "Thank you for using Alpha Vantage! "

  /// As they are quoted by those who met them, of several years.
  static let wordings: [Wording] = [
    .init(
      .invalidCall, "Error Message",
      "Invalid API call. Please retry or visit the documentation (https://www.alphavantage.co/documentation/) for TIME_SERIES_DAILY."
    ),
    .init(.invalidCall, "Information", "Invalid API call. Please retry or visit the documentation."),
    .init(.invalidCall, "Error Message", "This API function (GOLD) does not exist."),
    .init(.invalidCall, "Error Message", "This API function () does not exist."),
    .init(
      .invalidCall, "Information",
      "Invalid inputs. Please refer to the API documentation https://www.alphavantage.co/documentation#newsapi and try again."
    ),
    .init(.invalidCall, "Error Message", "No data found for symbol XYZXYZ."),
    .init(
      .keyMissingOrInvalid, "Error Message",
      "the parameter apikey is invalid or missing. Please claim your free API key on (https://www.alphavantage.co/support/#api-key). It should take less than 20 seconds."
    ),
    .init(
      .keyMissingOrInvalid, "Information",
      "the parameter apikey is invalid or missing. Please claim your free API key on (https://www.alphavantage.co/support/#api-key) to explore our full API offerings. It takes fewer than 20 seconds, and is free permanently."
    ),
    .init(.keyMissingOrInvalid, "Error Message", "Invalid API key."),
    .init(
      .demoKey, "Information",
      "The **demo** API key is for demo purposes only. Please claim your free API key at (https://www.alphavantage.co/support/#api-key) to explore our full API offerings. It takes fewer than 20 seconds, and we are committed to making it free forever."
    ),
    .init(
      .demoKey, "Information",
      "The demo API key is for demo purposes only. Please claim your free API key at https://www.alphavantage.co/support/#api-key. It should take less than 20 seconds."
    ),
    .init(
      .dayQuota, "Information",
      "We have detected your API key as S3CRETK3Y and our standard API rate limit is 25 requests per day. Please subscribe to any of the premium plans at \(premium) to instantly remove all daily rate limits."
    ),
    .init(
      .dayQuota, "Note",
      "We have detected your API key as S3CRETK3Y and our standard API rate limit is 25 requests per day."),
    .init(
      .dayQuota, "Information",
      "\(thanks)Our standard API rate limit is 25 requests per day. Please subscribe to any of the premium plans at \(premium) to instantly remove all daily rate limits."
    ),
    .init(.dayQuota, "Note", "\(thanks)Our standard API call frequency is 25 requests per day."),
    .init(.dayQuota, "Information", "Our standard API call frequency is 25 calls per day."),
    .init(
      .burst, "Information",
      "\(thanks)Please consider spreading out your free API requests more sparingly (1 request per second). You may subscribe to any of the premium plans at \(premium) to lift the free key rate limit (25 requests per day), raise the per-second burst limit, and instantly unlock all premium endpoints"
    ),
    .init(
      .burst, "Information",
      "\(thanks)Please consider spreading out your free API requests more sparingly. You may subscribe to any of the premium plans at \(premium) to lift the free key rate limit (25 requests per day) and instantly unlock all premium endpoints"
    ),
    .init(
      .burst, "Note",
      "\(thanks)Please consider spreading out your free API requests more sparingly (1 request per second). You may subscribe to any of the premium plans at \(premium) to lift the free key rate limit (25 requests per day) and instantly remove all daily rate limits."
    ),
    .init(
      .burst, "Information",
      "Burst pattern detected. Please consider spreading out your API requests more evenly across a 1-minute window and query no more than 30 requests per second."
    ),
    .init(.burst, "Information", "Burst pattern detected. Please spread requests evenly."),
    .init(
      .minuteLimit, "Note",
      "\(thanks)Our standard API call frequency is 5 calls per minute and 500 calls per day. Please visit \(premium) if you would like to target a higher API call frequency."
    ),
    .init(
      .minuteLimit, "Note",
      "\(thanks)Our standard API call frequency is 5 calls per minute and 100 calls per day. Please visit \(premium) if you would like to target a higher API call frequency."
    ),
    .init(
      .minuteLimit, "Information",
      "\(thanks)Our standard API rate limit is 5 requests per minute and 500 requests per day. Please visit \(premium) if you would like to target a higher API call frequency."
    ),
    .init(
      .minuteLimit, "Information",
      "Minute-level rate limit exceed. Please stay under the number of API requests per minute for your premium subscription plan. Please contact support@alphavantage.co if you are targeting a higher API request volume."
    ),
    .init(.minuteLimit, "Information", "Please consider optimizing your API call frequency."),
    .init(
      .minuteLimit, "Information",
      "\(thanks)Please visit \(premium) if you would like to have a higher API call volume."),
    .init(
      .premiumEndpoint, "Information",
      "\(thanks)This is a premium endpoint. You may subscribe to any of the premium plans at \(premium) to instantly unlock all premium endpoints"
    ),
    .init(
      .premiumEndpoint, "message",
      "This is a premium endpoint. ***THE SAMPLE DATA SCHEMA BELOW IS ARTIFICIAL AND FOR ILLUSTRATION PURPOSES ONLY***. To access the actual data, please subscribe to either the 600 requests per minute or the 1200 requests per minute premium plan at \(premium)."
    ),
    .init(
      .premiumOutputSize, "Information",
      "\(thanks)The outputsize=full parameter value is a premium feature for the TIME_SERIES_DAILY endpoint. You may subscribe to any of the premium plans at \(premium) to instantly unlock all premium features"
    ),
    .init(.premiumOutputSize, "Information", "The outputsize=full parameter value is a premium feature."),
    .init(.other(member: "Information"), "Information", "Good morning."),
    .init(.other(member: "Note"), "Note", "We are moving to another city."),
    .init(.other(member: "Error Message"), "Error Message", "Something went wrong."),
  ]

  @Test(arguments: wordings)
  func wordingsAreToldApart(wording: Wording) throws {
    let message = try #require(AlphaVantageMessage(body: wording.body, key: "S3CRETK3Y"))
    #expect(message.kind == wording.kind)
    #expect(!message.text.contains("S3CRETK3Y"))
    #expect(message.text.count <= 300)
    // The same under another member's name, with blanks around, behind a mark of order, and where CSV was asked for.
    for member in ["Note", "Information", "Error Message", "information"] {
      let body = "\u{FEFF}\n\t{ \(JSONValue.string(member).json) : \(JSONValue.string(wording.text).json) }\r\n\r\n"
        .bytes
      let again = try #require(AlphaVantageMessage(body: body, key: nil))
      if case .other = wording.kind {
        #expect(again.kind == .other(member: member))
      } else {
        #expect(again.kind == wording.kind)
      }
      for function in PriceFunction.allCases {
        #expect(throws: PriceAnswer.Problem.message(again)) { try PriceAnswer(body, of: function, key: nil) }
      }
      #expect(throws: PriceAnswer.Problem.message(again)) { try CorporateActions.splits(in: body, key: nil) }
      #expect(throws: PriceAnswer.Problem.message(again)) { try CorporateActions.dividends(in: body, key: nil) }
    }
  }

  /// A key may spell the words of a message, or be as short as they are.
  @Test(arguments: ["PREMIUM", "burst", "outputsize", "demo", "a", "25", "requests", "invalid", "per minute"])
  func keysDoNotChangeWhatIsSaid(key: String) throws {
    for wording in Self.wordings {
      let text = wording.text.replacing(every: "S3CRETK3Y", with: key)
      let body = JSONValue.object([.init(wording.member, .string(text))]).json.bytes
      let message = try #require(AlphaVantageMessage(body: body, key: key))
      #expect(message.kind == wording.kind, "\(text)")
    }
  }

  /// A message is never data, whatever stands beside it.
  @Test func dataBesideAMessageIsNone() throws {
    let body = """
      {"Meta Data": {}, "Time Series (Daily)": {"2026-01-02": {"1. open": "1", "2. high": "1", "3. low": "1", \
      "4. close": "1", "5. volume": "1"}}, "Information": "This is a premium endpoint."}
      """.bytes
    let error = #expect(throws: PriceAnswer.Problem.self) { try PriceAnswer(body, of: .daily, key: nil) }
    #expect(error == .message(AlphaVantageMessage(.premiumEndpoint, "This is a premium endpoint.")))
  }

  @Test func emptyAnswersAreNoData() throws {
    for body in ["{}", " { } \r\n"] {
      #expect(AlphaVantageMessage(body: body.bytes, key: nil)?.kind == .noData)
      let error = #expect(throws: PriceAnswer.Problem.self) { try PriceAnswer(body.bytes, of: .daily, key: nil) }
      #expect(error == .message(AlphaVantageMessage(.noData, "no data")))
    }
  }

  @Test func messagesThatAreNoTextAreMessages() throws {
    let message = try #require(AlphaVantageMessage(body: "{\"Information\": {\"a\": [1]}}".bytes, key: nil))
    #expect(message == AlphaVantageMessage(.other(member: "Information"), "{\"a\":[1]}"))
  }

  /// With another status than 200, words that are known count, and the status else.
  @Test func otherStatusesCountWhereTheWordsAreUnknown() throws {
    let quota = try #require(Self.wordings.first { $0.kind == .dayQuota })
    #expect(AlphaVantageMessage(status: 429, body: quota.body, key: nil)?.kind == .dayQuota)
    #expect(AlphaVantageMessage(status: 503, body: "{\"message\": \"Internal server error\"}".bytes, key: nil) == nil)
    #expect(AlphaVantageMessage(status: 500, body: "{}".bytes, key: nil) == nil)
  }

  @Test(arguments: [
    "", "timestamp,open\r\n", "<html>", "[]", "{\"Information\": \"cut", "{\"Time Series (Daily)\": {}}", "null",
  ])
  func whatIsNoMessageIsNone(body: String) {
    #expect(AlphaVantageMessage(body: body.bytes, key: nil) == nil)
  }

  // MARK: Keys

  @Test func keysDoNotComeOut() {
    #expect(
      AlphaVantageMessage.redacted("We have detected your API key as ABC123 and our limit", key: nil)
        == "We have detected your API key as REDACTED and our limit")
    #expect(
      AlphaVantageMessage.redacted("your API key as ABC123.", key: "other") == "your API key as REDACTED.")
    #expect(
      AlphaVantageMessage.redacted("see ?apikey=ABC123&x=1 and abc123!", key: "ABC123")
        == "see ?apikey=REDACTED&x=1 and REDACTED!")
    #expect(AlphaVantageMessage.redacted("nothing", key: "") == "nothing")
    #expect(AlphaVantageMessage.redacted("a demo key", key: "demo") == "a demo key")
  }

  @Test func longAndStrangeTextsAreOneLine() throws {
    let text = "\u{1B}[31mred\n\tlines " + String(repeating: "word ", count: 5000)
    let message = try #require(
      AlphaVantageMessage(body: JSONValue.object([.init("Note", .string(text))]).json.bytes, key: nil))
    #expect(!message.text.unicodeScalars.contains { $0.value < 0x20 })
    #expect(message.text.count <= 320)
  }

  @Test(.enabled(if: Recorded.isThere, "MILLRACE_FIXTURES names no folder of real input"))
  func recordedMessagesAreToldApart() throws {
    let kinds: [String: Kind] = [
      "empty_object": .noData, "err_apikey_missing": .keyMissingOrInvalid, "err_invalid_call": .invalidCall,
      "info_daily_limit_key_echoed": .dayQuota, "info_premium_endpoint": .premiumEndpoint,
      "note_5_per_minute": .minuteLimit,
    ]
    for (name, kind) in kinds {
      let message = try #require(
        AlphaVantageMessage(body: try Recorded.bytes("alphavantage-messages/\(name).json"), key: nil), "\(name)")
      #expect(message.kind == kind, "\(name)")
      #expect(!message.text.contains("ABC123"))
    }
  }

  /// A sentence by itself, as gateways write them, and one of megabytes.
  @Test func sentencesWithoutJSONAreUnderstood() throws {
    let quota =
      "We have detected your API key as SECRETKEY12345 and our standard API rate limit is 25 requests per day."
    let message = try #require(AlphaVantageMessage(body: quota.bytes, key: "SECRETKEY12345"))
    #expect(message.kind == .dayQuota)
    #expect(!message.text.contains("SECRET"))
    #expect(AlphaVantageMessage(body: "timestamp,open,high,low,close,volume\n".bytes, key: nil) == nil)
    let long = JSONValue.object([.init("Information", .string(String(repeating: "api key as ab ", count: 300_000)))])
    let clock = ContinuousClock()
    let start = clock.now
    #expect(AlphaVantageMessage(body: long.json.bytes, key: "SECRETKEY12345") != nil)
    #expect(start.duration(to: clock.now) < .seconds(5))
  }

  /// What cannot be read is told without the key that it may repeat.
  @Test func unreadableAnswersDoNotGiveTheKeyAway() throws {
    let service = try AlphaVantage(base: AlphaVantage.usualBase, key: "SECRETKEY12345", dataType: .csv)
    let response = HTTPResponse(
      status: 200, url: "https://example.org/", headers: [], body: "apikey SECRETKEY12345 went,over\n1,2\n".bytes)
    do throws(ServiceFault) {
      _ = try service.series(in: response, of: .daily, now: Timestamp(seconds: 1_800_000_000))
      Issue.record("an answer was found in it")
    } catch {
      #expect(!"\(error)".contains("SECRET"), "\(error)")
    }
  }
}
