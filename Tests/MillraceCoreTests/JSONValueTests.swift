import Glibc
import Testing

@testable import MillraceCore

@Suite struct JSONValueTests {
  private func failure(_ text: String, maximumDepth: Int = 64) -> Failure? {
    do throws(Failure) {
      _ = try JSONValue.parse(text, maximumDepth: maximumDepth)
      return nil
    } catch {
      return error
    }
  }

  @Test(arguments: [
    "null", "true", "false", "0", "-0", "1e400", "0.10", "-12345678901234567890123456789.5E-7", "\"\"", "[]", "{}",
    "[[],{}]", "{\"a\":1,\"a\":2}", "{\"\":[null,true,{\"b\":\"c\"}]}", "\"\u{7F}\u{2028}\u{1F600}\"",
    "\"\\\"\\\\\\b\\f\\n\\r\\t\\u0000\\u001f\"", "{\"k\\\\\":\"\\\\\"}", "{\"\\\"\\\\\\\"\":1}",
  ])
  func compactTextComesBackAsItWas(_ text: String) throws {
    #expect(try JSONValue.parse(text).json == text)
  }

  @Test func spacesGoAndEscapesAreMinimal() throws {
    #expect(
      try JSONValue.parse(" { \"a\\/\" :\t[ 1 ,\r\n\"\\u00e9\\uD83D\\uDE00\\u000A\" ] } ").json
        == "{\"a/\":[1,\"é😀\\n\"]}")
  }

  @Test func lastOfRepeatedNamesIsRead() throws {
    let value = try JSONValue.parse("{\"a\":1,\"b\":\"x\",\"a\":2}")
    #expect(value["a"]?.integer == 2)
    #expect(value["b"]?.text == "x")
    #expect(value["c"] == nil)
    #expect(value.members?.count == 3)
  }

  @Test(arguments: [
    ("", "byte 0: expected JSON, found nothing"),
    ("  ", "byte 2: expected JSON, found nothing"),
    ("[1] []", "byte 4: something follows the JSON document"),
    ("1 2", "byte 2: something follows the JSON document"),
    ("{\"a\":01}", "byte 5: not a number of JSON"),
    ("[1.]", "byte 1: not a number of JSON"),
    ("[\"a\\x\"]", "byte 3: not an escape of JSON"),
    ("\"\\u12\"", "byte 1: not an escape of JSON"),
    ("\"\\uD800\"", "byte 1: an escaped surrogate without its other half is not text"),
    ("{\"\\uDC00\":1}", "byte 2: an escaped surrogate without its other half is not text"),
    ("[tru]", "byte 1: not JSON"),
    ("[nullx]", "byte 1: not JSON"),
    ("\u{FEFF}{}", "byte 0: not JSON"),
  ])
  func errorsNameTheByte(_ text: String, _ message: String) {
    #expect(failure(text) == Failure(.badData, message))
  }

  @Test(arguments: [
    "[", "]", "{", "}", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "{\"a\"}", "{\"a\":}", "{\"a\" 1}", "{\"a\":1,}", "{,}",
    "{1:2}",
    "{\"a\":1 \"b\":2}", "[1}", "{\"a\":1]", "[[1]", "{\"a\":[1}", "[\"a]", "\"a", "\"a\nb\"", "-", "[--1]", "+1", ".5",
    "1e", "NaN",
    "'a'", "[1]]", "{}{}", "\\", "[\"\\\"]", "\"a\"b", ":", ",", "[:]", "{\"a\":1:2}",
    "{\"a\":\"b\":1}", "[\"a\":1]", "[\"a\":{}]", "{\"a\":{\"b\":1}:2}", "[[1},2]", "{\"a\":[1,{}}]", "[{}:1]",
    "[[]:[]]",
  ])
  func whatIsNotJSONIsRefused(_ text: String) {
    #expect(failure(text)?.status == .badData)
  }

  @Test func depthIsLimited() {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    #expect(failure(nested(64)) == nil)
    #expect(failure(nested(65)) == Failure(.badData, "byte 64: JSON is nested too deeply"))
    #expect(failure("{\"a\":[]}", maximumDepth: 2) == nil)
    #expect(failure("{\"a\":[]}", maximumDepth: 1) == Failure(.badData, "byte 5: JSON is nested too deeply"))
    #expect(failure("1", maximumDepth: 0) == nil)
    #expect(failure(nested(JSONParser.greatestDepth), maximumDepth: 1 << 20) == nil)
    #expect(failure(nested(JSONParser.greatestDepth + 1), maximumDepth: 1 << 20)?.status == .badData)
    #expect(failure(String(repeating: "[", count: 100_000), maximumDepth: 1 << 20)?.status == .badData)
  }

  @Test(arguments: [
    ([0x22, 0xFF, 0x22], 1), ([0x22, 0xC0, 0x80, 0x22], 1), ([0x22, 0x61, 0xED, 0xA0, 0x80, 0x22], 2),
    ([0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], 1), ([0x22, 0xE2, 0x82, 0x22], 1), ([0x22, 0xC3, 0xA9, 0x80, 0x22], 3),
  ])
  func invalidUTF8IsPlaced(_ bytes: [UInt8], _ offset: Int) {
    let buffer = ByteBuffer()
    buffer.append(bytes)
    do throws(Failure) {
      _ = try unsafe JSONValue.parse(buffer.bytes, maximumDepth: 8)
      Issue.record("bytes that are not UTF-8 were accepted")
    } catch {
      #expect(error == Failure(.badData, "byte \(offset): not UTF-8"))
    }
  }

  /// The tape's spans are what callers copy: they must be exact, with and without white space around.
  @Test func tokensSpanTheirBytes() throws {
    let text = " { \"a\\n\" : [ 1.50 , { } ] , \"b\":\"\" }\n "
    let buffer = ByteBuffer()
    buffer.append(text)
    let parser = try JSONParser()
    try unsafe parser.parse(padded: buffer.bytes, maximumDepth: 8)
    let spans = (0..<parser.count).map { index in
      let token = parser[index]
      let bytes = unsafe Array(buffer.bytes[token.range])
      let text = String(decoding: bytes, as: UTF8.self)
      return "\(token.kind) \(text) \(token.next)"
    }
    #expect(
      spans == [
        "object { \"a\\n\" : [ 1.50 , { } ] , \"b\":\"\" } 7", "string a\\n 2", "array [ 1.50 , { } ] 5",
        "number 1.50 4",
        "object { } 5", "string b 6", "string  7",
      ])
    #expect(parser[1].hasEscapes && !parser[5].hasEscapes)
  }

  @Test func aParserIsUsedAgainAfterAnError() throws {
    let parser = try JSONParser()
    let bad = ByteBuffer()
    bad.append("[1,")
    do throws(JSONError) {
      try unsafe parser.parse(padded: bad.bytes, maximumDepth: 8)
      Issue.record("a cut-off array was accepted")
    } catch {
      #expect(error.reason == .badStructure)
    }
    #expect(parser.count == 0)
    let good = ByteBuffer()
    good.append("[1,2]")
    try unsafe parser.parse(padded: good.bytes, maximumDepth: 8)
    #expect(parser.count == 3)
  }

  /// Large and small documents in turn through one parser, so that its memory grows and is used again.
  @Test func longDocuments() throws {
    let long = "[" + (0..<20_000).map { "{\"n\":\($0),\"t\":\"\\u00e9\"}" }.joined(separator: ",") + "]"
    let value = try JSONValue.parse(long, maximumDepth: 2)
    #expect(value.elements?.count == 20_000)
    #expect(value.elements?.last?["n"]?.integer == 19_999)
    #expect(value.elements?.last?["t"]?.text == "é")
  }
}

// MARK: JSONTestSuite

private let testSuite = unsafe getenv("MILLRACE_FIXTURES").map {
  unsafe String(cString: $0) + "/records/json/nst+JSONTestSuite/test_parsing"
}

/// Nicolas Seriot's JSONTestSuite: y_ must be accepted, n_ refused, and for each i_ we say what we do and why.
@Suite(.enabled(if: testSuite != nil)) struct JSONTestSuite {
  enum Outcome {
    /// A value, written again without loss.
    case accepted
    /// Valid as bytes of a row that are passed through, refused where the text is needed.
    case onlyAsBytes
    case refused
  }

  static let decisions: [String: Outcome] = [
    // Numbers of any size are text to us.
    "i_number_double_huge_neg_exp": .accepted,
    "i_number_huge_exp": .accepted,
    "i_number_neg_int_huge_exp": .accepted,
    "i_number_pos_double_huge_exp": .accepted,
    "i_number_real_neg_overflow": .accepted,
    "i_number_real_pos_overflow": .accepted,
    "i_number_real_underflow": .accepted,
    "i_number_too_big_neg_int": .accepted,
    "i_number_too_big_pos_int": .accepted,
    "i_number_very_big_negative_int": .accepted,
    // Half a surrogate pair, escaped: JSON's grammar allows it, no text can hold it.
    "i_object_key_lone_2nd_surrogate": .onlyAsBytes,
    "i_string_1st_surrogate_but_2nd_missing": .onlyAsBytes,
    "i_string_1st_valid_surrogate_2nd_invalid": .onlyAsBytes,
    "i_string_incomplete_surrogate_and_escape_valid": .onlyAsBytes,
    "i_string_incomplete_surrogate_pair": .onlyAsBytes,
    "i_string_incomplete_surrogates_escape_valid": .onlyAsBytes,
    "i_string_invalid_lonely_surrogate": .onlyAsBytes,
    "i_string_invalid_surrogate": .onlyAsBytes,
    "i_string_inverted_surrogates_U+1D11E": .onlyAsBytes,
    "i_string_lone_second_surrogate": .onlyAsBytes,
    // RFC 8259 section 8.1: JSON is UTF-8, without a byte order mark.
    "i_string_UTF-16LE_with_BOM": .refused,
    "i_string_UTF-8_invalid_sequence": .refused,
    "i_string_UTF8_surrogate_U+D800": .refused,
    "i_string_invalid_utf-8": .refused,
    "i_string_iso_latin_1": .refused,
    "i_string_not_in_unicode_range": .refused,
    "i_string_overlong_sequence_2_bytes": .refused,
    "i_string_overlong_sequence_6_bytes": .refused,
    "i_string_overlong_sequence_6_bytes_null": .refused,
    "i_string_truncated-utf-8": .refused,
    "i_string_utf16BE_no_BOM": .refused,
    "i_string_utf16LE_no_BOM": .refused,
    "i_structure_UTF-8_BOM_empty_object": .refused,
    // 500 arrays in one another: within the 1,024 that the limit may be raised to.
    "i_structure_500_nested_arrays": .accepted,
  ]

  static func cases() throws -> [String] {
    guard let testSuite, let folder = unsafe opendir(testSuite) else { return [] }
    defer { unsafe closedir(folder) }
    var names: [String] = []
    while let entry = unsafe readdir(folder) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name.0) { unsafe String(cString: $0) }
      if name.hasSuffix(".json") { names.append(String(name.dropLast(5))) }
    }
    return names.sorted()
  }

  static func outcome(of name: String) throws -> Outcome {
    let opened = unsafe fopen("\(testSuite ?? "")/\(name).json", "rb")
    guard let file = unsafe opened else { return .refused }
    defer { unsafe fclose(file) }
    let buffer = ByteBuffer(capacity: 1 << 20)
    buffer.count = unsafe fread(buffer.base, 1, buffer.capacity, file)
    let parser = try JSONParser()
    do throws(JSONError) {
      try unsafe parser.parse(padded: buffer.bytes, maximumDepth: JSONParser.greatestDepth)
    } catch {
      return .refused
    }
    guard let value = try? unsafe JSONValue.parse(buffer.bytes, maximumDepth: JSONParser.greatestDepth) else {
      return .onlyAsBytes
    }
    #expect(try JSONValue.parse(value.json, maximumDepth: JSONParser.greatestDepth) == value)
    return .accepted
  }

  @Test func everyCaseHasItsOutcome() throws {
    let names = try Self.cases()
    #expect(names.count > 100)
    for name in names {
      let expected: Outcome? = name.hasPrefix("y_") ? .accepted : name.hasPrefix("n_") ? .refused : Self.decisions[name]
      #expect(try Self.outcome(of: name) == expected, "\(name)")
    }
  }
}
