import MillraceCore

/// Comma-separated text with a day and its prices a row, from the service or from a file of the user's.
enum PriceTable {
  /// Who wrote the text.
  enum Author {
    /// The service: all columns that are wanted, every value a number, and a line end behind the last row, since without
    /// it the text is cut.
    case service
    /// A person: a date and a close and what else there is, values that are missing, date-times, and no last line end.
    case person
  }

  struct Problem: Error, Equatable {
    var line: Int
    /// The column as it is named in the text.
    var column: String?
    /// Without a full stop.
    var message: String

    init(line: Int, column: String? = nil, _ message: String) {
      self.line = line
      self.column = column
      self.message = message
    }
  }

  /// What a column is by its name, however it is spelled: `adjusted close`, `Adj Close`, `5. volume`.
  enum Heading: Hashable {
    case day
    case price(PriceColumn)

    init?(_ name: some StringProtocol) {
      let bare = String(name.lowercased().drop { $0.isNumber || $0 == "." || $0 == " " }.filter { $0.isLetter })
      switch bare {
      case "timestamp", "date", "datetime", "day", "time": self = .day
      case "open": self = .price(.open)
      case "high": self = .price(.high)
      case "low": self = .price(.low)
      case "close": self = .price(.close)
      case "adjustedclose", "adjclose", "closeadjusted", "closeadj": self = .price(.adjustedClose)
      case "volume": self = .price(.volume)
      case "dividendamount", "dividends", "dividend": self = .price(.dividendAmount)
      case "splitcoefficient", "stocksplits", "splits", "split", "splitfactor": self = .price(.splitCoefficient)
      default: return nil
      }
    }
  }

  /// Reads a table.
  /// - Parameter columns: Those wanted of the service, all of which must be there; those that a person's file may have, of
  ///   which the series has what there is.
  static func read(
    _ text: ArraySlice<UInt8>, columns: [PriceColumn], by author: Author
  ) throws(Problem) -> PriceSeries {
    var rows = DelimitedRows(text)
    guard try next(&rows) else { throw Problem(line: 1, "expected a line of column names, found nothing") }
    if author == .service, !rows.isEnded { throw Problem(line: 1, "the text is cut inside its first line") }
    let names = rows.values.map { String(decoding: rows[$0], as: UTF8.self) }
    let places = try places(of: names)
    guard let dayPlace = places[.day] else { throw Problem(line: 1, "no column of dates: \(told(names))") }
    let present = columns.filter { places[.price($0)] != nil }
    let needed = author == .service ? columns : [.close]
    if let missing = needed.first(where: { !present.contains($0) }) {
      throw Problem(line: 1, "no column \"\(missing.rawValue)\": \(told(names))")
    }
    let valuePlaces = present.compactMap { places[.price($0)] }

    var builder = PriceSeriesBuilder(columns: present)
    let closeIndex = present.firstIndex(of: .close)
    var values: [ArraySlice<UInt8>] = []
    while try next(&rows) {
      if author == .service, !rows.isEnded { throw Problem(line: rows.line, "the text is cut inside a row") }
      guard rows.values.count == names.count else {
        throw Problem(line: rows.line, "\(rows.values.count) values, where the first line names \(names.count)")
      }
      guard builder.count < PriceSeriesBuilder.mostRows else {
        throw Problem(line: rows.line, "more than \(PriceSeriesBuilder.mostRows) rows")
      }
      let day = try day(rows[rows.values[dayPlace]], line: rows.line, column: names[dayPlace], by: author)
      values.removeAll(keepingCapacity: true)
      for (index, place) in valuePlaces.enumerated() {
        var value = rows[rows.values[place]]
        if author == .person {
          value = value.trimmingBlanks
          if isMissing(value) { value = value.prefix(0) }
        }
        guard isPriceNumber(value) || (author == .person && value.isEmpty) else {
          throw Problem(line: rows.line, column: names[valuePlaces[index]], "not a number: \"\(quoted(value))\"")
        }
        values.append(value)
      }
      // A day without a close has no price: some files have such rows for days on which an exchange was closed.
      if let closeIndex, values[closeIndex].isEmpty { continue }
      builder.append(day, values: values)
    }
    do throws(RepeatedDay) {
      return try builder.sorted()
    } catch {
      throw Problem(line: rows.line, column: names[dayPlace], "\(error.day) occurs twice")
    }
  }

  static func next(_ rows: inout DelimitedRows) throws(Problem) -> Bool {
    do throws(DelimitedRows.BadQuotes) {
      return try rows.next()
    } catch {
      throw Problem(line: rows.line, "a quote that is not closed, or closed before the value's end")
    }
  }

  private static func places(of names: [String]) throws(Problem) -> [Heading: Int] {
    var places: [Heading: Int] = [:]
    for (place, name) in names.enumerated() {
      guard let heading = Heading(name) else { continue }
      if let other = places.updateValue(place, forKey: heading) {
        throw Problem(line: 1, "two columns for the same: \(told([names[other], name]))")
      }
    }
    return places
  }

  private static func day(
    _ value: ArraySlice<UInt8>, line: Int, column: String, by author: Author
  ) throws(Problem) -> CalendarDay {
    let text = String(decoding: author == .person ? value.trimmingBlanks : value, as: UTF8.self)
    let day = author == .person ? try? CalendarDay(inRow: text) : CalendarDay(text)
    guard let day else { throw Problem(line: line, column: column, "not a date: \"\(quoted(value))\"") }
    return day
  }

  /// What Yahoo's files, pandas and R write for no value.
  private static func isMissing(_ value: ArraySlice<UInt8>) -> Bool {
    ["null", "nan", "na", "n/a", "none", "-"].contains(String(decoding: value.prefix(5), as: UTF8.self).lowercased())
  }

  static func told(_ names: [String]) -> String {
    let text = names.prefix(20).map { "\"\(printable(String($0.prefix(40))))\"" }.joined(separator: ", ")
    return names.count > 20 ? text + ", …" : text
  }

  static func quoted(_ value: some Collection<UInt8>) -> String {
    printable(String(decoding: value.prefix(40), as: UTF8.self))
  }
}
