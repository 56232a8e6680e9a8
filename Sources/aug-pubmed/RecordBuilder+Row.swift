import MillraceCore

/// A record's row: one JSON object on one line.
extension RecordBuilder {
  /// Forgets the last record.
  func clear() {
    for buffer in values { buffer.removeAll() }
    date.removeAll()
    electronicDate.removeAll()
    electronicDOI.removeAll()
    startPage.removeAll()
    endPage.removeAll()
    isRetracted = false
    isStructured = false
    sectionCount = 0
    isPassedOver = false
  }

  func endRecord() {
    completeRecords += 1
    guard !isPassedOver else {
      isPassedOver = false
      return
    }
    let start = output.count
    for (index, field) in order.enumerated() {
      unsafe output.append(keys[index].bytes)
      write(field)
    }
    output.append(UInt8(ascii: "}"))
    let version = unsafe Self.number(value(.version).bytes) ?? 1
    rows.append(
      unsafe WrittenRow(
        kind: kind, pmid: PMID(digits: value(.pmid).trimmed), version: version, range: start..<output.count))
    output.append(UInt8(ascii: "\n"))
  }

  private func write(_ field: ArticleField) {
    let value = value(field)
    switch field {
    case .kind:
      output.append(UInt8(ascii: "\""))
      output.append(kind.name)
      output.append(UInt8(ascii: "\""))
    case .version:
      if let number = unsafe Self.number(value.bytes) { output.appendDecimal(number) } else { output.append("null") }
    case .year: if kind == .deletion { output.append("null") } else { date.writeYear(to: output) }
    case .date: date.write(to: output)
    case .medlineDate: unsafe writeIdentifier(date.medline.trimmed)
    case .articleDate: electronicDate.write(to: output)
    case .pages: writePages(value)
    case .doi: unsafe writeIdentifier(value.trimmed.isEmpty ? electronicDOI.trimmed : value.trimmed)
    case .pmid, .issn, .pmcid, .accession: unsafe writeIdentifier(value.trimmed)
    case .isRetracted: output.append(kind == .deletion ? "null" : isRetracted ? "true" : "false")
    case .title, .vernacularTitle, .journal, .isoAbbreviation, .volume, .issue, .bookTitle, .publisher:
      if value.count == 0 { output.append("null") } else { unsafe output.append(value.bytes) }
    case .abstract:
      if value.count == 0 { return output.append("null") }
      output.append(UInt8(ascii: "\""))
      unsafe output.append(value.bytes)
      output.append(UInt8(ascii: "\""))
    case .abstractSections, .otherAbstracts, .authors, .mesh, .chemicals, .keywords, .publicationTypes, .languages,
      .grants, .references, .notices, .isbn:
      output.append(UInt8(ascii: "["))
      unsafe output.append(value.bytes)
      output.append(UInt8(ascii: "]"))
    }
  }

  private func writeIdentifier(_ text: UnsafeRawBufferPointer) {
    if unsafe text.isEmpty { output.append("null") } else { unsafe output.appendJSONString(text) }
  }

  /// MedlinePgn, else the first and the last page.
  private func writePages(_ pages: ByteBuffer) {
    if pages.count > 0 { return unsafe output.append(pages.bytes) }
    guard unsafe !startPage.trimmed.isEmpty else { return output.append("null") }
    output.append(UInt8(ascii: "\""))
    unsafe output.appendJSON(startPage.trimmed)
    if unsafe !endPage.trimmed.isEmpty {
      output.append(UInt8(ascii: "-"))
      unsafe output.appendJSON(endPage.trimmed)
    }
    output.append(UInt8(ascii: "\""))
  }

  /// A version number; nil when it is none.
  private static func number(_ text: UnsafeRawBufferPointer) -> Int? {
    guard (1...6).contains(text.count), unsafe text.allSatisfy(\.isDigit) else { return nil }
    return unsafe text.reduce(0) { $0 * 10 + Int($1 - 0x30) }
  }
}

extension ByteBuffer {
  fileprivate func appendDecimal(_ number: Int) {
    if number >= 10 { appendDecimal(number / 10) }
    append(UInt8(0x30 + number % 10))
  }
}
