import Glibc

/// A moment in UTC.
public struct Timestamp: Sendable, Hashable, CustomStringConvertible {
  /// Since 1970-01-01T00:00:00Z, leap seconds not counted.
  public var seconds: Int
  public var nanoseconds: Int

  public init(seconds: Int, nanoseconds: Int = 0) {
    self.seconds = seconds
    self.nanoseconds = nanoseconds
  }

  /// RFC 3339 with milliseconds, as in `2026-11-21T09:05:15.042Z`.
  public var description: String {
    var seconds = seconds
    var parts = unsafe tm()
    unsafe gmtime_r(&seconds, &parts)
    return unsafe text(parts) + "Z"
  }

  /// Date and time with milliseconds; unsafe for the pointer to the zone's name, which nobody reads.
  private func text(_ parts: tm) -> String {
    let date = unsafe [parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday].map { padded($0, 2) }
    let time = unsafe [parts.tm_hour, parts.tm_min, parts.tm_sec].map { padded($0, 2) }
    return date.joined(separator: "-") + "T" + time.joined(separator: ":") + "."
      + padded(nanoseconds / 1_000_000, 3)
  }
}

extension Timestamp: Comparable {
  init(_ time: timespec) { self.init(seconds: time.tv_sec, nanoseconds: time.tv_nsec) }

  public static func < (one: Timestamp, other: Timestamp) -> Bool {
    (one.seconds, one.nanoseconds) < (other.seconds, other.nanoseconds)
  }

  /// Seconds from an earlier moment to this one.
  public func since(_ earlier: Timestamp) -> Double {
    // Of a file's time somebody may have made anything.
    Double(seconds) - Double(earlier.seconds) + Double(nanoseconds - earlier.nanoseconds) / 1e9
  }

  /// RFC 3339 in the local time zone with its offset, to the millisecond: `2026-03-01T09:30:00.125+01:00`.
  public var localText: String {
    var seconds = seconds
    var parts = unsafe tm()
    unsafe localtime_r(&seconds, &parts)
    let offset = unsafe parts.tm_gmtoff / 60
    return unsafe text(parts) + (offset < 0 ? "-" : "+") + padded(abs(offset) / 60, 2) + ":"
      + padded(abs(offset) % 60, 2)
  }

  /// In the local time zone, as in `2026-11-22 10:03 +01:00`. The minute has begun: who comes then does not come too early.
  var localMinute: String {
    let begun = seconds + (nanoseconds > 0 ? 1 : 0)
    let text = Timestamp(seconds: begun + (60 - begun % 60) % 60).localText
    return "\(text.prefix(10)) \(text.dropFirst(11).prefix(5)) \(text.suffix(6))"
  }
}

extension Timestamp {
  /// The moment that a text in the form of `localText` names; nil for any other text.
  public init?(localText text: String) {
    let bytes = Array(text.utf8)
    let form = Array("0000-00-00T00:00:00.000+00:00".utf8)
    let zero = UInt8(ascii: "0")
    let isWellFormed =
      bytes.count == form.count
      && zip(bytes, form).enumerated().allSatisfy { index, pair in
        pair.1 == zero
          ? (zero...UInt8(ascii: "9")).contains(pair.0)
          : pair.0 == pair.1 || index == 23 && pair.0 == UInt8(ascii: "-")
      }
    guard isWellFormed else { return nil }
    func number(_ range: Range<Int>) -> Int { bytes[range].reduce(0) { $0 * 10 + Int($1 - zero) } }
    var parts = unsafe tm()
    unsafe parts.tm_year = Int32(number(0..<4) - 1900)
    unsafe parts.tm_mon = Int32(number(5..<7) - 1)
    unsafe parts.tm_mday = Int32(number(8..<10))
    unsafe parts.tm_hour = Int32(number(11..<13))
    unsafe parts.tm_min = Int32(number(14..<16))
    unsafe parts.tm_sec = Int32(number(17..<19))
    let offset = (number(24..<26) * 60 + number(27..<29)) * 60
    let seconds = unsafe timegm(&parts)
    self.init(
      seconds: bytes[23] == UInt8(ascii: "-") ? seconds + offset : seconds - offset,
      nanoseconds: number(20..<23) * 1_000_000)
  }
}

extension Timestamp {
  /// The moment that a text in the form of `description` names, `2026-11-21T09:05:15.042Z`; nil for any other text.
  public init?(utcText text: String) {
    guard text.hasSuffix("Z") else { return nil }
    self.init(localText: text.dropLast() + "+00:00")
  }
}
