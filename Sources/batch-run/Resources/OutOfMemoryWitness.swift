import Glibc
import MillraceCore
import Synchronization

/// Tells whether a child that SIGKILL ended was killed for memory, and by whom.
///
/// The kernel counts such kills, before it kills, for the control group of the process. Each kill explains one child that
/// ran when it was counted. Where no counter went up, programs that kill before the kernel must (systemd-oomd, earlyoom)
/// are recognised by what they act on: memory was all but used up in the seconds before. A plain `kill -9` is neither.
final class OutOfMemoryWitness: Sendable {
  private struct State {
    var counts: [Counter: Int]
    /// Kills that explain no child yet, by when they were seen.
    var unexplained: [(counter: Counter, seen: Double)] = []
    /// How short memory was, and when.
    var shortage: (text: String, seen: Double)?
  }

  /// Where kills are counted.
  private enum Counter: Hashable {
    case group(MemoryGroup)
    case machine
  }

  private let files: KernelFiles
  private let groups: [MemoryGroup]
  private let state: Mutex<State>

  /// Seconds for which a shortage explains a kill.
  private static let shortageLasts = 3.0
  /// Per cent of time in which all processes, or some, waited for memory.
  private static let fullStall = 20.0
  private static let someStall = 60.0
  private static let freePart = 0.05

  /// Make it before the first child is started.
  init(files: KernelFiles = .system) {
    self.files = files
    groups = files.memoryGroups()
    state = Mutex(State(counts: Self.counts(files, groups)))
  }

  /// The counters that speak of our children: those of our own group, or the machine's where there are none. A group
  /// above counts the kills of others too.
  private static func counts(_ files: KernelFiles, _ groups: [MemoryGroup]) -> [Counter: Int] {
    if let own = groups.first, let kills = files.outOfMemoryKills(in: own) { return [.group(own): kills] }
    return files.number("/proc/vmstat", named: "oom_kill").map { [.machine: $0] } ?? [:]
  }

  /// Takes what was read while children run, twice a second say.
  ///
  /// - Parameter now: in seconds of the steady clock.
  func observe(_ reading: MemoryReading, at now: Double) {
    state.withLock { state in
      count(&state, at: now)
      if let text = Self.shortage(reading) { state.shortage = (text, now) }
    }
  }

  /// Why a child ended that was not killed by us; nil when it was not for memory.
  ///
  /// - Parameters:
  ///   - started: when it was, in seconds of the steady clock.
  ///   - now: when it had ended.
  func evidence(for status: ChildProcess.Status, started: Double, now: Double) -> String? {
    // 137 is what a shell says of its child that was killed.
    guard status == .signalled(SIGKILL) || status == .exited(128 + SIGKILL) else { return nil }
    return state.withLock { state in
      count(&state, at: now)
      if let index = state.unexplained.firstIndex(where: { $0.seen >= started }) {
        return text(of: state.unexplained.remove(at: index).counter)
      }
      guard let shortage = state.shortage, shortage.seen >= started, now - shortage.seen <= Self.shortageLasts else {
        return nil
      }
      return "killed while memory was short: \(shortage.text)"
    }
  }

  private func count(_ state: inout State, at now: Double) {
    for (counter, kills) in Self.counts(files, groups) {
      let before = state.counts[counter] ?? kills
      // More than a few at once are the processes of one child.
      for _ in 0..<min(max(0, kills - before), 1000) { state.unexplained.append((counter, now)) }
      state.counts[counter] = kills
    }
    if state.unexplained.count > 1000 { state.unexplained.removeFirst(state.unexplained.count - 1000) }
  }

  private func text(of counter: Counter) -> String {
    guard case .group = counter else { return "killed by the kernel: the machine ran out of memory" }
    let limited = groups.compactMap { files.limit(of: $0) }.min()
    guard let limited else { return "killed by the kernel: the machine ran out of memory" }
    return "killed by the kernel: out of memory (the control group allows \(memoryText(limited)))"
  }

  private static func shortage(_ reading: MemoryReading) -> String? {
    if let full = reading.fullStall, full >= fullStall {
      return "all processes waited for memory \(Int(full.rounded())) % of 10 s"
    }
    if let free = reading.freePart, free <= freePart, let available = reading.available {
      return "\(memoryText(available)) were free"
    }
    if let some = reading.someStall, some >= someStall { return "memory pressure \(Int(some.rounded())) % of 10 s" }
    return nil
  }
}
