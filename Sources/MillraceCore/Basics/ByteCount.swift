/// A number of bytes as people write it: `4096`, `512K`, `64M`, `1G`, in steps of 1024.
public struct ByteCount: Sendable, Hashable {
  public var bytes: Int

  public init(_ bytes: Int) { self.bytes = bytes }

  /// Reads a count; `M`, `MB` and `MiB` are the same, and capitals do not matter.
  public init(_ text: String) throws(Failure) {
    let digits = text.prefix { ("0"..."9").contains($0) }
    let unit = text.dropFirst(digits.count).lowercased()
    let letters = ["", "k", "m", "g", "t"]
    let power = letters.firstIndex { letter in
      letter.isEmpty ? unit.isEmpty || unit == "b" : [letter, letter + "b", letter + "ib"].contains(unit)
    }
    guard let power, !digits.isEmpty else {
      throw Failure(.usage, "expected a number of bytes such as 4096, 512K, 64M or 1G")
    }
    let (bytes, overflow) = (Int(digits) ?? .max).multipliedReportingOverflow(by: 1 << (10 * power))
    guard !overflow, bytes < .max else { throw Failure(.usage, "the number of bytes is too large") }
    self.bytes = bytes
  }
}

extension ByteCount: CustomStringConvertible {
  /// The shortest exact form: `64M`, or `1000`.
  public var description: String {
    var count = bytes
    var letters = ["", "K", "M", "G", "T"][...]
    while count != 0, count % 1024 == 0, letters.count > 1 {
      count /= 1024
      letters.removeFirst()
    }
    return "\(count)\(letters.first ?? "")"
  }
}
