import Glibc

/// A distribution of the textbook, fitted to numbers.
struct ParametricFit: Equatable {
  enum Family: String, CaseIterable { case normal, lognormal, exponential, uniform, logistic, gumbel, weibull }

  var family: Family
  /// The family's: mean and standard deviation; those of the logarithm; low and mean above it; low and high; location and
  /// scale; location and scale; low, scale and shape.
  var parameters: [Double]
  /// Kolmogorov and Smirnov's greatest distance between the fitted and the empirical distribution function.
  var distance: Double

  /// The family that is nearest to the numbers.
  ///
  /// - Parameter values: sorted, with their counts; at least two different ones.
  init?(_ values: [(value: Double, count: Int)]) {
    guard let low = values.first?.value, let high = values.last?.value, low < high else { return nil }
    let total = Double(values.reduce(0) { $0 + $1.count })
    func moments(_ transform: (Double) -> Double) -> (mean: Double, deviation: Double) {
      let mean = values.reduce(0) { $0 + transform($1.value) * Double($1.count) } / total
      let square = values.reduce(0) {
        let difference = transform($1.value) - mean
        return $0 + difference * difference * Double($1.count)
      }
      return (mean, (square / total).squareRoot())
    }
    let (mean, deviation) = moments { $0 }
    guard mean.isFinite, deviation.isFinite, deviation > 0 else { return nil }
    var best: ParametricFit?
    for family in Family.allCases {
      var parameters: [Double]
      switch family {
      case .normal: parameters = [mean, deviation]
      case .lognormal:
        guard low > 0 else { continue }
        let logarithm = moments { log($0) }
        parameters = [logarithm.mean, logarithm.deviation]
      case .exponential: parameters = [low, mean - low]
      case .uniform: parameters = [low, high]
      case .logistic: parameters = [mean, deviation * 3.0.squareRoot() / .pi]
      case .gumbel:
        let scale = deviation * 6.0.squareRoot() / .pi
        parameters = [mean - 0.577_215_664_901_532_9 * scale, scale]
      case .weibull:
        // Justus and others, Methods for estimating wind speed frequency distributions, 1978.
        let shape = pow(deviation / (mean - low), -1.086)
        parameters = [low, (mean - low) / tgamma(1 + 1 / shape), shape]
      }
      guard parameters.allSatisfy(\.isFinite) else { continue }
      var fit = ParametricFit(family: family, parameters: parameters, distance: 0)
      var below = 0.0
      for (value, count) in values {
        let share = fit.share(below: value)
        let above = below + Double(count) / total
        fit.distance = max(fit.distance, abs(share - below), abs(above - share))
        below = above
      }
      if best.map({ fit.distance < $0.distance }) ?? true { best = fit }
    }
    guard let best else { return nil }
    self = best
  }

  init(family: Family, parameters: [Double], distance: Double) {
    self.family = family
    self.parameters = parameters
    self.distance = distance
  }

  /// The distribution function.
  func share(below value: Double) -> Double {
    switch family {
    case .normal: return normalShare((value - parameters[0]) / parameters[1])
    case .lognormal: return value <= 0 ? 0 : normalShare((log(value) - parameters[0]) / parameters[1])
    case .exponential: return value <= parameters[0] ? 0 : 1 - exp(-(value - parameters[0]) / parameters[1])
    case .uniform: return min(1, max(0, (value - parameters[0]) / (parameters[1] - parameters[0])))
    case .logistic: return 1 / (1 + exp(-(value - parameters[0]) / parameters[1]))
    case .gumbel: return exp(-exp(-(value - parameters[0]) / parameters[1]))
    case .weibull:
      return value <= parameters[0] ? 0 : 1 - exp(-pow((value - parameters[0]) / parameters[1], parameters[2]))
    }
  }

  /// Its inverse, for a share between 0 and 1.
  func quantile(_ share: Double) -> Double {
    switch family {
    case .normal: return parameters[0] + parameters[1] * normalQuantile(share)
    case .lognormal: return exp(parameters[0] + parameters[1] * normalQuantile(share))
    case .exponential: return parameters[0] - parameters[1] * log(1 - share)
    case .uniform: return parameters[0] + share * (parameters[1] - parameters[0])
    case .logistic: return parameters[0] + parameters[1] * log(share / (1 - share))
    case .gumbel: return parameters[0] - parameters[1] * log(-log(share))
    case .weibull: return parameters[0] + parameters[1] * pow(-log(1 - share), 1 / parameters[2])
    }
  }
}
