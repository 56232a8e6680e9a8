import MillraceCore

extension Stage {
  /// Reads a small input whole, and takes note of it.
  ///
  /// - Parameters:
  ///   - path: `-` is standard input.
  ///   - kind: what it is, for the message when it is longer than `limit` bytes: "a schema".
  func readDocument(_ path: String, kind: String, limit: Int) throws(Failure) -> (text: ByteBuffer, name: String) {
    let input = try open(path)
    guard let bytes = try input.readToEnd(limit: limit) else {
      throw Failure(.badData, "longer than \(limit) bytes, the most that \(kind) may have", at: Place(file: input.name))
    }
    try input.finish()
    return (bytes, input.name)
  }
}
