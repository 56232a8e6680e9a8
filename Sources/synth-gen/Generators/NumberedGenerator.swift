/// A generator that makes its value of a number alone: drawn ones are each as likely, permuted ones unique.
protocol NumberedGenerator: CountableGenerator {}

extension NumberedGenerator {
  @inline(__always) func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    generate(random.below(count), draft, &random)
  }
}

/// The parts of a number in mixed bases: what comes of different numbers below the product of the bases is different.
struct MixedRadix {
  private(set) var rest: UInt64

  @inline(__always) init(_ number: UInt64) { rest = number }

  /// The next part.
  @inline(__always) mutating func take(_ base: Int) -> Int {
    let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: UInt64(truncatingIfNeeded: base))
    rest = quotient
    return Int(truncatingIfNeeded: remainder)
  }

  @inline(__always) mutating func take(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound &+ take(range.upperBound &- range.lowerBound &+ 1)
  }

  /// The product of bases, or 2^63 where it is more.
  static func product(_ bases: some Sequence<Int>) -> UInt64 {
    bases.reduce(1) { product, base in
      let (next, overflow) = product.multipliedReportingOverflow(by: UInt64(base))
      return overflow ? 1 << 63 : min(next, 1 << 63)
    }
  }
}

/// A generator whose values can be counted in general, and not in this case.
struct UncountedGenerator: Generator {
  let generator: GeneratorReference

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent { generator.generate(draft, &random) }
}
