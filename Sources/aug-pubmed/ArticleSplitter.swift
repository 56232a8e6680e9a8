/// Finds the records in an EFetch answer, so that each can be kept by itself.
///
/// Only for answers that a parser has found well-formed: there a `<` in text is written as an entity, so a tag is a tag
/// everywhere but in comments, CDATA sections and processing instructions, which are passed over.
enum ArticleSplitter {
  private static let recordNames: Set<[UInt8]> = [Array("PubmedArticle".utf8), Array("PubmedBookArticle".utf8)]
  private static let sections: [(start: [UInt8], end: [UInt8])] = [
    (Array("<!--".utf8), Array("-->".utf8)), (Array("<![CDATA[".utf8), Array("]]>".utf8)),
    (Array("<?".utf8), Array("?>".utf8)),
  ]

  /// The records' bytes, start and end tags included, in their order.
  static func records(in bytes: [UInt8]) -> [Range<Int>] {
    var records: [Range<Int>] = []
    var start: (name: [UInt8], offset: Int)?
    var index = 0
    while let tag = bytes[index...].firstIndex(of: UInt8(ascii: "<")) {
      if let section = sections.first(where: { bytes[tag...].starts(with: $0.start) }) {
        index = end(of: section.end, in: bytes, from: tag + section.start.count)
        continue
      }
      let close = bytes[tag...].firstIndex(of: UInt8(ascii: ">")) ?? bytes.count - 1
      index = close + 1
      if let open = start {
        if tag + 1 < bytes.count, bytes[tag + 1] == UInt8(ascii: "/"), name(in: bytes, from: tag + 2) == open.name[...]
        {
          records.append(open.offset..<index)
          start = nil
        }
      } else {
        let name = name(in: bytes, from: tag + 1)
        if recordNames.contains(Array(name)) { start = (Array(name), tag) }
      }
    }
    return records
  }

  private static func name(in bytes: [UInt8], from start: Int) -> ArraySlice<UInt8> {
    bytes[min(start, bytes.count)...].prefix { byte in
      (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    }
  }

  /// The offset behind the next occurrence of `mark`.
  private static func end(of mark: [UInt8], in bytes: [UInt8], from start: Int) -> Int {
    var index = start
    while index + mark.count <= bytes.count {
      if bytes[index...].starts(with: mark) { return index + mark.count }
      index += 1
    }
    return bytes.count
  }
}
