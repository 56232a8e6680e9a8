import Glibc

/// What an output is, and where its sidecar goes.
struct OutputPlace: Sendable {
  /// A pipe whose reader may be a stage of ours.
  var pipe: ProvenanceStore.PipeKey?
  /// The regular file that holds the output, all of it.
  var path: String?
  var sidecar: String?
  /// Standard output is redirected: `> path`, or `>> path`.
  var redirection: String?
  /// Bytes that were in the file before, with `>>`.
  var offset = 0
  /// With `>>`, the sidecar about those bytes.
  var earlierSidecar: ProvenanceReader?
  /// Why that cannot be read: it stays as it is, and tells of a part of the file.
  private(set) var problem: Failure?

  init() {}

  init(_ output: StageRecorder.Output, destination: StageDescription.Destination) {
    switch output {
    case .file(let path):
      // /dev/null, a FIFO: there is no place beside it.
      if let status = fileStatus(path, followingLinks: true), fileKind(status) != S_IFREG { break }
      self.path = path
      sidecar = path + sidecarSuffix
    case .standardOutput(let descriptor): inspect(descriptor)
    }
    if case .file(let path) = destination { sidecar = path }
  }

  private mutating func inspect(_ descriptor: Int32) {
    pipe = ProvenanceStore.key(of: descriptor)
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, fileKind(status) == S_IFREG,
      let path = Linux.path(of: descriptor)
    else { return }
    // In `{ a; b; } > path` the second program stands at the end of what the first wrote, as with `>>`.
    let appends =
      fcntl(descriptor, F_GETFL) & O_APPEND != 0
      || status.st_size > 0 && lseek(descriptor, 0, SEEK_CUR) == status.st_size
    redirection = "\(appends ? ">>" : ">") \(CommandLineText.quoting(relativeToCurrentFolder(path)))"
    if appends {
      // A file that is only ever appended to may be a log: it gets a sidecar when it has one.
      offset = Int(status.st_size)
      do throws(Failure) {
        earlierSidecar = try ProvenanceReader(path: path + sidecarSuffix)
        if earlierSidecar != nil { sidecar = path + sidecarSuffix }
      } catch {
        problem = error
      }
    } else if status.st_size == 0 {
      // What a sidecar from earlier describes, the shell has removed.
      _ = unsafe unlink(path + sidecarSuffix)
      self.path = path
      sidecar = path + sidecarSuffix
    }
  }
}
