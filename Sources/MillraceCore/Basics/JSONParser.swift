import CSimdJSON

/// Reads one JSON document (RFC 8259) into a flat tape of tokens.
///
/// The whole document is checked: UTF-8, structure, numbers, escapes, depth, and that nothing follows it. Nothing is
/// converted: a token is a span of the document's bytes, so numbers of any length and strings keep their spelling, and
/// repeated names stay. A parser keeps its memory from one document to the next; each thread has its own.
@safe final class JSONParser {
  /// What a token of the tape is. An object's tokens are name, value, name, value…; a name is a string.
  enum Kind: UInt8, Sendable {
    case null, `false`, `true`, number, string, array, object
  }

  /// A value, or the name of a member.
  struct Token: Sendable {
    let kind: Kind
    /// A string's bytes without its quotes; an array's or object's with its brackets.
    let range: Range<Int>
    /// Index of the first token behind this value, whatever it contains.
    let next: Int
    /// A string that must be unescaped to be read.
    let hasEscapes: Bool
  }

  /// The deepest nesting that any limit allows.
  static let greatestDepth = millrace_json_deepest()

  private let handle: OpaquePointer

  init() throws(Failure) {
    guard let handle = unsafe millrace_json_create() else {
      throw Failure(.internalError, "not enough memory for a JSON parser")
    }
    unsafe self.handle = handle
  }

  deinit { unsafe millrace_json_destroy(handle) }

  /// Parses a document that `ByteBuffer.padding` readable bytes follow. A scalar has depth 0 and `[1]` has depth 1.
  ///
  /// The tape is valid until the next call. Errors carry a byte offset alone, since only the caller knows the file.
  func parse(padded bytes: UnsafeRawBufferPointer, maximumDepth: Int) throws(JSONError) {
    guard let start = bytes.baseAddress else { throw JSONError(.empty, at: 0) }
    var offset = 0
    let code = unsafe millrace_json_parse(
      handle, start.assumingMemoryBound(to: UInt8.self), bytes.count, max(0, maximumDepth), &offset)
    if code == millrace_json_ok { return }
    let reason = JSONError.Reason(rawValue: code) ?? .badStructure
    throw unsafe JSONError(reason, at: reason == .invalidUTF8 ? validUTF8Count(bytes) : offset)
  }

  /// Tokens of the last document.
  var count: Int { unsafe millrace_json_token_count(handle) }

  /// The token with an index below `count`.
  subscript(index: Int) -> Token {
    precondition(index >= 0 && index < count)
    guard let token = unsafe millrace_json_tokens(handle)?[index], let kind = Kind(rawValue: token.kind) else {
      preconditionFailure("the tape holds only tokens of known kinds")
    }
    let start = Int(token.start)
    return Token(
      kind: kind, range: start..<start + Int(token.length), next: Int(token.next), hasEscapes: token.has_escapes != 0)
  }
}

/// Why bytes are not a JSON document, or a string not text.
struct JSONError: Error, Sendable, Equatable {
  /// The values are those of CSimdJSON.h.
  enum Reason: Int32, Sendable {
    case outOfMemory = 1
    case tooLong, invalidUTF8, empty, unclosedString, controlCharacter, badEscape, loneSurrogate, badNumber, tooDeep
    case badStructure, trailingContent
  }

  let reason: Reason
  /// Bytes before the place where the error was noticed.
  let offset: Int

  init(_ reason: Reason, at offset: Int) {
    self.reason = reason
    self.offset = offset
  }

  /// What is wrong, in one sentence without a full stop.
  var message: String {
    switch reason {
    case .outOfMemory: "not enough memory to read this JSON"
    case .tooLong: "a JSON document longer than 4 GiB"
    case .invalidUTF8: "not UTF-8"
    case .empty: "expected JSON, found nothing"
    case .unclosedString: "a string in JSON is never closed"
    case .controlCharacter: "a control character in a JSON string is not escaped"
    case .badEscape: "not an escape of JSON"
    case .loneSurrogate: "an escaped surrogate without its other half is not text"
    case .badNumber: "not a number of JSON"
    case .tooDeep: "JSON is nested too deeply"
    case .badStructure: "not JSON"
    case .trailingContent: "something follows the JSON document"
    }
  }
}
