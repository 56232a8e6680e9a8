/// What is added to an output's name to make its sidecar's.
public let sidecarSuffix = ".prov"

/// The sidecar about all files that one stage wrote into a folder: `parts/.prov` for `parts/`.
func folderSidecar(forFile path: String) -> String { "\(folderPart(of: path))/\(sidecarSuffix)" }

/// The parts of a file that a sidecar describes: one, unless runs were appended with `>>`.
///
/// Each run that appends puts its own `pipeline` record, with the offset where it began, in front of the earlier sidecar.
struct SidecarSegments {
  /// The latest first, as in the sidecar.
  private(set) var segments: [Upstream] = []

  init(_ reader: ProvenanceReader) throws(Failure) {
    reader.rewind()
    while try reader.next() {
      guard reader.kind == .pipeline else { continue }
      guard let segment = Upstream(reader, pipeline: try reader.value()) else {
        throw Failure(.badData, "a pipeline record that this version does not know", at: Place(file: reader.name))
      }
      segments.append(segment)
    }
    if segments.isEmpty { throw Failure(.badData, "no pipeline record", at: Place(file: reader.name)) }
  }

  /// Hashes the file part by part.
  ///
  /// - Parameter read: gives the digest and the size of what a stage is said to have written, as far as it is there; nil
  ///   where it is to be read here.
  /// - Returns: what is wrong with the first part that is not as described, or nil when all are.
  func check(
    _ descriptor: Int32, name: String,
    reading read: (_ stage: String, Range<Int>) throws(Failure) -> (digest: SHA256Digest, bytes: Int)? = { _, _ in nil }
  ) throws(Failure) -> String? {
    var end = 0
    for segment in segments.reversed() {
      let range = segment.offset..<(segment.offset + segment.content.bytes)
      if range.lowerBound != end {
        return "the sidecar leaves out bytes \(end) to \(range.lowerBound)"
      }
      end = range.upperBound
      let found: (digest: SHA256Digest, bytes: Int)
      if let content = try read(segment.stage, range) {
        found = content
      } else {
        found = try contentOfFile(descriptor, name: name, range: range)
      }
      if found.bytes != segment.content.bytes {
        return "expected \(end) bytes, found \(range.lowerBound + found.bytes)"
      }
      guard let expected = segment.content.digest else { return "the sidecar has no digest" }
      if found.digest != expected { return "expected \(expected), found \(found.digest)" }
    }
    let beyond = try contentOfFile(descriptor, name: name, range: end..<(end + 1))
    return beyond.bytes == 0 ? nil : "expected \(end) bytes, found more"
  }
}
