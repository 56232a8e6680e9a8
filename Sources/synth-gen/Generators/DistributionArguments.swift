import Glibc
import MillraceCore

extension Distribution {
  /// The distribution that a generator's arguments name; uniform over min to max when they name none.
  init(_ context: GeneratorContext, min least: Double?, max greatest: Double?) throws(Failure) {
    func positive(_ name: String, else usual: Double? = nil) throws(Failure) -> Double {
      guard let value = context.number(name) ?? usual else {
        throw context.failure("distribution=\(context.text("distribution") ?? ""): it needs \(name)")
      }
      guard value > 0, value.isFinite else { throw context.failure("\(name)=\(value), where more than 0 is possible") }
      return value
    }
    // A mean and a spread without a name are those of a normal variable.
    let usual =
      context.isGiven("mean") && context.isGiven("sd") ? "normal" : context.isGiven("parts") ? "mixture" : "uniform"
    let name = (context.text("distribution") ?? usual).lowercased()
    switch Self.aliases[name] ?? name {
    case "uniform":
      let (low, high) = (least ?? 0, greatest ?? Swift.max(least ?? 0, 0) + 9999)
      guard low <= high else { throw context.failure("min=\(low) is above max=\(high)") }
      self = .uniform(low, high)
    case "normal":
      // Without a word about it, nearly all of a range.
      let (low, high) = (least ?? 0, greatest ?? 100)
      let mean = context.number("mean") ?? (low + high) / 2
      self = .normal(mean: mean, sd: try positive("sd", else: Swift.max((high - low) / 6, 1e-9)))
    case "lognormal":
      if let mean = context.number("mean"), let sd = context.number("sd") {
        guard mean > 0, sd > 0 else { throw context.failure("mean=\(mean), sd=\(sd), where more than 0 is possible") }
        let variance = log1p(sd * sd / (mean * mean))
        self = .lognormal(mu: log(mean) - variance / 2, sigma: variance.squareRoot())
      } else {
        let median = try positive(
          "median", else: context.number("mean") ?? Swift.max(1, ((least ?? 1) * (greatest ?? 1)).squareRoot()))
        self = .lognormal(mu: log(median), sigma: try positive("shape", else: context.number("sd") ?? 0.5))
      }
    case "exponential":
      self = .exponential(
        mean: context.isGiven("rate") ? 1 / (try positive("rate")) : try positive("mean", else: 1))
    case "gamma":
      if let mean = context.number("mean"), let sd = context.number("sd"), mean > 0, sd > 0 {
        self = .gamma(shape: mean * mean / (sd * sd), scale: sd * sd / mean)
      } else {
        let shape = try positive("shape", else: context.number("alpha") ?? 2)
        self = .gamma(
          shape: shape,
          scale: context.isGiven("mean") ? try positive("mean") / shape : try positive("beta", else: 1))
      }
    case "beta":
      let low = least ?? 0
      self = .beta(
        try positive("alpha", else: 2), try positive("beta", else: 2), low: low, width: (greatest ?? low + 1) - low)
    case "poisson":
      let mean = try positive("mean", else: context.number("rate") ?? 1)
      guard mean <= 1e9 else { throw context.failure("mean=\(mean), where 1000000000 is the most") }
      self = .poisson(mean: mean)
    case "geometric": self = .geometric(probability: Swift.min(1, try positive("probability", else: 0.5)))
    case "binomial":
      let trials = try positive("trials", else: 10)
      guard trials <= 10_000, trials == trials.rounded() else {
        throw context.failure("trials=\(trials), where a whole number up to 10000 is possible")
      }
      let probability = context.number("probability") ?? 0.5
      guard (0...1).contains(probability) else {
        throw context.failure("probability=\(probability), where 0 to 1 is possible")
      }
      self = .binomial(trials: Int(trials), probability: probability)
    case "triangular":
      let (low, high) = (least ?? 0, greatest ?? 1)
      let mode = context.number("mode") ?? (low + high) / 2
      guard (low...Swift.max(low, high)).contains(mode) else {
        throw context.failure("mode=\(mode) is not between min and max")
      }
      self = .triangular(low: low, mode: mode, high: high)
    case "pareto":
      self = .pareto(
        minimum: try positive("min", else: 1), exponent: try positive("exponent", else: context.number("alpha") ?? 1.5))
    case "weibull":
      self = .weibull(
        shape: try positive("shape", else: 1.5), scale: try positive("beta", else: context.number("mean") ?? 1))
    case "zipf":
      let count = greatest ?? 1000
      guard count >= 1, count <= 1e12 else { throw context.failure("max=\(count), where 1 to 1e12 is possible") }
      self = .zipf(
        ZipfSampler(
          count: count.rounded(.down), exponent: try positive("exponent", else: context.number("alpha") ?? 1.1)))
    case "mixture":
      guard let parts = context.list("parts"), (1...50).contains(parts.count) else {
        throw context.failure("parts: expected a list of 1 to 50 distributions")
      }
      var weights: [Double] = []
      var own: [Distribution] = []
      for part in parts {
        guard let members = part.members else { throw context.failure("parts: expected {distribution, weight, …}") }
        let weight = part["weight"]?.double ?? 1
        guard weight > 0 else { throw context.failure("parts: weight=\(weight), where more than 0 is possible") }
        weights.append(weight)
        own.append(try Distribution(try context.part(members.filter { $0.name != "weight" })))
      }
      self = .mixture(own, AliasTable(weights, in: context.arena))
    default:
      let near = nearestName(to: name, among: Self.names + Self.aliases.keys.sorted()).map { "did you mean \"\($0)\"?" }
      throw context.failure(
        "there is no distribution \"\(printable(name))\"",
        advice: near ?? "there are \(Self.names.joined(separator: ", "))")
    }
  }

  private init(_ context: GeneratorContext) throws(Failure) {
    guard context.text("distribution")?.lowercased() != "mixture" else {
      throw context.failure("a mixture within a mixture")
    }
    try self.init(context, min: context.number("min"), max: context.number("max"))
  }

  private static let aliases = [
    "gaussian": "normal", "gauss": "normal", "log_normal": "lognormal", "log-normal": "lognormal", "exp": "exponential",
    "constant": "uniform", "flat": "uniform", "power": "pareto", "powerlaw": "pareto", "power_law": "pareto",
    "zipfian": "zipf", "bernoulli": "binomial",
  ]
}

extension GeneratorContext {
  /// The same generator with other arguments, for a part of it.
  func part(_ members: [JSONValue.Member]) throws(Failure) -> GeneratorContext {
    var spec = spec
    spec.arguments = members
    spec.positional = []
    return GeneratorContext(
      compiler: compiler, description: description, arguments: try ArgumentReader.read(spec, for: description),
      spec: spec, key: key, isCorrelated: false, fieldName: fieldName)
  }
}
