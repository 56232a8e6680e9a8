import Glibc

/// The line of JSON in front of a cached body: `{"format":1,"key":…,"stored":…,"bytes":…,"sha256":…}`.
///
/// `stored` is in milliseconds since 1970; the digest is over the line without it, and the body. An entry with one bit
/// changed, in the line or behind it, is known as damaged.
struct CacheEntryHeader: Equatable {
  /// Bytes that a line may have; the longest keys are not cached.
  static let limit = 1 << 20

  /// An entry from further ahead than this many seconds was written by a clock that is wrong.
  static let clockSlack = 24 * 3600.0

  var key: String
  var stored: Timestamp
  /// Of the body.
  var bytes: Int
  var digest: SHA256Digest

  init(key: String, stored: Timestamp, body: UnsafeRawBufferPointer) {
    self.key = key
    self.stored = Timestamp(seconds: stored.seconds, nanoseconds: stored.nanoseconds / 1_000_000 * 1_000_000)
    bytes = body.count
    digest = unsafe Self.digest(of: Self.members(key, self.stored, body.count), body)
  }

  /// Nil for anything but a line as `write` makes it.
  /// - Parameter line: Without its end.
  init?(line: UnsafeRawBufferPointer) {
    guard let value = try? unsafe JSONValue.parse(line, maximumDepth: 2), let key = value["key"]?.text,
      let stored = value["stored"]?.integer, stored >= 0, let bytes = value["bytes"]?.integer,
      // What is added to it must not go beyond what there is.
      (0...Int.max / 2).contains(bytes), let digest = value["sha256"]?.text.flatMap({ SHA256Digest(hex: $0) })
    else { return nil }
    self.key = key
    self.stored = Timestamp(seconds: stored / 1000, nanoseconds: stored % 1000 * 1_000_000)
    self.bytes = bytes
    self.digest = digest
    let written = ByteBuffer(capacity: line.count + 1)
    write(to: written)
    guard unsafe written.bytes.dropLast().elementsEqual(line) else { return nil }
  }

  /// Appends the line and its end.
  func write(to output: ByteBuffer) {
    let members = Self.members(key, stored, bytes) + [.init("sha256", .string(digest.hex))]
    JSONValue.object(members).write(to: output)
    output.append(UInt8(ascii: "\n"))
  }

  /// A whole entry; nil when its key is too long.
  static func entry(_ body: [UInt8], for key: String, stored: Timestamp) -> ByteBuffer? {
    let bytes = ByteBuffer(capacity: body.count + 2 * key.utf8.count + 256)
    return unsafe body.withUnsafeBytes { body in
      unsafe CacheEntryHeader(key: key, stored: stored, body: body).write(to: bytes)
      guard bytes.count <= limit else { return nil }
      unsafe bytes.append(body)
      return bytes
    }
  }

  /// The header at the beginning of an entry, or of a part of one that has all of it, and what stands behind it; nil for
  /// what does not begin with one.
  static func read(_ entry: [UInt8]) -> (header: CacheEntryHeader, rest: ArraySlice<UInt8>)? {
    guard let end = entry.prefix(limit).firstIndex(of: UInt8(ascii: "\n")) else { return nil }
    let header = unsafe entry[..<end].withUnsafeBytes { unsafe CacheEntryHeader(line: $0) }
    return header.map { ($0, entry[(end + 1)...]) }
  }

  func describes(_ body: UnsafeRawBufferPointer) -> Bool {
    unsafe body.count == bytes && Self.digest(of: Self.members(key, stored, bytes), body) == digest
  }

  private static func members(_ key: String, _ stored: Timestamp, _ bytes: Int) -> [JSONValue.Member] {
    let milliseconds = stored.seconds * 1000 + stored.nanoseconds / 1_000_000
    return [
      .init("format", .integer(1)), .init("key", .string(key)), .init("stored", .integer(milliseconds)),
      .init("bytes", .integer(bytes)),
    ]
  }

  private static func digest(of members: [JSONValue.Member], _ body: UnsafeRawBufferPointer) -> SHA256Digest {
    let line = ByteBuffer()
    JSONValue.object(members).write(to: line)
    let hasher = SHA256Hasher()
    unsafe hasher.update(line.bytes)
    unsafe hasher.update(body)
    return hasher.finish()
  }
}
