import CExtendedAttributes
import Glibc

/// What provenance asks of Linux: /proc, and extended attributes.
enum LinuxProcess {
  /// Changes with every boot, so that a pipe's inode of an earlier one is not taken for today's.
  static func bootIdentifier() -> String {
    let text = firstLine(of: "/proc/sys/kernel/random/boot_id") ?? ""
    return isIdentifier(text) ? text : "unknown"
  }

  /// When a process was started, in clock ticks since boot; nil when there is no such process, or only what is left of
  /// one until its parent asks how it ended.
  static func startTicks(of process: pid_t) -> Int? {
    // The command's name, in parentheses, may hold spaces and parentheses itself.
    guard let line = firstLine(of: "/proc/\(process)/stat"), let close = line.lastIndex(of: ")") else { return nil }
    let fields = line[close...].split(separator: " ")
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
    guard let text = contents(of: "/proc/self/status"),
      let line = text.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") })
    else { return nil }
    let kibibytes = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { Int($0) }
    return kibibytes.map { $0 * 1024 }
  }

  /// The file that a descriptor was opened from; nil for pipes, sockets and removed files.
  static func path(of descriptor: Int32) -> String? {
    guard let target = linkTarget("/proc/self/fd/\(descriptor)"), target.hasPrefix("/") else { return nil }
    var open = stat()
    guard unsafe fstat(descriptor, &open) == 0, let named = fileStatus(target, followingLinks: false),
      named.st_dev == open.st_dev, named.st_ino == open.st_ino
    else { return nil }
    return target
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

  private static func firstLine(of path: String) -> String? {
    contents(of: path)?.split(separator: "\n").first.map(String.init)
  }

  /// What one read gives of a file under /proc.
  private static func contents(of path: String) -> String? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = unsafe bytes.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
    return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
  }
}
