/// What all processes of a user know about their requests to one service: pure arithmetic on times that are handed in.
///
/// Times are nanoseconds since 1970 by the system's clock, the one clock that processes and hosts share. It can be set:
/// what lies too far ahead is from before that, and is forgotten.
struct LimiterState: Equatable, Sendable {
  typealias Nanoseconds = Int64

  /// When the last request was let go.
  var last: Nanoseconds = 0
  /// Until when nobody may send.
  var gate: Nanoseconds = 0
  /// How often in a row the service said "slow down" without saying for how long.
  var slowDowns = 0

  static let longestGate = 3600 * second
  static let longestPause = 15 * second
  static let second: Nanoseconds = 1_000_000_000

  /// The first moment at which the next request may go.
  mutating func due(now: Nanoseconds, interval: Nanoseconds) -> Nanoseconds {
    if last - now > interval { last = 0 }
    if gate - now > Self.longestGate { gate = 0 }
    return max(last + interval, gate)
  }

  /// Closes the gate: for the time that the service named, an hour at most, or for 1, 2, 4, 8, then 15 s.
  ///
  /// Requests that were under way when the gate closed draw refusals too. While it is closed these make no pause longer,
  /// unless the service asks for more.
  mutating func slowDown(now: Nanoseconds, retryAfter: Double?) {
    if let retryAfter {
      gate = max(gate, now + Self.nanoseconds(retryAfter, atMost: Self.longestGate))
    } else if gate <= now || gate - now > Self.longestGate {
      gate = now + min(Self.second << Int64(min(slowDowns, 4)), Self.longestPause)
      slowDowns = min(slowDowns + 1, 4)
    }
  }

  /// Forgets the refusals, unless the gate is closed: then the request went before they came.
  mutating func succeed(now: Nanoseconds) {
    if gate <= now { slowDowns = 0 }
  }

  static func nanoseconds(_ seconds: Double, atMost limit: Nanoseconds) -> Nanoseconds {
    seconds > 0 ? Nanoseconds(min(seconds, Double(limit) / 1e9) * 1e9) : 0
  }
}

// MARK: Text

extension LimiterState {
  /// One line of a fixed length, so that it is overwritten in place: the form's version, then the values in order.
  var text: String {
    "1 \(padded(last, 19)) \(padded(gate, 19)) \(slowDowns)\n"
  }

  /// Nil for anything but such a line.
  init?(text: some StringProtocol) {
    let parts = text.split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count == 4, parts[0] == "1", let last = Nanoseconds(parts[1]), let gate = Nanoseconds(parts[2]),
      let slowDowns = Int(parts[3].dropLast()), last >= 0, gate >= 0, (0...4).contains(slowDowns)
    else { return nil }
    self.init(last: last, gate: gate, slowDowns: slowDowns)
    guard self.text == text else { return nil }
  }
}
