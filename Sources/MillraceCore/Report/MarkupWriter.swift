/// Builds HTML, SVG or other XML. Names of elements and attributes come from the code; text and values of attributes may
/// come from anywhere, and are escaped.
///
///     var page = MarkupWriter()
///     page.element("p", ["class": "note"]) { $0.text("a < b") }     // <p class="note">a &lt; b</p>
public struct MarkupWriter: Sendable {
  /// What was written so far.
  public private(set) var markup = ""

  public init() {}

  /// Values by name; a nil one is left out.
  public typealias Attributes = KeyValuePairs<StaticString, String?>

  /// An element with what `content` writes into it.
  public mutating func element(
    _ name: StaticString, _ attributes: Attributes = [:], _ content: (inout MarkupWriter) -> Void
  ) {
    open(name, attributes)
    markup += ">"
    content(&self)
    markup += "</\(name)>"
  }

  /// An element that holds nothing.
  public mutating func element(_ name: StaticString, _ attributes: Attributes = [:]) {
    open(name, attributes)
    markup += "/>"
  }

  /// An element that holds text.
  public mutating func element(_ name: StaticString, _ attributes: Attributes = [:], text: String) {
    element(name, attributes) { $0.text(text) }
  }

  public mutating func text(_ text: String) { markup += Self.escaping(text) }

  /// An end of line, for who reads the markup itself.
  public mutating func newline() { markup += "\n" }

  /// Markup that the code has written: a style sheet, a document type.
  public mutating func verbatim(_ markup: StaticString) { self.markup += "\(markup)" }

  private mutating func open(_ name: StaticString, _ attributes: Attributes) {
    markup += "<\(name)"
    for (name, value) in attributes {
      if let value { markup += " \(name)=\"\(Self.escaping(value))\"" }
    }
  }

  /// The text as it may stand between tags and in quotes of either kind. What XML 1.0 does not allow becomes U+FFFD; marks
  /// that turn the direction of what follows do, too.
  public static func escaping(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { replacement(of: $0) != nil }) else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      if let replacement = replacement(of: scalar) {
        result += replacement
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private static func replacement(of scalar: Unicode.Scalar) -> String? {
    switch scalar.value {
    case 0x26: "&amp;"
    case 0x3C: "&lt;"
    case 0x3E: "&gt;"
    case 0x22: "&quot;"
    case 0x27: "&#39;"
    case 0x09, 0x0A, 0x0D: nil
    case 0..<0x20, 0x7F..<0xA0, 0x202A...0x202E, 0x2066...0x2069, 0xFFFE, 0xFFFF: "\u{FFFD}"
    default: nil
    }
  }
}
