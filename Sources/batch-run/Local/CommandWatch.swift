import Glibc
import MillraceCore
import Synchronization

/// Watches the commands that run: the memory they take, and whether one was killed for it.
///
/// One thread calls `look` twice a second for all of them.
final class CommandWatch: Sendable {
  private struct Entry {
    var limit: Int?
    var memory = MemoryWatch.Group()
    /// Why it was killed.
    var excess: String?
  }

  private struct State {
    var entries: [pid_t: Entry] = [:]
    var watch = MemoryWatch()
    /// Greatest resident memory of this process: what a child has at least, before it loads its program.
    var ownPeak = Int.max
  }

  private let state = Mutex(State())
  private let witness = OutOfMemoryWitness()
  private let files = KernelFiles.system

  /// Takes a command in that has just been started.
  func begin(_ child: ChildProcess, limit: Int?) {
    state.withLock { $0.entries[child.identifier] = Entry(limit: limit) }
  }

  /// What was seen of a command that has ended.
  struct Account: Sendable {
    /// In bytes; 0 when it ended too fast to be seen.
    var peakMemory: Int
    /// Why it was ended, or died, for memory; nil when it was not.
    var outOfMemory: String?
  }

  func end(_ child: ChildProcess, _ end: ChildProcess.End, started: Double) -> Account {
    let (entry, ownPeak) = state.withLock { ($0.entries.removeValue(forKey: child.identifier), $0.ownPeak) }
    var peak = entry?.memory.peak ?? 0
    if end.peakMemory > ownPeak { peak = max(peak, end.peakMemory) }
    return Account(
      peakMemory: peak,
      outOfMemory: entry?.excess
        ?? witness.evidence(for: end.status, started: started, now: Clock.monotonicSeconds()))
  }

  /// Looks at all commands, and kills those that take more than they may.
  ///
  /// - Returns: bytes that they take together.
  func look(_ reading: MemoryReading) -> Int {
    witness.observe(reading, at: Clock.monotonicSeconds())
    let ownPeak = (files.number("/proc/self/status", named: "VmHWM") ?? 0) * 1024
    return state.withLock { state in
      state.ownPeak = ownPeak
      guard !state.entries.isEmpty else { return 0 }
      var sum = 0
      for (group, memory) in state.watch.look(at: Array(state.entries.keys)) {
        sum += memory.present
        state.entries[group]?.memory = memory
        guard let limit = state.entries[group]?.limit,
          let excess = state.watch.excess(of: group, taking: memory, limit: limit)
        else { continue }
        state.entries[group]?.excess = excess
        kill(-group, SIGKILL)
      }
      return sum
    }
  }

  /// Ends all commands that run: they are told, and after so many seconds killed.
  func endAll(patience: Double) {
    let groups = state.withLock { Array($0.entries.keys) }
    for group in groups {
      kill(-group, SIGTERM)
      // A stopped process would not hear it.
      kill(-group, SIGCONT)
    }
    let end = Clock.monotonicSeconds() + patience
    while Clock.monotonicSeconds() < end, state.withLock({ !$0.entries.isEmpty }) { usleep(10_000) }
    for group in groups { kill(-group, SIGKILL) }
  }
}
