/// The form of the file: a line of fixed length, so that it is overwritten in place, and a line for each moment of the
/// log, 19 digits each. Without a log it is one line,
///
///     1 LAST GATE SLOWDOWNS
///
/// and with one
///
///     2 LAST GATE SLOWDOWNS SPENT SPAN COUNTED
///     MOMENT
///     …
///
/// A request adds a line and changes the first one. When old moments are dropped the others move up: a kill in the midst
/// of that leaves moments that are there twice, and none that is missing.
extension LimiterState {
  private static let plainLength = 44
  static let headLength = 104
  static let lineLength = 20
  /// A longer file is not one of ours, but for its beginning.
  static let longestText = headLength + longestLog * lineLength

  private var isPlain: Bool { log.isEmpty && spent == 0 && span == 0 && counted == 0 }

  /// The first line.
  var head: [UInt8] {
    let plain = "\(padded(last, 19)) \(padded(gate, 19)) \(slowDowns)"
    if isPlain { return Array("1 \(plain)\n".utf8) }
    return Array("2 \(plain) \(padded(spent, 19)) \(padded(span, 19)) \(padded(counted, 19))\n".utf8)
  }

  var bytes: [UInt8] { head + Self.lines(log[...]) }

  static func lines(_ moments: ArraySlice<Nanoseconds>) -> [UInt8] {
    var lines = [UInt8](repeating: UInt8(ascii: "\n"), count: moments.count * lineLength)
    for (number, moment) in moments.enumerated() {
      var rest = moment
      for place in (0..<lineLength - 1).reversed() {
        lines[number * lineLength + place] = UInt8(ascii: "0") + UInt8(rest % 10)
        rest /= 10
      }
    }
    return lines
  }

  /// What a file says. What is damaged is read politely: a first line as if a request had been let go just now, a line of
  /// the log as one that was.
  ///
  /// - Returns: Also whether the file holds exactly the bytes of the state, so that the next moment can be added to it.
  static func read(_ bytes: [UInt8], now: Nanoseconds) -> (state: LimiterState, isWhole: Bool) {
    guard !bytes.isEmpty else { return (LimiterState(), false) }
    guard
      var state = bytes.prefix(headLength).firstIndex(of: UInt8(ascii: "\n")).flatMap({
        LimiterState(head: bytes[...$0])
      })
    else {
      guard bytes.count > plainLength else { return (LimiterState(last: now), false) }
      var state = LimiterState(last: now, span: shortestSpan, counted: now + shortestSpan)
      _ = state.readLog(bytes, now: now)
      _ = state.take(at: now, budgets: [])
      return (state, false)
    }
    // Behind such a line there may be the rest of a log that was given up.
    if state.isPlain { return (state, bytes.count == plainLength) }
    let isWhole = state.readLog(bytes, now: now)
    return (state, isWhole)
  }

  /// A first line with its line feed.
  private init?(head: ArraySlice<UInt8>) {
    let parts = head.dropLast().split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) }
    guard parts.count == 4 && parts[0] == "1" || parts.count == 7 && parts[0] == "2" else { return nil }
    let numbers = parts.dropFirst().compactMap { Nanoseconds($0) }
    guard numbers.count == parts.count - 1, numbers.allSatisfy({ $0 >= 0 }), numbers[2] <= 4 else { return nil }
    self.init(last: numbers[0], gate: numbers[1], slowDowns: Int(numbers[2]))
    if numbers.count == 6 { (spent, span, counted) = (numbers[3], numbers[4], numbers[5]) }
    guard self.head.elementsEqual(head), span <= Self.longestSpan else { return nil }
  }

  /// - Returns: Whether every line was good, and in its place.
  private mutating func readLog(_ bytes: [UInt8], now: Nanoseconds) -> Bool {
    let count = min(max(0, bytes.count - Self.headLength) / Self.lineLength, Self.longestLog)
    var isWhole = bytes.count == Self.headLength + count * Self.lineLength
    var damaged: Nanoseconds = 0
    log.reserveCapacity(count + 1)
    for number in 0..<count {
      if let moment = Self.moment(bytes, at: Self.headLength + number * Self.lineLength) {
        if let last = log.last, last >= moment { isWhole = false }
        log.append(moment)
      } else {
        isWhole = false
        log.append(now - damaged)
        damaged += 1
      }
    }
    if !isWhole {
      log.sort()
      var kept: [Nanoseconds] = []
      for moment in log where moment != kept.last { kept.append(moment) }
      log = kept
    }
    return isWhole
  }

  private static func moment(_ bytes: [UInt8], at start: Int) -> Nanoseconds? {
    guard bytes[start + lineLength - 1] == UInt8(ascii: "\n") else { return nil }
    var moment: Nanoseconds = 0
    for place in start..<start + lineLength - 1 {
      let digit = bytes[place] &- UInt8(ascii: "0")
      guard digit <= 9 else { return nil }
      let (tens, isTooLarge) = moment.multipliedReportingOverflow(by: 10)
      let (sum, isLarger) = tens.addingReportingOverflow(Nanoseconds(digit))
      guard !isTooLarge, !isLarger else { return nil }
      moment = sum
    }
    return moment
  }

  // MARK: As text

  var text: String { String(decoding: bytes, as: UTF8.self) }

  /// Nil for anything but the text of a state.
  init?(text: some StringProtocol) {
    let (state, isWhole) = Self.read(Array(text.utf8), now: 0)
    guard isWhole else { return nil }
    self = state
  }
}
