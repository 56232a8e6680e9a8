/// How a command's arguments are written into provenance: without secrets, and so that a shell reads them back.
public enum CommandLineText {
  static let redacted = "REDACTED"

  /// Words in an option's name that make its value a secret.
  private static let secretWords = ["key", "token", "password", "passwd", "secret", "credential", "credentials"]

  /// Options whose value is the URL of a webhook: who knows its path may post there.
  private static let webhookOptions = ["--notify"]

  /// The arguments with every secret replaced: `--api-key=…` and `--token …` by the option's name, `user:password@` and
  /// `?api_key=…` in URLs by their form, and all of a webhook's URL but scheme and host.
  public static func redacting(_ arguments: [String]) -> [String] {
    let arguments = arguments.map { redactingScript($0) }
    var result: [String] = []
    var valueIsSecret = false
    var valueIsWebhook = false
    for argument in arguments {
      if valueIsWebhook, !argument.hasPrefix("--") {
        result.append(redactingPath(argument))
        valueIsWebhook = false
        continue
      }
      valueIsWebhook = webhookOptions.contains(argument)
      if valueIsSecret, !argument.hasPrefix("--") {
        result.append(redacted)
        valueIsSecret = false
        continue
      }
      valueIsSecret = false
      guard argument.hasPrefix("--") else {
        result.append(isScript(argument) ? argument : redactingURL(argument))
        continue
      }
      if let equals = argument.firstIndex(of: "=") {
        let name = argument[..<equals]
        let value = String(argument[argument.index(after: equals)...])
        let shown =
          webhookOptions.contains(String(name))
          ? redactingPath(value) : isSecret(name.dropFirst(2)) ? redacted : redactingURL(value)
        result.append("\(name)=\(shown)")
      } else {
        valueIsSecret = isSecret(argument.dropFirst(2))
        result.append(argument)
      }
    }
    return result
  }

  /// `https://user:password@host/path?api_key=…` without the password and the key.
  public static func redactingURL(_ text: String) -> String {
    guard let scheme = text.range(of: "://") else { return text }
    let rest = text[scheme.upperBound...]
    let authorityEnd = rest.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? rest.endIndex
    var authority = rest[..<authorityEnd]
    if let at = authority.lastIndex(of: "@") { authority = "\(redacted)@\(authority[authority.index(after: at)...])" }
    var tail = String(rest[authorityEnd...])
    if let question = tail.firstIndex(of: "?") {
      let pairs = tail[tail.index(after: question)...].split(separator: "&", omittingEmptySubsequences: false)
      let clean = pairs.map { pair in
        guard let equals = pair.firstIndex(of: "="), isSecret(pair[..<equals]) else { return String(pair) }
        return "\(pair[...equals])\(redacted)"
      }
      tail = "\(tail[...question])\(clean.joined(separator: "&"))"
    }
    return "\(text[..<scheme.upperBound])\(authority)\(tail)"
  }

  /// `https://host/REDACTED` of a URL whose path is a secret: scheme, host and port alone. What is no URL is all secret.
  public static func redactingPath(_ text: String) -> String {
    guard let scheme = text.range(of: "://") else { return redacted }
    let rest = text[scheme.upperBound...]
    let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    let host = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
    return "\(text[..<scheme.upperBound])\(host)/\(redacted)"
  }

  static func isSecret(_ name: some StringProtocol) -> Bool {
    name.lowercased().split { $0 == "-" || $0 == "_" }.contains { word in
      secretWords.contains(String(word)) || word == "apikey"
    }
  }

  /// The words as one line for a POSIX shell.
  public static func quoting(_ words: [String]) -> String {
    words.map(quoting).joined(separator: " ")
  }

  static func quoting(_ word: String) -> String {
    let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=./:,+@%".utf8)
    if !word.isEmpty, word.utf8.allSatisfy({ plain.contains($0) }) { return word }
    return "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }
}

extension String {
  /// The first occurrence of `part`; the standard library has this only with Foundation.
  fileprivate func range(of part: String) -> Range<Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(part) { return start..<index(start, offsetBy: part.count) }
      start = index(after: start)
    }
    return nil
  }
}
