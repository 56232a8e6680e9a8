import MillraceCore

/// Reads the members of a JSON object that this tool wrote, and tells by name what is not as it should be.
struct ObjectReader {
  let value: JSONValue
  let place: Place

  /// - Throws: `.badConfiguration` unless the bytes are one JSON object.
  init(parsing bytes: UnsafeRawBufferPointer, at place: Place) throws(Failure) {
    do throws(Failure) {
      value = try unsafe JSONValue.parse(bytes, maximumDepth: 16)
    } catch {
      throw Failure(.badConfiguration, "not what batch-run writes: \(error.message)", at: place)
    }
    self.place = place
    guard value.members != nil else {
      throw Failure(.badConfiguration, "not what batch-run writes: an object was expected", at: place)
    }
  }

  /// Reads the one object that a file holds.
  ///
  /// - Throws: `.noInput` when there is none; `.badConfiguration` for more than `limit` bytes, and as above.
  init(file: String, limit: Int) throws(Failure) {
    // A buffer has to outlive its bytes.
    let buffer = try readFile(file, limit: limit)
    try unsafe self.init(parsing: buffer.bytes, at: Place(file: file))
  }

  init(_ value: JSONValue, at place: Place) {
    self.value = value
    self.place = place
  }

  func text(_ name: String) throws(Failure) -> String {
    guard let text = value[name]?.text else { throw unexpected(name) }
    return text
  }

  func integer(_ name: String) throws(Failure) -> Int {
    guard let integer = value[name]?.integer, (-Self.greatest...Self.greatest).contains(integer) else {
      throw unexpected(name)
    }
    return integer
  }

  /// Of counts and sizes: thousands of them can be added up.
  static let greatest = 1 << 50

  func number(_ name: String) throws(Failure) -> Double {
    guard case .number(let text)? = value[name], let number = Double(text), number.isFinite else {
      throw unexpected(name)
    }
    return number
  }

  func bool(_ name: String) throws(Failure) -> Bool {
    guard case .bool(let bool)? = value[name] else { throw unexpected(name) }
    return bool
  }

  func texts(_ name: String) throws(Failure) -> [String] {
    guard let elements = value[name]?.elements else { throw unexpected(name) }
    let texts = elements.compactMap(\.text)
    guard texts.count == elements.count else { throw unexpected(name) }
    return texts
  }

  func integers(_ name: String) throws(Failure) -> [Int] {
    guard let elements = value[name]?.elements else { throw unexpected(name) }
    let integers = elements.compactMap(\.integer)
    guard integers.count == elements.count else { throw unexpected(name) }
    return integers
  }

  func object(_ name: String) throws(Failure) -> ObjectReader {
    guard let object = value[name], object.members != nil else { throw unexpected(name) }
    return ObjectReader(object, at: place)
  }

  func time(_ name: String) throws(Failure) -> Timestamp {
    guard let time = Timestamp(utcText: try text(name)) else { throw unexpected(name) }
    return time
  }

  func chunk(_ name: String) throws(Failure) -> ChunkIdentifier {
    guard let chunk = ChunkIdentifier(try text(name)) else { throw unexpected(name) }
    return chunk
  }

  func choice<Choice: RawRepresentable<String>>(_ name: String) throws(Failure) -> Choice {
    guard let choice = Choice(rawValue: try text(name)) else { throw unexpected(name) }
    return choice
  }

  /// Nil where the member is missing or null.
  func optional<Value>(
    _ name: String, _ read: (ObjectReader) throws(Failure) -> Value
  ) throws(Failure) -> Value? {
    if value[name] == nil || value[name] == .null { return nil }
    return try read(self)
  }

  func unexpected(_ name: String) -> Failure {
    var place = place
    place.field = name
    return Failure(
      .badConfiguration, "missing, or not what batch-run writes", at: place,
      advice: "another version may have written it")
  }
}
