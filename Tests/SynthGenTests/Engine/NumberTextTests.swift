import MillraceCore
import Support
import Testing

@testable import synth_gen

@Suite struct NumberTextTests {
  private func text(_ append: (ByteBuffer) -> Void) -> String {
    let buffer = ByteBuffer(capacity: 1)
    append(buffer)
    return unsafe String(decoding: buffer.bytes, as: UTF8.self)
  }

  @Test func integersAreWrittenAsSwiftWritesThem() {
    var numbers = [0, Int.min, Int.max]
    for exponent in 0...18 {
      let power = (0..<exponent).reduce(1) { product, _ in product * 10 }
      numbers += [power - 1, power, power + 1, -power, 5 * (power / 10 * 9)]
    }
    var random = SeededGenerator()
    for _ in 0..<1000 {
      numbers.append(Int.random(in: .min ... .max, using: &random) >> Int.random(in: 0...63, using: &random))
    }
    for number in numbers {
      #expect(text { $0.append(integer: number) } == String(number), "seed \(random.seed)")
      #expect(text { $0.append(unsigned: number.magnitude) } == String(number.magnitude))
    }
    #expect(text { $0.append(unsigned: .max) } == String(UInt.max))
    #expect(text { $0.append(integer: -7, width: 4) } == "-0007")
    #expect(text { $0.append(integer: 12345, width: 4) } == "12345")
  }

  @Test func decimalsAreRoundedHalfAwayFromZero() {
    for (number, decimals, expected) in [
      (1.005, 2, "1.00"), (2.5, 0, "3"), (-2.5, 0, "-3"), (0.125, 2, "0.13"), (-0.001, 2, "0.00"),
      (1234.5678, 3, "1234.568"),
      (0, 2, "0.00"), (1e12, 2, "1000000000000.00"), (9.999, 2, "10.00"), (-0.5, 1, "-0.5"),
    ] {
      #expect(text { $0.append(number: number, decimals: decimals) } == expected)
    }
  }

  /// The shortest digits that give the number back.
  @Test func shortestNumbersReadTheSame() {
    var random = SeededGenerator()
    for _ in 0..<2000 {
      let decimals = Int.random(in: 0...8, using: &random)
      let scale = (0..<decimals).reduce(1.0) { power, _ in power * 10 }
      for number in [
        Double.random(in: -1e6...1e6, using: &random),
        (Double.random(in: -1e6...1e6, using: &random) * scale).rounded() / scale,
      ] {
        let written = text { $0.append(shortest: number) }
        #expect(Double(written) == number, "seed \(random.seed)")
        #expect(written.count <= number.description.count, "seed \(random.seed): \(number)")
      }
    }
    #expect(text { $0.append(shortest: 67.35) } == "67.35")
    #expect(text { $0.append(shortest: 3) } == "3")
  }

  @Test func daysAndMomentsAreThoseOfTheCalendar() {
    #expect(text { $0.append(day: CalendarDay(number: 0)) } == "1970-01-01")
    #expect(text { $0.append(day: CalendarDay(number: 19_781)) } == "2024-02-28")
    #expect(text { $0.append(moment: -1) } == "1969-12-31 23:59:59")
    #expect(text { $0.append(moment: 86_400 * 2 + 3661) } == "1970-01-03 01:01:01")
  }

  @Test(arguments: [
    ("today", "2026-01-01T00:00:00"), ("now", "2026-01-01T12:30:00"), ("yesterday", "2025-12-31T00:00:00"),
    ("-1y", "2025-01-01T12:30:00"), ("+1M", "2026-02-01T12:30:00"), ("-30d", "2025-12-02T12:30:00"),
    ("+1w2d", "2026-01-10T12:30:00"), ("-90s", "2026-01-01T12:28:30"), ("2024-02-29", "2024-02-29T00:00:00"),
    ("2024-02-29 10:11", "2024-02-29T10:11:00"), ("2024-02-29T10:11:12Z", "2024-02-29T10:11:12"),
  ])
  func momentsCountFromTheGivenNow(text: String, expected: String) throws {
    let now = AsOf(seconds: AsOf.usual.seconds + 45_000)
    let moment = try #require(Moment(text, asOf: now))
    #expect(self.text { $0.append(moment: moment.seconds, separator: UInt8(ascii: "T")) } == expected)
  }

  @Test(arguments: [
    "", "soon", "-", "-5", "-5x", "30d", "2024-02-30", "2024-13-01", "2024-01-01T25:00", "-99999999999y", "+5d-",
  ])
  func whatIsNoMomentIsRefused(text: String) { #expect(Moment(text, asOf: .usual) == nil) }
}
