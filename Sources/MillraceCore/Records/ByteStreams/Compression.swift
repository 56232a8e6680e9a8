/// A compressed format that is read and written on the way; recognised by content, never by name.
public enum Compression: String, Sendable, CaseIterable {
  case gzip
  case zstd

  /// What the names of such files end in.
  public var pathExtension: String {
    switch self {
    case .gzip: "gz"
    case .zstd: "zst"
    }
  }

  /// How many first bytes `init(recognizing:)` needs to be sure.
  static var signatureLength: Int { 4 }

  /// The format that begins with these bytes; nil for anything else.
  init?(recognizing start: some Collection<UInt8>) {
    if start.starts(with: [0x1f, 0x8b]) {
      self = .gzip
    } else if start.starts(with: [0x28, 0xb5, 0x2f, 0xfd]) {
      self = .zstd
    } else if let first = start.first, first >> 4 == 5, start.dropFirst().starts(with: [0x2a, 0x4d, 0x18]) {
      // RFC 8878: a skippable frame may stand in front.
      self = .zstd
    } else {
      return nil
    }
  }

  func makeDecoder() -> any StreamDecoder {
    switch self {
    case .gzip:
      #if MILLRACE_ISAL
        ISALDecoder()
      #else
        ZlibDecoder()
      #endif
    case .zstd: ZstdDecoder()
    }
  }

  func makeEncoder() -> any StreamEncoder {
    switch self {
    case .gzip:
      #if MILLRACE_ISAL
        ISALEncoder()
      #else
        ZlibEncoder()
      #endif
    case .zstd: ZstdEncoder()
    }
  }
}

/// Turns one gzip member or zstd frame after another back into what was compressed.
protocol StreamDecoder: AnyObject, Sendable {
  /// Decodes until the input is used up, the output is full or the member ends.
  func decode(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) throws(CodecError) -> DecodeStep

  /// Makes ready for the next member.
  func reset()
}

struct DecodeStep {
  var consumed: Int
  var produced: Int
  /// The member's last byte was decoded and its checksum agrees.
  var isEndOfMember: Bool
}

/// Compresses a stream into one gzip member or zstd frame.
protocol StreamEncoder: AnyObject, Sendable {
  /// Compresses until the input is used up or the output is full.
  ///
  /// - Parameter isEnd: No input follows this one. Call again with what is left, also with none, until `isDone`.
  func encode(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, isEnd: Bool
  ) throws(CodecError) -> EncodeStep
}

struct EncodeStep {
  var consumed: Int
  var produced: Int
  /// Nothing is held back that this call could have given out: all input is used, and at the end all output is out.
  var isDone: Bool
}

/// What a codec finds wrong, in the words of its format; whoever knows the file and the offset makes a `Failure` of it.
struct CodecError: Error, Equatable {
  var text: String
}
