import Glibc
import MillraceCore

/// `93.4 %`.
func percentage(_ share: Double) -> String {
  let tenths = (share * 1000).rounded()
  return "\(tenths / 10) %"
}

/// A number with about three digits that matter: `0.0123`, `4.57`, `53900`, `1.2e+09`.
func shortNumber(_ value: Double) -> String {
  guard value.isFinite else { return "–" }
  if value == 0 { return "0" }
  let size = abs(value)
  if size >= 1e7 || size < 1e-4 {
    var exponent = Int(log10(size).rounded(.down))
    var digits = (value / pow(10, Double(exponent)) * 10).rounded() / 10
    if abs(digits) >= 10 {
      digits /= 10
      exponent += 1
    }
    return "\(trimmed(digits))e\(exponent)"
  }
  let decimals = max(0, 2 - Int(log10(size).rounded(.down)))
  let scale = pow(10, Double(min(decimals, 6)))
  return trimmed((value * scale).rounded() / scale)
}

private func trimmed(_ value: Double) -> String {
  value.rounded() == value && abs(value) < 1e15 ? String(Int(value)) : "\(value)"
}

/// A moment as its day, and the time of day where a column reaches over few days.
///
/// - Parameter span: of the column, in nanoseconds.
func momentText(_ nanoseconds: Double, span: Double) -> String {
  let seconds = (nanoseconds / 1e9).rounded(.down)
  guard abs(seconds) < 1e12 else { return "–" }
  let moment = Timestamp(seconds: Int(seconds))
  let day = CalendarDay(utc: moment)
  if span > 4 * 86_400e9 { return day.text }
  let inDay = moment.seconds - day.number * 86_400
  return "\(day.text) \(padded(inDay / 3600, 2)):\(padded(inDay / 60 % 60, 2))"
}
