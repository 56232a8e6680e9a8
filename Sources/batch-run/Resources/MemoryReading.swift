import MillraceCore

/// How much memory and processor time there is left, at one moment.
struct MemoryReading: Sendable, Hashable {
  /// Per cent of the last ten seconds in which some process waited for memory; nil where the kernel does not tell.
  var someStall: Double?
  /// The same for all processes at once: nothing was done.
  var fullStall: Double?
  /// Bytes that may still be taken, by the machine and by the control groups.
  var available: Int?
  /// Bytes that there are, where the least is available.
  var total: Int?
  /// Processes that ran or wanted to, as a mean of the last minute.
  var load: Double?
}

extension MemoryReading {
  /// The part of the memory that is available, 0 to 1.
  var freePart: Double? {
    guard let available, let total, total > 0 else { return nil }
    return Double(available) / Double(total)
  }
}

extension KernelFiles {
  /// - Parameter groups: what `memoryGroups` found; a process seldom changes them.
  func memoryReading(groups: [MemoryGroup]) -> MemoryReading {
    var reading = MemoryReading()
    let pressures =
      ["/proc/pressure/memory"] + groups.filter { $0.version == .second }.map { "\($0.path)/memory.pressure" }
    for pressure in pressures.compactMap({ text($0) }) {
      if let some = Self.stall("some", in: pressure) { reading.someStall = max(reading.someStall ?? 0, some) }
      if let full = Self.stall("full", in: pressure) { reading.fullStall = max(reading.fullStall ?? 0, full) }
    }
    if let text = text("/proc/meminfo"), let total = Self.kibibytes("MemTotal", in: text) {
      // Kernels before 3.14 do not tell what is available.
      let available = Self.kibibytes("MemAvailable", in: text) ?? Self.kibibytes("MemFree", in: text)
      (reading.available, reading.total) = (available, total)
    }
    for group in groups {
      guard let limit = limit(of: group), let use = use(of: group) else { continue }
      let available = max(0, limit - use)
      if available < reading.available ?? .max { (reading.available, reading.total) = (available, limit) }
    }
    reading.load = load()
    return reading
  }

  /// The load average of the last minute.
  func load() -> Double? {
    text("/proc/loadavg")?.split(separator: " ").first.flatMap { Double($0) }
  }

  /// All that there is for the jobs of a user.
  ///
  /// - Parameter cores: those that this process may use.
  func machine(cores: Int = availableCores()) -> ResourceShare {
    let limits = memoryGroups().compactMap { limit(of: $0) }
    let memory = text("/proc/meminfo").flatMap { Self.kibibytes("MemTotal", in: $0) }
    let least = (limits + [memory].compactMap { $0 }).min() ?? ResourceShare.greatestMemory
    return ResourceShare(cores: cores, memory: min(least, ResourceShare.greatestMemory))
  }

  /// `some avg10=0.12 avg60=… total=…`.
  private static func stall(_ kind: String, in text: String) -> Double? {
    guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("\(kind) ") }),
      let word = line.split(separator: " ").first(where: { $0.hasPrefix("avg10=") }),
      let value = Double(word.dropFirst(6)), (0...100).contains(value)
    else { return nil }
    return value
  }

  private static func kibibytes(_ name: String, in text: String) -> Int? {
    number(named: name, in: text).flatMap { (0...1 << 50).contains($0) ? $0 * 1024 : nil }
  }
}
