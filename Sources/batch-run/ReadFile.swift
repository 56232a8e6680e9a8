import MillraceCore

/// A file that is all there.
///
/// - Throws: `.noInput`, and `.badConfiguration` for one larger than `limit` bytes.
func readFile(_ path: String, limit: Int) throws(Failure) -> ByteBuffer {
  guard let bytes = try FileSource(path: path).readToEnd(limit: limit) else {
    throw Failure(.badConfiguration, "expected \(limit) bytes at most, found more", at: Place(file: path))
  }
  return bytes
}
