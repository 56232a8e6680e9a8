import Glibc

/// The folder in which stages leave their records for the next stage of a pipeline, and copies for later look-up.
///
///     links/3f/BOOT.DEVICE.INODE.STAGE          what a stage that writes to a pipe says about it
///     outputs/ab/SHA256.STAGE.SESSION[.JOB]     records by the digest of the output they describe
///
/// A record under `links` is `running` until its stage is done, and is then replaced by the final one in one step. All of
/// it saves work and proves nothing: whoever reads a record compares bytes and digests.
struct ProvenanceStore: Sendable {
  let folder: String
  let boot: String

  /// Records are taken this many seconds after they were written; a producer may be long gone before its reader starts.
  static let linkLifetime = 12 * 3600
  /// The window, in seconds, in which a producer is looked for by content.
  static let contentWindow = 15 * 60
  /// Seconds for which copies are kept, and the bytes they may take in all.
  static let retention = 7 * 24 * 3600
  static let capacity = 1 << 30
  /// A copy for look-up that would be larger goes without its context records.
  static let largestCopy = 16 << 20

  /// Opens the store that the environment names, or returns nil when it says `MILLRACE_PROVENANCE=off`.
  ///
  /// `$MILLRACE_PROVENANCE_DIR`, else `$XDG_RUNTIME_DIR/millrace`, else `$TMPDIR/millrace-$UID`. Throws when the folder is
  /// another user's or open to others.
  init?(environment: [String: String]) throws(Failure) {
    if environment["MILLRACE_PROVENANCE"] == "off" { return nil }
    folder =
      if let named = environment["MILLRACE_PROVENANCE_DIR"], !named.isEmpty {
        named
      } else if let runtime = environment["XDG_RUNTIME_DIR"], !runtime.isEmpty {
        "\(runtime)/millrace"
      } else {
        "\(temporaryFolder(environment))/millrace-\(geteuid())"
      }
    boot = LinuxProcess.bootIdentifier()
    try makePrivateFolder(folder)
  }

  // MARK: Links

  /// A pipe, by what both of its ends see.
  struct PipeKey: Sendable, Equatable {
    var device: dev_t
    var inode: ino_t
  }

  /// Nil for anything but a pipe or FIFO.
  static func key(of descriptor: Int32) -> PipeKey? {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, fileKind(status) == S_IFIFO else { return nil }
    return PipeKey(device: status.st_dev, inode: status.st_ino)
  }

  /// A record in the store and the stage that it is about.
  struct Entry: Sendable {
    var path: String
    var stage: String
    var modified: Timestamp
  }

  /// Where the stage's record about this pipe goes.
  func linkPath(_ key: PipeKey, stage: String) throws(Failure) -> String {
    let bucket = try bucket(in: "links", bucketName(key))
    return "\(bucket)/\(linkPrefix(key))\(stage)"
  }

  /// The records about a pipe, those that began first in front.
  func links(to key: PipeKey, now: Timestamp) -> [Entry] {
    entries(in: "\(folder)/links/\(bucketName(key))", prefix: linkPrefix(key), now: now, lifetime: Self.linkLifetime)
  }

  private func linkPrefix(_ key: PipeKey) -> String { "\(boot).\(key.device).\(key.inode)." }

  private func bucketName(_ key: PipeKey) -> String {
    padded(key.inode & 0xFF, 2, radix: 16)
  }

  // MARK: Outputs

  /// The session or Slurm job within which content tells who wrote it.
  struct Scope: Sendable, Equatable {
    var session: pid_t
    var job: String?

    var suffix: String { job.map { ".\(session).\($0)" } ?? ".\(session)" }
  }

  /// The name of the copy that is found by the output's digest; also the hint left on the output.
  static func copyName(_ digest: SHA256Digest, stage: String, scope: Scope) -> String {
    "\(digest.hex).\(stage)\(scope.suffix)"
  }

  func copyPath(_ digest: SHA256Digest, stage: String, scope: Scope) throws(Failure) -> String {
    let name = Self.copyName(digest, stage: stage, scope: scope)
    return try bucket(in: "outputs", String(name.prefix(2))) + "/" + name
  }

  /// The copy that a hint names, if it is still there.
  func copy(named hint: String) -> Entry? {
    let parts = hint.split(separator: ".", omittingEmptySubsequences: false)
    guard (3...4).contains(parts.count), SHA256Digest(hex: parts[0]) != nil, isIdentifier(parts[1]),
      !hint.contains("/")
    else { return nil }
    let path = "\(folder)/outputs/\(hint.prefix(2))/\(hint)"
    guard let status = fileStatus(path, followingLinks: false) else { return nil }
    return Entry(path: path, stage: String(parts[1]), modified: Timestamp(status.st_mtim))
  }

  /// Records of stages that wrote these bytes: within the scope and some minutes, or, without a scope, whenever.
  func copies(of digest: SHA256Digest, scope: Scope?, now: Timestamp) -> [Entry] {
    let hex = digest.hex
    let all = entries(
      in: "\(folder)/outputs/\(hex.prefix(2))", prefix: "\(hex).", now: now,
      lifetime: scope == nil ? Self.retention : Self.contentWindow)
    guard let scope else { return all }
    return all.filter { entry in
      let parts = entry.path[(entry.path.lastIndex(of: "/") ?? entry.path.startIndex)...].split(separator: ".")
      guard parts.count >= 3 else { return false }
      if let job = scope.job, parts.count == 4 { return parts[3] == job }
      return parts[2] == String(scope.session)
    }
  }

  // MARK: Files

  /// Opens a record; nil when it is gone or is not a file of ours.
  func open(_ entry: Entry) -> ProvenanceReader? {
    let descriptor = unsafe Glibc.open(entry.path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, fileKind(status) == S_IFREG, status.st_uid == geteuid(),
      status.st_size <= Self.capacity
    else {
      close(descriptor)
      return nil
    }
    return try? ProvenanceReader(descriptor: descriptor, name: entry.path)
  }

  func remove(_ entry: Entry) { _ = unsafe unlink(entry.path) }

  private func bucket(in part: String, _ name: String) throws(Failure) -> String {
    let path = "\(folder)/\(part)/\(name)"
    if fileStatus(path, followingLinks: false) == nil { try makePrivateFolder(path) }
    return path
  }

  /// Files whose names are the prefix and a stage's identifier, by that identifier and so by start.
  private func entries(in path: String, prefix: String, now: Timestamp, lifetime: Int) -> [Entry] {
    guard let names = try? namesInFolder(path) else { return [] }
    var entries: [Entry] = []
    for name in names where name.hasPrefix(prefix) {
      let stage = name.utf8.dropFirst(prefix.utf8.count).prefix(36)
      guard let stage = String(stage), isIdentifier(stage),
        let status = fileStatus("\(path)/\(name)", followingLinks: false), fileKind(status) == S_IFREG
      else { continue }
      let modified = Timestamp(status.st_mtim)
      if now.since(modified) <= Double(lifetime) {
        entries.append(Entry(path: "\(path)/\(name)", stage: stage, modified: modified))
      }
    }
    return entries.sorted { $0.stage < $1.stage }
  }
}

// MARK: Sweeping

extension ProvenanceStore {
  private static let sweepInterval = 3600
  private static let day = 24 * 3600

  /// Removes what nobody will ask for again; looks at one file and returns when that was done within the hour.
  func sweepWhenDue(now: Timestamp) throws(Failure) {
    if try DueMarker(path: "\(folder)/swept", interval: Double(Self.sweepInterval)).isDue(now: now) {
      try sweep(now: now)
    }
  }

  /// Removes hand-overs that are older than a day, unless their stage still runs, and copies beyond age or capacity.
  func sweep(now: Timestamp) throws(Failure) {
    for file in try files(in: "links") where now.since(file.modified) > Double(Self.day) {
      if !isRunning(file.path) { _ = unsafe unlink(file.path) }
    }
    var copies = try files(in: "outputs")
    copies.sort { $0.modified < $1.modified }
    var left = copies.reduce(0) { $0 + $1.size }
    for copy in copies where left > Self.capacity || now.since(copy.modified) > Double(Self.retention) {
      _ = unsafe unlink(copy.path)
      left -= copy.size
    }
  }

  private struct File {
    var path: String
    var modified: Timestamp
    var size: Int
  }

  private func files(in part: String) throws(Failure) -> [File] {
    guard fileStatus("\(folder)/\(part)", followingLinks: false) != nil else { return [] }
    var files: [File] = []
    for bucket in try namesInFolder("\(folder)/\(part)") {
      let path = "\(folder)/\(part)/\(bucket)"
      try TemporaryFiles.sweep(path)
      for name in try namesInFolder(path) {
        guard let status = fileStatus("\(path)/\(name)", followingLinks: false) else { continue }
        files.append(
          File(path: "\(path)/\(name)", modified: Timestamp(status.st_mtim), size: Int(status.st_size)))
      }
    }
    return files
  }

  private func isRunning(_ path: String) -> Bool {
    guard let reader = open(Entry(path: path, stage: "", modified: Timestamp(seconds: 0))),
      let hasRecord = try? reader.next(), hasRecord
    else { return false }
    return HandOver(reader).isAlive
  }
}
