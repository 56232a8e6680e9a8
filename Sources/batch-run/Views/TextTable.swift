/// Rows of as many cells each as lines of aligned columns, without blanks at their ends.
func textTable(_ rows: [[String]]) -> String {
  guard let first = rows.first else { return "" }
  let widths = first.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
  return rows.map { row in
    let padded = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(separator: "  ")
    return String(padded.reversed().drop { $0 == " " }.reversed()) + "\n"
  }.joined()
}
