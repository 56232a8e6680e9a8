import MillraceCore

/// Compares the files with what their manifest says of them, before anything is written.
enum Verification {
  /// - Parameter jobs: How many files are hashed at a time.
  /// - Throws: `.no` for the first file, in order, whose size or digest differs.
  static func check(_ parts: [Part], jobs: Int) throws(Failure) {
    // A wrong size is found without reading.
    for part in parts { try checkSize(part) }
    var workers: [Worker<Wrong?>] = []
    for start in 0..<min(jobs, parts.count) {
      workers.append(
        try Worker("verify \(start)") { () throws(Failure) in
          for index in stride(from: start, to: parts.count, by: jobs) {
            do throws(Failure) {
              try checkDigest(parts[index])
            } catch {
              return Wrong(index: index, failure: error)
            }
          }
          return nil
        })
    }
    var first: Wrong?
    for worker in workers {
      if let wrong = try worker.join(), wrong.index < first?.index ?? .max { first = wrong }
    }
    if let first { throw first.failure }
  }

  private struct Wrong {
    var index: Int
    var failure: Failure
  }

  private static let advice = "make it again with chunk; --no-verify merges it as it is"

  private static func checkSize(_ part: Part) throws(Failure) {
    guard let chunk = part.chunk, let size = part.version?.size else { return }
    guard size == chunk.bytes else {
      throw Failure(
        .no, "\(size) bytes, where the manifest says \(chunk.bytes)", at: Place(file: part.name), advice: advice)
    }
  }

  private static func checkDigest(_ part: Part) throws(Failure) {
    guard let digest = part.chunk?.digest else { return }
    let found = try digestOf(part.openFile())
    guard found == digest else {
      throw Failure(
        .no, "the SHA-256 is \(found.hex), where the manifest says \(digest.hex)", at: Place(file: part.name),
        advice: advice)
    }
  }
}
