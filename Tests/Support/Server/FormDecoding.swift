/// The parameters of a query or of an application/x-www-form-urlencoded body, in order, decoded.
///
/// A `%` that no two hexadecimal digits follow stands for itself; bytes that are not UTF-8 become U+FFFD.
public func formParameters(_ bytes: some Sequence<UInt8>) -> [NamedValue] {
  Array(bytes).split(separator: UInt8(ascii: "&")).map { pair in
    let equals = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
    return NamedValue(
      percentDecoded(pair[..<equals], plusIsSpace: true),
      percentDecoded(pair[equals...].dropFirst(), plusIsSpace: true))
  }
}

/// Text whose `%XX` are bytes of UTF-8.
public func percentDecoded(_ bytes: ArraySlice<UInt8>, plusIsSpace: Bool = false) -> String {
  var decoded: [UInt8] = []
  decoded.reserveCapacity(bytes.count)
  var index = bytes.startIndex
  while index < bytes.endIndex {
    let byte = bytes[index]
    if byte == UInt8(ascii: "%"), index + 2 < bytes.endIndex, let high = hexadecimalDigit(bytes[index + 1]),
      let low = hexadecimalDigit(bytes[index + 2])
    {
      decoded.append(high << 4 | low)
      index += 3
    } else {
      decoded.append(byte == UInt8(ascii: "+") && plusIsSpace ? UInt8(ascii: " ") : byte)
      index += 1
    }
  }
  return String(decoding: decoded, as: UTF8.self)
}

/// Text with every byte but letters, digits and `-._~` as `%XX`.
public func percentEncoded(_ text: String) -> String {
  var encoded: [UInt8] = []
  let digits = Array("0123456789ABCDEF".utf8)
  for byte in text.utf8 {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
      UInt8(ascii: "~"):
      encoded.append(byte)
    default: encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
  }
  return String(decoding: encoded, as: UTF8.self)
}

private func hexadecimalDigit(_ byte: UInt8) -> UInt8? {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
  case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
  case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
  default: nil
  }
}
