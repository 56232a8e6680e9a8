// MARK: Looking at a cache as a whole

extension RedisCache {
  /// In no order.
  package func list(_ show: (CacheListing) throws(Failure) -> Void) throws(Failure) {
    let now = clock.now()
    var shown: Set<String> = []
    try forEachBatch { names throws(Failure) in
      // SCAN may name one twice.
      for entry in try look(at: names.filter { shown.insert($0).inserted }) {
        guard let header = entry.header else { continue }
        let age = max(0, now.since(header.stored))
        try show(CacheListing(key: header.key, stored: header.stored, age: age, bytes: entry.bytes))
      }
    }
  }

  /// The limits are the server's to apply.
  @discardableResult
  package func remove(_ which: CacheRemoval.Scope, isDryRun: Bool) throws(Failure) -> CacheRemoval {
    if which == .beyondLimits { return CacheRemoval() }
    let now = clock.now()
    var removed = CacheRemoval()
    var seen: Set<String> = []
    try forEachBatch { names throws(Failure) in
      let going = try look(at: names.filter { seen.insert($0).inserted }).filter { entry in
        if case .olderThan(let seconds) = which {
          entry.header.map { now.since($0.stored) > seconds } ?? true
        } else {
          true
        }
      }
      let replies =
        isDryRun
        ? going.map { _ in RedisReply.integer(1) } : try server.ask(going.map { RedisCommand("UNLINK", $0.name) })
      for (entry, reply) in zip(going, replies) {
        guard case .integer(let count) = reply else { throw failure(of: [reply], expected: "a number") }
        // Another process may have removed it first.
        if count > 0 {
          removed.entries += 1
          removed.bytes += entry.bytes
        }
      }
    }
    return removed
  }

  private struct Entry {
    var name: String
    var bytes: Int
    /// Nil when it is damaged.
    var header: CacheEntryHeader?
  }

  /// Entries that are there still.
  private func look(at names: [String]) throws(Failure) -> [Entry] {
    var entries: [Entry] = []
    let beginning = 4096
    let replies = try server.ask(
      names.flatMap { [RedisCommand("STRLEN", $0), RedisCommand("GETRANGE", $0, "0", String(beginning - 1))] },
      maximumBytes: names.count * (beginning + 100) + 4096)
    for (index, name) in names.enumerated() {
      let (length, start) = (replies[2 * index], replies[2 * index + 1])
      guard case .integer(let bytes) = length, case .bytes(var head) = start else {
        // Somebody else put something else there.
        if case .error(let text) = length, text.hasPrefix("WRONGTYPE") { continue }
        throw failure(of: [length, start], expected: "an entry")
      }
      if bytes == 0 { continue }
      if head.count == beginning, !head.contains(UInt8(ascii: "\n")) {
        let reply = try server.ask(
          RedisCommand("GETRANGE", name, "0", String(CacheEntryHeader.limit)),
          maximumBytes: CacheEntryHeader.limit + 4096)
        guard case .bytes(let longer) = reply else { throw failure(of: [reply], expected: "an entry") }
        head = longer
      }
      let header = CacheEntryHeader.read(head).flatMap { header, rest in
        head.count - rest.count + header.bytes == bytes ? header : nil
      }
      entries.append(Entry(name: name, bytes: bytes, header: header))
    }
    return entries
  }

  /// The names of entries, some at a time, without keeping the server from others.
  private func forEachBatch(_ body: ([String]) throws(Failure) -> Void) throws(Failure) {
    var cursor = "0"
    repeat {
      // What MATCH takes for a pattern in a service's name would find more, and `isEntry` looks again.
      let reply = try server.ask(
        RedisCommand("SCAN", cursor, "MATCH", names.entryPrefix + "*", "COUNT", "1000"), maximumBytes: 16 << 20)
      guard case .list(let parts) = reply, parts.count == 2, case .bytes(let next) = parts[0],
        case .list(let found) = parts[1]
      else { throw failure(of: [reply], expected: "a cursor and names") }
      cursor = String(decoding: next, as: UTF8.self)
      let batch = found.compactMap { name -> String? in
        guard case .bytes(let bytes) = name else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        return names.isEntry(text) ? text : nil
      }
      for start in stride(from: 0, to: batch.count, by: 500) {
        try body(Array(batch[start..<min(start + 500, batch.count)]))
      }
    } while cursor != "0"
  }
}
