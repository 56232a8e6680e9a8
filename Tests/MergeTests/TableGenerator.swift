import Support

/// Makes tables of every nasty kind that is still a table, from a seed that is printed when a test fails.
struct TableGenerator {
  var random: SeededGenerator
  /// Rows of CSV have more or fewer values than the header now and then.
  var isRagged = true

  enum Kind: CaseIterable { case csv, tsv, ndjson }

  mutating func table(_ kind: Kind) -> [UInt8] {
    let lineEnds = [["\n"], ["\r\n"], ["\r"], ["\n", "\r\n", "\r"]].randomElement(using: &random) ?? ["\n"]
    var text = oneIn(4) ? "\u{FEFF}" : ""
    let columns = Int.random(in: 1...5, using: &random)
    let records = oneIn(8) ? 0 : Int.random(in: 0...60, using: &random)
    if kind != .ndjson {
      text += (0..<columns).map { "column \($0)" }.joined(separator: kind == .tsv ? "\t" : ",")
      if records > 0 || oneIn(2) { text += lineEnd(lineEnds) }
    }
    for record in 0..<records {
      while oneIn(10) { text += lineEnd(kind == .ndjson ? lineEnds.map { $0 == "\r" ? "\n" : $0 } : lineEnds) }
      switch kind {
      case .ndjson: text += object(columns)
      case .csv, .tsv: text += row(columns, delimiter: kind == .tsv ? "\t" : ",")
      }
      if record < records - 1 || !oneIn(3) {
        // A carriage return alone ends no line of NDJSON.
        text += lineEnd(kind == .ndjson ? lineEnds.map { $0 == "\r" ? "\n" : $0 } : lineEnds)
      }
    }
    if kind == .ndjson || records > 0, oneIn(6), text.hasSuffix("\n") { text += "\n\r\n\n" }
    return Array(text.utf8)
  }

  /// Records alone, with a line feed behind each.
  mutating func records(_ kind: Kind, columns: Int, count: Int) -> [UInt8] {
    var text = ""
    for _ in 0..<count {
      text += (kind == .ndjson ? object(columns) : row(columns, delimiter: kind == .tsv ? "\t" : ",")) + "\n"
    }
    return Array(text.utf8)
  }

  private mutating func oneIn(_ count: Int) -> Bool { Int.random(in: 0..<count, using: &random) == 0 }

  private mutating func lineEnd(_ all: [String]) -> String { all.randomElement(using: &random) ?? "\n" }

  private mutating func row(_ columns: Int, delimiter: String) -> String {
    // Ragged now and then.
    let count = isRagged && oneIn(20) ? max(1, columns + Int.random(in: -1...1, using: &random)) : columns
    return (0..<count).map { _ in field(delimiter) }.joined(separator: delimiter)
  }

  private mutating func field(_ delimiter: String) -> String {
    switch Int.random(in: 0..<10, using: &random) {
    case 0: return "\"\(delimiter)\""
    case 1: return "\"line\nend\r\nwithin\""
    case 2: return "\"a \"\"quote\"\"\""
    case 3: return "\"\"\"\""
    case 4: return "Straße 画像 \u{1F9EC}"
    case 5: return String(repeating: "x", count: Int.random(in: 0...150, using: &random))
    case 6: return "5\" disk"
    // Nothing, which alone on a line must be quoted or it is a blank line.
    case 7: return "\"\""
    default: return "\(Int.random(in: 0...9999, using: &random))"
    }
  }

  private mutating func object(_ members: Int) -> String {
    let values = ["1e400", "-0.10", "\"a\\nb\\\"c\\u00e9\"", "null", "true", "[1,[2,{}]]", "{\"x\":{\"y\":\"画像\"}}"]
    let body = (0..<members).map { "\"k\($0)\":\(values.randomElement(using: &random) ?? "null")" }
    return "{" + body.joined(separator: oneIn(2) ? "," : " , ") + "}"
  }
}
