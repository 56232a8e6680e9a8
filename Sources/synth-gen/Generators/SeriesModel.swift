import Glibc
import MillraceCore

/// What a time series is made of. Any step is computed without those before it: what goes on, such as correlated noise or an
/// anomaly of several steps, is summed over the few steps that still tell.
struct SeriesModel: Sendable {
  struct Season: BitwiseCopyable {
    /// Steps.
    var period: Double
    var amplitude: Double
    /// Steps.
    var phase: Double
  }

  struct Shift: BitwiseCopyable {
    /// The first step that is shifted.
    var step: UInt64
    var size: Double
  }

  enum Anomaly: String, CaseIterable, BitwiseCopyable {
    case spike, dip
    /// Some steps lie higher or lower.
    case level
    /// Some steps repeat a value.
    case stuck
    case missing

    var isLong: Bool { self == .level || self == .stuck }
  }

  /// An anomaly of a step, and how many steps ago it began.
  struct Event {
    var kind: Anomaly
    var age: UInt64
    /// 1 on average.
    var size: Double
  }

  var base = 0.0
  /// A step.
  var trend = 0.0
  /// The standard deviation of the bases of several series.
  var spread = 0.0
  let seasons: Constants<Season>
  let shifts: Constants<Shift>
  var noise = 0.0
  /// Of the innovations of this step, the one before it, and so on.
  let noiseWeights: Constants<Double>
  /// That a step begins an anomaly.
  var anomalyRate = 0.0
  var magnitude = 0.0
  let kinds: Constants<Anomaly>
  /// Steps of an anomaly that lasts.
  var anomalyLength: UInt64 = 1
  let noiseKey: RandomKey
  let anomalyKey: RandomKey
  let seriesKey: RandomKey

  // MARK: Values

  /// What the step would be without anomalies.
  func value(_ step: UInt64, _ series: UInt64, _ clock: SeriesClock) -> Double {
    var value = base + trend * Double(step)
    var offset = 0.0
    if clock.count > 1 {
      var random = RandomStream(seriesKey, row: series)
      value += spread * random.normal()
      // Series of one kind have their highs at about the same time.
      offset = random.normal() * 0.02
    }
    for index in 0..<seasons.count {
      let season = seasons[index]
      let turns = (Double(step) + season.phase) / season.period + offset
      value += season.amplitude * sin(2 * .pi * (turns - turns.rounded(.down)))
    }
    for index in 0..<shifts.count where step >= shifts[index].step { value += shifts[index].size }
    if noise > 0 {
      var sum = 0.0
      for age in 0..<noiseWeights.count {
        // Before the first step there were others, whose numbers wrap around.
        var random = RandomStream(noiseKey, row: (step &- UInt64(age)) &* clock.count &+ series)
        sum += noiseWeights[age] * random.normal()
      }
      value += noise * sum
    }
    return value
  }

  /// The value with its anomaly; nil where it is missing.
  func observed(_ step: UInt64, _ series: UInt64, _ clock: SeriesClock) -> Double? {
    guard let event = event(step, series, clock) else { return value(step, series, clock) }
    switch event.kind {
    case .missing: return nil
    case .stuck: return value(step - event.age, series, clock)
    case .spike: return value(step, series, clock) + magnitude * event.size
    case .dip: return value(step, series, clock) - magnitude * event.size
    // Half of them are up; its sign is that of its first step.
    case .level: return value(step, series, clock) + magnitude * event.size
    }
  }

  /// What is wrong with a step, if anything is.
  func event(_ step: UInt64, _ series: UInt64, _ clock: SeriesClock) -> Event? {
    guard anomalyRate > 0 else { return nil }
    for age in 0..<anomalyLength where age <= step {
      var random = RandomStream(anomalyKey, row: (step - age) &* clock.count &+ series)
      guard random.chance(anomalyRate) else { continue }
      let kind = kinds[random.below(kinds.count)]
      guard age == 0 || kind.isLong else { continue }
      var size = 0.8 + 0.4 * random.unit()
      if kind == .level, random.chance(0.5) { size = -size }
      return Event(kind: kind, age: age, size: size)
    }
    return nil
  }
}

extension SeriesModel {
  /// - Parameter context: of a field that is made by `series`.
  init(_ context: GeneratorContext) throws(Failure) {
    let arena = context.arena
    let seasons = try Self.seasons(context)
    let noise = context.number("noise") ?? 0
    guard noise >= 0, noise.isFinite else { throw context.failure("noise=\(noise), where 0 and more is possible") }
    let correlation = context.number("autocorrelation") ?? 0
    guard (0...0.99).contains(correlation) else {
      throw context.failure("autocorrelation=\(correlation), where 0 to 0.99 is possible")
    }
    self.seasons = arena.constants(seasons)
    shifts = arena.constants(try Self.shifts(context))
    noiseWeights = arena.constants(Self.weights(correlation))
    noiseKey = context.key.child("noise")
    anomalyKey = context.key.child("anomalies")
    seriesKey = context.key.child("series")
    let anomalies = context.value("anomalies")
    kinds = arena.constants(try Self.kinds(anomalies, context))
    base = context.number("base") ?? 0
    trend = context.number("trend") ?? 0
    spread = context.number("spread") ?? 0
    self.noise = noise
    // Without a word about it, far out of what the series does by itself.
    let usual = (noise * noise + seasons.reduce(0) { $0 + $1.amplitude * $1.amplitude / 2 }).squareRoot() * 6
    magnitude = anomalies["magnitude"]?.double ?? (usual > 0 ? usual : max(1, abs(base) / 2))
    guard anomalies != .null else { return }
    guard let rate = anomalies["rate"]?.double ?? anomalies.double, (0...0.5).contains(rate) else {
      throw context.failure("anomalies: expected a rate from 0 to 0.5, found \(anomalies.json.prefix(80))")
    }
    let length = anomalies["length"]?.integer ?? 10
    guard (1...1000).contains(length) else {
      throw context.failure("anomalies: length=\(length), where 1 to 1000 is possible")
    }
    let lengths = kinds.array.map { $0.isLong ? Double(length) : 1 }
    anomalyLength = UInt64(lengths.max() ?? 1)
    anomalyRate = rate / (lengths.reduce(0, +) / Double(lengths.count))
  }

  /// How much innovations of the past still tell: a process in which each value remembers a share of the one before it, cut
  /// where less than a hundredth is left. The squares add up to 1.
  private static func weights(_ correlation: Double) -> [Double] {
    var weights = [1.0]
    while correlation > 0, weights[weights.count - 1] * correlation > 0.01 {
      weights.append(weights[weights.count - 1] * correlation)
    }
    let norm = weights.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return weights.map { $0 / norm }
  }

  private static func seasons(_ context: GeneratorContext) throws(Failure) -> [Season] {
    let value = context.value("seasonality")
    let list = value.elements ?? (value == .null ? [] : [value])
    guard list.count <= 50 else { throw context.failure("\(list.count) seasons, where 50 are the most") }
    return try list.map { (entry) throws(Failure) in
      guard let amplitude = entry["amplitude"]?.double else {
        throw context.failure("seasonality: expected period and amplitude, found \(entry.json.prefix(80))")
      }
      guard let period = try steps(entry["period"] ?? .null, context), period > 0 else {
        throw context.failure(
          "seasonality: a period of \(entry["period"]?.json ?? "nothing")",
          advice:
            "write a number of steps, or a time such as 1d where a field made by timestamps says how long a step is")
      }
      return Season(period: period, amplitude: amplitude, phase: try steps(entry["phase"] ?? .null, context) ?? 0)
    }
  }

  /// A number of steps, or the time that they take.
  private static func steps(_ value: JSONValue, _ context: GeneratorContext) throws(Failure) -> Double? {
    if let number = value.double { return number }
    guard let text = value.text, let time = TimeStep(text) else { return nil }
    if let own = context.compiler.series.step.flatMap({ TimeStep($0) }), own.length > 0 {
      return time.length / own.length
    }
    return nil
  }

  private static func shifts(_ context: GeneratorContext) throws(Failure) -> [Shift] {
    let value = context.value("level_shifts")
    let list = value.elements ?? (value == .null ? [] : [value])
    guard list.count <= 1000 else { throw context.failure("\(list.count) level shifts, where 1000 are the most") }
    return try list.map { (entry) throws(Failure) in
      guard let step = entry["at"]?.integer, step >= 0, let size = entry["by"]?.double else {
        throw context.failure("level_shifts: expected at (a step) and by, found \(entry.json.prefix(80))")
      }
      return Shift(step: UInt64(step), size: size)
    }
  }

  private static func kinds(_ anomalies: JSONValue, _ context: GeneratorContext) throws(Failure) -> [Anomaly] {
    if let members = anomalies.members {
      for member in members where !["rate", "magnitude", "kinds", "length"].contains(member.name) {
        throw context.failure(
          "anomalies: there is no \"\(printable(member.name))\"", advice: "they have rate, magnitude, kinds and length")
      }
    }
    let value = anomalies["kinds"] ?? .null
    let names = value.elements ?? (value == .null ? [.string("spike"), .string("dip")] : [value])
    guard !names.isEmpty else { throw context.failure("anomalies: no kinds") }
    return try names.map { (name) throws(Failure) in
      guard let kind = Anomaly(rawValue: name.text ?? "") else {
        throw context.failure(
          "anomalies: there is no kind \(name.json.prefix(40))",
          advice: "they are \(Anomaly.allCases.map(\.rawValue).joined(separator: ", "))")
      }
      return kind
    }
  }
}
