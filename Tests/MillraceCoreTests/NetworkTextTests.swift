import Support
import Testing

@testable import MillraceCore

/// Forms and spans of time as text.
@Suite struct NetworkTextTests {
  @Test(arguments: [
    ([("a", "b")], "a=b"), ([("term", "TP53[Gene] AND x"), ("n", "20")], "term=TP53%5BGene%5D%20AND%20x&n=20"),
    ([("q", "&=+%#?/;:,\"'<>\n")], "q=%26%3D%2B%25%23%3F%2F%3B%3A%2C%22%27%3C%3E%0A"),
    ([("é", "日")], "%C3%A9=%E6%97%A5"),
    ([("a", ""), ("", "b")], "a=&=b"), ([("u", "-._~AZaz09")], "u=-._~AZaz09"), ([], ""),
  ])
  func formsAreEncoded(pairs: [(String, String)], text: String) { #expect(FormParameters(pairs).encoded == text) }

  @Test func formsComeBackAsTheyWere() {
    var random = SeededGenerator()
    for _ in 0..<200 {
      var form = FormParameters()
      for _ in 0..<Int.random(in: 0..<5, using: &random) {
        let text = { (random: inout SeededGenerator) in
          String(
            String.UnicodeScalarView(
              (0..<Int.random(in: 0..<9, using: &random)).compactMap { _ in
                Unicode.Scalar(UInt32.random(in: 0..<0x11000, using: &random))
              }))
        }
        form.append(text(&random), text(&random))
      }
      let back = formParameters(Array(form.encoded.utf8))
      let isSame = back.map(\.name) == form.pairs.map(\.name) && back.map(\.value) == form.pairs.map(\.value)
      #expect(isSame, "seed \(random.seed): \(form.encoded)")
    }
  }

  @Test(arguments: [
    ("90", 90.0), ("90s", 90), ("30m", 1800), ("12h", 43_200), ("7d", 604_800), ("1.5h", 5400), (".5s", 0.5), ("0", 0),
    ("100000d", 8_640_000_000),
  ])
  func spansOfTimeAreRead(text: String, seconds: Double) throws { #expect(try TimeSpan(text).seconds == seconds) }

  @Test func everHasNoEnd() throws {
    #expect(try TimeSpan("forever").seconds == nil)
    #expect(try TimeSpan("forever").description == "forever")
  }

  @Test(arguments: [
    "", "s", "d", ".", "1w", "1 h", " 1h", "-1h", "+1h", "1e3s", "0x10", "nan", "inf", "infs", "1.2.3", "1hh", "ever",
    "1e400d",
    "100001d", "99999999999999999999999999",
  ])
  func whatIsNoSpanOfTimeIsRefused(text: String) {
    let failure = #expect(throws: Failure.self) { try TimeSpan(text) }
    #expect(failure?.status == .usage)
    #expect(failure?.message.hasPrefix("expected a time") == true)
  }

  @Test(arguments: [
    ("90s", "90s"), ("60", "1m"), ("3600s", "1h"), ("1.5h", "90m"), ("48h", "2d"), ("0.25", "0.25s"), ("0s", "0.0s"),
  ])
  func spansOfTimeAreWrittenShort(text: String, short: String) throws {
    #expect(try TimeSpan(text).description == short)
  }

  @Test func spansOfTimeComeBackAsTheyWere() throws {
    var random = SeededGenerator()
    for _ in 0..<500 {
      let number = Int.random(in: 0...99_999, using: &random)
      let text = "\(number)\(["s", "m", "h", "d", ".25", ".5d"][Int.random(in: 0..<6, using: &random)])"
      let span = try TimeSpan(text)
      #expect(try TimeSpan(span.description) == span, "\(text), seed \(random.seed)")
    }
  }
}
