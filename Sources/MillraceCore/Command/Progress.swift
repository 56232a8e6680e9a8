import Glibc
import Synchronization

/// When progress is shown.
public enum ProgressMode: String, Sendable, CaseIterable {
  /// A bar when standard error is a terminal and standard output, where rows would mix with it, is not.
  case auto
  /// A bar on a terminal, elsewhere a line every 5 s.
  case always
  case never
}

/// How far the work has come: a bar on a terminal, redrawn ten times a second, or lines in a log.
///
/// Where nothing is shown it only counts; a thread runs only where something is.
public final class Progress: Sendable {
  private final class Counters: Sendable {
    let bytes = Atomic<Int>(0)
    let records = Atomic<Int>(0)
    /// What the bytes will come to; less than 0 when that is not known.
    let totalBytes = Atomic<Int>(-1)
  }

  private let counters = Counters()
  /// The thread that draws, and what stops it.
  private let drawing = Mutex<(worker: Worker<Void>, isStopped: SharedState<Bool>)?>(nil)

  /// - Parameter diagnostics: where the bar or the lines go; under `-q` nothing is shown.
  public init(_ mode: ProgressMode, diagnostics: Diagnostics) throws(Failure) {
    guard let display = Self.display(mode, diagnostics) else { return }
    let isStopped = SharedState(false)
    let counters = counters
    let worker = try Worker<Void>("progress") {
      var meter = ProgressMeter()
      let started = Clock.monotonicSeconds()
      while !isStopped.wait(upTo: display == .bar ? 0.1 : 5, { $0 }) {
        let total = counters.totalBytes.load(ordering: .relaxed)
        meter.totalBytes = total < 0 ? nil : total
        meter.update(
          bytes: counters.bytes.load(ordering: .relaxed), records: counters.records.load(ordering: .relaxed),
          elapsed: Clock.monotonicSeconds() - started)
        switch display {
        case .bar where !isInBackground(): diagnostics.setStatusLine(meter.bar(width: terminalWidth()))
        case .bar: diagnostics.setStatusLine("")
        case .lines: diagnostics.note(meter.line, details: meter.details)
        }
      }
      diagnostics.setStatusLine("")
    }
    drawing.withLock { $0 = (worker, isStopped) }
  }

  deinit { finish() }

  /// Tells what the bytes will come to. Any thread may call it.
  public func expect(bytes: Int) { counters.totalBytes.store(bytes, ordering: .relaxed) }

  /// Counts work that was done. Any thread may call it, best once a block.
  public func add(bytes: Int, records: Int) {
    counters.bytes.add(bytes, ordering: .relaxed)
    counters.records.add(records, ordering: .relaxed)
  }

  /// Removes the bar. Nothing is shown afterwards.
  public func finish() {
    let drawing = drawing.withLock { drawing in
      defer { drawing = nil }
      return drawing
    }
    guard let drawing else { return }
    drawing.isStopped.change { $0 = true }
    // The body throws nothing.
    try? drawing.worker.join()
  }

  private enum Display { case bar, lines }

  private static func display(_ mode: ProgressMode, _ diagnostics: Diagnostics) -> Display? {
    guard diagnostics.verbosity > .quiet else { return nil }
    let hasTerminal = isatty(STDERR_FILENO) == 1 && diagnostics.format == .text
    switch mode {
    case .never: return nil
    case .auto: return hasTerminal && isatty(STDOUT_FILENO) == 0 ? .bar : nil
    case .always: return hasTerminal ? .bar : .lines
    }
  }
}

/// What progress says, from counts and times.
struct ProgressMeter {
  var totalBytes: Int?
  private(set) var bytes = 0
  private(set) var records = 0
  private(set) var elapsed = 0.0
  /// Bytes per second, smoothed over some seconds.
  private(set) var rate = 0.0

  init(totalBytes: Int? = nil) { self.totalBytes = totalBytes }

  /// Takes counts so far and seconds since the beginning.
  mutating func update(bytes: Int, records: Int, elapsed: Double) {
    let interval = elapsed - self.elapsed
    guard interval > 0 else { return }
    let now = Double(bytes - self.bytes) / interval
    // The weight of the past falls to 1/e in 3 s; the first value stands alone.
    let past = self.elapsed == 0 ? 0 : exp(-interval / 3)
    rate = past * rate + (1 - past) * now
    (self.bytes, self.records, self.elapsed) = (bytes, records, elapsed)
  }

  /// Between 0 and 1, when the total is known.
  var fraction: Double? {
    totalBytes.map { $0 > 0 ? min(1, Double(bytes) / Double($0)) : 1 }
  }

  /// Seconds to the end, when the total is known and something moves.
  var remaining: Double? {
    guard let totalBytes, rate > 0 else { return nil }
    return max(0, Double(totalBytes - bytes)) / rate
  }

  /// `43 % [####------] 1.2 GB, 2100000 records, 310.0 MB/s, 0:12 left`, shorter than `width`.
  func bar(width: Int) -> String {
    guard let fraction else { return String(line.prefix(max(0, width - 1))) }
    let percent = "\(Int(fraction * 100)) % "
    let room = min(40, width - percent.utf8.count - line.utf8.count - 4)
    guard room >= 5 else { return String((percent + line).prefix(max(0, width - 1))) }
    let done = Int(fraction * Double(room))
    let bar = String(repeating: "#", count: done) + String(repeating: "-", count: room - done)
    return "\(percent)[\(bar)] \(line)"
  }

  /// `1.2 GB, 2100000 records, 310.0 MB/s, 0:12 left`.
  var line: String {
    var parts = [decimal(Double(bytes), "B"), "\(records) records", decimal(rate, "B/s")]
    parts.append(remaining.map { "\(clockTime($0)) left" } ?? clockTime(elapsed))
    return parts.joined(separator: ", ")
  }

  var details: [JSONValue.Member] {
    var members: [JSONValue.Member] = [
      .init("bytes", .integer(bytes)), .init("records", .integer(records)),
      .init("bytes_per_second", .integer(Int(rate))), .init("elapsed_seconds", .integer(Int(elapsed))),
    ]
    if let totalBytes { members.append(.init("total_bytes", .integer(totalBytes))) }
    if let remaining { members.append(.init("remaining_seconds", .integer(Int(min(remaining, 1e15))))) }
    return members
  }
}

/// Columns of the terminal at standard error.
private func terminalWidth() -> Int {
  var size = winsize()
  guard unsafe ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
  return Int(size.ws_col)
}

/// Whether the shell runs this process behind another one that has the terminal.
private func isInBackground() -> Bool {
  let owner = tcgetpgrp(STDERR_FILENO)
  return owner > 0 && owner != getpgrp()
}
