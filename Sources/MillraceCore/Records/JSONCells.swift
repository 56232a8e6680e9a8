/// The names and values that a JSON record has as a row of CSV, nested values flattened where that is wanted.
///
/// `{"a":{"b":1,"c":[2,{}]}}` is `a.b` = 1, `a.c.0` = 2, `a.c.1` = {}: an empty object or array stays a value, so that
/// nothing is lost.
@safe struct JSONCells {
  private(set) var names: [FieldName] = []
  private(set) var values: [FieldValue] = []
  private var nameBytes = 0
  /// Deep nesting repeats long names: a small record could ask for any amount of memory.
  private static let greatestNameBytes = 16 << 20

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
      let children = JSONMembers()
      children.indexContainer(value)
      for index in 0..<children.count {
        name.count = length
        name.append(UInt8(ascii: "."))
        if value.spelling == .array {
          name.append("\(index)")
        } else {
          guard children.key(index).appendText(to: name) else { throw cursor.loneSurrogate() }
        }
        try add(children.value(index), named: name, flattened: true, cursor: cursor)
      }
      name.count = length
      if children.count > 0 { return }
    }
    nameBytes += name.count
    guard nameBytes <= Self.greatestNameBytes else {
      throw Failure(
        .badData, "the names of its flattened values have more than \(Self.greatestNameBytes) bytes",
        at: cursor.place(), advice: "without --flatten nested values stay JSON")
    }
    names.append(FieldName(bytes: unsafe Array(name.bytes)))
    values.append(value)
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
