@testable import MillraceCore

/// Compressed bytes: nothing that they say makes decoding crash or run on; ISA-L and zlib read the same; what we compress
/// comes back.
func fuzzCompression(_ bytes: UnsafeRawBufferPointer) {
  var input = unsafe FuzzInput(bytes)
  let piece = 1 + input.choose(64)
  let room = 1 + input.choose(300)
  let content = input.content
  if let source = try? DecompressedSource(PieceSource(content, piece: piece), name: "fuzz", bufferSize: piece) {
    let own = decoded(source, room: room)
    if source.compression == nil { require(own.bytes == content && !own.failed, "plain bytes changed") }
    if source.compression == .gzip,
      let reference = try? DecompressedSource(
        PieceSource(content, piece: .max), name: "fuzz", bufferSize: 1 << 12, decoder: ZlibDecoder())
    {
      let expected = decoded(reference, room: 1 << 12)
      if !own.wasCut && !expected.wasCut && !hasReservedFlags(content) {
        require(own.failed == expected.failed, "one decoder fails: zlib \(expected.failed), ours \(own.failed)")
        if !own.failed { require(own.bytes == expected.bytes, "decoders differ") }
      }
    }
  }
  for compression in Compression.allCases {
    let packed = compressed(content, with: compression.makeEncoder(), room: room, piece: piece)
    guard let source = try? DecompressedSource(PieceSource(packed, piece: piece), name: "fuzz", bufferSize: piece)
    else {
      fatalError("our own output is not recognised")
    }
    let back = decoded(source, room: room)
    require(!back.failed && back.bytes == content, "what was compressed does not come back")
  }
}

/// Whether a gzip header has one of the flags that RFC 1952 reserves: zlib refuses it, ISA-L does not look.
private func hasReservedFlags(_ content: [UInt8]) -> Bool {
  content.indices.dropLast(3).contains { start in
    content[start...].starts(with: [0x1f, 0x8b, 0x08]) && content[start + 3] & 0xe0 != 0
  }
}

private struct Decoded {
  var bytes: [UInt8] = []
  var failed = false
  /// Nobody waited for the end.
  var wasCut = false
}

private func decoded(_ source: DecompressedSource, room: Int) -> Decoded {
  var result = Decoded()
  let buffer = ByteBuffer(capacity: room)
  do throws(Failure) {
    while try source.read(into: buffer) > 0 {
      require(buffer.count <= room, "more than there is room for")
      unsafe result.bytes.append(contentsOf: buffer.bytes)
      buffer.removeAll()
      if result.bytes.count > 1 << 20 {
        result.wasCut = true
        return result
      }
    }
  } catch {
    require(error.status == .badData, "\(error)")
    result.failed = true
  }
  return result
}

private func compressed(_ content: [UInt8], with encoder: any StreamEncoder, room: Int, piece: Int) -> [UInt8] {
  var packed: [UInt8] = []
  let output = ByteBuffer(capacity: room)
  var rest = content[...]
  while true {
    var taken = rest.prefix(piece)
    let isEnd = taken.isEmpty
    while true {
      let step = unsafe taken.withUnsafeBytes { bytes in
        unsafe try? encoder.encode(
          bytes, into: UnsafeMutableRawBufferPointer(start: output.base, count: room), isEnd: isEnd)
      }
      guard let step else { fatalError("compressing fails") }
      output.count = step.produced
      unsafe packed.append(contentsOf: output.bytes)
      taken = taken.dropFirst(step.consumed)
      if step.isDone { break }
    }
    if isEnd { return packed }
    rest = rest.dropFirst(piece)
  }
}
