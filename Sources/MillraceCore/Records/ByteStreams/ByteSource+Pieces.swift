extension ByteSource {
  /// Hands over all bytes that are left, piece by piece.
  ///
  /// The source may still be hashing a piece when the next one is read: no buffer is filled again before nobody holds it.
  public func forEachPiece(
    ofBytes size: Int = 256 << 10, _ body: (ByteSlice) throws(Failure) -> Void
  ) throws(Failure) {
    let pool = BufferPool(capacity: size)
    while true {
      let piece = pool.take()
      guard try read(into: piece) > 0 else { return }
      try body(ByteSlice(piece))
    }
  }

  /// All bytes that are left; nil when there are more than `limit`.
  public func readToEnd(limit: Int) throws(Failure) -> ByteBuffer? {
    let pool = BufferPool(capacity: 64 << 10)
    let all = ByteBuffer()
    while all.count <= limit {
      let piece = pool.take()
      guard try read(into: piece) > 0 else { return all }
      unsafe all.append(piece.bytes)
    }
    return nil
  }
}
