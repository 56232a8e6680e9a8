import MillraceCore

/// A day on which each share became `factor` shares; a factor may be a fraction, and below 1 shares were put together.
struct Split: Sendable, Equatable {
  /// There was never one beyond these.
  static let factors = 1e-6...1e6

  var day: CalendarDay
  /// As it came.
  var factor: String
}

/// A payment a share to those who held it before the day.
struct Dividend: Sendable, Equatable {
  /// The first day on which a buyer no longer gets it.
  var exDay: CalendarDay
  /// In the currency of the prices, as it came.
  var amount: String
}

/// What changes the worth of one share without a change of what an owner has. Oldest first.
struct CorporateActions: Sendable, Equatable {
  var splits: [Split]
  var dividends: [Dividend]

  init(splits: [Split] = [], dividends: [Dividend] = []) {
    self.splits = splits.sorted { $0.day < $1.day }
    self.dividends = dividends.sorted { $0.exDay < $1.exDay }
  }

  /// Those in the columns of a series: coefficients other than 1 (or 0, as some files write for none), amounts other than 0.
  init(in series: PriceSeries) {
    var splits: [Split] = []
    var dividends: [Dividend] = []
    for index in series.indices {
      if let factor = series.text(.splitCoefficient, at: index), let number = Double(factor),
        Split.factors.contains(number), number != 1
      {
        splits.append(Split(day: series.days[index], factor: factor))
      }
      if let amount = series.text(.dividendAmount, at: index), let number = Double(amount), number > 0 {
        dividends.append(Dividend(exDay: series.days[index], amount: amount))
      }
    }
    self.init(splits: splits, dividends: dividends)
  }

  // MARK: Answers

  /// The names of the service's functions.
  static let splitsFunction = "SPLITS"
  static let dividendsFunction = "DIVIDENDS"

  /// Reads an answer of SPLITS. A security that was never split has an empty list.
  static func splits(in body: [UInt8], key: String?) throws(PriceAnswer.Problem) -> [Split] {
    let rows = try rows(in: body, day: "effective_date", number: "split_factor", key: key)
    var splits: [Split] = []
    for row in rows {
      guard let day = row.day else { throw .unreadable("a split has no day") }
      guard let factor = Double(row.number), Split.factors.contains(factor) else {
        throw .unreadable("a split of \(row.number)")
      }
      splits.append(Split(day: day, factor: row.number))
    }
    splits.sort { $0.day < $1.day }
    if zip(splits, splits.dropFirst()).contains(where: { $0.day == $1.day }) {
      throw .unreadable("two splits on one day")
    }
    return splits
  }

  /// Reads an answer of DIVIDENDS. Two payments may have the same day; one whose day is not fixed yet ("None") is left out.
  static func dividends(in body: [UInt8], key: String?) throws(PriceAnswer.Problem) -> [Dividend] {
    let rows = try rows(in: body, day: "ex_dividend_date", number: "amount", key: key)
    var dividends: [Dividend] = []
    for row in rows {
      guard let amount = Double(row.number), amount >= 0 else { throw .unreadable("a dividend of \(row.number)") }
      if let day = row.day { dividends.append(Dividend(exDay: day, amount: row.number)) }
    }
    return dividends.sorted { $0.exDay < $1.exDay }
  }

  private struct Row {
    var day: CalendarDay?
    var number: String
  }

  private static let mostRows = 20_000

  private static func rows(
    in body: [UInt8], day: String, number: String, key: String?
  ) throws(PriceAnswer.Problem) -> [Row] {
    var rows: [Row] = []
    switch try AnswerDocument(body, key: key) {
    case .json(let members):
      let data = members.filter { $0.name == "data" }
      guard data.count == 1, let elements = data[0].value.elements else { throw .unreadable("it has no \"data\"") }
      guard elements.count <= mostRows else { throw .unreadable("it has too many rows") }
      for element in elements {
        guard let dayText = element[day]?.spelling, let numberText = element[number]?.spelling else {
          throw .unreadable("a row lacks \"\(day)\" or \"\(number)\"")
        }
        rows.append(try row(day: dayText, number: numberText))
      }
    case .csv(let text):
      let pairs = try readingTable { () throws(PriceTable.Problem) in
        try PriceTable.pairs(in: text, named: day, number, most: mostRows)
      }
      for (dayText, numberText) in pairs { rows.append(try row(day: dayText, number: numberText)) }
    }
    return rows
  }

  private static func row(day: String, number: String) throws(PriceAnswer.Problem) -> Row {
    guard isPriceNumber(number.utf8) else {
      throw .unreadable("not a number: \"\(PriceTable.quoted(number.utf8))\"")
    }
    if day == "None" { return Row(day: nil, number: number) }
    guard let day = CalendarDay(day) else { throw .unreadable("not a date: \"\(PriceTable.quoted(day.utf8))\"") }
    return Row(day: day, number: number)
  }
}

extension PriceTable {
  /// Two columns of a table of the service's, which has a line end behind its last row.
  static func pairs(
    in text: ArraySlice<UInt8>, named first: String, _ second: String, most: Int
  ) throws(Problem) -> [(String, String)] {
    var rows = DelimitedRows(text)
    guard try next(&rows), rows.isEnded else { throw Problem(line: 1, "the text is cut inside its first line") }
    let names = rows.values.map { String(decoding: rows[$0].trimmingBlanks, as: UTF8.self) }
    guard let firstPlace = names.firstIndex(of: first), let secondPlace = names.firstIndex(of: second) else {
      throw Problem(line: 1, "no columns \"\(first)\" and \"\(second)\": \(told(names))")
    }
    var pairs: [(String, String)] = []
    while try next(&rows) {
      guard rows.isEnded else { throw Problem(line: rows.line, "the text is cut inside a row") }
      guard rows.values.count == names.count else {
        throw Problem(line: rows.line, "\(rows.values.count) values, where the first line names \(names.count)")
      }
      guard pairs.count < most else { throw Problem(line: rows.line, "more than \(most) rows") }
      pairs.append(
        (
          String(decoding: rows[rows.values[firstPlace]], as: UTF8.self),
          String(decoding: rows[rows.values[secondPlace]], as: UTF8.self)
        ))
    }
    return pairs
  }
}
