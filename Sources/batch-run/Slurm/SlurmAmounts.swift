import MillraceCore

/// Memory and time as Slurm's options and reports spell them.
enum SlurmAmounts {
  /// MiB of `4G`, `512M`, `100` (MiB, too); nil for anything else, and for 0, which means all memory of a node.
  static func mebibytes(_ text: String) -> Int? {
    guard let bytes = amount(text, defaultUnit: "M") else { return nil }
    let mebibytes = (bytes + (1 << 20) - 1) / (1 << 20)
    return mebibytes > 0 ? mebibytes : nil
  }

  /// Bytes of `1234K`, `1.50G`, `0`.
  static func bytes(_ text: String) -> Int? { amount(text, defaultUnit: "") }

  private static func amount(_ text: String, defaultUnit: String) -> Int? {
    let number = text.prefix { ("0"..."9").contains($0) || $0 == "." }
    let unit = text.dropFirst(number.count).uppercased()
    guard let power = ["", "K", "M", "G", "T", "P"].firstIndex(of: unit.isEmpty ? defaultUnit : unit),
      let first = number.first, first != ".", let value = Double(number)
    else { return nil }
    var bytes = value
    for _ in 0..<power { bytes *= 1024 }
    return bytes < 0x1p60 ? Int(bytes) : nil
  }

  /// Seconds of a time limit as sbatch takes it: `minutes`, `minutes:seconds`, `hours:minutes:seconds`, `days-hours`,
  /// `days-hours:minutes`, `days-hours:minutes:seconds`; nil for anything else, and for no limit.
  static func seconds(_ text: String) -> Int? {
    let halves = text.split(separator: "-", omittingEmptySubsequences: false)
    guard halves.count <= 2, let last = halves.last else { return nil }
    let parts = last.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count <= 3 else { return nil }
    let written = halves.count == 2 ? [halves[0]] + parts : parts
    let numbers = written.map { part in
      part.utf8.count <= 9 && part.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(part) : nil
    }
    guard !numbers.contains(nil) else { return nil }
    let units: [Int]
    switch (halves.count, parts.count) {
    case (2, _): units = [86_400, 3600, 60, 1]
    case (_, 1): units = [60]
    case (_, 2): units = [60, 1]
    default: units = [3600, 60, 1]
    }
    let seconds = zip(numbers.compactMap { $0 }, units).reduce(0) { $0 + $1.0 * $1.1 }
    return seconds > 0 ? seconds : nil
  }

  /// Whole minutes, as sbatch counts time limits, and never none.
  static func minutes(ofSeconds seconds: Double) -> Int { max(1, Int((min(max(0, seconds), 1e11) / 60).rounded(.up))) }
}
