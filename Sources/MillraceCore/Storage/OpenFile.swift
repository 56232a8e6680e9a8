import Glibc

/// A file open for reading as long as this lives.
final class OpenFile: Sendable {
  let path: String
  /// Use it within `withExtendedLifetime`: it is closed with this.
  let descriptor: Int32

  init(_ path: String) throws(Failure) {
    self.path = path
    // A FIFO would wait for a writer.
    descriptor = retryingInterrupted { unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK) }
    guard descriptor >= 0 else {
      throw .system(.noInput, "cannot open the file", errorNumber: errno, at: Place(file: path))
    }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, fileKind(status) == S_IFREG else {
      throw Failure(.noInput, "expected a regular file", at: Place(file: path))
    }
  }

  // It comes here too when `init` throws, which by then has set all there is.
  deinit { if descriptor >= 0 { close(descriptor) } }

  func content() throws(Failure) -> (digest: SHA256Digest, bytes: Int) {
    try withExtendedLifetime(self) { () throws(Failure) in try contentOfFile(descriptor, name: path) }
  }
}
