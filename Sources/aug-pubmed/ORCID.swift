import MillraceCore

/// ORCID identifiers in the forms that PubMed has them: URLs, bare, without hyphens.
enum ORCID {
  /// Appends the identifier as `0000-0000-0000-000X`; appends nothing and returns false when it is none.
  ///
  /// Sixteen characters whose last is the check digit of ISO 7064 MOD 11-2, as
  /// https://support.orcid.org/hc/en-us/articles/360006897674 describes; hyphens may be missing, and a URL's part up to
  /// its last slash is dropped where it names orcid.org.
  static func append(_ text: UnsafeRawBufferPointer, to row: ByteBuffer) -> Bool {
    var text = unsafe text.trimmed
    if let slash = unsafe text.lastIndex(of: UInt8(ascii: "/")) {
      let address = unsafe UnsafeRawBufferPointer(rebasing: text[...slash])
      guard unsafe namesORCID(address) else { return false }
      unsafe text = UnsafeRawBufferPointer(rebasing: text[(slash + 1)...])
    }
    let start = row.count
    var digits = 0
    var checksum = 0
    for index in text.indices {
      let byte = unsafe text[index]
      if byte == UInt8(ascii: "-") { continue }
      let value: Int
      if byte.isDigit {
        value = Int(byte - 0x30)
      } else if byte | 0x20 == UInt8(ascii: "x"), digits == 15 {
        value = 10
      } else {
        value = -1
      }
      guard value >= 0, digits < 16 else {
        row.count = start
        return false
      }
      if digits < 15 { checksum = (checksum + value) * 2 % 11 } else { checksum = (12 - checksum) % 11 - value }
      if digits > 0, digits % 4 == 0 { row.append(UInt8(ascii: "-")) }
      row.append(value == 10 ? UInt8(ascii: "X") : byte)
      digits += 1
    }
    guard digits == 16, checksum == 0 else {
      row.count = start
      return false
    }
    return true
  }

  private static func namesORCID(_ address: UnsafeRawBufferPointer) -> Bool {
    let name: StaticString = "orcid.org/"
    let length = name.utf8CodeUnitCount
    guard address.count >= length else { return false }
    for offset in 0..<length {
      let byte = unsafe address[address.count - length + offset]
      let expected = unsafe name.utf8Start[offset]
      if byte != expected, byte | 0x20 != expected { return false }
    }
    return true
  }
}
