import AugmenterSupport
import MillraceCore
import ScriptedAlphaVantage
import Support

/// The rows that a desk's symbols should get, in NDJSON.
extension FinanceDesk {
  /// For runs whose requests are counted: whole histories take a machine under load their time.
  static let patience = ["--timeout", "100s"]

  /// Symbols whose histories are short and quickly made, but longer than a hundred days.
  static func symbols(_ numbers: some Sequence<Int>) -> [String] { numbers.map { "NEW\($0)" } }

  /// A row with prices, oldest first.
  static func row(_ symbol: String, _ status: String, _ points: some Sequence<InventedPoint> = []) -> String {
    let prices = points.map { point in
      #"{"date":"\#(point.day.text)","open":\#(point.open),"high":\#(point.high),"low":\#(point.low),"#
        + #""close":\#(point.close),"volume":\#(point.volume)}"#
    }
    return #"{"symbol":"\#(symbol)","status":"\#(status)","prices":[\#(prices.joined(separator: ","))]}"#
  }

  /// The row with the last hundred days.
  func latestRow(_ symbol: String) -> String { Self.row(symbol, "ok", history(symbol).points.suffix(100)) }

  /// The server's.
  var port: Int { Int(url.split(separator: "/")[1].split(separator: ":")[1]) ?? 0 }

  func rows(_ name: String) -> [String] {
    (folder.text(name) ?? "").split(separator: "\n").map { String($0) }
  }

  /// The statuses of an output's rows of NDJSON, counted.
  func statusCounts(_ name: String) throws -> [String: Int] {
    try rows(name).map { try JSONValue.parse($0)["status"]?.text ?? "none" }.counts
  }

  /// Whether an output's rows are those with the last hundred days, in the order of the symbols.
  func holdsLatestRows(_ name: String, of symbols: [String]) -> Bool { rows(name) == symbols.map(latestRow) }

  /// Files in a folder, and in folders within, that hold a text; without the server's log, which has every request.
  func files(holding text: String, in name: String? = nil) -> [String] {
    let sought = Array(text.utf8)
    return (name.map { folder.names(in: $0) } ?? folder.names).flatMap { entry -> [String] in
      let path = name.map { "\($0)/\(entry)" } ?? entry
      guard path != "log" else { return [] }
      guard let bytes = folder.read(path), !bytes.isEmpty else { return files(holding: text, in: path) }
      return bytes.contains(sought) ? [path] : []
    }
  }
}

extension GregorianDay {
  /// `2026-05-15`.
  var text: String {
    let (year, month, day) = parts
    return "\(zeroPadded(year, 4))-\(zeroPadded(month))-\(zeroPadded(day))"
  }
}
