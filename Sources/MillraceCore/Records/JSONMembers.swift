import CRecordIndex

/// Where the members of a JSON object, or the elements of an array, stand. The memory is used again from record to record.
@safe final class JSONMembers {
  private(set) var count = 0
  /// Offset of the object's closing brace.
  private(set) var closingBrace = 0
  /// Changes with every object whose keys, or their order, are not those of the object before: what was found out about
  /// the keys holds as long as this stays.
  private(set) var keyOrder = 0

  private var base: UnsafePointer<UInt8>?
  private var members: UnsafeMutablePointer<millrace_member>
  private var room = 64

  init() { unsafe members = .allocate(capacity: room) }

  deinit { unsafe members.deallocate() }

  /// Why bytes are not one object, and where.
  struct Fault: Error {
    var offset: Int
    var reason: String
  }

  /// Goes to other bytes, of which objects are to be read; they must stay as long as members are looked at.
  func open(_ base: UnsafePointer<UInt8>) {
    unsafe self.base = base
    count = 0
  }

  /// Indexes the object that stands in a range of the bytes, with white space around it or none.
  func indexObject(in range: Range<Int>) throws(Fault) {
    guard let base = unsafe base else { return }
    while true {
      let result = unsafe millrace_index_object(
        base, range.lowerBound, range.upperBound, members, count, room)
      count = unsafe max(0, Int(result.members))
      if unsafe !result.keys_are_known { keyOrder += 1 }
      if unsafe result.members >= 0 {
        closingBrace = unsafe result.close
        return
      }
      guard unsafe result.members == -2 else {
        let reason = unsafe result.error.map { unsafe String(cString: $0) }
        throw unsafe Fault(offset: Int(result.error_offset), reason: reason ?? "not a JSON object")
      }
      makeRoom()
    }
  }

  /// Indexes a value that is an object or an array, and was found valid.
  func indexContainer(_ container: FieldValue) {
    guard let base = unsafe container.bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
    unsafe open(base)
    while true {
      let found = unsafe millrace_index_container(base, 0, container.bytes.count, members, room)
      count = max(0, Int(found))
      if found != -2 { return }
      makeRoom()
    }
  }

  private func makeRoom() {
    unsafe members.deallocate()
    room *= 2
    unsafe members = .allocate(capacity: room)
  }

  /// A member's key, between its quotes; empty for an element.
  @inline(__always) func key(_ index: Int) -> FieldValue {
    let member = unsafe members[index]
    return span(
      member.key_start, member.key_length, member.key_has_escapes ? .escapedString : .string)
  }

  @inline(__always) func value(_ index: Int) -> FieldValue {
    let member = unsafe members[index]
    return span(member.value_start, member.value_length, FieldValue.Spelling(member))
  }

  @inline(__always) private func span(_ start: UInt32, _ length: UInt32, _ spelling: FieldValue.Spelling) -> FieldValue
  {
    unsafe FieldValue(.init(start: base.map { unsafe $0 + Int(start) }, count: Int(length)), spelling)
  }
}

extension FieldValue.Spelling {
  @inline(__always) fileprivate init(_ member: millrace_member) {
    self.init(kind: member.kind, hasEscapes: member.value_has_escapes)
  }

  @inline(__always) fileprivate init(kind: UInt8, hasEscapes: Bool) {
    switch UInt32(kind) {
    case MILLRACE_STRING.rawValue: self = hasEscapes ? .escapedString : .string
    case MILLRACE_NUMBER.rawValue: self = .number
    case MILLRACE_NULL.rawValue: self = .null
    case MILLRACE_OBJECT.rawValue: self = .object
    case MILLRACE_ARRAY.rawValue: self = .array
    default: self = .boolean
    }
  }

  /// How text spells a JSON value, when it is just one and nothing else.
  init?(ofJSON text: UnsafeRawBufferPointer) {
    var kind: UInt8 = 0
    guard let start = unsafe text.baseAddress?.assumingMemoryBound(to: UInt8.self),
      unsafe millrace_is_json_value(start, text.count, &kind)
    else { return nil }
    self.init(kind: kind, hasEscapes: true)
  }
}
