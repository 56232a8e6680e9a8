import Glibc
import MillraceCore
import Support
import Testing

@Suite struct SeriesTests {
  private let desk = SchemaDesk()

  private func numbers(_ spec: String, count: Int, also: String...) -> [Double] {
    desk.rows("x: \(spec)", also: also.map { "  \($0)\n" }.joined(), ["-n", "\(count)"]).map { Double($0[0]) ?? .nan }
  }

  // MARK: Values

  @Test func theTrendIsOfEachStep() {
    #expect(desk.values("series(base=10, trend=2)", count: 4) == ["10.00", "12.00", "14.00", "16.00"])
    #expect(desk.values("series(base=1, trend=-0.5, decimals=1)", count: 3) == ["1.0", "0.5", "0.0"])
    #expect(desk.values("series(trend=3, min=2, max=7, decimals=0)", count: 4) == ["2", "3", "6", "7"])
    #expect(desk.values("series", count: 2) == ["0.00", "0.00"])
  }

  @Test func seasonsComeAgain() {
    #expect(
      desk.values("{series: {seasonality: [{period: 4, amplitude: 1}]}}", count: 5)
        == ["0.00", "1.00", "0.00", "-1.00", "0.00"])
    #expect(
      desk.values("{series: {seasonality: {period: 4, amplitude: 2, phase: 1}}}", count: 3) == [
        "2.00", "0.00", "-2.00",
      ])
    #expect(
      desk.values(
        "{series: {base: 5, seasonality: [{period: 4, amplitude: 1}, {period: 2, amplitude: 3, phase: 0.5}]}}", count: 4
      )
        == ["8.00", "3.00", "8.00", "1.00"])
  }

  @Test func aPeriodMayBeATime() {
    let rows = desk.rows(
      "at: timestamps(start=\"2026-01-01\", step=\"6h\")",
      "x: {series: {seasonality: [{period: 1d, amplitude: 1, phase: 6h}]}}", count: 4)
    #expect(rows.map { $0[1] } == ["1.00", "0.00", "-1.00", "0.00"])
  }

  @Test func levelsShiftAtTheirSteps() {
    #expect(
      desk.values("{series: {level_shifts: [{at: 2, by: 10}, {at: 3, by: -4}], decimals: 0}}", count: 5)
        == ["0", "0", "10", "6", "6"])
  }

  @Test(arguments: [0.0, 0.5, 0.9])
  func noiseHasItsSpreadAndRemembers(correlation: Double) {
    let values = numbers("series(noise=3, autocorrelation=\(correlation), decimals=6)", count: 20_000)
    let mean = values.reduce(0, +) / Double(values.count)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    #expect((2.7...3.3).contains(variance.squareRoot()))
    for lag in [1, 3] {
      let products = zip(values, values.dropFirst(lag)).reduce(0) { $0 + ($1.0 - mean) * ($1.1 - mean) }
      let found = products / Double(values.count) / variance
      #expect(abs(found - pow(correlation, Double(lag))) < 0.06, "lag \(lag): \(found)")
    }
  }

  private static let full = """
    fields:
      at: {generator: timestamps, start: "2026-01-01", step: 5m, jitter: 40s, gaps: {rate: 0.1, length: 3}, count: 3}
      sensor: series_number(prefix="s", width=2)
      x: {series: {base: 20, trend: 0.01, spread: 4, seasonality: [{period: 1d, amplitude: 3}], noise: 0.5,
        autocorrelation: 0.9, anomalies: {rate: 0.05, kinds: [spike, dip, level, stuck, missing]}, label: bad}}
      kind: series_label(of=x, kind=true)

    """

  @Test func anyRowIsMadeWithoutThoseBeforeIt() {
    let whole = desk.run(Self.full, ["-n", "20000", "--no-header", "--jobs", "1"])
    #expect(whole.status == 0)
    #expect(desk.run(Self.full, ["-n", "20000", "--no-header", "--jobs", "4"]).output == whole.output)
    let parts = [(1, 7000), (7001, 1), (7002, 12_999)].flatMap { first, count in
      desk.run(Self.full, ["-n", "\(count)", "--first-row", "\(first)", "--no-header"]).output
    }
    #expect(parts == whole.output)
  }

  // MARK: Anomalies

  @Test func theLabelTellsWhatIsWrong() {
    let rows = desk.rows(
      "x: {series: {base: 100, anomalies: {rate: 0.05, magnitude: 10, kinds: [spike, dip, missing, level]}, label: bad}}",
      "kind: series_label(of=x, kind=true)", count: 20_000)
    var counts: [String: Int] = [:]
    for row in rows {
      let (value, isBad, kind) = (Double(row[0]), row[1], row[2])
      #expect(isBad == (kind == "none" ? "false" : "true"))
      counts[kind, default: 0] += 1
      switch kind {
      case "none": #expect(value == 100)
      case "spike": #expect((108...112).contains(value ?? 0))
      case "dip": #expect((88...92).contains(value ?? 0))
      case "level": #expect((88...112).contains(value ?? 0) && value != 100)
      case "missing": #expect(row[0] == "")
      default: Issue.record("a kind \(kind)")
      }
    }
    #expect((700...1300).contains(20_000 - counts["none", default: 0]))
    #expect(counts.count == 5)
  }

  @Test func aStuckValueIsThatOfTheFirstStep() {
    let rows = desk.rows(
      "x: {series: {trend: 1, decimals: 0, anomalies: {rate: 0.1, kinds: [stuck], length: 4}, label: bad}}", count: 5000
    )
    var stuck = 0
    for (step, row) in rows.enumerated() {
      let value = Int(row[0]) ?? -1
      if row[1] == "false" { #expect(value == step) } else { #expect((step - 3...step).contains(value)) }
      if value < step { stuck += 1 }
    }
    #expect((200...550).contains(stuck))
  }

  @Test func withoutAMagnitudeAnomaliesLieFarOut() {
    let rows = desk.rows("x: {series: {noise: 1, anomalies: {rate: 0.02, kinds: [spike]}, label: bad}}", count: 5000)
    let bad = rows.filter { $0[1] == "true" }.compactMap { Double($0[0]) }
    #expect((50...160).contains(bad.count))
    #expect(bad.reduce(0, +) / Double(bad.count) > 5)
  }

  @Test func theLabelIsAColumnBehindTheSeries() {
    let schema = "fields:\n  x: {series: {anomalies: {rate: 0.1}, label: bad}}\n  y: sequence\n"
    let outcome = desk.run(schema, ["-n", "50"])
    #expect(outcome.outputText.hasPrefix("x,bad,y\n"))
    // The schema that is printed is the same one.
    let printed = desk.run(schema, command: ["schema"]).outputText
    #expect(printed.contains("  bad: {generator: series_label, of: x}\n"))
    #expect(desk.run(printed, ["-n", "50"]).output == outcome.output)
    #expect(
      desk.refusal(of: "fields:\n  x: {series: {label: y}}\n  y: sequence\n")
        == "synth-gen: s.yaml:2: field \"y\": the field \"y\" is there twice")
  }

  // MARK: Several series

  @Test func seriesOfOneTableTakeTurns() {
    let rows = desk.rows(
      "at: {generator: timestamps, start: \"2026-01-01\", step: 1h, count: 3}", "s: series_number(prefix=\"s-\")",
      "x: series(trend=1, decimals=0)", count: 7)
    #expect(rows.map { $0[1] } == ["s-1", "s-2", "s-3", "s-1", "s-2", "s-3", "s-1"])
    #expect(rows.map { $0[2] } == ["0", "0", "0", "1", "1", "1", "2"])
    #expect(rows.map { String($0[0].suffix(8)) } == ["00", "00", "00", "01", "01", "01", "02"].map { "\($0):00:00" })
  }

  @Test func seriesHaveBasesOfTheirOwn() {
    let values = numbers("series(base=100, spread=10, count=400, decimals=4)", count: 800)
    #expect(Array(values[..<400]) == Array(values[400...]))
    let mean = values.reduce(0, +) / 800
    let sd = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 800).squareRoot()
    #expect(abs(mean - 100) < 2.5 && abs(sd - 10) < 2)
  }

  // MARK: Times

  @Test func timesAreRegular() {
    #expect(
      desk.values("timestamps(start=\"2026-01-31\", step=\"15m\")", count: 3)
        == ["2026-01-31 00:00:00", "2026-01-31 00:15:00", "2026-01-31 00:30:00"])
    #expect(
      desk.values("timestamps(start=\"2026-01-31\", step=\"1M\", format=date)", count: 4)
        == ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"])
    #expect(
      desk.values("timestamps(start=\"2024-02-29T12:00:00\", step=\"1y\", format=iso8601)", count: 2)
        == ["2024-02-29T12:00:00Z", "2025-02-28T12:00:00Z"])
    #expect(
      desk.values("timestamps(start=\"1969-12-31T23:59:59\", step=\"1s\", format=unix)", count: 3) == ["-1", "0", "1"])
    // Thirty days before the day that is today.
    #expect(desk.values("timestamps", count: 1) == ["2025-12-02 00:00:00"])
  }

  private func seconds(_ times: [String]) -> [Int] {
    times.map { time in
      let clock = time.dropFirst(11).split(separator: ":").compactMap { Int($0) }
      return (CalendarDay(String(time.prefix(10)))?.number ?? 0) * 86_400 + clock.reduce(0) { $0 * 60 + $1 }
    }
  }

  @Test func gapsAreWholeStepsOfTheSeasonToo() {
    let rows = desk.rows(
      "at: {generator: timestamps, start: \"2026-01-01\", step: 1h, gaps: {rate: 0.2, length: 5}}",
      "x: {series: {seasonality: [{period: 24, amplitude: 1}], decimals: 6}}", count: 4000)
    let times = seconds(rows.map { $0[0] })
    let steps = zip(times.dropFirst(), times).map { $0 - $1 }
    #expect(steps.allSatisfy { $0 >= 3600 && $0 % 3600 == 0 && ($0 / 3600 - 1) % 5 == 0 })
    let missing = Double((times.last ?? 0) - times[0]) / 3600 - 3999
    #expect(abs(missing / (missing + 4000) - 0.2) < 0.02)
    for (time, row) in zip(times, rows) {
      #expect(abs((Double(row[1]) ?? 9) - sin(2 * .pi * Double(time % 86_400) / 86_400)) < 1e-5)
    }
  }

  @Test func jitterKeepsTheOrder() {
    let times = seconds(desk.values("timestamps(start=\"2026-01-01\", step=\"10m\", jitter=\"4m\")", count: 2000))
    let start = seconds(["2026-01-01 00:00:00"])[0]
    let late = times.enumerated().map { $1 - start - 600 * $0 }
    #expect(late.min() ?? 0 < -200 && late.max() ?? 0 > 200 && late.allSatisfy { abs($0) <= 240 })
    #expect(times == times.sorted())
  }

  @Test func timesOfOneSeriesAreUnique() {
    let values = desk.values("{generator: timestamps, step: 1h, gaps: 0.1, unique: true}", count: 500)
    #expect(Set(values).count == 500)
    #expect(
      desk.refusal(ofField: "{generator: timestamps, count: 2, unique: true}")
        .contains("timestamps: its values cannot be made unique"))
  }

  // MARK: Refusals

  @Test(arguments: [
    ("timestamps(step=\"fast\")", "timestamps: step=\"fast\" is no time (write 30s, 15m, 1h, 1d, 1w, 1M or 1y)"),
    ("timestamps(step=\"0s\")", "timestamps: step=\"0s\" is no time (write 30s, 15m, 1h, 1d, 1w, 1M or 1y)"),
    ("timestamps(step=\"1M2d\")", "timestamps: step=\"1M2d\" is no time (write 30s, 15m, 1h, 1d, 1w, 1M or 1y)"),
    (
      "timestamps(step=\"1h\", jitter=\"30m\")", "timestamps: jitter=30m, where less than half a step of 1h is possible"
    ),
    ("timestamps(format=\"x\")", "timestamps: there is no format=\"x\" (it is datetime, iso8601, date, unix)"),
    ("timestamps(gaps=1)", "timestamps: gaps: expected a share from 0 to 0.9, or {rate, length}, found 1"),
    ("timestamps(count=0)", "timestamps: count=0, where 1 to 1000000 is possible"),
    ("series(noise=-1)", "series: noise=-1.0, where 0 and more is possible"),
    ("series(autocorrelation=1)", "series: autocorrelation=1.0, where 0 to 0.99 is possible"),
    (
      "{series: {seasonality: [{period: 3}]}}",
      "series: seasonality: expected period and amplitude, found {\"period\":3}"
    ),
    (
      "{series: {seasonality: [{period: 1d, amplitude: 1}]}}",
      "series: seasonality: a period of \"1d\" (write a number of steps, or a time such as 1d where a field made by timestamps says how long a step is)"
    ),
    ("{series: {level_shifts: [{at: 1}]}}", "series: level_shifts: expected at (a step) and by, found {\"at\":1}"),
    ("{series: {anomalies: {rate: 2}}}", "series: anomalies: expected a rate from 0 to 0.5, found {\"rate\":2}"),
    (
      "{series: {anomalies: {rate: 0.1, kinds: [spikes]}}}",
      "series: anomalies: there is no kind \"spikes\" (they are spike, dip, level, stuck, missing)"
    ),
    (
      "{series: {anomalies: {rate: 0.1, size: 3}}}",
      "series: anomalies: there is no \"size\" (they have rate, magnitude, kinds and length)"
    ),
    ("{series: {anomalies: {rate: 0.1, length: 0}}}", "series: anomalies: length=0, where 1 to 1000 is possible"),
    (
      "series_label",
      "series_label: it needs the field whose values it is about (as in series_label(of=\"temperature\"))"
    ),
    ("series_label(of=y)", "series_label: there is no field \"y\" (did you mean \"x\"?)"),
    ("series_label(of=x)", "series_label: the field \"x\" is no series: it is made by series_label"),
    (
      "{when: [{else: {series: {label: y}}}]}", "series: label belongs to a field, not to a part of one"
    ),
  ])
  func refusesWhatMakesNoSense(spec: String, message: String) {
    let refusal = desk.refusal(ofField: spec)
    #expect(refusal.hasPrefix("synth-gen: s.yaml:2: field \"x\": \(message)"), "\(refusal)")
  }

  @Test func allFieldsOfATableHaveAsManySeries() {
    let refusal = desk.refusal(of: "fields:\n  a: timestamps(count=2)\n  b: series(count=3)\n")
    #expect(
      refusal.hasPrefix(
        "synth-gen: s.yaml:3: field \"b\": series: count=3, where the field \"a\" has count=2 (the series of one table are as many for all its fields"
      ), "\(refusal)")
  }

  @Test func valuesStayWhatTheyWere() {
    let rows = """
      at,sensor,x,bad,kind
      2026-01-01 00:00:28,s01,21.00,false,none
      2025-12-31 23:59:28,s02,25.43,false,none
      2026-01-01 00:00:30,s03,17.96,false,none
      2026-01-01 00:04:50,s01,21.10,false,none

      """
    #expect(desk.run(Self.full, ["-n", "4"]).outputText == rows)
  }
}
