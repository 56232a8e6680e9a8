import Glibc

/// Draws of continuous and counting distributions. Each takes a bounded number of draws on average, and depends on its stream
/// alone.
extension RandomStream {
  /// Of mean 0 and standard deviation 1.
  @inline(__always) mutating func normal() -> Double { standardNormalQuantile(openUnit()) }

  /// Of mean 1.
  @inline(__always) mutating func exponential() -> Double { -log(openUnit()) }

  /// Of scale 1 (Marsaglia and Tsang: A simple method for generating gamma variables, 2000).
  mutating func gamma(shape: Double) -> Double {
    // Below one: of the next shape, taken to a power.
    if shape < 1 { return gamma(shape: shape + 1) * pow(openUnit(), 1 / shape) }
    let d = shape - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    while true {
      let x = normal()
      let v = 1 + c * x
      guard v > 0 else { continue }
      let cube = v * v * v
      if log(openUnit()) < 0.5 * x * x + d - d * cube + d * log(cube) { return d * cube }
    }
  }

  mutating func beta(_ alpha: Double, _ beta: Double) -> Double {
    let (one, other) = (gamma(shape: alpha), gamma(shape: beta))
    return one + other > 0 ? one / (one + other) : 0.5
  }

  /// By inversion where the mean is small, else by transformed rejection (Hörmann: The transformed rejection method for
  /// generating Poisson random variables, 1993, algorithm PTRS).
  mutating func poisson(mean: Double) -> Double {
    if mean < 10 {
      let limit = exp(-mean)
      var (count, product) = (0.0, openUnit())
      while product > limit {
        count += 1
        product *= openUnit()
      }
      return count
    }
    let b = 0.931 + 2.53 * mean.squareRoot()
    let a = -0.059 + 0.02483 * b
    let inverseAlpha = 1.1239 + 1.1328 / (b - 3.4)
    let limit = 0.9277 - 3.6224 / (b - 2)
    while true {
      let u = openUnit() - 0.5
      let v = openUnit()
      let us = 0.5 - abs(u)
      let k = ((2 * a / us + b) * u + mean + 0.43).rounded(.down)
      if us >= 0.07, v <= limit { return k }
      if k < 0 || (us < 0.013 && v > us) { continue }
      if log(v) + log(inverseAlpha) - log(a / (us * us) + b) <= -mean + k * log(mean) - lgamma(k + 1) { return k }
    }
  }

  /// Failures before a success.
  mutating func geometric(_ probability: Double) -> Double {
    probability >= 1 ? 0 : (log(openUnit()) / log1p(-probability)).rounded(.down)
  }
}

/// The value below which a standard normal variable lies with a probability of (0, 1) (Wichura: Algorithm AS 241, PPND16,
/// 1988; relative error about 1e-16).
func standardNormalQuantile(_ probability: Double) -> Double {
  let q = probability - 0.5
  if abs(q) <= 0.425 {
    let r = 0.180625 - q * q
    let numerator = evaluate(
      r, 2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
      13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608)
    let denominator = evaluate(
      r, 5226.495278852545925, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867,
      5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1)
    return q * numerator / denominator
  }
  var r = (-log(q < 0 ? probability : 1 - probability)).squareRoot()
  let value: Double
  if r <= 5 {
    r -= 1.6
    let numerator = evaluate(
      r, 7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177, 1.27045825245236838258,
      3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734)
    let denominator = evaluate(
      r, 1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966, 0.14810397642748007459,
      0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187, 1)
    value = numerator / denominator
  } else {
    r -= 5
    let numerator = evaluate(
      r, 2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386, 0.026532189526576123093,
      0.29656057182850489123, 1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772)
    let denominator = evaluate(
      r, 2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4,
      0.0148753612908506148525, 0.13692988092273580531, 0.59983220655588793769, 1)
    value = numerator / denominator
  }
  return q < 0 ? -value : value
}

/// A polynomial of degree 7, by Horner's rule.
@inline(__always)
private func evaluate(
  _ r: Double, _ a: Double, _ b: Double, _ c: Double, _ d: Double, _ e: Double, _ f: Double, _ g: Double, _ h: Double
) -> Double {
  let high = ((a * r + b) * r + c) * r + d
  return (((high * r + e) * r + f) * r + g) * r + h
}

/// The standard normal distribution function.
func normalShare(_ score: Double) -> Double { 0.5 * erfc(-score / 2.0.squareRoot()) }

/// The same, never 0 or 1.
func standardNormalProbability(_ value: Double) -> Double { min(max(normalShare(value), 1e-300), 1 - 0x1p-53) }

/// The inverse of `normalShare`; 8 standard deviations away for shares that leave none or all.
func normalQuantile(_ share: Double) -> Double {
  share <= 0 ? -8 : share >= 1 ? 8 : standardNormalQuantile(share)
}
