import MillraceCore
import Synchronization

/// Files of chunks that are finished, to be written over by chunks that are cut later: their pages are in memory already, and
/// to write into fresh ones costs several times as much.
///
/// A power failure may take what was written over a file and leave its size, so that it looks whole. So the journal tells
/// that there are such files (`JobEvent.overwriting`), and there are none where the input cannot be read again.
final class SpareFiles: Sendable {
  private struct State {
    var paths: [String] = []
    var count = 0
  }

  private let folder: JobFolder
  private let state = Mutex(State())
  /// As many as are written, or read by workers, at a time on most machines.
  private static let most = 16
  private static let prefix = ".spare-"

  init(_ folder: JobFolder) { self.folder = folder }

  /// Takes a file that nobody needs any more, or removes it.
  func give(_ path: String) {
    let spare = state.withLock { state -> String? in
      guard state.paths.count < Self.most else { return nil }
      state.count += 1
      return "\(folder.path)/input/\(Self.prefix)\(state.count)"
    }
    guard let spare, (try? folder.move(path, to: spare)) != nil else { return folder.removeFile(path) }
    state.withLock { $0.paths.append(spare) }
  }

  /// A file to be written over; nil when there is none.
  func take() -> String? { state.withLock { $0.paths.popLast() } }

  /// Removes those that an earlier owner had.
  func removeOld() throws(Failure) {
    for name in try namesInFolder("\(folder.path)/input") where name.hasPrefix(Self.prefix) {
      folder.removeFile("\(folder.path)/input/\(name)")
    }
  }
}
