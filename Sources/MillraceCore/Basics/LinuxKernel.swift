import Glibc

/// The processor cores that this process may use: those it may be scheduled on (affinity, cpusets), and no more than the
/// processor time its control groups allow, rounded up. At least 1.
public func availableCores() -> Int {
  let scheduled =
    allowedProcessors(inStatus: kernelText("/proc/self/status")) ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
  let quota = ControlGroups(membership: kernelText("/proc/self/cgroup"), root: "/sys/fs/cgroup").processorLimit
  return max(1, min(scheduled, quota ?? scheduled))
}

/// How many processors the mask in `/proc/self/status` allows.
func allowedProcessors(inStatus text: String) -> Int? {
  let label = "Cpus_allowed:"
  guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix(label) }) else { return nil }
  let digits = line.dropFirst(label.count).filter { $0.isHexDigit }
  let count = digits.reduce(0) { $0 + ($1.hexDigitValue ?? 0).nonzeroBitCount }
  return count == 0 ? nil : count
}

/// The control groups that this process is in.
struct ControlGroups {
  /// The text of `/proc/self/cgroup`: lines `number:controllers:path`.
  var membership: String
  /// Where the control groups are mounted.
  var root: String

  /// The least number of cores that any group on the way to the root allows; nil without a limit.
  var processorLimit: Int? {
    var least: Double?
    for line in membership.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { continue }
      let controllers = parts[1].split(separator: ",")
      let limit: (String) -> Double?
      if parts[0] == "0", parts[1].isEmpty {
        limit = { unifiedLimit("\(root)\($0)") }
      } else if controllers.contains("cpu") {
        limit = { path in
          // Version 1 mounts its controllers each under their own name.
          firstVersionLimit("\(root)/\(parts[1])\(path)") ?? firstVersionLimit("\(root)/cpu\(path)")
        }
      } else {
        continue
      }
      var path = parts[2] == "/" ? "" : String(parts[2])
      while true {
        if let cores = limit(path) { least = min(least ?? cores, cores) }
        guard let slash = path.lastIndex(of: "/") else { break }
        path = String(path[..<slash])
      }
    }
    return least.map { max(1, Int($0.rounded(.up))) }
  }

  /// `cpu.max` of version 2: quota and period in microseconds, the quota may be `max`.
  private func unifiedLimit(_ folder: String) -> Double? {
    let numbers = kernelText("\(folder)/cpu.max").split { $0 == " " || $0 == "\n" }.map { Double($0) }
    guard numbers.count == 2, let quota = numbers[0], let period = numbers[1], period > 0 else { return nil }
    return quota / period
  }

  private func firstVersionLimit(_ folder: String) -> Double? {
    let quota = Double(kernelText("\(folder)/cpu.cfs_quota_us").filter { $0 != "\n" })
    let period = Double(kernelText("\(folder)/cpu.cfs_period_us").filter { $0 != "\n" })
    guard let quota, let period, quota > 0, period > 0 else { return nil }
    return quota / period
  }
}

/// Names the calling thread for `ps -L` and debuggers; the kernel keeps 15 bytes.
///
/// `pthread_setname_np` is a GNU extension that the Glibc module does not show; elsewhere than on Linux this does nothing.
func nameThisThread(_ name: String) {
  let descriptor = unsafe open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return }
  defer { close(descriptor) }
  let bytes = Array(name.utf8.prefix(15))
  _ = unsafe write(descriptor, bytes, bytes.count)
}

/// The text of a small file of the kernel; empty when it cannot be read.
func kernelText(_ path: String) -> String {
  let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return "" }
  defer { close(descriptor) }
  return unsafe String(unsafeUninitializedCapacity: 1 << 16) { bytes in
    unsafe max(0, read(descriptor, bytes.baseAddress, bytes.count))
  }
}
