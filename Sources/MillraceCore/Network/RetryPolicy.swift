/// When a request that failed is made again.
///
/// Pauses double from one second to ten, each up to a tenth longer, so that processes that failed together do not come
/// back together. What a service asks for in `Retry-After` wins.
public struct RetryPolicy: Sendable, Hashable {
  /// Tries after the first one.
  public var retries: Int
  /// Seconds before the first retry.
  public var base: Double
  /// What each further pause grows by.
  public var factor: Double
  /// Seconds that a pause of our own choice has at most, jitter not counted.
  public var cap: Double
  /// The most that a pause is lengthened by, as a part of it.
  public var jitter: Double

  public init(retries: Int = 3, base: Double = 1, factor: Double = 2, cap: Double = 10, jitter: Double = 0.1) {
    self.retries = retries
    self.base = base
    self.factor = factor
    self.cap = cap
    self.jitter = jitter
  }

  /// A service that asks for more than a day of patience has miscounted.
  static let longestRetryAfter = 86400.0

  /// Whether an answer of that status may be another one a little later: 408, 429, 500, 502, 503, 504.
  public static func isTransient(status: Int) -> Bool { [408, 429, 500, 502, 503, 504].contains(status) }

  /// Seconds to wait.
  ///
  /// - Parameters:
  ///   - number: 1 for the first retry.
  ///   - retryAfter: what the service asked for, in seconds. It is waited for exactly or, with the jitter, longer.
  ///   - random: uniform over all values.
  public func pause(beforeRetry number: Int, retryAfter: Double?, random: () -> UInt64) -> Double {
    var pause = min(base, cap)
    if let retryAfter, retryAfter.isFinite, retryAfter >= 0 {
      pause = min(retryAfter, Self.longestRetryAfter)
    } else {
      var next = 1
      while next < number, pause < cap, pause * factor > pause {
        pause = min(pause * factor, cap)
        next += 1
      }
    }
    return pause * (1 + jitter * (Double(random() >> 11) / 0x1p53))
  }

  /// Reads the value of `Retry-After` (RFC 9110, 10.2.3): seconds, or a date in any of HTTP's three forms. An open client
  /// is not needed, libcurl is.
  ///
  /// - Returns: seconds from `now`, 0 for a date that has passed; nil for what is neither, or lies more than a day ahead.
  public static func retryAfter(_ value: String, now: Timestamp) -> Double? {
    let text = value.split(whereSeparator: { $0 == " " || $0 == "\t" }).joined(separator: " ")
    guard let first = text.utf8.first else { return nil }
    let seconds: Double
    if text.utf8.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }) {
      guard text.utf8.count <= 9, let number = Int(text) else { return nil }
      seconds = Double(number)
    } else {
      // All three forms begin with the day's name; libcurl would also take a bare number for a date.
      guard UInt8(ascii: "A")...UInt8(ascii: "Z") ~= first, !text.utf8.contains(0), (try? Curl.open()) != nil,
        let date = Curl.seconds(ofDate: text)
      else { return nil }
      seconds = max(0, Double(date - now.seconds) - Double(now.nanoseconds) * 1e-9)
    }
    return seconds <= longestRetryAfter ? seconds : nil
  }

  /// Seconds that an answer asks a client to wait: `retry-after-ms`, which some services send for pauses below a second,
  /// or else `Retry-After`.
  ///
  /// - Returns: nil when the answer asks for nothing, or for nothing sensible.
  static func retryAfter(of response: HTTPResponse, now: Timestamp) -> Double? {
    if let text = response.header("retry-after-ms"), let milliseconds = Self.milliseconds(text) {
      return milliseconds / 1000
    }
    return response.header("Retry-After").flatMap { retryAfter($0, now: now) }
  }

  /// Digits with or without a fraction, up to the longest pause.
  private static func milliseconds(_ text: String) -> Double? {
    let text = text.trimmed
    let isNumber =
      text.utf8.count <= 16 && text.utf8.first.map { (0x30...0x39).contains($0) } ?? false
      && text.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }
    guard isNumber, let value = Double(text), value <= longestRetryAfter * 1000 else { return nil }
    return value
  }
}
