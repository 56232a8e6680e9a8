import MillraceCore

extension Schema {
  /// The schema as YAML that people edit: a field a line, with what stands beside its generator.
  var yaml: String {
    var lines: [String] = []
    guard case .object(let members) = json else { return "" }
    for member in members { Self.append(member, indent: 0, to: &lines) }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Keys whose values get a line each.
  private static let blocks: Set<String> = ["fields", "tables", "constraints", "correlations"]

  private static func append(_ member: JSONValue.Member, indent: Int, to lines: inout [String]) {
    let margin = String(repeating: " ", count: indent)
    guard indent == 0 || blocks.contains(member.name) || indent == 2, blocks.contains(member.name) || indent == 2 else {
      lines.append("\(margin)\(word(member.name)): \(flow(member.value))")
      return
    }
    switch member.value {
    case .object(let members) where !members.isEmpty:
      lines.append("\(margin)\(word(member.name)):")
      for inner in members {
        if member.name == "tables", case .object(let own) = inner.value {
          lines.append("\(margin)  \(word(inner.name)):")
          for part in own { append(part, indent: indent + 4, to: &lines) }
        } else {
          lines.append("\(margin)  \(word(inner.name)): \(flow(inner.value))")
        }
      }
    case .array(let elements) where !elements.isEmpty:
      lines.append("\(margin)\(word(member.name)):")
      for element in elements { lines.append("\(margin)  - \(flow(element))") }
    default: lines.append("\(margin)\(word(member.name)): \(flow(member.value))")
    }
  }

  /// A value on one line.
  private static func flow(_ value: JSONValue) -> String {
    switch value {
    case .null: return "null"
    case .bool(let flag): return flag ? "true" : "false"
    case .number(let text): return text
    case .string(let text): return word(text)
    case .array(let elements): return "[" + elements.map { flow($0) }.joined(separator: ", ") + "]"
    case .object(let members):
      // A generator without a word beside it stands alone.
      if members.count == 1, members[0].name == "generator", case .string(let name) = members[0].value {
        return word(name)
      }
      return "{" + members.map { "\(word($0.name)): \(flow($0.value))" }.joined(separator: ", ") + "}"
    }
  }

  /// A text without quotes where YAML takes it for itself, else as JSON writes it, which YAML reads too.
  private static func word(_ text: String) -> String {
    let isPlain =
      text.first.map { $0.isASCII && ($0.isLetter || $0 == "_") } == true
      && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_-./".contains($0)) }
      && !["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(text.lowercased())
    return isPlain ? text : JSONValue.string(text).json
  }
}
