import MillraceCore
import ScriptedChat
import Support
import Testing

@testable import synth_gen

@Suite struct SchemaDescriberTests {
  private let orders = ["order_id", "customer", "email", "price", "quantity", "total"]

  // MARK: Answers of a model

  @Test func aModelMakesASchema() async throws {
    let desk = DescribeDesk()
    let described = try await desk.describe()
    #expect(described.schema == DescribeDesk.Table(name: "orders", fields: orders))
    let origin = described.origin
    #expect(origin.source == .model && origin.model == "scripted" && origin.service == desk.server.baseURL)
    #expect(origin.account.attempts.map(\.status) == ["200"])
    #expect(origin.account.tokens == TokenCount(prompt: 1200, completion: 300))
    #expect(origin.digest == SHA256Digest(of: described.document))
    #expect(origin.members.map(\.name) == ["schema_source", "schema_digest", "model", "service", "attempts", "tokens"])
    #expect(origin.members.first?.value == .string("llm"))
    let body = desk.bodies[0]
    #expect(body["model"]?.text == "scripted" && body["response_format"]?["type"]?.text == "json_schema")
    #expect(body["messages"]?.elements?.count == 2)
    #expect(desk.warned.isEmpty)
  }

  /// What is right but wrapped is no reason to ask again.
  @Test(arguments: [
    ChatFault.fenced, .thinking, .surrounded, .contentInParts, .listOfArguments, .slow,
  ])
  func wrappedAnswersAreTaken(fault: ChatFault) async throws {
    let desk = DescribeDesk([fault]) { $0.slowness = 0.1 }
    let described = try await desk.describe()
    #expect(described.origin.source == .model && desk.server.requests.count == 1)
    #expect(described.schema.fields.first == "order_id")
  }

  /// What is no schema is asked for again, with what was wrong.
  @Test(arguments: [
    (ChatFault.noChoices, "the answer is empty"), (.noContent, "the answer is empty"),
    (.emptyContent, "the answer is empty"),
    (.prose, "there is no JSON object in the answer"), (.endlessThinking, "the answer ends within <think>"),
    (.length, "the answer was cut, it was too long: use fewer fields"),
    (.cutContent, "the JSON object is never closed"),
    (.deepContent, "the answer is not JSON: byte 41: JSON is nested too deeply"),
    (.unknownGenerator, "field \"mood\": no generator \"mood_of_customer\""),
    (.badArgument, "field \"quantity\": integer has no argument \"sides\""),
    (.duplicateNames, "two fields have the name \"email\""), (.noFields, "\"fields\" is empty"),
    (.injected, "field \"a\": no generator \"file\""),
  ])
  func uselessAnswersAreAskedForAgain(fault: ChatFault, reason: String) async throws {
    let desk = DescribeDesk([fault])
    let described = try await desk.describe()
    #expect(described.origin.source == .model && described.schema.fields == orders)
    #expect(desk.server.requests.count == 2)
    let attempts = described.origin.account.attempts
    #expect(attempts.map(\.request) == ["ask", "ask again"] && attempts.map(\.status) == ["200", "200"])
    let problem = attempts[0].details.first?.value.text ?? ""
    #expect(attempts[0].details.first?.name == "problem" && problem.hasPrefix(reason), "\(problem)")
    let messages = desk.bodies[1]["messages"]?.elements ?? []
    #expect(messages.compactMap { $0["role"]?.text } == ["system", "user", "assistant", "user"])
    #expect(messages.last?["content"]?.text?.contains("- \(problem)") == true)
    // Where an answer had no room, the next one has more.
    #expect(desk.bodies[1]["max_tokens"]?.integer == (fault == .length ? 16384 : 8192))
  }

  @Test func aModelIsAskedAgainTwice() async throws {
    let desk = DescribeDesk([.prose, .unknownGenerator])
    #expect(try await desk.describe().origin.account.attempts.map(\.request) == ["ask", "ask again", "ask again"])
    #expect(desk.bodies[2]["messages"]?.elements?.count == 4, "the first answer is no longer shown")
    let hopeless = DescribeDesk(always: .unknownGenerator)
    let described = try await hopeless.describe()
    #expect(hopeless.server.requests.count == 3)
    #expect(described.origin.source == .fallback && described.origin.template?.name == "orders")
    #expect(
      described.origin.template?.reason
        == "\(host(hopeless)): none of 3 answers of the model scripted is a schema; of the last one: field \"mood\": "
        + "no generator \"mood_of_customer\"")
    #expect(described.origin.account.tokens == TokenCount(prompt: 3600, completion: 900))
  }

  @Test(arguments: [
    (ChatFault.refusal, "the model scripted refuses: I'm sorry, I cannot help with that."),
    (.contentFilter, "a filter of the service holds the answer back"),
  ])
  func aRefusalIsBelieved(fault: ChatFault, reason: String) async throws {
    let desk = DescribeDesk(always: fault)
    let described = try await desk.describe()
    #expect(described.origin.template?.reason == "\(host(desk)): \(reason)" && desk.server.requests.count == 1)
  }

  private func host(_ desk: DescribeDesk) -> String { String(desk.server.baseURL.dropFirst(7).dropLast(3)) }

  // MARK: What is kept

  @Test func aSchemaIsAskedForOnce() async throws {
    let desk = DescribeDesk { $0.isVarying = true }
    let first = try await desk.describe("orders of a shop")
    let second = try await desk.describe(" orders  of\na shop ")
    #expect(desk.server.requests.count == 1)
    #expect(second.document == first.document && second.schema == first.schema)
    #expect(second.origin.source == .cache && second.origin.digest == first.origin.digest)
    #expect((0..<1000).contains(second.origin.age ?? -1) && second.origin.account == ChatAccount())
    #expect(second.origin.members.map(\.name) == ["schema_source", "schema_digest", "model", "service", "schema_age"])
    // Whatever the answer depends on is another key.
    _ = try await desk.describe("orders of another shop")
    _ = try await desk.describe { $0.model = "other" }
    _ = try await desk.describe { $0.locale = "de_DE" }
    var environment = desk.environment
    environment["OPENAI_BASE_URL"] = desk.server.baseURL + "/?"
    _ = try await desk.describe(environment: environment)
    #expect(desk.server.requests.count == 4)
    environment["OPENAI_BASE_URL"] = desk.server.baseURL.replacing("127.0.0.1", with: "localhost")
    _ = try await desk.describe(environment: environment)
    #expect(desk.server.requests.count == 5)
    let refreshed = try await desk.describe { $0.refreshes = true }
    #expect(refreshed.origin.source == .model && refreshed.document != first.document)
    #expect(try await desk.describe().document == refreshed.document)
  }

  @Test func withoutACacheEachRunAsks() async throws {
    let desk = DescribeDesk()
    for _ in 0..<2 {
      let describer = try desk.describer(keeps: false)
      #expect(try await describer.describe(TableDescription("orders")).origin.source == .model)
    }
    #expect(desk.server.requests.count == 2 && desk.kept == nil)
  }

  @Test func offlineNothingIsSent() async throws {
    let desk = DescribeDesk()
    let without = try await desk.describe { $0.isOffline = true }
    #expect(without.origin.source == .fallback && desk.server.requests.isEmpty)
    #expect(
      without.origin.template?.reason == "--offline sends no request, and no schema is kept of this description")
    _ = try await desk.describe()
    #expect(try await desk.describe { $0.isOffline = true }.origin.source == .cache)
    #expect(desk.server.requests.count == 1)
  }

  /// A schema that the program no longer takes, or that a hand has changed, is asked for anew.
  @Test func whatIsKeptIsChecked() async throws {
    let desk = DescribeDesk()
    _ = try await desk.describe()
    desk.folder.write("cache/schemas.json", (desk.kept ?? "").replacing("\"number\"", with: "\"numbre\""))
    #expect(try await desk.describe().origin.source == .model)
    #expect(try await desk.describe().origin.source == .cache)
    #expect(desk.server.requests.count == 2)
  }

  /// Many ask the same at once, and one request answers them all; another description does not wait for them.
  @Test func oneRequestAnswersAll() async throws {
    let desk = DescribeDesk {
      $0.isVarying = true
      $0.delay = 0.5
    }
    var documents: Set<String> = []
    var sources: [SchemaOrigin.Source] = []
    try await withThrowingTaskGroup(of: DescribedSchema<DescribeDesk.Table>.self) { group in
      for _ in 0..<12 { group.addTask { try await desk.describe() } }
      for try await described in group {
        documents.insert(described.document)
        sources.append(described.origin.source)
      }
    }
    #expect(documents.count == 1 && desk.server.requests.count == 1)
    #expect(sources.count { $0 == .model } == 1 && sources.count { $0 == .cache } == 11)
    #expect(desk.folder.names(in: "cache/asking").isEmpty)
  }

  // MARK: Templates

  @Test func aTemplateStandsInAndIsNotKept() async throws {
    let desk = DescribeDesk(always: .unavailable)
    let described = try await desk.describe("purchases of a shop")
    #expect(described.origin.source == .fallback && described.origin.template?.name == "orders")
    #expect(described.origin.template?.words == ["purchases"])
    #expect(described.document.hasPrefix("# Orders."))
    #expect(
      described.origin.members.map(\.name) == [
        "schema_source", "schema_digest", "template", "template_words", "fallback_reason", "model", "service",
        "attempts",
      ])
    #expect(
      desk.warned == [
        "\(host(desk)): status 503 (tried 3 times); taking the built-in template \"orders\", chosen by the word purchases "
          + "(OPENAI_BASE_URL says who is asked, --model for which model; --require-llm makes this an error)"
      ])
    #expect(desk.kept == nil)
    _ = try await desk.describe("purchases of a shop")
    #expect(desk.server.requests.count == 6, "the next run asks again")
    #expect(desk.folder.names(in: "cache/asking").isEmpty)
  }

  @Test func withoutAKeyNothingIsSent() async throws {
    let desk = DescribeDesk()
    let described = try await desk.describe("something else", environment: ["MILLRACE_STATE_DIR": desk.folder("state")])
    #expect(described.origin.template == .init(name: "general", words: [], reason: "no key is set in OPENAI_API_KEY"))
    #expect(
      desk.warned == [
        "no key is set in OPENAI_API_KEY; taking the built-in template \"general\", which fits anything, as no word of the "
          + "description names a subject that there is a template for (set OPENAI_API_KEY, or OPENAI_BASE_URL for a server "
          + "of your own; --require-llm makes this an error)"
      ])
  }

  @Test func aTemplateMayBeRefused() async throws {
    func failure(_ desk: DescribeDesk, environment: [String: String]? = nil, offline: Bool = false) async -> Failure? {
      do {
        _ = try await desk.describe(environment: environment) {
          $0.requiresModel = true
          $0.isOffline = offline
        }
        return nil
      } catch { return error as? Failure }
    }
    let down = DescribeDesk(always: .unavailable)
    #expect(
      await failure(down)
        == Failure(
          .serviceUnavailable, "no schema for the description: \(host(down)): status 503 (tried 3 times)",
          advice:
            "OPENAI_BASE_URL says who is asked, --model for which model; without --require-llm a built-in template is "
            + "taken"))
    #expect(
      await failure(down, environment: [:])
        == Failure(
          .serviceUnavailable, "no schema for the description: no key is set in OPENAI_API_KEY",
          advice: "set OPENAI_API_KEY, or OPENAI_BASE_URL for a server of your own; without --require-llm a built-in "
            + "template is taken"))
    #expect(
      await failure(down, offline: true)?.message
        == "no schema for the description: --offline sends no request, and no schema is kept of this description")
    #expect(await failure(down)?.status == .serviceUnavailable)
    #expect(down.warned.isEmpty)
  }

  // MARK: Secrets

  /// Whatever happens, the key goes to the service and nowhere else.
  @Test(arguments: ChatFault.allCases.filter { ![.stall, .tooManyForLong, .endless].contains($0) })
  func theKeyIsWrittenNowhere(fault: ChatFault) async throws {
    let desk = DescribeDesk([fault, fault])
    let described = try await desk.describe()
    let written =
      [described.document, JSONValue.object(described.origin.members).json, desk.kept ?? ""] + desk.warned
      + desk.bodies.map(\.json) + desk.folder.names + desk.folder.names(in: "state")
    let parts = [DescribeDesk.key, String(DescribeDesk.key.prefix(8)), String(DescribeDesk.key.suffix(8))]
    for text in written { for part in parts { #expect(!text.utf8Contains(part), "\(text)") } }
    #expect(desk.server.received.allSatisfy { $0.header("authorization") == "Bearer \(DescribeDesk.key)" })
  }
}
