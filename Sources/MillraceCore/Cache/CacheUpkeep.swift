import Glibc

// MARK: Looking at a cache as a whole

extension ResponseCache {
  /// An entry as a list shows it.
  public struct Listed: Sendable, Equatable {
    public var key: String
    public var stored: Timestamp
    /// Seconds since it was stored.
    public var age: Double
    /// On the disk, header and body.
    public var bytes: Int
  }

  /// What was removed.
  public struct Removed: Sendable, Equatable {
    public var entries = 0
    public var bytes = 0
  }

  /// Shows every entry, the least recently used first. Damaged ones are passed over.
  public func list(_ show: (Listed) throws(Failure) -> Void) throws(Failure) {
    let now = clock.now()
    for file in try entries().sorted(by: { $0.used < $1.used }) {
      let path = files.path(of: file.digest)
      guard case .file(let entry) = CacheEntryFile.open(path, bodyLimit: limits.bodyBytes) else { continue }
      let age = max(0, now.since(entry.header.stored))
      try show(Listed(key: entry.header.key, stored: entry.header.stored, age: age, bytes: file.bytes))
    }
  }

  /// Removes the entries that went unused for too long, then the least recently used ones until the limits hold, and
  /// what killed writers left.
  @discardableResult
  public func prune() throws(Failure) -> Removed {
    guard isUsable, isThere(folder) else { return Removed() }
    let now = clock.now()
    // A moment before 1970 is nobody's last use; the limit may be larger than any number of seconds.
    let oldest = Timestamp(seconds: now.seconds - Int(min(max(0, limits.unusedFor), Double(now.seconds))))
    let removed = try files.evict(unusedSince: oldest, keeping: limits.entries, bytes: limits.bytes)
    return Removed(entries: removed.entries, bytes: removed.bytes)
  }

  /// Removes all entries.
  @discardableResult
  public func clear() throws(Failure) -> Removed {
    var removed = Removed()
    for file in try entries() where unsafe unlink(files.path(of: file.digest)) == 0 {
      removed.entries += 1
      removed.bytes += file.bytes
    }
    return removed
  }

  /// Prunes the cache if no process did so within the hour: for the end of a run. What stands in the way of it is no
  /// matter for a run that is done.
  public func evictWhenDue() {
    guard isUsable,
      let isDue = try? DueMarker(path: "\(folder)/pruned", interval: 3600).isDue(now: clock.now()), isDue
    else { return }
    _ = try? prune()
  }

  private func entries() throws(Failure) -> [DigestNamedFiles.File] {
    isUsable && isThere(folder) ? try files.all() : []
  }
}
