/// The bytes of a source, decompressed when they are gzip or zstd, which their first bytes tell.
///
/// Gzip with many members (BGZF, `cat a.gz b.gz`) and zstd with many or skippable frames read as one stream. Zero bytes
/// behind the last gzip member are padding, as gzip takes them; anything else there is an error, and so is a stream that
/// ends early or whose checksum differs. Memory stays the same whatever the stream inflates to.
///
/// Unchecked Sendable: one thread at a time reads.
public final class DecompressedSource: ByteSource, @unchecked Sendable {
  /// What was recognised; nil for bytes that pass as they are.
  public let compression: Compression?

  private let raw: any ByteSource
  private let name: String
  private let decoder: (any StreamDecoder)?
  private let pool: BufferPool
  /// The raw bytes being decoded, of which `position` are used up.
  private var input: ByteBuffer
  private var position = 0
  /// Raw bytes in front of `input`.
  private var offset = 0
  private var state = State.betweenMembers
  private var membersDecoded = 0
  /// Raw bytes in front of the member that is being decoded.
  private var memberStart = 0

  private enum State {
    case betweenMembers
    case inMember
    case inPadding
    case atEnd
  }

  /// Reads the first bytes and recognises the compression.
  ///
  /// - Parameters:
  ///   - name: What diagnostics call the input.
  ///   - bufferSize: How many raw bytes are read at a time.
  public convenience init(_ raw: any ByteSource, name: String, bufferSize: Int = 256 << 10) throws(Failure) {
    try self.init(raw, name: name, bufferSize: bufferSize, decoder: nil)
  }

  /// As above; tests choose another decoder than the compression's usual one.
  init(_ raw: any ByteSource, name: String, bufferSize: Int, decoder: (any StreamDecoder)?) throws(Failure) {
    self.raw = raw
    self.name = name
    pool = BufferPool(capacity: max(bufferSize, Compression.signatureLength))
    input = pool.take()
    while input.count < Compression.signatureLength, try raw.read(into: input) > 0 {}
    compression = unsafe Compression(recognizing: input.bytes)
    self.decoder = decoder ?? compression?.makeDecoder()
  }

  public func read(into buffer: ByteBuffer) throws(Failure) -> Int {
    guard let decoder else { return try readPlain(into: buffer) }
    precondition(buffer.count < buffer.capacity, "a full buffer has no room to read into")
    while true {
      if state == .inMember {
        // Also without input: the decoder may hold output back that had no room in the last buffer.
        let produced = try decodeStep(decoder, into: buffer)
        if produced > 0 { return produced }
      }
      if position == input.count, state != .atEnd { try refill() }
      switch state {
      case .atEnd: return 0
      case .betweenMembers: try beginMember(decoder)
      case .inPadding: try skipPadding()
      case .inMember: break
      }
    }
  }

  /// The bytes that told the compression first, then the source itself, without a copy.
  private func readPlain(into buffer: ByteBuffer) throws(Failure) -> Int {
    guard position < input.count else { return try raw.read(into: buffer) }
    let count = min(input.count - position, buffer.capacity - buffer.count)
    unsafe buffer.append(input.base + position, count: count)
    position += count
    return count
  }

  /// Reads more raw bytes; decides what it means when there are none.
  private func refill() throws(Failure) {
    offset += input.count
    position = 0
    // A thread may still be hashing the old ones: their buffer is free for the pool when it is done.
    input = pool.take()
    guard try raw.read(into: input) == 0 else { return }
    if state == .inMember {
      throw Failure(
        .badData, "the \(formatName) data ends early, after \(offset) bytes", at: Place(file: name),
        advice: "the file was cut off: copy or download it again")
    }
    state = .atEnd
  }

  private func beginMember(_ decoder: any StreamDecoder) throws(Failure) {
    let first = unsafe input.bytes[position]
    if compression == .gzip, membersDecoded > 0, first == 0 {
      state = .inPadding
    } else if compression == .gzip, membersDecoded > 0, first != 0x1f {
      throw trailingBytes()
    } else {
      decoder.reset()
      state = .inMember
      memberStart = offset + position
    }
  }

  private func decodeStep(_ decoder: any StreamDecoder, into buffer: ByteBuffer) throws(Failure) -> Int {
    let step: DecodeStep
    do throws(CodecError) {
      unsafe step = try decoder.decode(
        UnsafeRawBufferPointer(rebasing: input.bytes[position...]),
        into: UnsafeMutableRawBufferPointer(start: buffer.base + buffer.count, count: buffer.capacity - buffer.count))
    } catch {
      let found = offset + position
      if membersDecoded > 0, found == memberStart, !startsLikeMember { throw trailingBytes() }
      throw Failure(
        .badData, "damaged \(formatName) data near byte \(found): \(error.text)", at: Place(file: name),
        advice: "copy or download the file again")
    }
    position += step.consumed
    buffer.count += step.produced
    if step.isEndOfMember {
      membersDecoded += 1
      state = .betweenMembers
    }
    return step.produced
  }

  /// Whether what is read next begins as another member does: an error in it is damage then, not something foreign.
  private var startsLikeMember: Bool {
    unsafe Compression(recognizing: UnsafeRawBufferPointer(rebasing: input.bytes[position...])) == compression
  }

  private func skipPadding() throws(Failure) {
    while position < input.count {
      guard unsafe input.bytes[position] == 0 else { throw trailingBytes() }
      position += 1
    }
  }

  private func trailingBytes() -> Failure {
    let end = state == .inMember ? memberStart : offset + position
    return Failure(
      .badData, "the \(formatName) data ends at byte \(end), and what follows is not \(formatName)",
      at: Place(file: name), advice: "head -c \(end) keeps the sound part")
  }

  private var formatName: String { compression?.rawValue ?? "" }
}
