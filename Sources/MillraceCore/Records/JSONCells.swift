import CRecordIndex

/// The names and values that a JSON record has as a row of CSV, nested values flattened where that is wanted.
///
/// `{"a":{"b":1,"c":[2,{}]}}` is `a.b` = 1, `a.c.0` = 2, `a.c.1` = {}: an empty object or array stays a value, so that
/// nothing is lost.
@safe struct JSONCells {
  private(set) var names: [FieldName] = []
  private(set) var values: [FieldValue] = []

  init(_ cursor: RecordCursor, flattened: Bool) throws(Failure) {
    let name = ByteBuffer()
    for index in 0..<cursor.count {
      name.removeAll()
      guard cursor.rawKey(index).appendText(to: name) else { throw cursor.loneSurrogate() }
      try add(cursor[index], named: name, flattened: flattened, cursor: cursor)
    }
  }

  private mutating func add(
    _ value: FieldValue, named name: ByteBuffer, flattened: Bool, cursor: RecordCursor
  ) throws(Failure) {
    if flattened, value.spelling == .object || value.spelling == .array {
      let length = name.count
      let children = unsafe Self.children(of: value.bytes)
      for (index, child) in children.enumerated() {
        name.count = length
        name.append(UInt8(ascii: "."))
        if value.spelling == .array {
          name.append("\(index)")
        } else {
          guard child.key.appendText(to: name) else { throw cursor.loneSurrogate() }
        }
        try add(child.value, named: name, flattened: true, cursor: cursor)
      }
      name.count = length
      if !children.isEmpty { return }
    }
    names.append(FieldName(bytes: unsafe Array(name.bytes)))
    values.append(value)
  }

  private static func children(of container: UnsafeRawBufferPointer) -> [(key: FieldValue, value: FieldValue)] {
    guard let base = unsafe container.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return [] }
    // A child takes two bytes at least, with its comma.
    var members = [millrace_member](repeating: millrace_member(), count: container.count / 2 + 1)
    let count = unsafe members.withUnsafeMutableBufferPointer { members in
      guard let start = members.baseAddress else { return 0 }
      return unsafe Int(millrace_index_container(base, 0, container.count, start, members.count))
    }
    return members.prefix(max(0, count)).map { member in
      (
        unsafe FieldValue(
          .init(start: base + Int(member.key_start), count: Int(member.key_length)),
          member.key_has_escapes ? .escapedString : .string),
        unsafe FieldValue(
          .init(start: base + Int(member.value_start), count: Int(member.value_length)), .init(member))
      )
    }
  }
}

extension RecordCursor {
  func repeatedKey(_ name: FieldName) -> Failure {
    Failure(.badData, "the key stands twice in this record, and CSV has one column for it", at: place(field: name))
  }

  func loneSurrogate(field: FieldName? = nil) -> Failure {
    Failure(
      .badData, "an escape \\uD800…\\uDFFF without its other half, which no text can hold", at: place(field: field))
  }
}
