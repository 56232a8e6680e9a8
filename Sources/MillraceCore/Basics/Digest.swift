import CCrypto

/// A SHA-256 digest (FIPS 180-4): the identity of a file, a chunk or an output in manifests and sidecars.
public struct SHA256Digest: Hashable, Sendable {
  private let storage: SIMD32<UInt8>

  fileprivate init(_ storage: SIMD32<UInt8>) { self.storage = storage }

  /// 64 hexadecimal digits, in either case; nil for anything else.
  public init?(hex: some StringProtocol) {
    let digits = Array(hex.utf8)
    guard digits.count == 64 else { return nil }
    var storage = SIMD32<UInt8>()
    for index in 0..<32 {
      guard let high = Self.value(ofDigit: digits[2 * index]), let low = Self.value(ofDigit: digits[2 * index + 1])
      else { return nil }
      storage[index] = high << 4 | low
    }
    self.storage = storage
  }

  /// The form that manifests and sidecars carry, `sha256:` and 64 hexadecimal digits; nil for anything else.
  public init?(_ text: some StringProtocol) {
    guard text.hasPrefix("sha256:") else { return nil }
    self.init(hex: text.dropFirst(7))
  }

  /// 64 lower-case hexadecimal digits.
  public var hex: String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(64)
    for index in 0..<32 {
      text.append(digits[Int(storage[index] >> 4)])
      text.append(digits[Int(storage[index] & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The first 64 bits as a number.
  var leadingBits: UInt64 {
    (0..<8).reduce(0) { $0 << 8 | UInt64(storage[$1]) }
  }

  private static func value(ofDigit digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}

extension SHA256Digest: CustomStringConvertible {
  /// `sha256:` and the hexadecimal digits.
  public var description: String { "sha256:" + hex }
}

/// Computes the SHA-256 digest of bytes that come piece by piece, through libcrypto, which knows the processor's SHA
/// instructions.
///
/// Unchecked Sendable: a hasher has one owner at a time.
@safe public final class SHA256Hasher: @unchecked Sendable {
  private var context = SHA256_CTX()

  public init() { start() }

  public func update(_ bytes: UnsafeRawBufferPointer) {
    _ = unsafe SHA256_Update(&context, bytes.baseAddress, bytes.count)
  }

  /// The digest of all bytes since the hasher was made or last finished. The hasher then starts anew.
  public func finish() -> SHA256Digest {
    let digest = Self.finish(&context)
    start()
    return digest
  }

  /// The digest of all bytes since the hasher was made or last finished. The hasher goes on.
  public var digestSoFar: SHA256Digest {
    var copy = context
    return Self.finish(&copy)
  }

  private static func finish(_ context: inout SHA256_CTX) -> SHA256Digest {
    var storage = SIMD32<UInt8>()
    _ = unsafe withUnsafeMutableBytes(of: &storage) { bytes in
      unsafe SHA256_Final(bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), &context)
    }
    return SHA256Digest(storage)
  }

  private func start() { _ = unsafe SHA256_Init(&context) }
}

extension SHA256Digest {
  /// The digest of bytes that are all there.
  public init(of bytes: UnsafeRawBufferPointer) {
    let hasher = SHA256Hasher()
    unsafe hasher.update(bytes)
    self = hasher.finish()
  }

  /// The digest of a text's UTF-8.
  public init(of text: String) {
    var text = text
    self = text.withUTF8 { unsafe SHA256Digest(of: UnsafeRawBufferPointer($0)) }
  }
}
