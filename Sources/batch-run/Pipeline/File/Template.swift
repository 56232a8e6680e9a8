import MillraceCore

/// A text in which `${NAME}` stands for a variable of the environment, and `$$` for a dollar sign.
struct Template: Sendable, Equatable {
  private enum Part: Sendable, Equatable {
    case text(String)
    case variable(String)
  }

  private let parts: [Part]
  /// As it stands in the file.
  let source: String

  /// - Throws: `.badData` for a dollar sign that means neither.
  init(_ source: String) throws(Failure) {
    self.source = source
    var parts: [Part] = []
    var text = ""
    var rest = source[...]
    while let letter = rest.popFirst() {
      guard letter == "$" else {
        text.append(letter)
        continue
      }
      if rest.first == "$" {
        rest.removeFirst()
        text.append("$")
        continue
      }
      guard rest.first == "{", let end = rest.firstIndex(of: "}"),
        isVariableName(rest[..<end].dropFirst())
      else {
        throw Failure(
          .badData, "a dollar sign that begins no ${NAME}", advice: "$$ stands for a dollar sign")
      }
      if !text.isEmpty { parts.append(.text(text)) }
      text = ""
      parts.append(.variable(String(rest[..<end].dropFirst())))
      rest = rest[rest.index(after: end)...]
    }
    if !text.isEmpty { parts.append(.text(text)) }
    self.parts = parts
  }

  var variables: [String] {
    parts.compactMap { if case .variable(let name) = $0 { name } else { nil } }
  }

  /// The text with the variables' values.
  ///
  /// - Throws: `.badConfiguration` for a variable that is not set.
  func filled(from environment: [String: String], at place: Place) throws(Failure) -> String {
    var result = ""
    for part in parts {
      switch part {
      case .text(let text): result += text
      case .variable(let name):
        guard let value = environment[name] else {
          throw Failure(
            .badConfiguration, "the variable \(name) is not set", at: place, advice: "export \(name)=… before the run")
        }
        result += value
      }
    }
    return result
  }
}

/// Letters, digits and underscores, no digit first.
func isVariableName(_ text: some StringProtocol) -> Bool {
  guard let first = text.utf8.first, !(0x30...0x39).contains(first) else { return false }
  return text.utf8.allSatisfy { byte in
    byte == UInt8(ascii: "_") || (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte)
      || (0x61...0x7a).contains(byte)
  }
}
