import MillraceCore

/// Takes a command line apart as a shell does, without expanding anything: words stand between blanks, and quotes and
/// backslashes keep blanks in them.
enum CommandWords {
  /// What keeps a text from being words.
  enum Problem: Error, Equatable {
    /// It is never closed.
    case quote(Unicode.Scalar)
    /// It stands at the end.
    case backslash
    /// Only a shell understands it, and it is in no quotes.
    case sign(Unicode.Scalar)
  }

  /// The words of a command.
  ///
  /// - Parameter refusesShellSigns: signs that only a shell understands are an error where they are not in quotes.
  /// - Throws: `.usage` for a quote without an end, and for no word at all.
  static func split(_ text: String, refusesShellSigns: Bool = false) throws(Failure) -> [String] {
    let words: [String]
    do throws(Problem) {
      words = try Self.words(of: text, refusing: refusesShellSigns ? "|&;<>()$`*?" : "") {
        $0 == " " || $0 == "\t" || $0 == "\n"
      }
    } catch {
      switch error {
      case .sign(let sign):
        throw Failure(
          .usage, "\"\(sign)\" means something to a shell, and no shell is called",
          advice: "put it in quotes, or write command: [sh, -c, '…']")
      case .quote(let quote):
        throw Failure(.usage, "the quote \(quote) stands alone in the command: \(printable(text))")
      case .backslash:
        throw Failure(.usage, "the backslash at the end stands alone in the command: \(printable(text))")
      }
    }
    guard !words.isEmpty else { throw Failure(.usage, "the command is empty") }
    return words
  }

  /// The words of any text; none is fine.
  ///
  /// - Parameters:
  ///   - signs: may stand in quotes alone.
  ///   - isBlank: what stands between words.
  static func words(
    of text: String, refusing signs: String = "", isBlank: (Unicode.Scalar) -> Bool
  ) throws(Problem) -> [String] {
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
      } else if isBlank(scalar) {
        if let word { words.append(word) }
        word = nil
      } else if signs.unicodeScalars.contains(scalar) {
        throw .sign(scalar)
      } else {
        word = (word ?? "") + String(scalar)
      }
    }
    if let quote { throw .quote(quote) }
    if isEscaped { throw .backslash }
    if let word { words.append(word) }
    return words
  }
}
