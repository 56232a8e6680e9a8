import MillraceCore

/// A series of prices as the service answered with it, in JSON or in CSV; nothing is known beforehand of which.
///
/// What is no whole answer is never a shorter one: JSON that ends early is not JSON, and CSV that stops inside a row is
/// seen by its last line. CSV that is cut just behind a line end reads as a whole answer with fewer of the oldest days;
/// nothing in it tells, so `isSurelyWhole` is false for such answers as could be cut, and `PriceHistory` asks for proof
/// before it takes the absence of a day from them.
struct PriceAnswer: Sendable, Equatable {
  var series: PriceSeries
  /// No part can be missing: the text says where it ends, or it holds as many points as were asked for.
  var isSurelyWhole: Bool

  /// Why an answer is not data.
  enum Problem: Error, Sendable, Equatable {
    /// The service says something else.
    case message(AlphaVantageMessage)
    /// Cut, or not what the service sends: asking again may help. Without a full stop.
    case unreadable(String)
  }

  /// Reads an answer of status 200.
  /// - Parameters:
  ///   - key: The key that was sent; messages come without it.
  init(_ body: [UInt8], of function: PriceFunction, key: String?) throws(Problem) {
    switch try AnswerDocument(body, key: key) {
    case .json(let members):
      series = try Self.series(in: members, of: function)
      isSurelyWhole = true
    case .csv(let text):
      series = try readingTable { () throws(PriceTable.Problem) in
        try PriceTable.read(text, columns: function.columns, by: .service)
      }
      isSurelyWhole = function.hasOutputSizes && series.count == OutputSize.compactPoints
    }
    if series.isEmpty { throw .message(AlphaVantageMessage(.noData, "a series without a day")) }
  }

  private static func series(
    in members: [JSONValue.Member], of function: PriceFunction
  ) throws(Problem) -> PriceSeries {
    let found = members.filter { $0.name == function.member }
    guard found.count == 1, let rows = found[0].value.members else {
      throw .unreadable("it has no \"\(function.member)\"")
    }
    guard rows.count <= PriceSeriesBuilder.mostRows else { throw .unreadable("it has too many days") }
    let columns = function.columns
    var builder = PriceSeriesBuilder(columns: columns)
    var headings = JSONHeadings(columns: columns)
    for row in rows {
      guard let day = CalendarDay(row.name) else {
        throw .unreadable("it has a day that is none: \"\(PriceTable.quoted(row.name.utf8))\"")
      }
      var values = [Substring.UTF8View?](repeating: nil, count: columns.count)
      for member in row.value.members ?? [] {
        guard let index = headings.index(of: member.name) else { continue }
        guard values[index] == nil else { throw .unreadable("\(day) has two values \"\(columns[index].rawValue)\"") }
        guard let text = member.value.spelling, isPriceNumber(text.utf8) else {
          throw .unreadable("\(day) has a value that is no number")
        }
        values[index] = text[...].utf8
      }
      let whole = values.compactMap(\.self)
      guard whole.count == columns.count else { throw .unreadable("\(day) lacks a value") }
      builder.append(day, values: whole)
    }
    do throws(RepeatedDay) {
      return try builder.sorted()
    } catch {
      throw .unreadable("\(error.day) occurs twice")
    }
  }
}

/// The body of an answer that is no message.
enum AnswerDocument {
  case json([JSONValue.Member])
  case csv(ArraySlice<UInt8>)

  init(_ body: [UInt8], key: String?) throws(PriceAnswer.Problem) {
    let text = body.withoutByteOrderMark
    switch text.first(where: { !$0.isBlank }) {
    case nil: throw .unreadable("it is empty")
    case UInt8(ascii: "{"):
      let document: JSONValue
      do throws(Failure) {
        document = try JSONValue.parse(bytes: text, maximumDepth: 16)
      } catch {
        throw .unreadable("it is not JSON: \(error.message)")
      }
      let members = document.members ?? []
      if let message = AlphaVantageMessage(members: members, key: key) { throw .message(message) }
      self = .json(members)
    case UInt8(ascii: "["), UInt8(ascii: "\""), UInt8(ascii: "<"):
      throw .unreadable("it begins with \"\(PriceTable.quoted(text.trimmingBlanks.prefix(20)))\"")
    default: self = .csv(text)
    }
  }
}

/// Runs `read`, whose problems make an answer unreadable.
func readingTable<Value>(_ read: () throws(PriceTable.Problem) -> Value) throws(PriceAnswer.Problem) -> Value {
  do throws(PriceTable.Problem) {
    return try read()
  } catch {
    let place = error.column.map { "line \(error.line), \"\(PriceTable.quoted($0.utf8))\"" } ?? "line \(error.line)"
    throw .unreadable("\(place): \(error.message)")
  }
}

extension JSONValue {
  /// The text of a string, or of a number as it is spelled.
  var spelling: String? {
    switch self {
    case .string(let text), .number(let text): text
    default: nil
    }
  }
}

/// Which of the wanted columns a member is; the names are the same in every row.
private struct JSONHeadings {
  let columns: [PriceColumn]
  private var known: [String: Int?] = [:]

  init(columns: [PriceColumn]) { self.columns = columns }

  mutating func index(of name: String) -> Int? {
    if let index = known[name] { return index }
    var index: Int?
    if case .price(let column) = PriceTable.Heading(name) { index = columns.firstIndex(of: column) }
    // Names without end do not fill the memory.
    if known.count < 100 { known[name] = .some(index) }
    return index
  }
}
