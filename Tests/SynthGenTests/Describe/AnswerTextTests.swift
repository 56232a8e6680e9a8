import MillraceCore
import Support
import Testing

@testable import synth_gen

@Suite struct AnswerTextTests {
  static let object = #"{"name":"t","fields":[{"name":"a}","x":"\"{"}]}"#

  @Test(arguments: [
    "OBJECT", "\n OBJECT \n", "```json\nOBJECT\n```", "```\nOBJECT\n```\nThat is it {really}.",
    "<think>\nIs it {a}? {\"fields\":[]}\n</think>\nOBJECT", "I thought {hard}.</think>OBJECT",
    "<thinking>x</thinking>OBJECT",
    "Sure! Here {it} is:\n\nOBJECT\n\nLet me know if [you] want changes {or not}.", "{ {\"a\":1} OBJECT",
    "First {\"a\":1}, then OBJECT", "{\"a\": [{\"b\":1},\nAgain: OBJECT", "{\"unclosed\": OBJECT", "\u{FEFF}OBJECT",
    "Note \" a quote. OBJECT",
  ])
  func theObjectIsFound(pattern: String) throws {
    let text = pattern.split(separator: "OBJECT", omittingEmptySubsequences: false).joined(separator: Self.object)
    #expect(try AnswerText.object(in: text).json == Self.object)
  }

  @Test(arguments: [
    ("", "the answer is empty"), (" \n\t", "the answer is empty"), ("</think>", "the answer is empty"),
    ("I would use a table.", "there is no JSON object in the answer"), ("[1, 2]", "the answer is JSON, but no object"),
    ("\"text\"", "the answer is JSON, but no object"),
    ("<think>Perhaps {\"fields\":[]}", "the answer ends within <think>"),
    (#"{"fields": ["#, "the JSON object is never closed"),
    (#"{"fields": "]}"#, "the JSON object is never closed"),
    ("so: {\"a\": 1}", "the answer is not JSON: byte 0: not JSON"),
    (#"{"fields": 'a'}"#, "the answer is not JSON: byte 11: not JSON"),
  ])
  func whatIsMissingIsTold(text: String, reason: String) {
    #expect(throws: AnswerText.NoObject(reason: reason)) { try AnswerText.object(in: text) }
  }

  @Test func hostileAnswersEnd() {
    for piece in ["{", "[", "{\"a\":", "{\"", "\"{", "}", "{}", "</think", "\\"] {
      let text = String(repeating: piece, count: (256 << 10) / piece.utf8.count)
      _ = try? AnswerText.object(in: text)
    }
    let deep = String(repeating: "[", count: 33) + String(repeating: "]", count: 33)
    #expect(throws: AnswerText.NoObject.self) { try AnswerText.object(in: "{\"fields\":\(deep)}") }
  }

  @Test func noBytesBreakIt() {
    var generator = SeededGenerator()
    let letters = Array("{}[]\",:\\ax1<think></think>`".utf8)
    for _ in 0..<3000 {
      let bytes = (0..<Int.random(in: 0...60, using: &generator)).map { _ in
        Int.random(in: 0..<8, using: &generator) == 0
          ? UInt8.random(in: .min ... .max, using: &generator) : letters.randomElement(using: &generator) ?? 0
      }
      if let value = try? AnswerText.object(in: String(decoding: bytes, as: UTF8.self)) {
        #expect(value.members != nil, "\(bytes), seed \(generator.seed)")
      }
    }
  }
}
