import Glibc
import MillraceCore

/// A distribution of numbers with its parameters.
indirect enum Distribution: Sendable {
  case uniform(Double, Double)
  case normal(mean: Double, sd: Double)
  /// Of the logarithm.
  case lognormal(mu: Double, sigma: Double)
  case exponential(mean: Double)
  case gamma(shape: Double, scale: Double)
  case beta(Double, Double, low: Double, width: Double)
  case poisson(mean: Double)
  case geometric(probability: Double)
  case binomial(trials: Int, probability: Double)
  case triangular(low: Double, mode: Double, high: Double)
  case pareto(minimum: Double, exponent: Double)
  case weibull(shape: Double, scale: Double)
  case zipf(ZipfSampler)
  case mixture([Distribution], AliasTable)

  static let names = [
    "uniform", "normal", "lognormal", "exponential", "gamma", "beta", "poisson", "geometric", "binomial", "triangular",
    "pareto", "weibull", "zipf", "mixture",
  ]

  func draw(_ random: inout RandomStream) -> Double {
    switch self {
    case .uniform(let low, let high): return low + (high - low) * random.unit()
    case .normal(let mean, let sd): return mean + sd * random.normal()
    case .lognormal(let mu, let sigma): return exp(mu + sigma * random.normal())
    case .exponential(let mean): return mean * random.exponential()
    case .gamma(let shape, let scale): return scale * random.gamma(shape: shape)
    case .beta(let alpha, let beta, let low, let width): return low + width * random.beta(alpha, beta)
    case .poisson(let mean): return random.poisson(mean: mean)
    case .geometric(let probability): return random.geometric(probability)
    case .binomial(let trials, let probability):
      var count = 0.0
      for _ in 0..<trials where random.chance(probability) { count += 1 }
      return count
    case .mixture(let parts, let weights): return parts[weights.draw(&random)].draw(&random)
    case .zipf(let sampler): return sampler.draw(&random)
    case .triangular, .pareto, .weibull: return quantile(random.openUnit()) ?? 0
    }
  }

  /// The value below which a draw lies with this probability; nil where no formula tells it.
  func quantile(_ probability: Double) -> Double? {
    switch self {
    case .uniform(let from, let to): return from + (to - from) * probability
    case .normal(let mean, let sd): return mean + sd * standardNormalQuantile(probability)
    case .lognormal(let mu, let sigma): return exp(mu + sigma * standardNormalQuantile(probability))
    case .exponential(let mean): return -mean * log1p(-probability)
    case .triangular(let least, let mode, let greatest):
      let width = greatest - least
      let turn = width > 0 ? (mode - least) / width : 0
      return probability < turn
        ? least + (probability * width * (mode - least)).squareRoot()
        : greatest - ((1 - probability) * width * (greatest - mode)).squareRoot()
    case .pareto(let minimum, let exponent): return minimum / pow(1 - probability, 1 / exponent)
    case .weibull(let shape, let scale): return scale * pow(-log1p(-probability), 1 / shape)
    case .geometric(let chance): return chance >= 1 ? 0 : (log1p(-probability) / log1p(-chance)).rounded(.down)
    case .gamma, .beta, .poisson, .binomial, .zipf, .mixture: return nil
    }
  }
}

/// Quantiles of a distribution that has no formula for them: of many draws, in order.
struct QuantileTable: Sendable {
  private let draws: Constants<Double>

  private static let size = 1 << 14

  init(_ distribution: Distribution, key: RandomKey, in arena: Arena) {
    var draws = (0..<Self.size).map { index in
      var random = RandomStream(key, row: UInt64(index))
      return distribution.draw(&random)
    }
    draws.sort()
    self.draws = arena.constants(draws)
  }

  func callAsFunction(_ probability: Double) -> Double {
    draws[min(Self.size - 1, Int(probability * Double(Self.size)))]
  }
}

/// Ranks of 1 to `count` whose frequency falls with a power of the rank (Hörmann and Derflinger: Rejection-inversion to
/// generate variates from monotone discrete distributions, 1996).
struct ZipfSampler: Sendable {
  let count: Double
  let exponent: Double
  private let first: Double
  private let last: Double
  private let cut: Double

  /// - Parameters:
  ///   - count: at least 1.
  ///   - exponent: above 0.
  init(count: Double, exponent: Double) {
    self.count = count
    self.exponent = exponent
    first = Self.integral(1.5, exponent) - 1
    last = Self.integral(count + 0.5, exponent)
    cut = 2 - Self.inverse(Self.integral(2.5, exponent) - pow(2, -exponent), exponent)
  }

  func draw(_ random: inout RandomStream) -> Double {
    while true {
      let u = last + random.unit() * (first - last)
      let x = Self.inverse(u, exponent)
      let rank = min(max(x.rounded(), 1), count)
      if rank - x <= cut || u >= Self.integral(rank + 0.5, exponent) - pow(rank, -exponent) { return rank }
    }
  }

  /// The integral of x^-exponent.
  private static func integral(_ x: Double, _ exponent: Double) -> Double {
    let logarithm = log(x)
    let power = (1 - exponent) * logarithm
    // expm1(t) / t, whose limit is 1.
    return (abs(power) > 1e-8 ? expm1(power) / power : 1 + power / 2) * logarithm
  }

  private static func inverse(_ value: Double, _ exponent: Double) -> Double {
    let power = max(-1, value * (1 - exponent))
    return exp((abs(power) > 1e-8 ? log1p(power) / power : 1 - power / 2) * value)
  }
}
