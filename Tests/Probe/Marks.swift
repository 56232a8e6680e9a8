import MillraceCore
import Synchronization

/// Digests at marks, as the hashing thread comes to them.
final class Marks: Sendable {
  private let digests = Mutex<[SHA256Digest]>([])

  func append(_ digest: SHA256Digest) { digests.withLock { $0.append(digest) } }

  /// Once the stream is finished.
  var all: [SHA256Digest] { digests.withLock { $0 } }
}
