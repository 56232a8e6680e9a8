/// What reading and cleaning answers needs of bytes and texts.
extension UInt8 {
  var isBlank: Bool { self == 0x20 || self == 0x09 || self == 0x0a || self == 0x0d }
}

extension [UInt8] {
  /// The bytes behind the mark that some programs put before UTF-8.
  var withoutByteOrderMark: ArraySlice<UInt8> { starts(with: [0xef, 0xbb, 0xbf]) ? dropFirst(3) : self[...] }
}

extension String {
  var trimmingBlanks: String {
    let front = drop { $0.isWhitespace }
    return String(front.prefix(front.count - front.reversed().prefix { $0.isWhitespace }.count))
  }

  /// Every occurrence of `part`, in capitals or not, replaced.
  func replacing(every part: String, with replacement: String) -> String {
    let (text, sought) = (Array(utf8), part.utf8.map(Self.lowercase))
    guard !sought.isEmpty, text.count >= sought.count else { return self }
    var result: [UInt8] = []
    var index = 0
    while index < text.count {
      if index + sought.count <= text.count,
        sought.indices.allSatisfy({ Self.lowercase(text[index + $0]) == sought[$0] })
      {
        result += Array(replacement.utf8)
        index += sought.count
      } else {
        result.append(text[index])
        index += 1
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// The word behind every occurrence of `lead` replaced.
  func replacingWord(behind lead: String, with replacement: String) -> String {
    let (text, sought) = (Array(utf8), Array(lead.utf8))
    var result: [UInt8] = []
    var index = 0
    while index < text.count {
      if index + sought.count <= text.count,
        sought.indices.allSatisfy({ Self.lowercase(text[index + $0]) == sought[$0] })
      {
        result += text[index..<index + sought.count]
        index += sought.count
        var word: [UInt8] = []
        while index < text.count, !text[index].isBlank, text[index] != UInt8(ascii: "&") {
          word.append(text[index])
          index += 1
        }
        // A sentence's end is none of the key.
        var tail: [UInt8] = []
        while let last = word.last, [UInt8(ascii: "."), UInt8(ascii: ","), UInt8(ascii: "\"")].contains(last) {
          tail.insert(word.removeLast(), at: 0)
        }
        if !word.isEmpty { result += Array(replacement.utf8) }
        result += tail
      } else {
        result.append(text[index])
        index += 1
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  private static func lowercase(_ byte: UInt8) -> UInt8 { (0x41...0x5a).contains(byte) ? byte | 0x20 : byte }
}

extension ArraySlice<UInt8> {
  var trimmingBlanks: ArraySlice<UInt8> {
    let front = drop(while: \.isBlank)
    return front.lastIndex { !$0.isBlank }.map { front[...$0] } ?? []
  }
}
