import MillraceCore

/// What `chunk` says about the files it wrote, and what `merge` puts them together by: NDJSON, one line for each chunk
/// and one that closes it, so that a manifest that was cut off is recognised.
///
///     {"kind":"chunk","index":0,"path":"parts/chunk-00000.csv","first_record":0,"records":10000,"bytes":2914,"sha256":"…"}
///     {"kind":"end","chunks":1,"records":10000,"bytes":2914,"sha256":"…","format":"csv",…,"directory":"/data/parts"}
public struct ChunkManifest: Sendable, Equatable {
  public var chunks: [Chunk]
  public var end: End

  /// The name of the copy that the folder of the chunks keeps; no glob for data files finds it.
  public static let fileName = "chunks.manifest"

  /// One file.
  public struct Chunk: Sendable, Equatable {
    /// Counted from 0, in the order of the input.
    public var index: Int
    /// As reached from where `chunk` ran.
    public var path: String
    /// Number of its first record in the input, counted from 0; nil when the records were dealt out by key.
    public var firstRecord: Int?
    public var records: Int
    /// Of the file as it lies there, compressed or not, its header included.
    public var bytes: Int
    /// Of the same bytes; nil when no digests were asked for.
    public var digest: SHA256Digest?

    public init(index: Int, path: String, firstRecord: Int?, records: Int, bytes: Int, digest: SHA256Digest?) {
      self.index = index
      self.path = path
      self.firstRecord = firstRecord
      self.records = records
      self.bytes = bytes
      self.digest = digest
    }
  }

  /// What order the chunks, put one behind the other, have.
  public enum Order: String, Sendable {
    /// The input's: merged, they are the input byte for byte.
    case input
    /// Records with one key stand in one chunk, in the input's order; the order between keys is gone.
    case key
  }

  /// The last line: the input as a whole.
  public struct End: Sendable, Equatable {
    public var chunks: Int
    public var records: Int
    /// Of the input, decompressed.
    public var bytes: Int
    /// Of the same bytes; nil when no digests were asked for.
    public var digest: SHA256Digest?
    public var format: RecordFormat
    /// Bytes that every chunk begins with: byte order mark, header and its line end. 0 for NDJSON without a mark.
    public var headerBytes: Int
    public var hasByteOrderMark: Bool
    public var hasFinalLineEnd: Bool
    public var order: Order
    public var compression: Compression?
    /// The folder of the chunks, as an absolute path: where they are looked for when `path` leads nowhere.
    public var directory: String

    public init(
      chunks: Int, records: Int, bytes: Int, digest: SHA256Digest?, format: RecordFormat, headerBytes: Int,
      hasByteOrderMark: Bool, hasFinalLineEnd: Bool, order: Order, compression: Compression?, directory: String
    ) {
      self.chunks = chunks
      self.records = records
      self.bytes = bytes
      self.digest = digest
      self.format = format
      self.headerBytes = headerBytes
      self.hasByteOrderMark = hasByteOrderMark
      self.hasFinalLineEnd = hasFinalLineEnd
      self.order = order
      self.compression = compression
      self.directory = directory
    }
  }

  public init(chunks: [Chunk], end: End) {
    self.chunks = chunks
    self.end = end
  }
}

// MARK: Writing

extension ChunkManifest.Chunk {
  /// Appends the line with its line end.
  public func write(to buffer: ByteBuffer) {
    var members: [JSONValue.Member] = [
      .init("kind", .string("chunk")), .init("index", .integer(index)), .init("path", .string(path)),
    ]
    if let firstRecord { members.append(.init("first_record", .integer(firstRecord))) }
    members += [.init("records", .integer(records)), .init("bytes", .integer(bytes))]
    if let digest { members.append(.init("sha256", .string(digest.hex))) }
    JSONValue.object(members).write(to: buffer)
    buffer.append("\n")
  }
}

extension ChunkManifest.End {
  /// Appends the line with its line end.
  public func write(to buffer: ByteBuffer) {
    var members: [JSONValue.Member] = [
      .init("kind", .string("end")), .init("chunks", .integer(chunks)), .init("records", .integer(records)),
      .init("bytes", .integer(bytes)),
    ]
    if let digest { members.append(.init("sha256", .string(digest.hex))) }
    members += [
      .init("format", .string(format.rawValue)), .init("header_bytes", .integer(headerBytes)),
      .init("byte_order_mark", .bool(hasByteOrderMark)), .init("final_newline", .bool(hasFinalLineEnd)),
      .init("order", .string(order.rawValue)),
      .init("compression", compression.map { .string($0.rawValue) } ?? .null),
      .init("directory", .string(directory)),
    ]
    JSONValue.object(members).write(to: buffer)
    buffer.append("\n")
  }
}
