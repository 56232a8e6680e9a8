import CZstd

/// Zstandard frames (RFC 8878) through libzstd; skippable frames decode to nothing.
///
/// Windows up to 128 MiB are taken, as the `zstd` command takes them; larger ones (`--long=28` and up) are refused so that
/// a file cannot choose our memory.
///
/// Unchecked Sendable: a decoder has one owner at a time.
@safe final class ZstdDecoder: StreamDecoder, @unchecked Sendable {
  private let context: OpaquePointer

  init() {
    guard let context = unsafe ZSTD_createDCtx() else { fatalError("libzstd: out of memory") }
    unsafe self.context = context
  }

  deinit { unsafe ZSTD_freeDCtx(context) }

  func reset() { unsafe ZSTD_DCtx_reset(context, ZSTD_reset_session_only) }

  func decode(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) throws(CodecError) -> DecodeStep {
    var inBuffer = unsafe ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
    var outBuffer = unsafe ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
    let status = unsafe ZSTD_decompressStream(context, &outBuffer, &inBuffer)
    if ZSTD_isError(status) != 0 { throw CodecError(text: zstdText(of: status)) }
    return unsafe DecodeStep(consumed: inBuffer.pos, produced: outBuffer.pos, isEndOfMember: status == 0)
  }
}

/// One Zstandard frame with a checksum, at libzstd's default level.
///
/// Unchecked Sendable: an encoder has one owner at a time.
@safe final class ZstdEncoder: StreamEncoder, @unchecked Sendable {
  private let context: OpaquePointer

  init() {
    guard let context = unsafe ZSTD_createCCtx() else { fatalError("libzstd: out of memory") }
    unsafe self.context = context
    unsafe ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
  }

  deinit { unsafe ZSTD_freeCCtx(context) }

  func encode(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, isEnd: Bool
  ) throws(CodecError) -> EncodeStep {
    var inBuffer = unsafe ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
    var outBuffer = unsafe ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
    let status = unsafe ZSTD_compressStream2(context, &outBuffer, &inBuffer, isEnd ? ZSTD_e_end : ZSTD_e_continue)
    if ZSTD_isError(status) != 0 { throw CodecError(text: zstdText(of: status)) }
    return unsafe EncodeStep(
      consumed: inBuffer.pos, produced: outBuffer.pos,
      isDone: isEnd ? status == 0 : inBuffer.pos == input.count && outBuffer.pos < output.count)
  }
}

/// libzstd's words for an error, beginning in lower case.
private func zstdText(of status: Int) -> String {
  let text = unsafe String(cString: ZSTD_getErrorName(status))
  return text.prefix(1).lowercased() + text.dropFirst()
}
