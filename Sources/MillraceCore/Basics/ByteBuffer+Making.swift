extension ByteBuffer {
  /// A buffer that holds these bytes.
  public convenience init(_ bytes: [UInt8]) {
    self.init(capacity: bytes.count)
    append(bytes)
  }

  /// A buffer that holds a text.
  public convenience init(_ text: String) {
    self.init(capacity: text.utf8.count)
    append(text)
  }
}
