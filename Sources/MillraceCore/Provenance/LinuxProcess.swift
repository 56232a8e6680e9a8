import CExtendedAttributes
import Glibc

/// What provenance asks of Linux: /proc, and extended attributes.
enum LinuxProcess {
  /// Changes with every boot, so that a pipe's inode of an earlier one is not taken for today's.
  static func bootIdentifier() -> String {
    let text = String(kernelText("/proc/sys/kernel/random/boot_id").prefix { $0 != "\n" })
    return isIdentifier(text) ? text : "unknown"
  }

  /// When a process was started, in clock ticks since boot; nil when there is no such process, or only what is left of
  /// one until its parent asks how it ended.
  static func startTicks(of process: pid_t) -> Int? {
    // The command's name, in parentheses, may hold spaces and parentheses itself.
    let text = kernelText("/proc/\(process)/stat")
    guard let close = text.lastIndex(of: ")") else { return nil }
    let fields = text[close...].split(separator: " ")
    guard fields.count > 20, fields[1] != "Z", fields[1] != "X" else { return nil }
    return Int(fields[20])
  }

  /// Seconds since this process was forked, too many by a clock tick at most.
  static func age() -> Double? {
    var now = timespec()
    guard let ticks = startTicks(of: getpid()), unsafe clock_gettime(CLOCK_BOOTTIME, &now) == 0 else { return nil }
    return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9 - Double(ticks) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }

  /// Greatest resident memory of this process, in bytes. `getrusage` would count what the parent's was before `exec`.
  static func peakMemory() -> Int? {
    let line = kernelText("/proc/self/status").split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return line?.split { $0 == " " || $0 == "\t" }.dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 }
  }

  /// True for `|`, false for a FIFO that has a name.
  static func isAnonymousPipe(_ descriptor: Int32) -> Bool {
    linkTarget("/proc/self/fd/\(descriptor)")?.hasPrefix("pipe:") ?? false
  }

  private static let attribute = "user.millrace.provenance"

  /// Leaves a hint on the file; most file systems take it, and where one does not, nothing is lost but speed.
  static func setHint(_ text: String, onFile path: String) {
    var text = text
    text.withUTF8 { _ = unsafe setxattr(path, attribute, $0.baseAddress, $0.count, 0) }
  }

  static func hint(on descriptor: Int32) -> String? {
    var bytes = [UInt8](repeating: 0, count: 256)
    let count = unsafe bytes.withUnsafeMutableBytes {
      unsafe fgetxattr(descriptor, attribute, $0.baseAddress, $0.count)
    }
    return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
  }
}
