import MillraceCore

/// Takes a command line apart as a shell does, without expanding anything: words stand between blanks, and quotes and
/// backslashes keep blanks in them.
enum CommandWords {
  /// - Parameter refusesShellSigns: signs that only a shell understands are an error where they are not in quotes.
  /// - Throws: `.usage` for a quote without an end, and for no word at all.
  static func split(_ text: String, refusesShellSigns: Bool = false) throws(Failure) -> [String] {
    var words: [String] = []
    /// Nil between words.
    var word: String?
    var quote: Unicode.Scalar?
    var isEscaped = false
    for scalar in text.unicodeScalars {
      if isEscaped {
        // Within double quotes a backslash stands for itself before most characters.
        if quote == "\"", !"\"\\$`\n".unicodeScalars.contains(scalar) { word = (word ?? "") + "\\" }
        word = (word ?? "") + String(scalar)
        isEscaped = false
      } else if scalar == "\\", quote != "'" {
        isEscaped = true
      } else if let open = quote {
        if scalar == open { quote = nil } else { word = (word ?? "") + String(scalar) }
      } else if scalar == "'" || scalar == "\"" {
        quote = scalar
        word = word ?? ""
      } else if scalar == " " || scalar == "\t" || scalar == "\n" {
        if let word { words.append(word) }
        word = nil
      } else if refusesShellSigns, "|&;<>()$`*?".unicodeScalars.contains(scalar) {
        throw Failure(
          .usage, "\"\(scalar)\" means something to a shell, and no shell is called",
          advice: "put it in quotes, or write command: [sh, -c, '…']")
      } else {
        word = (word ?? "") + String(scalar)
      }
    }
    guard quote == nil, !isEscaped else {
      let what = quote.map { "the quote \($0)" } ?? "the backslash at the end"
      throw Failure(.usage, "\(what) stands alone in the command: \(printable(text))")
    }
    if let word { words.append(word) }
    guard !words.isEmpty else { throw Failure(.usage, "the command is empty") }
    return words
  }
}
