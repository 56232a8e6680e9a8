import MillraceCore
import Support
import Testing

@testable import synth_gen

/// A small language model on loopback: what it says is silly, but it and its server are not ours.
private let chatModel: String? = {
  if let folder = environmentVariable("MILLRACE_CHAT_MODEL") { return folder }
  let sources = #filePath.split(separator: "/").dropLast(4).map { "/\($0)" }.joined()
  let folder = "\(sources)/.tools/chat-model"
  return readFile("\(folder)/complete") == nil ? nil : folder
}()

@Suite(.serialized, .enabled(if: chatModel != nil, "make chat-model installs a language model"))
struct RealModelTests {
  private let server: ServerProgram
  private let desk = DescribeDesk()

  init() throws {
    let script = #filePath.split(separator: "/").dropLast(3).map { "/\($0)" }.joined() + "/Servers/chat-model/serve.py"
    server = ServerProgram("\(try #require(chatModel))/bin/python", [script])
  }

  private var environment: [String: String] {
    ["OPENAI_BASE_URL": server.url, "MILLRACE_STATE_DIR": desk.folder("state")]
  }

  private func ask(_ manner: ChatManner, form: JSONValue = .object([])) async throws -> ChatClient.Answer {
    let request = ChatRequest(
      model: "any", messages: [ChatMessage(.user, "Describe a cat as JSON with its name and its legs.")], form: form,
      formName: "cat", maximumTokens: 60)
    var manner = manner
    return try await desk.client(environment: environment, timeout: 300).complete(request, kind: "ask", manner: &manner)
  }

  /// The answer keeps to a schema, whatever it says.
  @Test func theAnswerKeepsToASchema() async throws {
    let form = try JSONValue.parse(
      #"{"type":"object","properties":{"name":{"type":"string","maxLength":12},"legs":{"type":"integer","minimum":0,"#
        + #""maximum":9}},"required":["name","legs"],"additionalProperties":false}"#)
    let answer = try await ask(ChatManner(), form: form)
    #expect(answer.attempts.map(\.status) == ["200"])
    #expect(answer.completion.tokens.prompt > 0 && (1...60).contains(answer.completion.tokens.completion))
    let cat = try AnswerText.object(in: answer.completion.content)
    #expect(cat["name"]?.text != nil && cat["legs"]?.integer != nil && cat.members?.count == 2, "\(cat.json)")
  }

  @Test func otherFormatsAreTaken() async throws {
    var manner = ChatManner(tokenLimit: .completionTokens)
    for format in [ChatManner.Format.object, .free] {
      manner.format = format
      let answer = try await ask(manner)
      #expect(answer.attempts.last?.status == "200")
      #expect(["stop", "length"].contains(answer.completion.finishReason) && !answer.completion.content.isEmpty)
    }
  }

  /// From a description on: a table, or a template and the reason why.
  @Test func aDescriptionIsAnswered() async throws {
    let described = try await desk.describer(environment: environment, timeout: 300) { $0.answerTokens = 60 }
      .describe(try TableDescription("orders of a shop"))
    let account = described.origin.account
    #expect((1...3).contains(account.attempts.count { $0.status == "200" }), "\(account.attempts)")
    #expect(account.tokens.prompt > 100 && account.tokens.completion > 0)
    switch described.origin.source {
    case .model: #expect(!described.schema.fields.isEmpty)
    case .fallback: #expect(described.origin.template?.reason.isEmpty == false)
    default: Issue.record("\(described.origin)")
    }
  }
}
