import MillraceCore

/// Finding out how a column spells its moments.
extension MomentFormat {
  /// All ways in which this value may be a moment, the likeliest first.
  static func candidates(for bytes: UnsafeRawBufferPointer) -> [MomentFormat] {
    guard (4...40).contains(bytes.count), let runs = unsafe Runs(bytes) else { return [] }
    var found: [MomentFormat] = []
    if let time = runs.time(from: 0) { found.append(time) }
    for (date, used) in runs.dates() {
      if used == runs.runs.count {
        found.append(date)
      } else if date.hasDay, case .literal(let separator)? = runs.literal(used),
        separator == [0x54] || separator == [0x20],
        let time = runs.time(from: used + 1)
      {
        let isUnpadded = date.isUnpadded || time.isUnpadded
        found.append(MomentFormat(parts: date.parts + [.literal(separator)] + time.parts, isUnpadded: isUnpadded))
      }
    }
    return found
  }

  /// A value taken apart into digits, letters, and what stands between them.
  private struct Runs {
    enum Run {
      case digits(Int)
      case letters([UInt8])
      case other([UInt8])
    }

    var runs: [Run] = []

    init?(_ bytes: UnsafeRawBufferPointer) {
      var index = 0
      func kind(_ byte: UInt8) -> Int {
        switch byte {
        case 0x30...0x39: 0
        case 0x41...0x5a, 0x61...0x7a: 1
        default: 2
        }
      }
      while index < bytes.count {
        let start = index
        let first = unsafe kind(bytes[start])
        while index < bytes.count, unsafe kind(bytes[index]) == first { index += 1 }
        let run = unsafe Array(bytes[start..<index])
        runs.append(first == 0 ? .digits(run.count) : first == 1 ? .letters(run) : .other(run))
      }
      if runs.count < 3 || runs.count > 16 { return nil }
    }

    func digits(_ index: Int) -> Int {
      if index < runs.count, case .digits(let count) = runs[index] { count } else { 0 }
    }

    func literal(_ index: Int) -> Part? {
      guard index < runs.count else { return nil }
      switch runs[index] {
      case .letters(let bytes), .other(let bytes): return .literal(bytes)
      case .digits: return nil
      }
    }

    func month(_ index: Int) -> Part? {
      guard index < runs.count, case .letters(let bytes) = runs[index] else { return nil }
      let text = String(decoding: bytes, as: UTF8.self)
      // May is both; the longer names of other values decide.
      if MomentFormat.monthNames.contains(text) { return .monthName }
      return MomentFormat.fullMonthNames.contains(text) ? .fullMonthName : nil
    }

    private func isShort(_ index: Int) -> Bool { (1...2).contains(digits(index)) }

    private func year(_ index: Int) -> Part? {
      digits(index) == 4 ? .year : digits(index) == 2 ? .shortYear : nil
    }

    /// Dates at the value's beginning, with the number of runs that they take.
    func dates() -> [(MomentFormat, Int)] {
      var found: [(MomentFormat, Int)] = []
      guard runs.count >= 3, let first = literal(1) else { return [] }
      func add(_ parts: [Part], _ used: Int, unpadded: Bool) {
        found.append((MomentFormat(parts: parts, isUnpadded: unpadded), used))
      }
      if digits(0) == 4, isShort(2) {
        if isShort(4), let second = literal(3), second == first {
          add([.year, first, .month, second, .day], 5, unpadded: digits(2) == 1 || digits(4) == 1)
        } else if runs.count == 3, digits(2) == 2 {
          add([.year, first, .month], 3, unpadded: false)
        }
      }
      guard runs.count >= 5, let second = literal(3) else { return found }
      if isShort(0), isShort(2), let year = year(4), first == second {
        let unpadded = digits(0) == 1 || digits(2) == 1
        // The American order is the likelier one with slashes; days above twelve decide.
        let american: [Part] = [.month, first, .day, second, year]
        let european: [Part] = [.day, first, .month, second, year]
        let isSlash = first == .literal([UInt8(ascii: "/")])
        for parts in isSlash ? [american, european] : [european, american] { add(parts, 5, unpadded: unpadded) }
      }
      if isShort(0), let month = month(2), let year = year(4) {
        add([.day, first, month, second, year], 5, unpadded: digits(0) == 1)
      }
      if let month = month(0), isShort(2), digits(4) == 4 {
        add([month, first, .day, second, .year], 5, unpadded: digits(2) == 1)
      }
      return found
    }

    /// A time that goes from a run to the value's end.
    func time(from start: Int) -> MomentFormat? {
      let colon = Part.literal([UInt8(ascii: ":")])
      guard isShort(start), literal(start + 1) == colon, digits(start + 2) == 2 else { return nil }
      var parts: [Part] = [.hour, colon, .minute]
      var next = start + 3
      if literal(next) == colon, digits(next + 1) == 2 {
        parts += [colon, .second]
        next += 2
        if literal(next) == .literal([UInt8(ascii: ".")]), (1...9).contains(digits(next + 1)) {
          parts += [.literal([UInt8(ascii: ".")]), .fraction(min(6, digits(next + 1)))]
          if digits(next + 1) > 6 { return nil }
          next += 2
        }
      }
      // A zone, the same in all values.
      if next < runs.count {
        var zone: [UInt8] = []
        for index in next..<runs.count {
          switch runs[index] {
          case .letters(let bytes), .other(let bytes): zone += bytes
          case .digits: return nil
          }
        }
        guard zone == [UInt8(ascii: "Z")] || zone == Array(" UTC".utf8) else { return nil }
        parts.append(.literal(zone))
      }
      return MomentFormat(parts: parts, isUnpadded: digits(start) == 1)
    }
  }
}
