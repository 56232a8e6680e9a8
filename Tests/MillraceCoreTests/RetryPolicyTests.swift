import Glibc
import Support
import Testing

@testable import MillraceCore

@Suite struct RetryPolicyTests {
  /// 1994-11-06T08:49:37Z, the moment of RFC 9110's examples.
  static let moment = Timestamp(seconds: 784_111_777)

  @Test func statusesThatMayChange() {
    let transient = (100...599).filter { RetryPolicy.isTransient(status: $0) }
    #expect(transient == [408, 429, 500, 502, 503, 504])
  }

  @Test func pausesDoubleUpToTheCap() {
    let policy = RetryPolicy(retries: 7)
    let pauses = (1...7).map { policy.pause(beforeRetry: $0, retryAfter: nil, random: { 0 }) }
    #expect(pauses == [1, 2, 4, 8, 10, 10, 10])
    #expect(RetryPolicy().retries == 3)
    #expect(policy.pause(beforeRetry: .max, retryAfter: nil, random: { 0 }) == 10)
    #expect(policy.pause(beforeRetry: 0, retryAfter: nil, random: { 0 }) == 1)
    #expect(RetryPolicy(base: 0).pause(beforeRetry: .max, retryAfter: nil, random: { 0 }) == 0)
  }

  @Test func jitterLengthensByATenthAtMost() {
    let policy = RetryPolicy()
    let longest = policy.pause(beforeRetry: 2, retryAfter: nil, random: { .max })
    #expect(longest > 2.1999 && longest <= 2.2)
    var generator = SeededGenerator()
    var sum = 0.0
    for _ in 0..<2000 {
      let number = Int.random(in: 1...6, using: &generator)
      let least = policy.pause(beforeRetry: number, retryAfter: nil, random: { 0 })
      let pause = policy.pause(beforeRetry: number, retryAfter: nil, random: { generator.next() })
      #expect((least...least * 1.1).contains(pause), "seed \(generator.seed)")
      sum += pause / least
    }
    #expect((1.045..<1.055).contains(sum / 2000), "seed \(generator.seed)")
  }

  @Test func whatTheServiceAsksForWins() {
    let policy = RetryPolicy()
    #expect(policy.pause(beforeRetry: 1, retryAfter: 60, random: { 0 }) == 60)
    #expect(policy.pause(beforeRetry: 3, retryAfter: 0, random: { 0 }) == 0)
    #expect(policy.pause(beforeRetry: 1, retryAfter: 1e9, random: { 0 }) == 86400)
    for nonsense in [-1.0, Double.nan, -Double.infinity] {
      #expect(policy.pause(beforeRetry: 1, retryAfter: nonsense, random: { 0 }) == 1)
    }
  }

  @Test(arguments: [
    ("0", 0.0), ("120", 120), ("  7\t", 7), ("86400", 86400), ("007", 7),
    ("Sun, 06 Nov 1994 08:49:47 GMT", 10), ("Sunday, 06-Nov-94 08:49:47 GMT", 10), ("Sun Nov  6 08:49:47 1994", 10),
    ("Sun, 06 Nov 1994 08:49:00 GMT", 0), ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
  ])
  func retryAfterIsRead(value: String, seconds: Double) {
    #expect(RetryPolicy.retryAfter(value, now: Self.moment) == seconds)
  }

  @Test(arguments: [
    "", " ", "-1", "+1", "1.5", "1e3", "86401", "999999999", "99999999999999999999999999", "soon", "0x10", "１２",
    "Mon, 07 Nov 1994 08:49:38 GMT", "Sun, 06 Nov 9999 08:49:37 GMT", "Sun, 32 Foo 1994 08:49:37 GMT", "Retry",
    "1994-11-06T08:49:47Z", "19941106", "\0", "Sun, 06 Nov 1994 08:49:47 GMT\u{0}x", "\u{1F600}",
    String(repeating: "A", count: 100_000),
  ])
  func nonsenseIsNoAnswer(value: String) {
    #expect(RetryPolicy.retryAfter(value, now: Self.moment) == nil)
  }

  /// The finer header wins; what it says is in milliseconds.
  @Test(
    arguments: [
      ("500", nil, 0.5), ("0", "7", 0), (" 1500.5 ", "7", 1.5005), ("86400000", nil, 86400), ("86400001", "7", 7),
      ("soon", "7", 7), ("-1", nil, nil), (".5", nil, nil), ("1.5.5", nil, nil), ("nan", nil, nil), ("", "3", 3),
      ("99999999999999999999", nil, nil), (nil, nil, nil), (nil, "2", 2),
    ] as [(String?, String?, Double?)])
  func anAnswerAsksForAPause(milliseconds: String?, seconds: String?, pause: Double?) {
    var response = HTTPResponse(status: 429, url: "")
    if let seconds { response.headers.append(HTTPHeader("retry-after", seconds)) }
    if let milliseconds { response.headers.append(HTTPHeader("Retry-After-Ms", milliseconds)) }
    #expect(RetryPolicy.retryAfter(of: response, now: Self.moment) == pause)
  }

  @Test func partsOfASecondCount() {
    let now = Timestamp(seconds: Self.moment.seconds, nanoseconds: 250_000_000)
    #expect(RetryPolicy.retryAfter("Sun, 06 Nov 1994 08:49:38 GMT", now: now) == 0.75)
  }

  @Test func allThreeFormsOfAnyDateAreReadAlike() {
    var generator = SeededGenerator()
    for _ in 0..<500 {
      // RFC 850 has two digits for the year: within 1971 and 2036 readers agree on the century.
      let now = Int.random(in: 32_000_000..<2_100_000_000, using: &generator)
      let ahead = Int.random(in: 0...86400, using: &generator)
      for form in ["%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"] {
        let text = dateText(now + ahead, form)
        #expect(
          RetryPolicy.retryAfter(text, now: Timestamp(seconds: now)) == Double(ahead),
          "\(text) from \(now), seed \(generator.seed)")
      }
    }
  }

  @Test func noBytesBreakTheReader() {
    var generator = SeededGenerator()
    let letters = Array("SunMoJan NovGMT0123456789:,-+ \tZ/".utf8)
    for _ in 0..<5000 {
      let bytes = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
        Bool.random(using: &generator) ? letters.randomElement(using: &generator) ?? 0 : generator.byte()
      }
      let seconds = RetryPolicy.retryAfter(String(decoding: bytes, as: UTF8.self), now: Self.moment)
      #expect(seconds.map { (0...86400).contains($0) } ?? true, "\(bytes), seed \(generator.seed)")
    }
  }

  private func dateText(_ seconds: Int, _ form: String) -> String {
    var seconds = seconds
    var parts = unsafe tm()
    unsafe gmtime_r(&seconds, &parts)
    var text = [CChar](repeating: 0, count: 64)
    let count = unsafe strftime(&text, text.count, form, &parts)
    return String(decoding: text.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
