import CRecordIndex
import Support
import Testing

@testable import MillraceCore

/// The C target's functions on values, on both paths, against readings of the rules that are too plain to be wrong.
///
/// Serialized: the portable path is switched for the whole process.
@Suite(.serialized) struct RecordIndexTests {
  /// Calls `body` on both paths.
  private func onBothPaths(_ body: () throws -> Void) rethrows {
    defer { millrace_use_portable_path(false) }
    for portable in [false, true] {
      millrace_use_portable_path(portable)
      try body()
    }
  }

  /// A buffer with just the bytes and its padding, filled with `padding`: what stands there must not matter.
  private func buffer(_ bytes: [UInt8], padding: UInt8 = 0xff) -> ByteBuffer {
    let buffer = ByteBuffer(capacity: bytes.count)
    buffer.append(bytes)
    unsafe (buffer.base + buffer.count).initializeMemory(as: UInt8.self, repeating: padding, count: ByteBuffer.padding)
    return buffer
  }

  private func start(_ buffer: ByteBuffer) -> UnsafePointer<UInt8> {
    unsafe UnsafePointer(buffer.base.assumingMemoryBound(to: UInt8.self))
  }

  private func end(of buffer: ByteBuffer) -> UnsafeMutablePointer<UInt8> {
    unsafe (buffer.base + buffer.count).assumingMemoryBound(to: UInt8.self)
  }

  // MARK: UTF-8

  private func validLength(_ bytes: [UInt8]) -> Int {
    let buffer = buffer(bytes, padding: 0x80)
    return withExtendedLifetime(buffer) { unsafe millrace_valid_utf8(start(buffer), buffer.count) }
  }

  /// Bytes before the first that belongs to no scalar, as the standard library decodes them.
  private func expectedValidLength(_ bytes: [UInt8]) -> Int {
    var decoder = UTF8.ForwardParser()
    var iterator = bytes.makeIterator()
    var length = 0
    while case .valid(let scalar) = decoder.parseScalar(from: &iterator) { length += scalar.count }
    return length
  }

  @Test func allPairsOfBytesAtEveryPlaceInAVector() {
    onBothPaths {
      for first in UInt8(0x7e)...0xff {
        for second in UInt8.min ... .max {
          let expected = expectedValidLength([first, second])
          // At a block's beginning, over its end, and in the tail that is no whole block.
          for before in [0, 15, 30, 31, 32, 62, 63] {
            let bytes = [UInt8](repeating: 0x61, count: before) + [first, second]
            #expect(validLength(bytes) == before + expected, "\(first) \(second) behind \(before)")
            let within = expectedValidLength([first, second, 0x61])
            let whole = bytes + [UInt8](repeating: 0x61, count: 40)
            #expect(
              validLength(whole) == (within == 3 ? whole.count : before + within), "\(first) \(second) behind \(before)"
            )
          }
        }
      }
    }
  }

  @Test func boundariesOfScalarsAtEveryPlace() {
    let cases: [[UInt8]] = [
      [0x00], [0x7f], [0xc2, 0x80], [0xdf, 0xbf], [0xe0, 0xa0, 0x80], [0xed, 0x9f, 0xbf], [0xee, 0x80, 0x80],
      [0xef, 0xbf, 0xbf], [0xf0, 0x90, 0x80, 0x80], [0xf4, 0x8f, 0xbf, 0xbf],
      // Not UTF-8: too long, surrogates, beyond U+10FFFF, cut, continued for nothing.
      [0xc0, 0x80], [0xc1, 0xbf], [0xe0, 0x80, 0x80], [0xe0, 0x9f, 0xbf], [0xed, 0xa0, 0x80], [0xed, 0xbf, 0xbf],
      [0xf0, 0x80, 0x80, 0x80], [0xf0, 0x8f, 0xbf, 0xbf], [0xf4, 0x90, 0x80, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xff],
      [0x80], [0xe2, 0x82], [0xf0, 0x9f, 0x98], [0xc3, 0xa9, 0x80], [0xe2, 0x28, 0xa1], [0xf0, 0x28, 0x8c, 0xbc],
    ]
    onBothPaths {
      for sequence in cases {
        for before in 0...70 {
          for behind in [0, 1, 31, 64] {
            let bytes = [UInt8](repeating: 0x61, count: before) + sequence + [UInt8](repeating: 0x62, count: behind)
            #expect(validLength(bytes) == expectedValidLength(bytes), "\(sequence) between \(before) and \(behind)")
          }
        }
      }
    }
  }

  @Test func randomTextWithOneByteChanged() {
    var random = SeededGenerator()
    let scalars: [ClosedRange<UInt32>] = [0...0x7f, 0x80...0x7ff, 0x800...0xd7ff, 0xe000...0xffff, 0x10000...0x10ffff]
    onBothPaths {
      for _ in 0..<3000 {
        let text = String(
          String.UnicodeScalarView(
            (0..<Int.random(in: 1...80, using: &random)).compactMap { _ in
              Unicode.Scalar(UInt32.random(in: scalars.randomElement(using: &random)!, using: &random))
            }))
        var bytes = Array(text.utf8)
        #expect(validLength(bytes) == bytes.count, "seed \(random.seed)")
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: .min ... .max, using: &random)
        #expect(validLength(bytes) == expectedValidLength(bytes), "seed \(random.seed)")
      }
    }
  }

  // MARK: Text in JSON and CSV

  /// What one of the functions that write makes of bytes.
  private func written(
    _ bytes: [UInt8], _ write: (UnsafeMutablePointer<UInt8>, UnsafePointer<UInt8>, Int) -> Int
  ) -> [UInt8] {
    let input = buffer(bytes, padding: UInt8(ascii: "\""))
    let output = ByteBuffer(capacity: 6 * bytes.count + 64)
    output.count = unsafe write(end(of: output), start(input), bytes.count)
    return withExtendedLifetime(input) { unsafe Array(output.bytes) }
  }

  private func escapedByUs(_ text: [UInt8]) -> [UInt8] {
    unsafe written(text) { unsafe millrace_escape_json($0, $1, $2) }
  }

  private func escapedFromQuoted(_ field: [UInt8]) -> [UInt8] {
    unsafe written(field) { unsafe millrace_escape_json_from_quoted($0, $1, $2) }
  }

  private func unescaped(_ json: [UInt8]) -> [UInt8] {
    unsafe written(json) { unsafe Int(millrace_unescape_json($0, $1, $2)) }
  }

  private func unquoted(_ field: [UInt8]) -> [UInt8] {
    unsafe written(field) { unsafe millrace_unquote_csv($0, $1, $2) }
  }

  /// With semicolons between fields.
  private func csvField(_ text: [UInt8]) -> [UInt8] {
    unsafe written(text) { unsafe millrace_write_csv_field($0, $1, $2, UInt8(ascii: ";")) }
  }

  /// As JSON demands.
  private func escaped(_ bytes: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    for byte in bytes {
      switch byte {
      case 0x22, 0x5c: out += [0x5c, byte]
      case 0x08: out += Array("\\b".utf8)
      case 0x09: out += Array("\\t".utf8)
      case 0x0a: out += Array("\\n".utf8)
      case 0x0c: out += Array("\\f".utf8)
      case 0x0d: out += Array("\\r".utf8)
      case 0..<0x20: out += Array("\\u00\(byte < 16 ? "0" : "")\(String(byte, radix: 16))".utf8)
      default: out.append(byte)
      }
    }
    return out
  }

  @Test func everyByteIsEscapedAtEveryPlaceAndComesBack() {
    onBothPaths {
      for byte in UInt8.min ... .max {
        for before in 0...66 {
          let text = [UInt8](repeating: 0x61, count: before) + [byte, 0x62, byte]
          let json = escapedByUs(text)
          #expect(json == escaped(text), "\(byte) behind \(before)")
          #expect(unescaped(json) == text, "\(byte) behind \(before)")
        }
      }
    }
  }

  @Test(arguments: [
    ("\\u0041\\u00e9\\u20ac\\uD83D\\uDE00", "Aé€😀"), ("\\/\\\\\\\"", "/\\\""), ("\\uFFFF\\u0000", "\u{FFFF}\0"),
    ("\\uD7FF\\uE000\\uDBFF\\uDFFF", "\u{D7FF}\u{E000}\u{10FFFF}"),
  ])
  func escapesAreText(_ json: String, _ text: String) {
    onBothPaths {
      #expect(unescaped(Array(json.utf8)) == Array(text.utf8))
    }
  }

  @Test(arguments: [
    "\\uD800", "\\uDC00", "a\\uD83Db", "\\uD83D\\u0041", "\\uD83D\\uD83D", "\\uDE00\\uD83D", "\\uD83D\\n",
  ])
  func halfASurrogatePairIsNoText(_ json: String) {
    onBothPaths {
      let input = buffer(Array(json.utf8))
      let output = ByteBuffer(capacity: 128)
      #expect(
        withExtendedLifetime(input) { unsafe millrace_unescape_json(end(of: output), start(input), input.count) } == -1)
    }
  }

  /// A field from behind its opening quote, and its text.
  @Test(arguments: [
    ("\"", ""), ("a\"", "a"), ("a\"\"b\"", "a\"b"), ("\"\"\"", "\""), ("a\"b", "ab"), ("a\"b\"c\"", "ab\"c\""),
    ("a\n\r\t,b\"", "a\n\r\t,b"), ("not closed", "not closed"), ("\"\"\"\"\" x", "\"\" x"),
  ])
  func quotedFieldsAreText(_ field: String, _ text: String) {
    onBothPaths {
      for before in [0, 1, 30, 31, 32, 33, 63] {
        let prefix = String(repeating: "z", count: before)
        let field = Array((prefix + field).utf8)
        let text = Array((prefix + text).utf8)
        #expect(unquoted(field) == text)
        #expect(escapedFromQuoted(field) == escaped(text))
      }
    }
  }

  @Test func fieldsAreQuotedOnlyWhenTheyMustBe() {
    onBothPaths {
      for byte in UInt8.min ... .max {
        for length in [1, 2, 31, 32, 33, 64, 65] {
          for place in [0, length / 2, length - 1] {
            var text = [UInt8](repeating: 0x61, count: length)
            text[place] = byte
            var expected = text
            if [0x22, 0x3b, 0x0a, 0x0d].contains(byte) {
              expected = [0x22] + text.flatMap { $0 == 0x22 ? [0x22, 0x22] : [$0] } + [0x22]
            }
            #expect(
              csvField(text) == expected, "\(byte) \(length)")
          }
        }
      }
    }
  }

  // MARK: JSON

  private func isValue(_ text: String) -> Bool {
    let input = buffer(Array(text.utf8), padding: UInt8(ascii: "1"))
    var kind: UInt8 = 0
    return withExtendedLifetime(input) { unsafe millrace_is_json_value(start(input), input.count, &kind) }
  }

  /// The members of an object, or the reason and offset of a refusal.
  private func members(_ text: String) -> String {
    let input = buffer(Array(text.utf8), padding: UInt8(ascii: "}"))
    var members = [millrace_member](repeating: millrace_member(), count: text.utf8.count + 1)
    return withExtendedLifetime(input) {
      unsafe members.withUnsafeMutableBufferPointer { members in
        guard let room = members.baseAddress else { return "" }
        let result = unsafe millrace_index_object(start(input), 0, input.count, room, 0, members.count)
        if let error = unsafe result.error { return unsafe "\(result.error_offset): \(String(cString: error))" }
        return unsafe "\(result.members)"
      }
    }
  }

  @Test func numbersFollowTheGrammar() {
    let good = [
      "0", "-0", "7", "-10", "1.0", "0.001", "1e5", "1E+5", "1e-05", "-1.5e+300", "123456789012345678901234567890",
    ]
    let bad = [
      "", "-", "+1", "01", "-01", "1.", ".5", "1.e5", "1e", "1e+", "0x1", "1_0", "--1", "1 ", " 1", "NaN", "Infinity",
      "1,0",
      "1.2.3", "1e5.5",
    ]
    onBothPaths {
      for number in good { #expect(isValue(number) && members("{\"a\":\(number)}") == "1", "\(number)") }
      for number in bad { #expect(!isValue(number), "\(number)") }
      for number in bad where number.trimmed == number {
        #expect(members("{\"a\":\(number)}").contains(": "), "\(number)")
      }
    }
  }

  @Test func nestingIsLimited() {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + "1" + String(repeating: "]", count: depth)
    }
    onBothPaths {
      #expect(isValue(nested(1024)) && !isValue(nested(1025)))
      #expect(members("{\"a\":\(nested(1024))}") == "1")
      #expect(members("{\"a\":\(nested(1025))}") == "1029: values are nested more than 1024 levels deep")
      #expect(members("{\"a\":" + String(repeating: "{\"a\":", count: 100_000)).hasSuffix("1024 levels deep"))
    }
  }

  @Test(arguments: [
    ("{}", "0"), (" { \"a\" : 1 , \"b\" : [ ] } ", "2"), ("{\"a\":1,\"a\":2}", "2"),
    ("", "0: a record is a JSON object: { should stand here"),
    ("[]", "0: a record is a JSON object: { should stand here"),
    ("{", "1: the text ends within a value"), ("{\"a", "3: the text ends within a value"),
    ("{\"a\":1,}", "7: a key in quotes should stand here"), ("{\"a\" 1}", "5: a colon should follow the key"),
    ("{\"a\":1 \"b\":2}", "7: a comma or } should stand here"), ("{\"a\":[1 2]}", "8: a comma or ] should stand here"),
    ("{\"a\":\"\\x\"}", "6: an escape that JSON does not have"),
    ("{\"a\":\"\\u12g4\"}", "6: \\u wants four hex digits"),
    ("{\"a\":\"\u{1}\"}", "6: a control character stands unescaped in a string"),
    ("{\"a\":1}{", "7: something stands behind the object: one record a line"),
    ("{\"a\":tru}", "5: not a JSON value (true, false, null, a number, a string, an object or an array)"),
  ])
  func objectsAreIndexedOrRefusedByName(_ text: String, _ outcome: String) {
    onBothPaths { #expect(members(text) == outcome, "\(text)") }
  }

  /// A row that is checked when it is read is checked by whatever asks first.
  @Test func valuesAreThoseOfTheRowWhoeverAsksFirst() throws {
    let reader = try BlockReader(
      MemorySource(Array("{\"a\":1,\"b\":2}\n{\"b\":333,\"a\":44}\n".utf8)), name: "in", options: ReadingOptions(),
      pool: BufferPool(capacity: BlockReader.blockBytes))
    let cursor = RecordCursor()
    cursor.checksObjectsWhenRead = true
    var found: [String] = []
    while let block = try reader.next() {
      cursor.open(block)
      while try cursor.next() { found.append(unsafe String(decoding: cursor[0].bytes, as: UTF8.self)) }
    }
    #expect(found == ["1", "333"])
  }
}

extension String {
  fileprivate var trimmed: String { String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
}
