import MillraceCore
import Testing

@testable import synth_gen

@Suite struct ChatRequestTests {
  private let request = ChatRequest(
    model: "m", messages: [ChatMessage(.system, "s"), ChatMessage(.user, "say \"x\"")],
    form: .object([.init("type", .string("object"))]), formName: "table_schema", maximumTokens: 100)

  /// Whether the manner adapts to the error.
  private func adapts(_ manner: inout ChatManner, _ message: String, parameter: String? = nil) -> Bool {
    manner.adapt(to: ChatError(status: 400, message: message, parameter: parameter))
  }

  private func body(_ manner: ChatManner) -> String { String(decoding: request.body(manner), as: UTF8.self) }

  @Test func aRequestIsWritten() {
    #expect(
      body(ChatManner()) == #"{"model":"m","messages":[{"role":"system","content":"s"},"#
        + #"{"role":"user","content":"say \"x\""}],"temperature":0,"seed":1,"max_tokens":100,"stream":false,"#
        + #""response_format":{"type":"json_schema","json_schema":{"name":"table_schema","strict":true,"#
        + #""schema":{"type":"object"}}}}"#)
    var manner = ChatManner(tokenLimit: .completionTokens)
    manner.format = .object
    #expect(
      body(manner).hasSuffix(
        #","max_completion_tokens":100,"stream":false,"response_format":{"type":"json_object"}}"#))
    manner.format = .free
    manner.tokenLimit = .unnamed
    manner.takesTemperature = false
    manner.takesSeed = false
    #expect(body(manner).hasSuffix(#"],"stream":false}"#))
  }

  @Test(
    arguments: [
      ("Unsupported value: 'temperature' does not support 0", nil),
      ("no", "temperature"),
      ("TEMPERATURE is deprecated for this model", nil),
    ] as [(String, String?)])
  func theTemperatureIsLeftOut(message: String, parameter: String?) {
    var manner = ChatManner()
    let isAdapted = adapts(&manner, message, parameter: parameter)
    var expected = ChatManner()
    expected.takesTemperature = false
    #expect(isAdapted && manner == expected)
    let isAdaptedAgain = adapts(&manner, message, parameter: parameter)
    #expect(!isAdaptedAgain, "it is gone already")
  }

  @Test func theFormatIsLoosenedStepByStep() {
    for words in [
      "'response_format' of type 'json_schema' is not supported", "Failed to parse grammar",
      "structured output is unavailable", "JSON schema conversion failed",
    ] {
      var manner = ChatManner()
      let steps = (0..<3).map { _ in (adapts(&manner, words), manner.format) }
      #expect(steps.map(\.0) == [true, true, false] && steps.map(\.1) == [.object, .free, .free], "\(words)")
    }
  }

  @Test func theLimitOfTokensHasAnotherName() {
    var manner = ChatManner()
    let words =
      [("", "max_tokens"), ("unknown: max_completion_tokens", nil), ("max_tokens", nil)] as [(String, String?)]
    let steps = words.map { (adapts(&manner, $0.0, parameter: $0.1), manner.tokenLimit) }
    #expect(steps.map(\.0) == [true, true, false])
    #expect(steps.map(\.1) == [.completionTokens, .unnamed, .unnamed])
    // What does not fit would not fit under another name.
    manner = ChatManner()
    let isAdapted = adapts(&manner, "max_tokens is too large: this model's maximum context length is 4096")
    #expect(isAdapted && manner.tokenLimit == .unnamed)
  }

  /// Words that name others as examples do not count where the parameter is named.
  @Test func theParameterIsBelieved() {
    var manner = ChatManner()
    let steps = [
      adapts(&manner, "as temperature, this is fixed", parameter: "seed"),
      adapts(&manner, "messages is empty", parameter: "messages"), adapts(&manner, ""),
    ]
    #expect(steps == [true, false, false])
    #expect(!manner.takesSeed && manner.takesTemperature)
  }

  @Test(
    arguments: [
      (#"{"error":{"message":"no","type":"t","param":"p","code":"c"}}"#, "no", "t", "p", "c"),
      (
        #"{"error":{"code":400,"message":"'messages' is required","type":"e"}}"#, "'messages' is required", "e", nil,
        "400"
      ),
      (#"{"error":"no such model"}"#, "no such model", nil, nil, nil),
      (
        #"{"object":"error","message":"too long","type":"BadRequestError","param":null,"code":400}"#, "too long",
        "BadRequestError", nil, "400"
      ),
      (#"{"detail":"Not Found"}"#, "Not Found", nil, nil, nil),
      (
        #"{"detail":[{"loc":["body","seed"],"msg":"Extra inputs are not permitted","type":"extra"}]}"#,
        "body.seed: Extra inputs are not permitted", nil, nil, nil
      ),
      ("<html><body>Bad gateway</body></html>", "", nil, nil, nil),
      ("", "", nil, nil, nil), ("[]", "", nil, nil, nil), ("7", "", nil, nil, nil),
      (#"{"error":{}}"#, "", nil, nil, nil),
      (#"{"error":{"message":7}}"#, "", nil, nil, nil),
    ] as [(String, String, String?, String?, String?)])
  func errorsAreRead(body: String, message: String, type: String?, parameter: String?, code: String?) {
    #expect(
      ChatError(status: 400, body: Array(body.utf8))
        == ChatError(status: 400, message: message, type: type, parameter: parameter, code: code))
  }

  @Test func aCompletionIsRead() throws {
    let text =
      #"{"choices":[{"message":{"content":"c","refusal":""},"finish_reason":"stop"}],"usage":{"prompt_tokens":7,"#
      + #""completion_tokens":3}}"#
    let completion = try ChatCompletion(Array(text.utf8))
    #expect(completion.content == "c" && completion.finishReason == "stop" && completion.refusal == nil)
    #expect(completion.tokens == TokenCount(prompt: 7, completion: 3))
    for empty in [
      #"{"choices":[]}"#, #"{"choices":[{}]}"#,
      #"{"choices":[{"message":{"content":null}}],"usage":{"prompt_tokens":-4}}"#,
      #"{"choices":[7],"usage":[]}"#,
    ] {
      let completion = try ChatCompletion(Array(empty.utf8))
      #expect(completion.content == "" && completion.tokens == TokenCount(), "\(empty)")
    }
    let parts = #"{"choices":[{"message":{"content":[{"type":"text","text":"a"},{"x":1},{"text":"b"}]}}]}"#
    #expect(try ChatCompletion(Array(parts.utf8)).content == "ab")
  }

  @Test(arguments: [
    ("<!DOCTYPE html><p>", "an HTML page"), ("  <html>", "an HTML page"), (#"{"a":1}"#, "JSON that is no completion"),
    ("[]", "JSON that is no completion"), ("", "byte 0: expected JSON, found nothing"),
    (#"{"choices":{}}"#, "JSON that is no completion"), (#"{"choices":["#, "byte 0: not JSON"),
    (String(repeating: "[", count: 5000) + String(repeating: "]", count: 5000), "byte 32: JSON is nested too deeply"),
  ])
  func whatIsNoCompletionIsTold(body: String, reason: String) {
    #expect(throws: ChatCompletion.Unreadable(reason: reason)) { try ChatCompletion(Array(body.utf8)) }
  }
}
