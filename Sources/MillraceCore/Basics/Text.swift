/// The number's digits, with zeros in front where they are fewer than `width`: `0042`, `0f`.
public func padded(_ number: some BinaryInteger, _ width: Int, radix: Int = 10) -> String {
  let digits = String(number, radix: radix)
  return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
}

/// `1 row`, `3 rows`, or with its own plural `2 retries`.
public func counted(_ count: Int, _ noun: String, _ plural: String? = nil) -> String {
  "\(count) \(count == 1 ? noun : plural ?? noun + "s")"
}

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

// MARK: Words of others

/// The text with control characters written out: what comes from a file or a server may hold a line end or a terminal's
/// escape codes.
public func printable(_ text: String) -> String {
  guard text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else { return text }
  var result = ""
  for scalar in text.unicodeScalars {
    if scalar.properties.generalCategory != .control {
      result.unicodeScalars.append(scalar)
    } else {
      result += scalar.escaped(asASCII: true)
    }
  }
  return result
}

/// A server's words for a message: one short line, without the secret that some servers repeat.
public func serverText(_ text: String, without secret: String?) -> String {
  var text = text.split { $0.isWhitespace }.joined(separator: " ")
  if let secret, !secret.isEmpty {
    text = text.split(separator: secret, omittingEmptySubsequences: false).joined(separator: "REDACTED")
  }
  return printable(text.count > 200 ? text.prefix(200) + "…" : text)
}

// MARK: Lists

/// The first of many names for a message, and how many more there are: "A, B and 3 more".
public func namingFirst(_ names: [String], most: Int = 20) -> String {
  let rest = names.count > most ? " and \(names.count - most) more" : ""
  return names.prefix(most).joined(separator: ", ") + rest
}

extension StringProtocol where SubSequence == Substring {
  /// Without white space at both ends.
  public var trimmed: Substring {
    let rest = drop { $0.isWhitespace }
    return rest.lastIndex { !$0.isWhitespace }.map { rest[...$0] } ?? ""
  }
}
