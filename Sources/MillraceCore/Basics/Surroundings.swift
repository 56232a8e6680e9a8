import Glibc

/// Where a run's clock, random numbers and environment come from: the one seam through which they enter provenance.
public struct Surroundings: Sendable {
  public var clock: Clock
  public var random: @Sendable () -> UInt64
  public var environment: [String: String]

  public init(
    clock: Clock, random: @escaping @Sendable () -> UInt64, environment: [String: String]
  ) {
    self.clock = clock
    self.random = random
    self.environment = environment
  }

  /// The system's clock and random numbers, and the environment that this process was started with.
  public static func ofThisProcess() -> Surroundings {
    Surroundings(
      clock: .system,
      random: {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
      },
      environment: processEnvironment())
  }

  /// A UUID of version 7 (RFC 9562, section 5.7): 48 bits of milliseconds, then random bits.
  func newIdentifier() -> String {
    let now = clock.now()
    let time = UInt64(now.seconds * 1000 + now.nanoseconds / 1_000_000) & 0xFFFF_FFFF_FFFF
    let high = time << 16 | 0x7000 | random() & 0x0FFF
    let low = 0x8000_0000_0000_0000 | random() & 0x3FFF_FFFF_FFFF_FFFF
    let digits = padded(high, 16, radix: 16) + padded(low, 16, radix: 16)
    var text = ""
    for (index, digit) in digits.enumerated() {
      if [8, 12, 16, 20].contains(index) { text += "-" }
      text.append(digit)
    }
    return text
  }
}

/// True for the form of a UUID, in lower case.
public func isIdentifier(_ text: some StringProtocol) -> Bool {
  text.utf8.count == 36
    && text.utf8.enumerated().allSatisfy { index, byte in
      [8, 13, 18, 23].contains(index)
        ? byte == UInt8(ascii: "-")
        : (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
          || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}

/// The environment that this process was started with.
public func processEnvironment() -> [String: String] {
  var variables: [String: String] = [:]
  var entry = unsafe environ
  while let variable = unsafe entry.pointee {
    let text = unsafe String(cString: variable)
    if let equals = text.firstIndex(of: "=") {
      variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
    }
    unsafe entry += 1
  }
  return variables
}

/// The machine's name as `uname -n` prints it.
public func hostName() -> String {
  var names = utsname()
  guard unsafe uname(&names) == 0 else { return "unknown" }
  return unsafe withUnsafeBytes(of: &names.nodename) { bytes in
    unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }
}
