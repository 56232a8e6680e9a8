import MillraceCore

/// A number of bytes for a person: `512K`, `1.5G`.
func memoryText(_ bytes: Int) -> String {
  var value = Double(bytes)
  var unit = ""
  for larger in ["K", "M", "G", "T"] where value >= 1024 {
    value /= 1024
    unit = larger
  }
  let tenths = Int((value * 10).rounded())
  return tenths % 10 == 0 || tenths >= 1000 ? "\((tenths + 5) / 10)\(unit)" : "\(tenths / 10).\(tenths % 10)\(unit)"
}

/// A time for a person who waits: `40 s`, `3 min`, `2 h 5 min`.
func waitText(_ seconds: Double) -> String {
  guard seconds.isFinite, seconds < 1e9 else { return "ever" }
  let whole = Int(max(0, seconds).rounded(.up))
  if whole <= 90 { return "\(whole) s" }
  let minutes = (whole + 59) / 60
  if minutes < 60 { return "\(minutes) min" }
  return minutes % 60 == 0 ? "\(minutes / 60) h" : "\(minutes / 60) h \(minutes % 60) min"
}

/// Seconds as people read them: `0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`.
func spanText(_ seconds: Double) -> String {
  if seconds < 10 { return "\((seconds * 10).rounded() / 10) s" }
  let whole = Int(min(seconds, 1e12).rounded())
  if whole < 60 { return "\(whole) s" }
  if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
  return "\(whole / 3600) h \(whole % 3600 / 60) min"
}

/// A time as it is told of one attempt: `0.042 s`, `3.1 s`, then `2:10`.
func attemptTime(_ seconds: Double) -> String {
  if seconds >= 60 { return clockTime(seconds) }
  if seconds <= 0 { return "0 s" }
  let unit = seconds < 1 ? 1000.0 : 10.0
  return "\((seconds * unit).rounded() / unit) s"
}
