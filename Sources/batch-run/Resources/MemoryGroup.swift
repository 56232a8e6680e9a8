/// A control group that limits or counts memory.
struct MemoryGroup: Sendable, Hashable {
  enum Version: Sendable, Hashable { case first, second }

  var version: Version
  /// Its folder.
  var path: String
}

extension KernelFiles {
  /// The memory groups that this process is in, its own first and the root last.
  ///
  /// In a container the path in /proc/self/cgroup may be the host's, of which the container sees the end alone, mounted as
  /// the root: folders that are not there are left out.
  func memoryGroups() -> [MemoryGroup] {
    guard let membership = text("/proc/self/cgroup") else { return [] }
    var first: [MemoryGroup] = []
    var second: [MemoryGroup] = []
    for line in membership.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3, parts[2].hasPrefix("/"), !parts[2].contains("..") else { continue }
      let ways = Self.wayUp(from: String(parts[2]))
      if parts[0] == "0", parts[1].isEmpty {
        for mount in ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"] {
          second += ways.map { MemoryGroup(version: .second, path: mount + $0) }
        }
      } else if parts[1].split(separator: ",").contains("memory") {
        for mount in Set(["/sys/fs/cgroup/\(parts[1])", "/sys/fs/cgroup/memory"]) {
          first += ways.map { MemoryGroup(version: .first, path: mount + $0) }
        }
      }
    }
    let counting = (first + second).filter { group in
      switch group.version {
      case .first: text("\(group.path)/memory.usage_in_bytes") != nil
      // The root of version 2 has no memory.current.
      case .second: text("\(group.path)/memory.current") != nil
      }
    }
    return counting
  }

  /// `/a/b`, `/a`, and nothing for the root.
  private static func wayUp(from path: String) -> [String] {
    var path = path == "/" ? "" : path
    var ways = [path]
    while let slash = path.lastIndex(of: "/") {
      path = String(path[..<slash])
      ways.append(path)
    }
    return ways
  }

  /// The most memory that a group may take, in bytes; nil without a limit.
  func limit(of group: MemoryGroup) -> Int? {
    switch group.version {
    case .first:
      // No limit is a number near the greatest.
      number("\(group.path)/memory.limit_in_bytes").flatMap { $0 < 1 << 60 ? $0 : nil }
    case .second:
      // Beyond the first of them a group is slowed down until it hardly moves.
      [number("\(group.path)/memory.high"), number("\(group.path)/memory.max")].compactMap { $0 }.min()
    }
  }

  /// The memory that a group takes and that cannot be had back at once, in bytes.
  func use(of group: MemoryGroup) -> Int? {
    let (file, name) =
      switch group.version {
      case .first: ("memory.usage_in_bytes", "total_inactive_file")
      case .second: ("memory.current", "inactive_file")
      }
    guard let use = number("\(group.path)/\(file)") else { return nil }
    return max(0, use - (number("\(group.path)/memory.stat", named: name) ?? 0))
  }

  /// How many processes of a group the kernel has killed for memory.
  func outOfMemoryKills(in group: MemoryGroup) -> Int? {
    switch group.version {
    case .first: number("\(group.path)/memory.oom_control", named: "oom_kill")
    case .second: number("\(group.path)/memory.events", named: "oom_kill")
    }
  }
}
