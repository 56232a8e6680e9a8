/// The bytes that crossed a descriptor: an output, or what was read of an input, before any decompression.
public struct StreamContent: Sendable, Equatable {
  /// A number beyond is forged, and would not survive being added to another.
  static let possibleBytes = 0...1 << 60

  /// Of the bytes as they crossed, compressed ones if they were; nil when nobody computed it.
  public var digest: SHA256Digest?
  public var bytes: Int
  /// Rows of a table, after any decompression; nil when nobody counted.
  public var records: Int?

  public init(digest: SHA256Digest?, bytes: Int, records: Int? = nil) {
    self.digest = digest
    self.bytes = bytes
    self.records = records
  }

  /// `{"sha256":…,"bytes":…,"records":…}` without what is not known.
  var members: [JSONValue.Member] {
    var members: [JSONValue.Member] = []
    if let digest { members.append(.init("sha256", .string(digest.hex))) }
    members.append(.init("bytes", .integer(bytes)))
    if let records { members.append(.init("records", .integer(records))) }
    return members
  }

  /// What a record says about an input, an output or a file; nil unless it has at least a number of bytes.
  public init?(_ value: JSONValue?) {
    guard let value, let bytes = value["bytes"]?.integer, Self.possibleBytes.contains(bytes) else { return nil }
    self.bytes = bytes
    digest = value["sha256"]?.text.flatMap { SHA256Digest(hex: $0) }
    records = value["records"]?.integer
  }
}

extension Sequence<StreamContent> {
  /// Of all together; what nobody can have written is the largest number that there is.
  var totalBytes: Int {
    reduce(0) { sum, content in
      let (total, isTooLarge) = sum.addingReportingOverflow(content.bytes)
      return isTooLarge ? .max : total
    }
  }
}
