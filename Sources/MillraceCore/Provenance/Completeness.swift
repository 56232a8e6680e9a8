/// How well a stage, or a whole chain, knows where its bytes came from. Each is weaker than the one before it.
public enum Completeness: String, Sendable, CaseIterable, Comparable {
  /// Every link is a digest, or a pipe whose two ends agree on the bytes.
  case verified
  /// Several producers wrote to the pipe in turn, and the sum of their bytes is what was read.
  case concat
  /// The producer was found by the digest of the bytes, through a program that passed them on.
  case contentMatch = "content-match"
  /// Several stages wrote these very bytes: any of them may be the producer.
  case ambiguous
  /// No producer left a record: a foreign program, or a terminal.
  case unknownUpstream = "unknown-upstream"
  /// The producer began and never finished.
  case upstreamDied = "upstream-died"
  /// What was read is not what the record says was written.
  case mismatch

  public static func < (left: Completeness, right: Completeness) -> Bool { left.rank < right.rank }

  private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// The bytes that crossed a descriptor: an output, or what was read of an input, before any decompression.
public struct StreamContent: Sendable, Equatable {
  public var digest: SHA256Digest?
  public var bytes: Int
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
    guard let value, let bytes = value["bytes"]?.integer, bytes >= 0 else { return nil }
    self.bytes = bytes
    digest = value["sha256"]?.text.flatMap { SHA256Digest(hex: $0) }
    records = value["records"]?.integer
  }
}
