import Glibc
import Support
import Testing

@testable import MillraceCore

/// Every gzip implementation that this build has.
private let gzipDecoders: [(name: String, make: @Sendable () -> any StreamDecoder)] = {
  var decoders: [(String, @Sendable () -> any StreamDecoder)] = [("zlib", { ZlibDecoder() })]
  #if MILLRACE_ISAL
    decoders.append(("ISA-L", { ISALDecoder() }))
  #endif
  return decoders
}()

private let gzipEncoders: [(name: String, make: @Sendable () -> any StreamEncoder)] = {
  var encoders: [(String, @Sendable () -> any StreamEncoder)] = [("zlib", { ZlibEncoder() })]
  #if MILLRACE_ISAL
    encoders.append(("ISA-L", { ISALEncoder() }))
  #endif
  return encoders
}()

private func gzip(_ content: [UInt8]) throws -> [UInt8] { try compress(content, with: ZlibEncoder()) }
private func zstd(_ content: [UInt8]) throws -> [UInt8] { try compress(content, with: ZstdEncoder()) }

/// A zstd frame that decoders skip (RFC 8878, 3.1.2).
private func skippable(_ payload: [UInt8]) -> [UInt8] {
  [0x5a, 0x2a, 0x4d, 0x18] + (0..<4).map { UInt8(truncatingIfNeeded: payload.count >> (8 * $0)) } + payload
}

/// A BGZF block: a gzip member with an extra field that gives its length.
private func bgzf(_ content: [UInt8]) throws -> [UInt8] {
  var member = try gzip(content)
  let size = member.count + 8 - 1
  member[3] = 4  // FLG.FEXTRA
  member.insert(
    contentsOf: [6, 0, 0x42, 0x43, 2, 0, UInt8(size & 0xff), UInt8(size >> 8)], at: 10)
  return member
}

private func decompress(
  _ content: [UInt8], piece: Int = .max, room: Int = 64 << 10, bufferSize: Int = 256 << 10,
  decoder: (any StreamDecoder)? = nil
) throws -> [UInt8] {
  let source = MemorySource(content, piece: piece)
  let decompressed =
    if let decoder {
      try DecompressedSource(source, name: "in", bufferSize: bufferSize, decoder: decoder)
    } else {
      try DecompressedSource(source, name: "in", bufferSize: bufferSize)
    }
  return try readAll(decompressed, room: room)
}

private func failure(_ body: () throws -> Void) throws -> Failure {
  try #require(throws: Failure.self, performing: body)
}

struct DecompressedSourceTests {
  let text = Array("id,name\n1,Ada\n2,Émilie\n".utf8)

  @Test(arguments: ["", "a", "ab", "abc", "\u{1f}", "P*M", "(", "id,name\n1,Ada\n"])
  func plainBytesPassAsTheyAre(content: String) throws {
    for piece in [1, 2, 3, 7, .max] {
      #expect(try decompress(Array(content.utf8), piece: piece, room: 3) == Array(content.utf8))
    }
  }

  @Test func compressionIsRecognisedByContent() throws {
    #expect(try DecompressedSource(MemorySource(text), name: "x.gz").compression == nil)
    #expect(try DecompressedSource(MemorySource(gzip(text)), name: "x").compression == .gzip)
    #expect(try DecompressedSource(MemorySource(zstd(text)), name: "x").compression == .zstd)
    #expect(try DecompressedSource(MemorySource(skippable([1]) + zstd(text)), name: "x").compression == .zstd)
  }

  @Test func zlibAndISALAgree() throws {
    for size in [0, 1, 2, 100, 65_535, 65_536, 65_537, 300_000, 1_000_003] {
      let content = randomContent(size, seed: UInt64(size))
      for encoder in gzipEncoders {
        let compressed = try compress(content, with: encoder.make(), room: 5000, piece: 70_001)
        for decoder in gzipDecoders {
          let out = try decompress(compressed, decoder: decoder.make())
          #expect(out == content, "\(encoder.name) to \(decoder.name), \(size) bytes")
        }
      }
    }
  }

  /// decompress(compress(x)) = x for random sizes, split everywhere.
  @Test(arguments: 1...40) func compressedComesBack(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let content = randomContent(Int.random(in: 0...40_000, using: &generator), seed: seed)
    let room = Int.random(in: 1...5000, using: &generator)
    let piece = Int.random(in: 1...5000, using: &generator)
    for compression in Compression.allCases {
      let compressed = try compress(
        content, with: compression.makeEncoder(), room: Int.random(in: 1...3000, using: &generator), piece: piece)
      #expect(try decompress(compressed, piece: piece, room: room, bufferSize: 777) == content, "seed \(seed)")
    }
  }

  /// The same bytes make the same file, however they were handed over.
  @Test func compressingIsDeterministic() throws {
    let content = randomContent(300_000, seed: 3)
    for compression in Compression.allCases {
      let once = try compress(content, with: compression.makeEncoder(), piece: 64 << 10)
      let again = try compress(content, with: compression.makeEncoder(), piece: 64 << 10)
      #expect(once == again)
    }
  }

  @Test(arguments: [1, 2, 3, 4, 5, 6, 7])
  func shortReadsAndLittleRoomChangeNothing(piece: Int) throws {
    let content = randomContent(9000, seed: 7)
    let parts = [Array(content[..<10]), [], Array(content[10..<5000]), Array(content[5000...])]
    let members = try parts.flatMap(gzip)
    for decoder in gzipDecoders {
      for room in [1, 5, 4096] {
        let out = try decompress(members, piece: piece, room: room, bufferSize: 5, decoder: decoder.make())
        #expect(out == content, "\(decoder.name), room \(room)")
      }
    }
    let frames = try skippable([]) + zstd(parts[0]) + skippable([9, 9]) + zstd([]) + zstd(parts[2] + parts[3])
    for room in [1, 5, 4096] {
      #expect(try decompress(frames, piece: piece, room: room, bufferSize: 5) == content)
    }
  }

  @Test func bgzfIsGzipOfManyMembers() throws {
    let content = randomContent(200_000, seed: 11)
    var file: [UInt8] = []
    for start in stride(from: 0, to: content.count, by: 60_000) {
      file += try bgzf(Array(content[start..<min(start + 60_000, content.count)]))
    }
    file += try bgzf([])
    for decoder in gzipDecoders {
      #expect(try decompress(file, piece: 1000, decoder: decoder.make()) == content)
    }
  }

  /// Name, comment, extra field and header checksum (RFC 1952), as other programs write them.
  @Test func gzipHeaderFieldsAreSkipped() throws {
    var header: [UInt8] = [0x1f, 0x8b, 8, 0b1_1100, 1, 2, 3, 4, 0, 3]
    header += [3, 0, 1, 2, 3] + Array("name.csv\0".utf8) + Array("comment\0".utf8)
    let member = try header + gzip(text)[10...]
    for decoder in gzipDecoders {
      for piece in [1, 4, .max] {
        #expect(try decompress(member, piece: piece, bufferSize: 4, decoder: decoder.make()) == text)
      }
    }
  }

  @Test(arguments: [1, 511, 5000]) func zeroBytesBehindGzipArePadding(count: Int) throws {
    let padded = try gzip(text) + [UInt8](repeating: 0, count: count)
    #expect(try decompress(padded, piece: 100) == text)
  }

  @Test func otherBytesBehindGzipAreAnError() throws {
    let member = try gzip(text)
    for decoder in gzipDecoders {
      for garbage: [UInt8] in [[1], [0, 0, 1], [0x1f], [0x1f, 0x8c] + Array(1...10), Array("more".utf8)] {
        let found = try failure { _ = try decompress(member + garbage, decoder: decoder.make()) }
        if garbage == [0x1f] {
          // Not yet wrong: the next member's second byte is missing.
          #expect(found.description.hasPrefix("in: the gzip data ends early, after \(member.count + 1) bytes"))
        } else {
          let zeros = garbage.prefix { $0 == 0 }.count
          #expect(
            found.description == "in: the gzip data ends at byte \(member.count + zeros), and what follows is not gzip"
              + " (head -c \(member.count + zeros) keeps the sound part)", "\(decoder.name) \(garbage)")
        }
        #expect(found.status == .badData)
      }
    }
  }

  @Test func otherBytesBehindZstdAreAnError() throws {
    let frame = try zstd(text)
    let found = try failure { _ = try decompress(frame + Array("more bytes".utf8)) }
    #expect(
      found.description == "in: the zstd data ends at byte \(frame.count), and what follows is not zstd"
        + " (head -c \(frame.count) keeps the sound part)")
  }

  /// Cut off anywhere: what came before is given, then the error; never a silent end.
  @Test func truncatedStreamsAreErrors() throws {
    let content = randomContent(700, seed: 5)
    for (name, compressed) in try [("gzip", gzip(content)), ("zstd", zstd(content))] {
      for end in 4..<compressed.count {
        let found = try failure { _ = try decompress(Array(compressed[..<end])) }
        #expect(
          found.description == "in: the \(name) data ends early, after \(end) bytes"
            + " (the file was cut off: copy or download it again)")
        #expect(found.status == .badData)
      }
    }
    for decoder in gzipDecoders {
      let compressed = try gzip(content)
      for end in 2..<compressed.count {
        _ = try failure { _ = try decompress(Array(compressed[..<end]), decoder: decoder.make()) }
      }
    }
  }

  @Test func wrongChecksumsAreErrors() throws {
    let content = randomContent(5000, seed: 6)
    let member = try gzip(content)
    for decoder in gzipDecoders {
      for position in member.count - 8..<member.count {
        var damaged = member
        damaged[position] ^= 0x10
        let found = try failure { _ = try decompress(damaged, decoder: decoder.make()) }
        #expect(found.status == .badData)
        #expect(found.description.hasPrefix("in: damaged gzip data near byte "))
        #expect(found.description.hasSuffix("(copy or download the file again)"))
        // Behind a sound member too: its advice must not be to cut the rest off.
        let second = try failure { _ = try decompress(member + damaged, decoder: decoder.make()) }
        #expect(second.description.hasPrefix("in: damaged gzip data near byte "))
      }
    }
    var frame = try zstd(content)
    frame[frame.count - 1] ^= 1
    let found = try failure { _ = try decompress(frame) }
    #expect(found.description.contains("doesn't match checksum"))
  }

  /// Damage anywhere ends in an error or in the right bytes (in a header's time, say), never in wrong ones.
  @Test func flippedBitsNeverGiveWrongBytes() throws {
    let content = randomContent(600, seed: 8)
    let decoders = gzipDecoders
    let member = try gzip(content)
    for (index, byte) in member.enumerated() where index > 1 {
      for bit in 0..<8 {
        var damaged = member
        damaged[index] = byte ^ 1 << bit
        for decoder in decoders {
          if let out = try? decompress(damaged, decoder: decoder.make()) { #expect(out == content) }
        }
      }
    }
  }

  @Test func aFailureOfTheSourceComesThrough() throws {
    let failure = Failure(.inputOutput, "cannot read: input/output error", at: Place(file: "in"))
    for start in [[], text, try Array(gzip(text)[..<9])] {
      #expect(throws: failure) {
        _ = try readAll(DecompressedSource(MemorySource(start, failure: failure), name: "in"))
      }
    }
  }

  /// A stream that inflates a thousandfold is read in the memory of its buffers.
  @Test func aBombIsReadInConstantMemory() throws {
    let bomb = try gzip([UInt8](repeating: 0, count: 50_000_000))
    #expect(bomb.count < 60_000)
    let source = try DecompressedSource(MemorySource(bomb), name: "in")
    let buffer = ByteBuffer(capacity: 4096)
    var total = 0
    while case let count = try source.read(into: buffer), count > 0 {
      total += count
      buffer.removeAll()
    }
    #expect(total == 50_000_000)
    #expect(buffer.capacity == 4096)
  }
}

struct ReadAheadTests {
  @Test func everythingArrivesInFullBuffers() throws {
    let content = randomContent(100_000, seed: 1)
    let reader = try ReadAhead(MemorySource(content, piece: 333), bufferSize: 1000, depth: 3)
    var out: [UInt8] = []
    while let buffer = try reader.next() {
      #expect(buffer.count == 1000)
      out += unsafe Array(buffer.bytes)
    }
    #expect(out == content)
    #expect(try reader.next() == nil)
  }

  @Test func theFailureComesBehindTheBytesBeforeIt() throws {
    let failure = Failure(.badData, "broken", at: Place(file: "in"))
    let reader = try ReadAhead(MemorySource([1, 2, 3], failure: failure), bufferSize: 2)
    #expect(try reader.next()?.count == 2)
    #expect(throws: failure) { while try reader.next() != nil {} }
  }

  @Test func droppingTheReaderStopsItsThread() throws {
    weak var source: MemorySource?
    do {
      let strong = MemorySource(randomContent(1_000_000, seed: 2))
      source = strong
      let reader = try ReadAhead(strong, bufferSize: 100, depth: 2)
      _ = try reader.next()
    }
    // The thread ends on its own soon after.
    #expect(eventually { source == nil })
  }
}
