import MillraceCore
import ScriptedChat
import Support
import Testing

@testable import synth_gen

/// Each way in which a service answers, asked over the network.
@Suite struct ChatClientTests {
  private let request = ChatRequest(
    model: "m", messages: [ChatMessage(.user, "JSON, please")], form: SchemaPrompt.form, formName: "table_schema",
    maximumTokens: 100)

  private func ask(_ desk: DescribeDesk, timeout: Double = 30) async throws -> ChatClient.Answer {
    var manner = ChatManner()
    return try await desk.client(timeout: timeout).complete(request, kind: "ask", manner: &manner)
  }

  private func refusal(_ desk: DescribeDesk, timeout: Double = 30) async throws -> Service.Refusal? {
    do {
      _ = try await ask(desk, timeout: timeout)
      return nil
    } catch let refusal as Service.Refusal {
      return refusal
    }
  }

  // MARK: What passes

  @Test(arguments: [
    ("429", [ChatFault.tooMany]), ("429", [.tooManySeconds]), ("429", [.tooManyDate]), ("408", [.requestTimeout]),
    ("409", [.conflict]), ("500", [.internalError]), ("502", [.badGateway]), ("503", [.unavailable]),
    ("503", [.loading]), ("529", [.overloaded]), ("400", [.retriable]), ("connection reset", [.reset]),
    ("connection reset", [.resetMidway]), ("cut body", [.cut]), ("stalled", [.stall]),
    ("200, the answer cannot be read: byte 201: not JSON", [.cutAgreeing]),
    ("200, the answer cannot be read: an HTML page", [.htmlIn200]),
    ("200, the answer cannot be read: byte 0: expected JSON, found nothing", [.emptyIn200]),
    ("200, the answer cannot be read: JSON that is no completion", [.jsonIn200]),
    ("200, status 200: Provider returned error", [.errorIn200]),
  ])
  func whatMayPassIsTriedAgain(status: String, faults: [ChatFault]) async throws {
    let desk = DescribeDesk(faults)
    let answer = try await ask(desk, timeout: faults == [.stall] ? 2 : 30)
    #expect(answer.attempts.count == 2)
    let isCut = faults == [.cutAgreeing]
    #expect(
      isCut
        ? answer.attempts[0].status.hasPrefix("200, the answer cannot be read: byte ")
        : answer.attempts[0].status == status)
    #expect(answer.attempts[1].status == "200")
    #expect(answer.attempts.allSatisfy { $0.request == "ask" })
    #expect(answer.completion.tokens == TokenCount(prompt: 1200, completion: 300))
    #expect(desk.server.requests.count == 2)
  }

  /// The tries end; everything from 500 on and what the connection does are tried three times.
  @Test(arguments: [
    (ChatFault.internalError, "status 500: The server had an error while processing your request (tried 3 times)"),
    (.unavailable, "status 503 (tried 3 times)"), (.overloaded, "status 529: Overloaded (tried 3 times)"),
    (.loading, "status 503: Loading model (tried 3 times)"),
    (.tooMany, "status 429: Rate limit reached for requests (tried 3 times)"),
    (.htmlIn200, "the answer cannot be read: an HTML page (tried 3 times)"),
    (.deepBody, "the answer cannot be read: byte 42: JSON is nested too deeply (tried 3 times)"),
  ])
  func threeTriesAreMade(fault: ChatFault, reason: String) async throws {
    let desk = DescribeDesk(always: fault)
    let refusal = try await refusal(desk)
    #expect(refusal?.reason == reason)
    #expect(refusal?.kind == .transient)
    #expect(refusal?.attempts.count == 3 && desk.server.requests.count == 3)
  }

  /// A pause in milliseconds wins over one in seconds, and a pause that nobody waits for ends the tries.
  @Test func pausesAreHeeded() async throws {
    let short = DescribeDesk([.tooManyMilliseconds])
    let attempts = try await ask(short).attempts
    #expect(attempts.map(\.status) == ["429", "200"] && (0.1..<50).contains(attempts[1].waited))
    let seconds = DescribeDesk([.tooManySeconds])
    #expect(try await ask(seconds).attempts[1].waited >= 0.9)
    let long = DescribeDesk([.tooManyForLong])
    let refusal = try await refusal(long)
    #expect(refusal?.reason == "status 429: Rate limit reached for requests, for the next 1200 s")
    #expect(long.server.requests.count == 1)
  }

  // MARK: What does not pass

  @Test(arguments: [
    (
      ChatFault.quota, "429",
      "status 429: You exceeded your current quota, please check your plan and billing details."
    ),
    (.unauthorized, "401", "it refuses the key in OPENAI_API_KEY, or asks for one: status 401"),
    (.forbidden, "403", "status 403: Your country is not supported."),
    (
      .notFound, "404",
      "status 404: The model `scripted` does not exist or you do not have access to it."
    ),
    (.hopeless, "503", "status 503: Do not come back."),
    (.badRequest, "400", "status 400: This cannot be answered."),
    (.keyInError, "400", "status 400: Bad header: Bearer REDACTED also seen as REDACTED"),
  ])
  func whatStaysIsAskedOnce(fault: ChatFault, status: String, reason: String) async throws {
    let desk = DescribeDesk(always: fault)
    let refusal = try await refusal(desk)
    #expect(refusal?.kind == .permanent)
    #expect(refusal?.reason.replacing("REDACTED,", with: "REDACTED") == reason)
    #expect(refusal?.attempts.map(\.status) == [status] && desk.server.requests.count == 1)
  }

  @Test(arguments: [ChatFault.hugeBody, .endless])
  func hugeAnswersAreCutOff(fault: ChatFault) async throws {
    let desk = DescribeDesk(always: fault)
    let refusal = try await refusal(desk)
    #expect(refusal?.attempts.map(\.status) == ["too large"])
    #expect(refusal?.reason.hasSuffix("is larger than 1M") == true, "\(refusal?.reason ?? "")")
  }

  @Test func nobodyThere() async throws {
    let desk = DescribeDesk()
    desk.server.stop()
    let refusal = try await refusal(desk)
    #expect(refusal?.attempts.map(\.status) == ["connection refused", "connection refused", "connection refused"])
    #expect(
      refusal?.reason.hasSuffix("connection refused (tried 3 times)") == true && refusal?.kind != .permanent,
      "\(refusal?.reason ?? "")")
  }

  // MARK: What servers refuse

  @Test(arguments: [
    [ChatServer.Part.jsonSchema], [.jsonSchema, .responseFormat], [.maximumTokens],
    [.maximumTokens, .maximumCompletionTokens],
    [.temperature], [.seed], [.seed, .temperature, .maximumTokens, .jsonSchema, .responseFormat],
  ])
  func whatIsRefusedIsLeftOut(parts: [ChatServer.Part]) async throws {
    for namesParameter in [true, false] {
      let desk = DescribeDesk {
        $0.refusedParts = parts
        $0.namesParameter = namesParameter
      }
      let answer = try await ask(desk)
      let statuses = answer.attempts.map(\.status)
      #expect(statuses.last == "200" && statuses.dropLast().allSatisfy { ["400", "422"].contains($0) })
      #expect(statuses.count == parts.count + 1, "\(statuses)")
      let last = desk.bodies.last
      #expect((last?["temperature"] == nil) == parts.contains(.temperature))
      #expect((last?["seed"] == nil) == parts.contains(.seed))
      let format = last?["response_format"]?["type"]?.text
      #expect(
        format == (parts.contains(.responseFormat) ? nil : parts.contains(.jsonSchema) ? "json_object" : "json_schema"))
      #expect((last?["max_tokens"] == nil) == parts.contains(.maximumTokens))
      #expect(
        (last?["max_completion_tokens"] == nil)
          == (!parts.contains(.maximumTokens) || parts.contains(.maximumCompletionTokens)))
    }
  }

  @Test func aGatewayGetsItsQueryAndItsHeaders() async throws {
    let desk = DescribeDesk {
      $0.folder = "/openai/deployments/mini"
      $0.query = "api-version=2024-10-21"
      $0.apiKey = DescribeDesk.key
    }
    var environment = desk.environment
    environment["OPENAI_BASE_URL"] = desk.server.baseURL + "/?api-version=2024-10-21"
    environment["OPENAI_ORG_ID"] = "org-7"
    var manner = ChatManner()
    let answer = try await desk.client(environment: environment).complete(request, kind: "ask", manner: &manner)
    #expect(answer.attempts.map(\.status) == ["200"])
    let received = desk.server.received[0]
    #expect(received.header("authorization") == "Bearer \(DescribeDesk.key)")
    #expect(received.header("openai-organization") == "org-7" && received.header("content-type") == "application/json")
    environment["OPENAI_API_KEY"] = nil
    await #expect {
      _ = try await desk.client(environment: environment).complete(self.request, kind: "ask", manner: &manner)
    } throws: { error in
      (error as? Service.Refusal)?.reason == "it refuses the key in OPENAI_API_KEY, or asks for one: status 401"
    }
    #expect(desk.server.received[1].header("authorization") == nil)
  }
}
