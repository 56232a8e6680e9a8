import MillraceCore

/// A date as PubMed writes it: in parts, or as free text in MedlineDate.
final class PublicationDate {
  let year = ByteBuffer(capacity: 64)
  let month = ByteBuffer(capacity: 64)
  let day = ByteBuffer(capacity: 64)
  let season = ByteBuffer(capacity: 64)
  let medline = ByteBuffer(capacity: 64)

  func removeAll() {
    year.removeAll()
    month.removeAll()
    day.removeAll()
    season.removeAll()
    medline.removeAll()
  }

  /// Writes the year as a number, or null.
  ///
  /// It is the first run of exactly four digits in Year, else in MedlineDate: `1998 Dec-1999 Jan` is 1998.
  func writeYear(to row: ByteBuffer) {
    guard let start = unsafe Self.year(in: year.bytes) ?? Self.year(in: medline.bytes) else {
      return row.append("null")
    }
    unsafe row.append(start)
  }

  /// Writes the date as a JSON string, or null.
  ///
  /// ISO 8601 where Year stands alone, with a Month, or with a Month and a Day that the month has. Anything else is
  /// told in PubMed's own words: the parts joined by spaces, or MedlineDate.
  func write(to row: ByteBuffer) {
    let parts = unsafe (year.trimmed, month.trimmed, day.trimmed, season.trimmed, medline.trimmed)
    if unsafe parts.0.isEmpty, unsafe parts.1.isEmpty, unsafe parts.2.isEmpty, unsafe parts.3.isEmpty {
      if unsafe parts.4.isEmpty { return row.append("null") }
      return unsafe row.appendJSONString(parts.4)
    }
    row.append(UInt8(ascii: "\""))
    if unsafe parts.3.isEmpty, unsafe parts.0.count == 4, unsafe parts.0.allSatisfy(\.isDigit),
      unsafe appendISO(year: parts.0, month: parts.1, day: parts.2, to: row)
    {
      return row.append(UInt8(ascii: "\""))
    }
    var separate = false
    for buffer in [year, season, month, day] where unsafe !buffer.trimmed.isEmpty {
      if separate { row.append(UInt8(ascii: " ")) }
      unsafe row.appendJSON(buffer.trimmed)
      separate = true
    }
    row.append(UInt8(ascii: "\""))
  }

  private func appendISO(
    year: UnsafeRawBufferPointer, month: UnsafeRawBufferPointer, day: UnsafeRawBufferPointer, to row: ByteBuffer
  ) -> Bool {
    if unsafe month.isEmpty {
      guard unsafe day.isEmpty else { return false }
      unsafe row.append(year)
      return true
    }
    guard let monthNumber = unsafe Self.month(month) else { return false }
    if unsafe day.isEmpty {
      unsafe row.append(year)
      Self.appendTwoDigits(monthNumber, to: row)
      return true
    }
    guard let dayNumber = unsafe Self.smallNumber(day),
      (1...Self.days(in: monthNumber, year: unsafe Self.number(year))).contains(dayNumber)
    else { return false }
    unsafe row.append(year)
    Self.appendTwoDigits(monthNumber, to: row)
    Self.appendTwoDigits(dayNumber, to: row)
    return true
  }

  private static func year(in text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
    var index = 0
    while index < text.count {
      guard unsafe text[index].isDigit else {
        index += 1
        continue
      }
      let start = index
      while index < text.count, unsafe text[index].isDigit { index += 1 }
      // A leading zero would not be a JSON number, nor a year of print.
      if index - start == 4, unsafe text[start] != UInt8(ascii: "0") {
        return unsafe UnsafeRawBufferPointer(rebasing: text[start..<index])
      }
    }
    return nil
  }

  private static let monthNames: [StaticString] = [
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
  ]

  /// 1 to 12 from `Jan`, `January`, `1` or `01`.
  private static func month(_ text: UnsafeRawBufferPointer) -> Int? {
    if let number = unsafe smallNumber(text) { return (1...12).contains(number) ? number : nil }
    guard text.count >= 3 else { return nil }
    for (index, name) in monthNames.enumerated() {
      let length = text.count
      guard length == 3 || length == name.utf8CodeUnitCount else { continue }
      var equal = true
      for offset in 0..<length where unsafe text[offset] | 0x20 != name.utf8Start[offset] { equal = false }
      if equal { return index + 1 }
    }
    return nil
  }

  /// A number of one or two digits.
  private static func smallNumber(_ text: UnsafeRawBufferPointer) -> Int? {
    guard (1...2).contains(text.count), unsafe text.allSatisfy(\.isDigit) else { return nil }
    return unsafe number(text)
  }

  private static func number(_ digits: UnsafeRawBufferPointer) -> Int {
    unsafe digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
  }

  private static func days(in month: Int, year: Int) -> Int {
    switch month {
    case 4, 6, 9, 11: 30
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    default: 31
    }
  }

  private static func appendTwoDigits(_ number: Int, to row: ByteBuffer) {
    row.append(UInt8(ascii: "-"))
    row.append(UInt8(0x30 + number / 10))
    row.append(UInt8(0x30 + number % 10))
  }
}
