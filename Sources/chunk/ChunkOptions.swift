import ArgumentParser
import Chunks
import MillraceCore

/// Where chunks end and what their files are.
struct ChunkOptions: ParsableArguments {
  @Option(
    name: [.customShort("n"), .long],
    help: ArgumentHelp("Records in each chunk but the last.", valueName: "number"))
  var records: Int?

  @Option(
    help: ArgumentHelp(
      "Largest chunk, header counted, before compression. A single record that is larger has its own chunk.",
      valueName: "bytes"), transform: ByteCount.init)
  var bytes: ByteCount?

  @Option(
    help: ArgumentHelp(
      "Number of chunks. Their records differ by one at most; the input is read twice, by way of the folder when it is a pipe.",
      valueName: "number"))
  var parts: Int?

  @Option(
    help: ArgumentHelp(
      "Rows with the same value of this field stay in one chunk. With --records and --bytes a chunk ends at the first change of the value after it is full, and a value that comes back later is an error; with --parts rows are dealt out by the value's hash, and merging cannot bring the order back.",
      valueName: "field"))
  var by: String?

  @Option(
    name: [.short, .long],
    help: ArgumentHelp("Folder for the chunk files, made if it is missing.", valueName: "folder"),
    completion: .directory)
  var directory: String

  @Option(help: ArgumentHelp("Compression of the chunk files.", valueName: "method"))
  var compress = OutputCompression.none

  @Option(help: ArgumentHelp("Digests in the manifest, of each chunk and of the whole.", valueName: "method"))
  var checksum = Checksum.sha256

  func validate() throws {
    let rules = [records != nil, bytes != nil, parts != nil].filter { $0 }.count
    guard rules == 1 else {
      throw ValidationError("say where chunks end: one of --records, --bytes and --parts")
    }
    if let records, records < 1 { throw ValidationError("--records must be at least 1, not \(records)") }
    if let bytes, bytes.bytes < 1 { throw ValidationError("--bytes must be at least 1") }
    if let parts, parts < 1 { throw ValidationError("--parts must be at least 1, not \(parts)") }
    if let parts, parts > Self.mostParts {
      throw ValidationError("--parts must be at most \(Self.mostParts), not \(parts)")
    }
  }

  /// Far more files than anybody wants in a folder, and few enough to multiply with a number of records.
  private static let mostParts = 1_000_000

  /// The records must be counted before the first chunk can be written.
  var needsCount: Bool { parts != nil && by == nil }

  var order: ChunkManifest.Order { parts != nil && by != nil ? .key : .input }

  /// For provenance.
  var parameters: [JSONValue.Member] {
    var members: [JSONValue.Member] = []
    if let records { members.append(.init("records", .integer(records))) }
    if let bytes { members.append(.init("bytes", .integer(bytes.bytes))) }
    if let parts { members.append(.init("parts", .integer(parts))) }
    if let by { members.append(.init("by", .string(by))) }
    members.append(.init("directory", .string(directory)))
    members.append(.init("compress", .string(compress.rawValue)))
    members.append(.init("checksum", .string(checksum.rawValue)))
    return members
  }

  /// - Parameter count: Records of the whole input, where `needsCount`.
  func makeConsumer(
    _ table: Table, count: Int, into folder: ChunkFolder
  ) throws(Failure) -> any BlockConsumer {
    let keys = try by.map { field throws(Failure) in try RecordKeys(field: FieldName(field), of: table) }
    switch (records, bytes, parts, keys) {
    case (let records?, _, _, nil): return ChunkCutter(.records(records), into: folder)
    case (_, let bytes?, _, nil): return ChunkCutter(.bytes(bytes.bytes), into: folder)
    case (_, _, let parts?, nil): return ChunkCutter(ChunkCutter.balanced(records: count, parts: parts), into: folder)
    case (let records?, _, _, let keys?):
      return GroupCutter(by: keys, isFull: { count, _ in count >= records }, into: folder)
    case (_, let bytes?, _, let keys?):
      return GroupCutter(by: keys, isFull: { _, count in count >= bytes.bytes }, into: folder)
    case (_, _, let parts?, let keys?): return try KeyedParts(by: keys, parts: parts, into: folder)
    default: throw Failure(.usage, "say where chunks end: one of --records, --bytes and --parts")
    }
  }
}

/// How chunks are told apart from damaged ones.
enum Checksum: String, CaseIterable, ExpressibleByArgument {
  case sha256
  case none
}
