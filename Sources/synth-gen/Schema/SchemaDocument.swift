import MillraceCore
import YAMLDocuments

/// A value of a schema document with the line that it begins on; 0 where lines are not known.
struct SchemaNode: Sendable {
  struct Member: Sendable {
    let name: String
    let node: SchemaNode
  }

  let line: Int
  let value: JSONValue
  /// Of an object, with their lines.
  let members: [Member]?
  let elements: [SchemaNode]?

  subscript(name: String) -> SchemaNode? { members?.last { $0.name == name }?.node }

  /// An object without one of its members.
  func without(_ name: String) -> SchemaNode {
    let rest = members?.filter { $0.name != name }
    return SchemaNode(
      line: line, value: rest.map { .object($0.map { .init($0.name, $0.node.value) }) } ?? value, members: rest,
      elements: nil)
  }

  /// For a message.
  var shown: String {
    switch value {
    case .null: "nothing"
    case .array(let elements): elements.isEmpty ? "an empty list" : "a list"
    case .object: "keys with values"
    case .bool(let value): value ? "true" : "false"
    case .number(let text): text
    case .string(let text): "\"\(printable(String(text.prefix(80))))\""
    }
  }
}

/// Reads the bytes of a schema, YAML or JSON, as nodes.
enum SchemaDocument {
  static let greatestDepth = 32

  static func read(_ text: [UInt8], file: String) throws(Failure) -> SchemaNode {
    let first = text.first { ![0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf].contains($0) }
    if first == UInt8(ascii: "{") {
      do throws(Failure) {
        return node(try JSONValue.parse(String(decoding: text, as: UTF8.self), maximumDepth: greatestDepth))
      } catch {
        throw Failure(.badData, "not JSON: \(error.message)", at: Place(file: file))
      }
    }
    guard let value = try YAMLParser.parse(text, file: file, kind: "a schema") else {
      throw Failure(
        .badData, "the schema is empty", at: Place(file: file), advice: "a schema has fields, or tables that have them")
    }
    return node(value)
  }

  static func node(_ value: JSONValue) -> SchemaNode {
    SchemaNode(
      line: 0, value: value,
      members: value.members?.map { .init(name: $0.name, node: node($0.value)) },
      elements: value.elements?.map { node($0) })
  }

  private static func node(_ value: YAMLValue) -> SchemaNode {
    switch value.content {
    case .scalar(let text, let isPlain):
      return SchemaNode(
        line: value.line, value: value.isNull ? .null : isPlain ? scalar(text) : .string(text), members: nil,
        elements: nil)
    case .list(let values):
      let elements = values.map { node($0) }
      return SchemaNode(line: value.line, value: .array(elements.map(\.value)), members: nil, elements: elements)
    case .map(let entries):
      let members = entries.map { SchemaNode.Member(name: $0.key, node: node($0.value)) }
      return SchemaNode(
        line: value.line, value: .object(members.map { .init($0.name, $0.node.value) }), members: members, elements: nil
      )
    }
  }

  /// A scalar without quotes, as YAML 1.2 reads it: `yes` and `010` are texts.
  static func scalar(_ text: String) -> JSONValue {
    switch text {
    case "true", "True", "TRUE": return .bool(true)
    case "false", "False", "FALSE": return .bool(false)
    default:
      let hasLeadingZero =
        text.drop { $0 == "-" || $0 == "+" }.hasPrefix("0") && text.contains { $0.isNumber }
        && !text.contains(".") && text.drop { $0 == "-" || $0 == "+" } != "0"
      return hasLeadingZero || text.contains("_")
        ? .string(text) : jsonNumber(text).map { .number($0) } ?? .string(text)
    }
  }
}

extension JSONValue {
  var isNull: Bool { self == .null }

  var double: Double? {
    if case .number(let text) = self { Double(text) } else { nil }
  }
}
