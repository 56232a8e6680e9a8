import CLibYAML
import MillraceCore

/// Reads one YAML document through libyaml, event by event, within limits: aliases and tags, with which a small document
/// can stand for a huge one or for something of another type, are refused.
@safe public struct YAMLParser: ~Copyable {
  /// In bytes.
  public static let longestDocument = 1 << 20
  public static let greatestDepth = 64

  private let file: String
  /// What the document is, for messages: "a pipeline file".
  private let kind: String
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  /// What libyaml reads from; it keeps a pointer into it.
  private let document: ByteBuffer

  /// The document's value; nil when it is empty.
  ///
  /// - Parameters:
  ///   - file: what messages call the document.
  ///   - kind: what the document is, for messages: "a pipeline file".
  /// - Throws: `.badData` with the line.
  public static func parse(_ text: [UInt8], file: String, kind: String) throws(Failure) -> YAMLValue? {
    guard text.count <= longestDocument else {
      throw Failure(
        .badData, "\(text.count) bytes, where \(kind) has \(longestDocument) at most", at: Place(file: file))
    }
    var parser = YAMLParser(text, file: file, kind: kind)
    return try parser.onlyDocument()
  }

  private init(_ text: [UInt8], file: String, kind: String) {
    self.file = file
    self.kind = kind
    document = ByteBuffer(text)
    unsafe parser = .allocate(capacity: 1)
    unsafe yaml_parser_initialize(parser)
    unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    unsafe yaml_parser_set_input_string(
      parser, UnsafePointer(document.base.assumingMemoryBound(to: UInt8.self)), document.count)
  }

  deinit {
    unsafe yaml_parser_delete(parser)
    unsafe parser.deallocate()
  }

  private enum Event {
    case streamStart, streamEnd, documentStart, documentEnd, listEnd, mapEnd
    case scalar(String, isPlain: Bool)
    case listStart, mapStart
  }

  private mutating func onlyDocument() throws(Failure) -> YAMLValue? {
    var value: YAMLValue?
    while true {
      let (event, line) = try next()
      switch event {
      case .documentStart where value != nil:
        throw failure("a second document begins here", line: line, advice: "\(kind) holds one: remove the ---")
      case .documentStart:
        let (first, firstLine) = try next()
        value = try self.value(first, line: firstLine, depth: 1)
      case .streamEnd: return value.flatMap { $0.isNull ? nil : $0 }
      default: break
      }
    }
  }

  private mutating func value(_ event: Event, line: Int, depth: Int) throws(Failure) -> YAMLValue {
    guard depth <= Self.greatestDepth else {
      throw failure("nested more than \(Self.greatestDepth) levels deep", line: line)
    }
    switch event {
    case .listStart:
      var values: [YAMLValue] = []
      while true {
        let (next, nextLine) = try next()
        if case .listEnd = next { return YAMLValue(line: line, content: .list(values)) }
        values.append(try value(next, line: nextLine, depth: depth + 1))
      }
    case .mapStart: return YAMLValue(line: line, content: .map(try entries(depth: depth)))
    case .scalar(let text, let isPlain): return YAMLValue(line: line, content: .scalar(text, isPlain: isPlain))
    default: throw failure("not YAML", line: line)
    }
  }

  private mutating func entries(depth: Int) throws(Failure) -> [YAMLValue.Entry] {
    var entries: [YAMLValue.Entry] = []
    while true {
      let (key, keyLine) = try next()
      if case .mapEnd = key { return entries }
      guard case .scalar(let name, _) = key else { throw failure("a key must be a word", line: keyLine) }
      let (next, line) = try next()
      let value = try value(next, line: line, depth: depth + 1)
      entries.append(YAMLValue.Entry(key: name, keyLine: keyLine, value: value))
    }
  }

  private mutating func next() throws(Failure) -> (Event, line: Int) {
    var event = unsafe yaml_event_t()
    guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw syntaxFailure() }
    defer { unsafe yaml_event_delete(&event) }
    let line = unsafe Int(event.start_mark.line) + 1
    switch unsafe event.type {
    case YAML_STREAM_START_EVENT: return (.streamStart, line)
    case YAML_STREAM_END_EVENT: return (.streamEnd, line)
    case YAML_DOCUMENT_START_EVENT: return (.documentStart, line)
    case YAML_DOCUMENT_END_EVENT: return (.documentEnd, line)
    case YAML_SEQUENCE_START_EVENT:
      try unsafe refuse(tag: event.data.sequence_start.tag, line: line)
      return (.listStart, line)
    case YAML_SEQUENCE_END_EVENT: return (.listEnd, line)
    case YAML_MAPPING_START_EVENT:
      try unsafe refuse(tag: event.data.mapping_start.tag, line: line)
      return (.mapStart, line)
    case YAML_MAPPING_END_EVENT: return (.mapEnd, line)
    case YAML_SCALAR_EVENT:
      let scalar = unsafe event.data.scalar
      try unsafe refuse(tag: scalar.tag, line: line)
      // libyaml has checked that it is UTF-8; a zero byte may be in it.
      let bytes = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
      let text = unsafe String(decoding: bytes, as: UTF8.self)
      guard !text.utf8.contains(0) else { throw failure("a text holds a zero byte", line: line) }
      return (.scalar(text, isPlain: unsafe scalar.style == YAML_PLAIN_SCALAR_STYLE), line)
    default:
      // Only the alias event is left.
      let name = unsafe event.data.alias.anchor.map { unsafe String(cString: $0) } ?? ""
      throw failure(
        "an alias (*\(name)), which \(kind) does not have", line: line,
        advice: "write the value out, or put the text in quotes")
    }
  }

  private func refuse(tag: UnsafeMutablePointer<yaml_char_t>?, line: Int) throws(Failure) {
    guard let tag = unsafe tag else { return }
    throw failure(
      "a tag (\(unsafe String(cString: tag))), which \(kind) does not have", line: line,
      advice: "remove it, or put the text in quotes")
  }

  /// What libyaml says is wrong.
  private func syntaxFailure() -> Failure {
    let (problem, context) = unsafe (words(parser.pointee.problem), words(parser.pointee.context))
    let mark = unsafe parser.pointee.problem_mark
    if unsafe parser.pointee.error == YAML_READER_ERROR {
      let offset = unsafe parser.pointee.problem_offset
      return Failure(.badData, "not YAML: \(problem ?? "unreadable")", at: Place(file: file, byteOffset: offset))
    }
    let text = [context, problem].compactMap { $0 }.joined(separator: ", ")
    return failure(
      "not YAML: \(text.isEmpty ? "unreadable" : text)", line: Int(mark.line) + 1, advice: advice(problem ?? ""))
  }

  private func advice(_ problem: String) -> String? {
    if problem.contains("cannot start any token") {
      return "indent with spaces, not tabs; text that begins with @, ` or % stands in quotes"
    }
    if problem.contains("mapping values are not allowed") || problem.contains("could not find expected ':'") {
      return "text that has a colon and a space in it stands in quotes; see whether the lines above are indented alike"
    }
    return nil
  }

  private func words(_ text: UnsafePointer<CChar>?) -> String? {
    guard let text = unsafe text else { return nil }
    return unsafe String(cString: text)
  }

  private func failure(_ message: String, line: Int, advice: String? = nil) -> Failure {
    Failure(.badData, message, at: Place(file: file, line: line), advice: advice)
  }
}
