/// `310.0 MB/s`: one digit behind the point, steps of 1000.
public func decimal(_ value: Double, _ unit: String) -> String {
  var value = value
  var letters = ["", "k", "M", "G", "T", "P"][...]
  while value >= 1000, letters.count > 1 {
    value /= 1000
    letters.removeFirst()
  }
  let letter = letters.first ?? ""
  return letter.isEmpty ? "\(Int(value)) \(unit)" : "\((value * 10).rounded(.down) / 10) \(letter)\(unit)"
}

/// `0:07`, `12:30`, `3:00:01`.
public func clockTime(_ seconds: Double) -> String {
  let whole = Int(max(0, min(seconds, 1e9)))
  let (hours, minutes) = (whole / 3600, whole / 60 % 60)
  return (hours > 0 ? "\(hours):\(padded(minutes, 2))" : "\(minutes)") + ":\(padded(whole % 60, 2))"
}
