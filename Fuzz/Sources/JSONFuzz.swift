import CRecordIndex

@testable import MillraceCore

/// One JSON document: simdjson's reading and our own accept the same bytes; what is read is written without loss.
func fuzzJSON(_ bytes: UnsafeRawBufferPointer) {
  let content = unsafe Array(bytes)
  let buffer = content.buffer
  guard let parser = try? JSONParser() else { return }
  var error: JSONError?
  do throws(JSONError) {
    try unsafe parser.parse(padded: buffer.bytes, maximumDepth: JSONParser.greatestDepth)
  } catch let thrown {
    error = thrown
    require(thrown.offset <= content.count, "the error lies behind the document")
  }
  for isPortable in [false, true] {
    millrace_use_portable_path(isPortable)
    checkOwnReading(buffer, simdjson: error)
  }
  millrace_use_portable_path(false)
  guard let value = try? unsafe JSONValue.parse(buffer.bytes, maximumDepth: JSONParser.greatestDepth) else { return }
  require(error == nil, "a value of what is no JSON")
  let written = ByteBuffer(capacity: 0)
  value.write(to: written)
  let again = try? unsafe JSONValue.parse(written.bytes, maximumDepth: JSONParser.greatestDepth)
  require(again == value, "writing changes the value")
}

private func checkOwnReading(_ buffer: ByteBuffer, simdjson error: JSONError?) {
  // The two have different ends of their patience.
  if error?.reason == .tooDeep { return }
  let bytes = unsafe UnsafePointer(buffer.base.assumingMemoryBound(to: UInt8.self))
  let isUTF8 = unsafe millrace_valid_utf8(bytes, buffer.count) == buffer.count
  let blank: [UInt8] = [0x20, 0x09, 0x0a, 0x0d]
  let first = unsafe buffer.bytes.first { !blank.contains($0) }
  if first == UInt8(ascii: "{") {
    var members = [millrace_member](repeating: millrace_member(), count: buffer.count / 2 + 1)
    let found = unsafe members.withUnsafeMutableBufferPointer { members in
      unsafe members.baseAddress.map { unsafe millrace_index_object(bytes, 0, buffer.count, $0, 0, members.count) }
    }
    let isSound = unsafe (found?.members ?? -1) >= 0 && isUTF8
    require(isSound == (error == nil), "object: ours \(isSound), simdjson \(error?.message ?? "sound")")
  }
  var kind: UInt8 = 0
  let trimmed = unsafe buffer.bytes.drop { blank.contains($0) }
  let end = unsafe trimmed.lastIndex { !blank.contains($0) }.map { $0 + 1 } ?? trimmed.startIndex
  let isValue = unsafe millrace_is_json_value(bytes + trimmed.startIndex, end - trimmed.startIndex, &kind) && isUTF8
  require(isValue == (error == nil), "value: ours \(isValue), simdjson \(error?.message ?? "sound")")
}
