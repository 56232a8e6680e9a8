import MillraceCore

/// The moment that relative dates count from.
struct AsOf: Sendable, Hashable {
  /// Seconds since 1970-01-01T00:00:00 of the wall clock.
  var seconds: Int

  var day: Int { seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400 }

  /// When nothing is said: a fixed day, so that the same command makes the same rows on every day.
  static let usual = AsOf(seconds: 20_454 * 86_400)

  var text: String {
    let time = seconds - day * 86_400
    let date = CalendarDay(number: day).text
    return time == 0 ? date : "\(date)T\(padded(time / 3600, 2)):\(padded(time / 60 % 60, 2)):\(padded(time % 60, 2))"
  }
}
