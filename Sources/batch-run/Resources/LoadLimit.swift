import MillraceCore

/// `--load-limit N`: no chunk is started while more than that many processes want to run.
struct LoadLimit: Sendable, Hashable {
  var limit: Double

  /// Reads the option's value: a number, or per cent of the cores.
  init(_ text: String) throws(Failure) {
    let isPart = text.hasSuffix("%")
    guard let number = Double(isPart ? text.dropLast() : text[...]), number.isFinite, number > 0,
      text.first.map({ ("0"..."9").contains($0) || $0 == "." }) ?? false
    else {
      throw Failure(.usage, "expected a load such as 8 or 1.5, or 90% of the cores")
    }
    limit = isPart ? number / 100 * Double(availableCores()) : number
  }

  init(_ limit: Double) { self.limit = limit }

  /// Why no chunk may be started now; nil when one may, and where the system tells no load.
  func objection(_ files: KernelFiles = .system) -> String? {
    guard let load = files.load(), load > limit else { return nil }
    return "the load of \(loadText(load)) is above \(loadText(limit))"
  }
}

/// A load with up to two decimals: `8`, `7.25`.
func loadText(_ load: Double) -> String {
  let hundredths = Int((load * 100).rounded())
  if hundredths % 100 == 0 { return "\(hundredths / 100)" }
  if hundredths % 10 == 0 { return "\(hundredths / 100).\(hundredths / 10 % 10)" }
  return "\(hundredths / 100).\(padded(hundredths % 100, 2))"
}
