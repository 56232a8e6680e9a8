import Glibc

// MARK: Looking at a cache as a whole

extension ResponseCache {
  /// The least recently used comes first.
  package func list(_ show: (CacheListing) throws(Failure) -> Void) throws(Failure) {
    let now = clock.now()
    for file in try entries().sorted(by: { $0.used < $1.used }) {
      guard let header = header(of: file) else { continue }
      let age = max(0, now.since(header.stored))
      try show(CacheListing(key: header.key, stored: header.stored, age: age, bytes: file.bytes))
    }
  }

  /// What killed writers left goes too.
  @discardableResult
  package func remove(_ which: CacheRemoval.Scope, isDryRun: Bool) throws(Failure) -> CacheRemoval {
    let now = clock.now()
    switch which {
    case .beyondLimits:
      guard try hasFolder() else { return CacheRemoval() }
      // A moment before 1970 is nobody's last use; the limit may be larger than any number of seconds.
      let oldest = Timestamp(seconds: now.seconds - Int(min(max(0, limits.unusedFor), Double(now.seconds))))
      let removed = try files.evict(
        unusedSince: oldest, keeping: limits.entries, bytes: limits.bytes, isDryRun: isDryRun)
      return CacheRemoval(entries: removed.entries, bytes: removed.bytes)
    case .olderThan(let seconds):
      return try remove(isDryRun: isDryRun) { file in
        header(of: file).map { now.since($0.stored) > seconds } ?? true
      }
    case .all:
      return try remove(isDryRun: isDryRun) { _ in true }
    }
  }

  private func remove(
    isDryRun: Bool, where goes: (DigestNamedFiles.File) -> Bool
  ) throws(Failure) -> CacheRemoval {
    var removed = CacheRemoval()
    for file in try entries() where goes(file) {
      // Another process may have removed it first.
      guard unsafe isDryRun || unlink(files.path(of: file.digest)) == 0 else { continue }
      removed.entries += 1
      removed.bytes += file.bytes
    }
    return removed
  }

  package func evictWhenDue() {
    guard unusable == nil,
      let isDue = try? DueMarker(path: "\(folder)/pruned", interval: 3600).isDue(now: clock.now()), isDue
    else { return }
    _ = try? prune()
  }

  private func entries() throws(Failure) -> [DigestNamedFiles.File] {
    try hasFolder() ? try files.all() : []
  }

  private func hasFolder() throws(Failure) -> Bool {
    if let unusable { throw unusable }
    return isThere(folder)
  }

  private func header(of file: DigestNamedFiles.File) -> CacheEntryHeader? {
    let path = files.path(of: file.digest)
    guard case .file(let entry) = CacheEntryFile.open(path, bodyLimit: .max) else { return nil }
    return entry.header
  }
}
