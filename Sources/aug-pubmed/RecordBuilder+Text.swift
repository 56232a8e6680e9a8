import MillraceCore

/// What becomes of text and of the markup in it.
extension RecordBuilder {
  @inline(__always)
  func text(_ bytes: UnsafeRawBufferPointer) {
    if mode != .none { unsafe append(bytes) }
  }

  private func append(_ bytes: UnsafeRawBufferPointer) {
    switch mode {
    case .none: break
    case .raw: unsafe sink.append(bytes)
    case .json: unsafe sink.appendJSON(bytes)
    case .html: unsafe sink.appendHTML(bytes)
    case .jsonLayout, .htmlLayout:
      for index in bytes.indices where unsafe !bytes[index].isXMLSpace {
        let byte = unsafe UnsafeRawBufferPointer(rebasing: bytes[index...index])
        if mode == .jsonLayout { unsafe sink.appendJSON(byte) } else { unsafe sink.appendHTML(byte) }
      }
    }
  }

  // MARK: Elements with text

  /// A text field: the first one with text counts.
  func beginText(_ field: ArticleField, _ mode: TextMode = .json) {
    let value = value(field)
    guard fields.contains(field), value.count == 0 else { return skip() }
    sink = value
    value.append(UInt8(ascii: "\""))
    textStart = value.count
    push(.text, mode)
  }

  func endText() {
    if sink.count == textStart { sink.removeAll() } else { sink.append(UInt8(ascii: "\"")) }
  }

  /// An item of a list of texts.
  func beginItem(_ field: ArticleField, _ mode: TextMode = .json, state: State = .item) {
    sink = value(field)
    elementStart = sink.count
    if sink.count > 0 { sink.append(UInt8(ascii: ",")) }
    sink.append(UInt8(ascii: "\""))
    textStart = sink.count
    push(state, mode)
  }

  /// Ends an item or a member; one without text leaves no trace and gives false.
  @discardableResult
  func endItem() -> Bool {
    guard sink.count > textStart else {
      sink.count = elementStart
      return false
    }
    sink.append(UInt8(ascii: "\""))
    return true
  }

  /// Bytes that are understood later: dates, identifiers, pages. The first text counts.
  func beginRaw(_ buffer: ByteBuffer, state: State = .identifierText) {
    guard unsafe buffer.trimmed.isEmpty else { return skip() }
    buffer.removeAll()
    sink = buffer
    push(state, .raw)
  }

  // MARK: Items with members

  func beginObject(_ field: ArticleField) {
    let list = value(field)
    itemStart = list.count
    if list.count > 0 { list.append(UInt8(ascii: ",")) }
    list.append(UInt8(ascii: "{"))
    itemHasMembers = false
    membersSeen = 0
  }

  /// Ends an item; one without members leaves no trace.
  func endObject(_ field: ArticleField) {
    if itemHasMembers { value(field).append(UInt8(ascii: "}")) } else { value(field).count = itemStart }
  }

  /// Writes a member's key.
  func appendKey(_ key: StaticString, to list: ByteBuffer) {
    if itemHasMembers { list.append(UInt8(ascii: ",")) }
    list.append(UInt8(ascii: "\""))
    list.append(key)
    list.append("\":")
    itemHasMembers = true
  }

  /// A member whose value is the element's text; the first one of each key with text counts.
  func beginMember(_ key: StaticString, bit: UInt32, of field: ArticleField, _ mode: TextMode = .json) {
    let seen: UInt32 = 1 << bit
    guard membersSeen & seen == 0 else { return skip() }
    let list = value(field)
    sink = list
    elementStart = list.count
    memberBit = seen
    if itemHasMembers { list.append(UInt8(ascii: ",")) }
    list.append(UInt8(ascii: "\""))
    list.append(key)
    list.append("\":\"")
    textStart = list.count
    push(.member, mode)
  }

  func endMember() {
    if endItem() {
      itemHasMembers = true
      membersSeen |= memberBit
    }
  }

  /// A member from bytes outside the element's text; absent when they are empty.
  func appendMember(_ key: StaticString, _ text: UnsafeRawBufferPointer, to field: ArticleField) {
    if unsafe text.isEmpty { return }
    let list = value(field)
    appendKey(key, to: list)
    unsafe list.appendJSONString(text)
  }

  // MARK: Inline elements

  /// An element inside a text. Its tag goes or stays; its text always stays.
  func beginInline(_ element: Element) {
    let outer = mode
    if outer == .raw { return push(.inline, .raw) }
    let html = outer == .html || outer == .htmlLayout
    if html, element.isMarkup {
      sink.append("<")
      sink.append(element.rawValue)
      sink.append(">")
    }
    let tag = html && element.isMarkup ? element : Element.unknown
    let layout = html ? TextMode.htmlLayout : .jsonLayout
    let plain = html ? TextMode.html : .json
    switch element {
    case .superscript, .subscript:
      if markup == .unicode {
        if runDepth == 0 {
          runStart = sink.count
          runIsNested = false
        } else {
          runIsNested = true
        }
        runDepth += 1
        push(element == .superscript ? .superscript : .subscript, outer, tag: tag)
      } else {
        push(.inline, outer, tag: tag)
      }
    case .math: push(.inline, layout, tag: tag)
    case _ where element.isMathToken: push(.inline, plain, tag: tag)
    default: push(.inline, outer, tag: tag)
    }
  }

  func endInline(_ frame: Frame) {
    if frame.tag != .unknown {
      sink.append("</")
      sink.append(frame.tag.rawValue)
      sink.append(">")
    }
    if frame.state == .superscript || frame.state == .subscript {
      runDepth -= 1
      if runDepth == 0, !runIsNested { raiseRun(frame.state) }
    }
  }

  /// Replaces a run by Unicode's raised or lowered characters, when all of it has them.
  ///
  /// A run inside another (a power of a power) has no exact counterpart and stays plain.
  private func raiseRun(_ state: State) {
    run.removeAll()
    let bytes = unsafe UnsafeRawBufferPointer(rebasing: sink.bytes[runStart...])
    var index = 0
    while index < bytes.count {
      // Well-formed UTF-8: libxml2 has checked it. A character of four bytes has no counterpart.
      let first = unsafe UInt32(bytes[index])
      let length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
      var scalar = length == 1 ? first : length == 2 ? first & 0x1F : first & 0x0F
      guard length < 4, index + length <= bytes.count else { return }
      for offset in 1..<max(length, 1) { scalar = unsafe scalar << 6 | UInt32(bytes[index + offset] & 0x3F) }
      let counterpart =
        state == .superscript ? ScriptCharacters.superscript(scalar) : ScriptCharacters.subscript(scalar)
      guard let counterpart else { return }
      run.appendUTF8(counterpart)
      index += length
    }
    sink.count = runStart
    unsafe sink.append(run.bytes)
  }
}

extension ByteBuffer {
  /// Appends a character below U+10000.
  fileprivate func appendUTF8(_ scalar: UInt32) {
    if scalar < 0x80 {
      append(UInt8(scalar))
    } else if scalar < 0x800 {
      append(UInt8(0xC0 | scalar >> 6))
      append(UInt8(0x80 | scalar & 0x3F))
    } else {
      append(UInt8(0xE0 | scalar >> 12))
      append(UInt8(0x80 | scalar >> 6 & 0x3F))
      append(UInt8(0x80 | scalar & 0x3F))
    }
  }
}
