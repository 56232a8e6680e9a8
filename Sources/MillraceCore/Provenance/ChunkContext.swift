/// What a runner did to one chunk of its input: the details of that chunk's context record.
public struct ChunkContext: Sendable, Equatable {
  /// The bytes of one chunk within the runner's input or output.
  public struct Stretch: Sendable, Equatable {
    /// Bytes before it: of the input once decompressed, of the output as it lies in the file.
    public var offset: Int
    public var bytes: Int
    public var records: Int?
    /// Of all bytes up to its end.
    public var digestThrough: SHA256Digest?
    /// The chunk's own file is so many bytes of the front, its header, and then these. Nil when the file is something else,
    /// one whose last line got its end only here, say.
    public var headerBytes: Int?

    public init(
      offset: Int, bytes: Int, records: Int? = nil, digestThrough: SHA256Digest? = nil, headerBytes: Int? = nil
    ) {
      self.offset = offset
      self.bytes = bytes
      self.records = records
      self.digestThrough = digestThrough
      self.headerBytes = headerBytes
    }

    var end: Int { offset + bytes }
  }

  /// The chunk's identifier, which is the item of its record.
  public var chunk: String
  /// Number of its first record in the input, counted from 0.
  public var firstRecord: Int
  public var records: Int
  public var input: Stretch
  /// Nil when there is no result of it.
  public var output: Stretch?
  /// COMMAND and its arguments, where they are not those of the stage. Secrets are redacted when it is written.
  public var command: [String]?

  public init(
    chunk: String, firstRecord: Int, records: Int, input: Stretch, output: Stretch?, command: [String]? = nil
  ) {
    self.chunk = chunk
    self.firstRecord = firstRecord
    self.records = records
    self.input = input
    self.output = output
    self.command = command
  }
}

// MARK: As JSON

extension ChunkContext {
  var details: JSONValue {
    var members: [JSONValue.Member] = [
      .init("chunk", .string(chunk)), .init("first_record", .integer(firstRecord)), .init("records", .integer(records)),
      .init("input", input.json),
    ]
    if let output { members.append(.init("output", output.json)) }
    if let command {
      members.append(.init("command", .array(CommandLineText.redacting(command).map { .string($0) })))
    }
    return .object(members)
  }

  /// Of a context record; nil unless it is one of a chunk.
  public init?(_ context: JSONValue) {
    guard let details = context["details"], let chunk = details["chunk"]?.text,
      let first = details["first_record"]?.integer, first >= 0, let records = details["records"]?.integer, records >= 0,
      first.addingReportingOverflow(records).overflow == false, let input = details["input"].flatMap({ Stretch($0) })
    else { return nil }
    self.init(
      chunk: chunk, firstRecord: first, records: records, input: input,
      output: details["output"].flatMap { Stretch($0) },
      command: details["command"]?.elements?.compactMap(\.text))
  }
}

extension ChunkContext.Stretch {
  fileprivate var json: JSONValue {
    var members: [JSONValue.Member] = [.init("offset", .integer(offset)), .init("bytes", .integer(bytes))]
    if let records { members.append(.init("records", .integer(records))) }
    if let headerBytes { members.append(.init("header", .integer(headerBytes))) }
    if let digestThrough { members.append(.init("sha256_through", .string(digestThrough.hex))) }
    return .object(members)
  }

  fileprivate init?(_ value: JSONValue) {
    guard let offset = value["offset"]?.integer, let bytes = value["bytes"]?.integer, offset >= 0, bytes >= 0,
      !offset.addingReportingOverflow(bytes).overflow
    else { return nil }
    self.init(
      offset: offset, bytes: bytes, records: value["records"]?.integer,
      digestThrough: value["sha256_through"]?.text.flatMap { SHA256Digest(hex: $0) },
      headerBytes: value["header"]?.integer.flatMap { $0 >= 0 ? $0 : nil })
  }
}
