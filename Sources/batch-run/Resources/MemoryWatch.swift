import Glibc
import MillraceCore

/// Resident memory of process groups, by /proc.
///
/// One look at /proc serves all groups: of processes that belong to others, which are most, only the number is read, and
/// what they are is looked up again every ten seconds. Pages that the processes of a group share count once for each of
/// them; `proportionalMemory` counts them once, and takes longer.
///
///     var watch = MemoryWatch()
///     let memory = watch.look(at: [child.identifier])   // each half second
struct MemoryWatch {
  /// What a group takes.
  struct Group: Sendable, Hashable {
    /// Bytes now.
    var present = 0
    /// Bytes at the greatest of the moments that were looked at.
    var peak = 0
    var processes = 0
  }

  private let files: KernelFiles
  private let pageSize: Int
  /// Processes of other groups, which need not be read.
  private var foreign: Set<pid_t> = []
  private var peaks: [pid_t: Int] = [:]
  private var looks = 0

  /// After so many looks all processes are read again: a number may have become that of another process.
  private static let looksBetweenWhole = 20

  init(files: KernelFiles = .system, pageSize: Int = sysconf(Int32(_SC_PAGESIZE))) {
    self.files = files
    self.pageSize = pageSize
  }

  /// Adds up what the processes of each group take now. A group that is left out is forgotten.
  mutating func look(at groups: [pid_t]) -> [pid_t: Group] {
    var result = Dictionary(uniqueKeysWithValues: Set(groups).map { ($0, Group()) })
    if looks % Self.looksBetweenWhole == 0 { foreign = [] }
    looks += 1
    var living: Set<pid_t> = []
    for process in processes() {
      // A child of ours may have the number of one that was foreign; the first of each group is always read.
      if foreign.contains(process), result[process] == nil {
        living.insert(process)
        continue
      }
      guard let status = ProcessStatus(files.small("/proc/\(process)/stat")) else { continue }
      if result[status.group] == nil {
        living.insert(process)
      } else {
        result[status.group]?.present += status.residentPages * pageSize
        result[status.group]?.processes += 1
      }
    }
    foreign = living
    for (group, memory) in result {
      result[group]?.peak = max(memory.present, peaks[group] ?? 0)
    }
    peaks = result.mapValues(\.peak)
    return result
  }

  /// What a group takes with shared pages counted once, in bytes; nil where the kernel does not tell.
  func proportionalMemory(of group: pid_t) -> Int? {
    var sum: Int?
    for process in processes() {
      guard let status = ProcessStatus(files.small("/proc/\(process)/stat")), status.group == group,
        let kibibytes = files.number("/proc/\(process)/smaps_rollup", named: "Pss")
      else { continue }
      sum = (sum ?? 0) + kibibytes * 1024
    }
    return sum
  }

  /// Why a group is to be killed; nil when it keeps to the limit.
  ///
  /// - Parameters:
  ///   - memory: what `look` said.
  ///   - limit: bytes, from `--memory-per-worker`.
  func excess(of group: pid_t, taking memory: Group, limit: Int) -> String? {
    guard memory.present > limit else { return nil }
    let taken = min(memory.present, proportionalMemory(of: group) ?? memory.present)
    guard taken > limit else { return nil }
    return "its processes took \(memoryText(taken)), and --memory-per-worker allows \(memoryText(limit))"
  }

  private func processes() -> [pid_t] { ((try? namesInFolder("\(files.root)/proc")) ?? []).compactMap { pid_t($0) } }
}

/// What is needed of /proc/PID/stat.
struct ProcessStatus: Equatable {
  var group: pid_t
  var residentPages: Int

  /// Nil for what is no such text, and for a process that has ended.
  init?(_ bytes: [UInt8]) {
    // The program's name, in parentheses, may hold spaces and parentheses itself.
    guard let close = bytes.lastIndex(of: UInt8(ascii: ")")) else { return nil }
    let fields = bytes[(close + 1)...].split(separator: UInt8(ascii: " "), maxSplits: 22)
    guard fields.count > 21, fields[0] != [UInt8(ascii: "Z")], fields[0] != [UInt8(ascii: "X")],
      let group = Self.number(fields[2]), let pages = Self.number(fields[21]), pages >= 0
    else { return nil }
    self.group = pid_t(truncatingIfNeeded: group)
    residentPages = pages
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int? { Int(String(decoding: digits, as: UTF8.self)) }
}

extension KernelFiles {
  /// The first kilobyte of a file; empty when it cannot be read.
  func small(_ path: String) -> [UInt8] {
    let descriptor = unsafe open("\(root)\(path)", O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    return unsafe [UInt8](unsafeUninitializedCapacity: 1024) { buffer, count in
      count = unsafe max(0, read(descriptor, buffer.baseAddress, buffer.count))
    }
  }
}
