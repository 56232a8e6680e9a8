/// Random numbers that a printed seed brings back (SplitMix64; Steele, Lea and Flood 2014).
///
/// Property tests make one and put `seed` into their comments: `#expect(a == b, "seed \(generator.seed)")`. The
/// environment variable MILLRACE_TEST_SEED repeats a run.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  public let seed: UInt64
  private var state: UInt64

  public init(seed: UInt64) {
    self.seed = seed
    state = seed
  }

  /// A new seed for every run unless MILLRACE_TEST_SEED says which.
  public init() {
    self.init(seed: environmentSeed ?? UInt64.random(in: .min ... .max))
  }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

private let environmentSeed: UInt64? = environmentVariable("MILLRACE_TEST_SEED").flatMap { UInt64($0) }
