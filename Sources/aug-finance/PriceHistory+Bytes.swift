import MillraceCore

/// A history as bytes for a cache: a line of JSON with what is known and a digest, and a line of CSV a day.
extension PriceHistory {
  /// Of more bytes nothing is read; 400 years of days take less.
  static let mostBytes = 32 << 20

  private static let format = 1

  var bytes: [UInt8] {
    let rows = ByteBuffer(capacity: 1 << 16)
    for index in series.indices {
      rows.append(series.days[index].text)
      rows.append(UInt8(ascii: ","))
      rows.append(Array(series.row(at: index)))
      rows.append(UInt8(ascii: "\n"))
    }
    let header = ByteBuffer()
    let digest = unsafe Self.digest(of: headerMembers, rows.bytes)
    JSONValue.object(headerMembers + [.init("sha256", .string(digest.hex))]).write(to: header)
    header.append(UInt8(ascii: "\n"))
    unsafe header.append(rows.bytes)
    return unsafe Array(header.bytes)
  }

  /// Nil for bytes that `bytes` did not make, or that are damaged.
  init?(bytes: [UInt8]) {
    guard let parts = HistoryParts(bytes), let digest = parts.digest,
      unsafe parts.rows.withUnsafeBytes({ unsafe Self.digest(of: parts.members, $0) }) == digest
    else { return nil }
    self.init(parts)
  }

  private var headerMembers: [JSONValue.Member] {
    var members: [JSONValue.Member] = [
      .init("format", .integer(Self.format)), .init("function", .string(function.rawValue)),
    ]
    if let fetched { members.append(.init("fetched", .integer(fetched.seconds))) }
    if let unprovenBeginning { members.append(.init("unproven", .integer(unprovenBeginning.seconds))) }
    if let openStart { members.append(.init("open", .string(openStart.text))) }
    let spans = closed.spans.map { JSONValue.array([.string($0.lowerBound.text), .string($0.upperBound.text)]) }
    members.append(.init("closed", .array(spans)))
    members.append(.init("rows", .integer(series.count)))
    return members
  }

  private static func digest(of members: [JSONValue.Member], _ rows: UnsafeRawBufferPointer) -> SHA256Digest {
    let line = ByteBuffer()
    JSONValue.object(members).write(to: line)
    let hasher = SHA256Hasher()
    unsafe hasher.update(line.bytes)
    unsafe hasher.update(rows)
    return hasher.finish()
  }

  private init?(_ parts: HistoryParts) {
    let header = JSONValue.object(parts.members)
    guard header["format"]?.integer == Self.format,
      let function = header["function"]?.text.flatMap(PriceFunction.init(rawValue:)),
      let closed = header["closed"]?.elements.flatMap(Self.spans),
      let count = header["rows"]?.integer,
      let series = Self.series(parts.rows, columns: function.columns), series.count == count
    else { return nil }
    let moments = ["fetched", "unproven"].map { name in header[name].map { Self.moment($0) } }
    // A member that is there must be readable.
    if moments.contains(where: { $0 == .some(nil) }) { return nil }
    var openStart: CalendarDay?
    if let open = header["open"] {
      guard let day = open.text.flatMap({ CalendarDay($0) }) else { return nil }
      openStart = day
    }
    self.init(
      function: function, series: series, closed: closed, fetched: moments[0] ?? nil, openStart: openStart,
      unprovenBeginning: moments[1] ?? nil)
  }

  private static func moment(_ value: JSONValue) -> Timestamp? {
    // To the year 2200.
    guard let seconds = value.integer, (0...7_289_654_400).contains(seconds) else { return nil }
    return Timestamp(seconds: seconds)
  }

  private static func spans(_ elements: [JSONValue]) -> DaySpans? {
    var spans: [ClosedRange<CalendarDay>] = []
    for element in elements {
      let days = (element.elements ?? []).compactMap { $0.text.flatMap { CalendarDay($0) } }
      guard element.elements?.count == 2, days.count == 2, days[0] <= days[1] else { return nil }
      spans.append(days[0]...days[1])
    }
    return DaySpans(inOrder: spans)
  }

  private static func series(_ text: ArraySlice<UInt8>, columns: [PriceColumn]) -> PriceSeries? {
    var builder = PriceSeriesBuilder(columns: columns)
    var last: CalendarDay?
    var rest = text
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      let line = rest[..<end]
      rest = rest[(end + 1)...]
      guard builder.count < PriceSeriesBuilder.mostRows, line.count <= PriceSeriesBuilder.mostRowBytes,
        line.dropFirst(10).first == UInt8(ascii: ","),
        let day = unsafe line.prefix(10).withUnsafeBytes({ unsafe CalendarDay(digits: $0) }),
        last.map({ $0 < day }) ?? true
      else { return nil }
      let row = line.dropFirst(11)
      let values = row.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
      guard values.count == columns.count, values.allSatisfy(isPriceNumber) else { return nil }
      builder.append(day, row: row)
      last = day
    }
    return rest.isEmpty ? builder.ascending : nil
  }
}

/// The line of JSON in front of a history, without its digest, and the rows behind it.
private struct HistoryParts {
  let members: [JSONValue.Member]
  let digest: SHA256Digest?
  let rows: ArraySlice<UInt8>

  init?(_ bytes: [UInt8]) {
    guard bytes.count <= PriceHistory.mostBytes, let end = bytes.firstIndex(of: UInt8(ascii: "\n")), end <= 1 << 20,
      let header = try? JSONValue.parse(bytes: bytes[..<end], maximumDepth: 4), let members = header.members,
      let last = members.last, last.name == "sha256"
    else { return nil }
    self.members = members.dropLast()
    digest = last.value.text.flatMap { SHA256Digest(hex: $0) }
    rows = bytes[(end + 1)...]
  }
}
