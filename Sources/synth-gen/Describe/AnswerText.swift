import MillraceCore

/// Finds the JSON object in what a model said.
///
/// Models put it between fences of Markdown, behind their thoughts, between sentences. What they say is hostile: no more
/// is tried than a few places where an object may begin.
enum AnswerText {
  /// In characters of one level, such as braces.
  static let greatestDepth = 32
  private static let mostBeginnings = 64

  /// Why there is no object.
  struct NoObject: Error, Equatable {
    /// In a sentence without a full stop, for the model to read.
    var reason: String
  }

  /// The answer itself, if it is an object; or else the first object in it that has fields.
  static func object(in content: String) throws(NoObject) -> JSONValue {
    let text = try withoutThoughts(Array(content.utf8)[...])
    guard let first = text.firstIndex(where: { $0 > 32 }) else { throw NoObject(reason: "the answer is empty") }
    var reason: String
    switch parse(text) {
    case .success(let value) where value.members != nil: return value
    case .success: reason = "the answer is JSON, but no object"
    case .failure(let error): reason = "the answer is not JSON: \(error.reason)"
    }
    for candidate in objects(in: text) {
      guard case .success(let value) = parse(candidate), let members = value.members else { continue }
      let hasFields = value["fields"] != nil || members.count == 1 && members[0].value["fields"] != nil
      if hasFields { return value }
    }
    if text[first] == UInt8(ascii: "{"), isUnclosed(text[first...]) { reason = "the JSON object is never closed" }
    if !text.contains(UInt8(ascii: "{")), !reason.hasSuffix("no object") {
      reason = "there is no JSON object in the answer"
    }
    throw NoObject(reason: reason)
  }

  private static func parse(_ bytes: ArraySlice<UInt8>) -> Result<JSONValue, NoObject> {
    do throws(Failure) {
      return .success(try JSONValue.parse(String(decoding: bytes, as: UTF8.self), maximumDepth: greatestDepth))
    } catch {
      return .failure(NoObject(reason: error.message))
    }
  }

  /// What stands behind the model's thoughts, which some servers leave in the answer.
  private static func withoutThoughts(_ text: ArraySlice<UInt8>) throws(NoObject) -> ArraySlice<UInt8> {
    for tag in ["think", "thinking", "reasoning"] {
      if let end = lastEnd(of: Array("</\(tag)>".utf8), in: text) { return text[end...] }
    }
    let begun = text.drop { $0 <= 32 }
    for tag in ["<think>", "<thinking>", "<reasoning>"] where begun.starts(with: tag.utf8) {
      throw NoObject(reason: "the answer ends within \(tag)")
    }
    return text
  }

  private static func lastEnd(of mark: [UInt8], in text: ArraySlice<UInt8>) -> Int? {
    guard text.count >= mark.count else { return nil }
    let start = (text.startIndex...text.endIndex - mark.count).last { start in
      text[start] == mark[0] && text[start..<start + mark.count].elementsEqual(mark)
    }
    return start.map { $0 + mark.count }
  }

  /// Spans from a brace to the one that closes it, braces in strings not counted.
  private static func objects(in text: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    var found: [ArraySlice<UInt8>] = []
    var start = text.startIndex
    for _ in 0..<mostBeginnings {
      guard let brace = text[start...].firstIndex(of: UInt8(ascii: "{")) else { break }
      start = brace + 1
      guard let end = end(ofObjectAt: brace, in: text) else { continue }
      found.append(text[brace..<end])
      // What lies within an object is no answer of its own, unless the braces were no JSON.
      if case .success = parse(text[brace..<end]) { start = end }
    }
    return found
  }

  private static func end(ofObjectAt start: Int, in text: ArraySlice<UInt8>) -> Int? {
    var scan = BraceScan()
    for (index, byte) in zip(text[start...].indices, text[start...]) {
      scan.take(byte)
      if scan.depth == 0 { return index + 1 }
      if scan.depth > greatestDepth { return nil }
    }
    return nil
  }

  /// Whether what begins with a brace ends before the brace that closes it.
  private static func isUnclosed(_ text: ArraySlice<UInt8>) -> Bool {
    var scan = BraceScan()
    for byte in text {
      scan.take(byte)
      if scan.depth == 0 || scan.depth > greatestDepth { return false }
    }
    return true
  }
}

/// Counts the braces and brackets that are open, those in strings aside.
private struct BraceScan {
  private(set) var depth = 0
  private var isInString = false
  private var isEscaped = false

  mutating func take(_ byte: UInt8) {
    if isInString {
      if isEscaped {
        isEscaped = false
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else if byte == UInt8(ascii: "\"") {
        isInString = false
      }
      return
    }
    switch byte {
    case UInt8(ascii: "\""): isInString = true
    case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
    case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
    default: break
    }
  }
}
