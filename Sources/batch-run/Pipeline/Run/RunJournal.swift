import Glibc
import MillraceCore
import Synchronization

/// The file that a run's events are appended to, each in one write that has reached the disk when `append` returns. A kill
/// leaves at most an unfinished last line, which readers pass over and the next owner cuts off.
final class RunJournal: Sendable {
  private let path: String
  private let descriptor: Mutex<Int32>

  /// Opens the journal to go on with it. The caller owns the run.
  init(path: String) throws(Failure) {
    self.path = path
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw .system(.cannotCreate, "cannot open the run's journal", errorNumber: errno, at: Place(file: path))
    }
    self.descriptor = Mutex(descriptor)
    let whole = try Self.bytes(of: path).lastIndex(of: 0x0a).map { $0 + 1 } ?? 0
    guard ftruncate(descriptor, off_t(whole)) == 0 else { throw failure(errno) }
  }

  deinit { descriptor.withLock { _ = close($0) } }

  func append(_ event: RunEvent) throws(Failure) {
    let line = ByteBuffer(capacity: 512)
    event.json.write(to: line)
    line.append(UInt8(ascii: "\n"))
    let path = path
    let problem = descriptor.withLock { descriptor -> Failure? in
      do throws(Failure) {
        try unsafe writeAll(line.bytes, to: descriptor, named: path)
        // Some file systems know no such call; what they have is what there is.
        return fdatasync(descriptor) == 0 || errno == EINVAL ? nil : failure(errno)
      } catch {
        return error
      }
    }
    if let problem { throw problem }
  }

  /// All whole events of a journal, in order; lines that another version wrote are passed over.
  static func events(of path: String) throws(Failure) -> [RunEvent] {
    guard isThere(path) else { return [] }
    let bytes = try bytes(of: path)
    guard let end = bytes.lastIndex(of: 0x0a) else { return [] }
    var events: [RunEvent] = []
    for line in bytes[..<end].split(separator: 0x0a) {
      guard let json = try? JSONValue.parse(String(decoding: line, as: UTF8.self)) else { continue }
      if let event = RunEvent(json) { events.append(event) }
    }
    return events
  }

  /// More would be 100 bytes for each of a thousand steps run a thousand times.
  private static func bytes(of path: String) throws(Failure) -> [UInt8] {
    let buffer = try readFile(path, limit: 100 << 20)
    return unsafe Array(buffer.bytes)
  }

  private func failure(_ errorNumber: Int32) -> Failure {
    .system(.inputOutput, "cannot write the run's journal", errorNumber: errorNumber, at: Place(file: path))
  }
}
