import CZlib

/// Gzip members through zlib: where ISA-L is missing, and as its counterpart in tests.
///
/// Unchecked Sendable: a decoder has one owner at a time.
@safe final class ZlibDecoder: StreamDecoder, @unchecked Sendable {
  /// On the heap: zlib's state points back at it.
  private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)

  init() {
    unsafe stream.initialize(to: z_stream())
    // 15 bits of window, and 16 for "gzip wrapper alone".
    let status = unsafe inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    precondition(status == Z_OK, "zlib: out of memory")
  }

  deinit {
    unsafe inflateEnd(stream)
    unsafe stream.deallocate()
  }

  func reset() { unsafe inflateReset(stream) }

  func decode(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) throws(CodecError) -> DecodeStep {
    let inputCount = UInt32(clamping: input.count)
    let outputCount = UInt32(clamping: output.count)
    // zlib's input pointer is not const, yet it only reads.
    unsafe stream.pointee.next_in = UnsafeMutablePointer(
      mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
    unsafe stream.pointee.avail_in = inputCount
    unsafe stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
    unsafe stream.pointee.avail_out = outputCount
    let status = unsafe inflate(stream, Z_NO_FLUSH)
    switch status {
    // Z_BUF_ERROR says only that nothing could be done without more input or room.
    case Z_OK, Z_STREAM_END, Z_BUF_ERROR: break
    default:
      let text = unsafe stream.pointee.msg.map { unsafe String(cString: $0) }
      throw CodecError(text: text ?? "zlib error \(status)")
    }
    return unsafe DecodeStep(
      consumed: Int(inputCount - stream.pointee.avail_in), produced: Int(outputCount - stream.pointee.avail_out),
      isEndOfMember: status == Z_STREAM_END)
  }
}

/// One gzip member through zlib at its default level. The header holds neither name nor time.
///
/// Unchecked Sendable: an encoder has one owner at a time.
@safe final class ZlibEncoder: StreamEncoder, @unchecked Sendable {
  private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)

  init() {
    unsafe stream.initialize(to: z_stream())
    let status = unsafe deflateInit2_(
      stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
      Int32(MemoryLayout<z_stream>.size))
    precondition(status == Z_OK, "zlib: out of memory")
  }

  deinit {
    unsafe deflateEnd(stream)
    unsafe stream.deallocate()
  }

  func encode(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, isEnd: Bool
  ) throws(CodecError) -> EncodeStep {
    let inputCount = UInt32(clamping: input.count)
    let outputCount = UInt32(clamping: output.count)
    unsafe stream.pointee.next_in = UnsafeMutablePointer(
      mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
    unsafe stream.pointee.avail_in = inputCount
    unsafe stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
    unsafe stream.pointee.avail_out = outputCount
    let status = unsafe deflate(stream, isEnd && inputCount == input.count ? Z_FINISH : Z_NO_FLUSH)
    guard status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR else {
      throw CodecError(text: "zlib error \(status)")
    }
    let consumed = unsafe Int(inputCount - stream.pointee.avail_in)
    return unsafe EncodeStep(
      consumed: consumed, produced: Int(outputCount - stream.pointee.avail_out),
      isDone: isEnd ? status == Z_STREAM_END : consumed == input.count && stream.pointee.avail_out > 0)
  }
}
