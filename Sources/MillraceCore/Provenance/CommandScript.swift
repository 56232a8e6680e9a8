extension CommandLineText {
  /// An argument without the secrets that stand in the middle of it: `NCBI_API_KEY=…` for env(1), the header
  /// `Authorization: …`, and in a script for a shell also `--api-key …` and URLs. What an option of its own tells is left to
  /// `redacting`.
  static func redactingScript(_ argument: String) -> String {
    let isScript = isScript(argument)
    guard isScript || argument.contains("=") && !argument.hasPrefix("-") else { return argument }
    var result = ""
    var secret = Secret.none
    var rest = argument[...]
    while let first = rest.first {
      let isBreak = isSeparator(first)
      let word = rest.prefix { isSeparator($0) == isBreak }
      rest = rest[word.endIndex...]
      if isBreak {
        // A header goes on to its quote or the end of its line.
        if secret == .upToQuote, word.contains(where: { $0 != " " && $0 != "\t" }) { secret = .none }
        result += word
      } else if secret != .none, !(secret == .word && word.hasPrefix("--")) {
        result += redacted
        if secret == .word { secret = .none }
      } else {
        let (text, next) = redactingWord(word, isScript: isScript)
        result += text
        secret = next
      }
    }
    return result
  }

  /// What of the words behind this one is a secret.
  private enum Secret {
    case none, word, upToQuote
  }

  /// More than one word.
  static func isScript(_ argument: String) -> Bool { argument.contains { isSeparator($0) } }

  private static func isSeparator(_ character: Character) -> Bool {
    character.isWhitespace || "'\"`".contains(character)
  }

  private static func redactingWord(_ word: Substring, isScript: Bool) -> (String, Secret) {
    if word.hasSuffix(":") {
      let name = word.dropLast().split(separator: "=").last ?? ""
      return (String(word), isHeader(name) ? .upToQuote : .none)
    }
    if isScript, word.hasPrefix("--"), !word.contains("=") {
      return (String(word), isSecret(word.dropFirst(2)) ? .word : .none)
    }
    if let equals = word.firstIndex(of: "=") {
      let name = word[..<equals]
      let isOption = name.hasPrefix("--")
      // "key=3" is nobody's secret: a variable of awk, a column.
      if isOption
        ? isScript && isSecret(name.dropFirst(2)) : isVariable(name) && isSecret(name) && name.lowercased() != "key"
      {
        let hasValue = word.index(after: equals) < word.endIndex
        return ("\(name)=\(hasValue ? redacted : "")", hasValue ? .none : .word)
      }
    }
    return (isScript ? redactingURL(String(word)) : String(word), .none)
  }

  /// A name as of an environment variable.
  private static func isVariable(_ name: Substring) -> Bool {
    !name.isEmpty
      && name.utf8.allSatisfy { byte in
        byte == UInt8(ascii: "_") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
          || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
          || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
      }
  }

  private static func isHeader(_ name: Substring) -> Bool {
    let name = name.lowercased()
    return ["authorization", "proxy-authorization", "cookie"].contains(name) || name.hasPrefix("x-") && isSecret(name)
  }
}
