/// A JSON document as a value: for parameters, provenance and the places where a row's value must be understood.
///
/// Numbers keep their text, objects their order and their repeated names, so that what is read and written again means
/// the same to every reader. Rows themselves are never turned into values: they stay bytes.
public indirect enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  /// The number as it is spelled, such as `1e400` or `0.10`.
  case number(String)
  case string(String)
  case array([JSONValue])
  case object([Member])

  public struct Member: Sendable, Equatable {
    public var name: String
    public var value: JSONValue

    public init(_ name: String, _ value: JSONValue) {
      self.name = name
      self.value = value
    }
  }

  public static func integer(_ value: some BinaryInteger) -> JSONValue { .number(String(value)) }

  /// The value of the last member with this name, as most readers of JSON take it.
  public subscript(name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.last { $0.name == name }?.value
  }

  public var text: String? {
    if case .string(let text) = self { text } else { nil }
  }

  /// The number as an integer, if it is spelled as one that fits.
  public var integer: Int? {
    if case .number(let text) = self { Int(text) } else { nil }
  }

  public var elements: [JSONValue]? {
    if case .array(let elements) = self { elements } else { nil }
  }

  public var members: [Member]? {
    if case .object(let members) = self { members } else { nil }
  }
}

// MARK: Reading

extension JSONValue {
  /// Parses one document and nothing behind it; white space may surround it.
  ///
  /// Throws `Failure(.badData)` that names the byte where the document goes wrong. A string with half a surrogate pair is
  /// refused, since no text can hold it.
  public static func parse(_ bytes: UnsafeRawBufferPointer, maximumDepth: Int) throws(Failure) -> JSONValue {
    let padded = ByteBuffer(capacity: bytes.count)
    unsafe padded.append(bytes)
    return try parse(padded, maximumDepth: maximumDepth)
  }

  public static func parse(_ text: String, maximumDepth: Int = 64) throws(Failure) -> JSONValue {
    try parse(ByteBuffer(text), maximumDepth: maximumDepth)
  }

  private static func parse(_ padded: ByteBuffer, maximumDepth: Int) throws(Failure) -> JSONValue {
    let parser = try JSONParser()
    do throws(JSONError) {
      try unsafe parser.parse(padded: padded.bytes, maximumDepth: maximumDepth)
      var reader = TapeReader(parser: parser, document: padded)
      return try reader.value(at: 0)
    } catch {
      throw Failure(error.reason == .outOfMemory ? .internalError : .badData, "byte \(error.offset): \(error.message)")
    }
  }

}

/// Builds values from a tape; recursion is as deep as the parser's limit allowed.
private struct TapeReader {
  let parser: JSONParser
  let document: ByteBuffer
  let unescaped = ByteBuffer(capacity: 64)

  mutating func value(at index: Int) throws(JSONError) -> JSONValue {
    let token = parser[index]
    switch token.kind {
    case .null: return .null
    case .false: return .bool(false)
    case .true: return .bool(true)
    case .number: return .number(unsafe String(decoding: document.bytes[token.range], as: UTF8.self))
    case .string: return .string(try text(of: token))
    case .array:
      var elements: [JSONValue] = []
      var next = index + 1
      while next < token.next {
        elements.append(try value(at: next))
        next = parser[next].next
      }
      return .array(elements)
    case .object:
      var members: [JSONValue.Member] = []
      var next = index + 1
      while next < token.next {
        let name = try text(of: parser[next])
        members.append(JSONValue.Member(name, try value(at: next + 1)))
        next = parser[next + 1].next
      }
      return .object(members)
    }
  }

  private func text(of token: JSONParser.Token) throws(JSONError) -> String {
    let body = unsafe UnsafeRawBufferPointer(rebasing: document.bytes[token.range])
    guard token.hasEscapes else { return unsafe String(decoding: body, as: UTF8.self) }
    unescaped.removeAll()
    guard unsafe unescaped.appendUnescapedJSON(body) else {
      throw JSONError(.loneSurrogate, at: token.range.lowerBound)
    }
    return unsafe String(decoding: unescaped.bytes, as: UTF8.self)
  }
}

// MARK: Writing

extension JSONValue {
  /// Appends the value as compact JSON on one line: members in order, numbers as they were spelled, and only the escapes
  /// that JSON demands.
  public func write(to output: ByteBuffer) {
    switch self {
    case .null: output.append("null")
    case .bool(let value): output.append(value ? "true" : "false")
    case .number(let text): output.append(text)
    case .string(let text): Self.write(text, to: output)
    case .array(let elements):
      output.append(UInt8(ascii: "["))
      for (index, element) in elements.enumerated() {
        if index > 0 { output.append(UInt8(ascii: ",")) }
        element.write(to: output)
      }
      output.append(UInt8(ascii: "]"))
    case .object(let members):
      output.append(UInt8(ascii: "{"))
      for (index, member) in members.enumerated() {
        if index > 0 { output.append(UInt8(ascii: ",")) }
        Self.write(member.name, to: output)
        output.append(UInt8(ascii: ":"))
        member.value.write(to: output)
      }
      output.append(UInt8(ascii: "}"))
    }
  }

  /// Appends a text as a JSON string with its quotes.
  public static func write(_ text: String, to output: ByteBuffer) {
    output.append(UInt8(ascii: "\""))
    // Vector loops read past the end, where a text of Swift has nothing.
    let padded = ByteBuffer(text)
    unsafe output.appendJSONEscaped(padded.bytes)
    output.append(UInt8(ascii: "\""))
  }

  /// The value as compact JSON.
  public var json: String {
    let buffer = ByteBuffer()
    write(to: buffer)
    return unsafe String(decoding: buffer.bytes, as: UTF8.self)
  }
}
