import MillraceCore

/// A value of a YAML document, with the line that it begins on.
///
/// Scalars keep their text: what `yes` or `010` means is for those to say who read them.
public struct YAMLValue: Sendable, Equatable {
  /// 1 for the first line.
  public var line: Int
  public var content: Content

  public indirect enum Content: Sendable, Equatable {
    /// - isPlain: written without quotes.
    case scalar(String, isPlain: Bool)
    case list([YAMLValue])
    case map([Entry])
  }

  public struct Entry: Sendable, Equatable {
    public var key: String
    public var keyLine: Int
    public var value: YAMLValue

    public init(key: String, keyLine: Int, value: YAMLValue) {
      self.key = key
      self.keyLine = keyLine
      self.value = value
    }
  }

  public init(line: Int, content: Content) {
    self.line = line
    self.content = content
  }

  /// Nothing stands there, or `null` or `~` does.
  public var isNull: Bool {
    if case .scalar(let text, isPlain: true) = content {
      ["", "~", "null", "Null", "NULL"].contains(text)
    } else {
      false
    }
  }

  /// The text of a scalar that is not null.
  public var text: String? {
    if case .scalar(let text, _) = content, !isNull { text } else { nil }
  }

  /// What is there, for a message: `"abc"`, `a list`, `keys with values`, `nothing`.
  public var found: String {
    switch content {
    case .scalar where isNull: "nothing"
    case .scalar(let text, _): text.count > 80 ? "\"\(text.prefix(80))…\"" : "\"\(text)\""
    case .list(let values): values.isEmpty ? "an empty list" : "a list"
    case .map: "keys with values"
    }
  }

  /// The value without lines and spelling, so that two that mean the same are equal.
  public var json: JSONValue {
    switch content {
    case .scalar(let text, _): isNull ? .null : .string(text)
    case .list(let values): .array(values.map(\.json))
    case .map(let entries): .object(entries.map { .init($0.key, $0.value.json) })
    }
  }
}
