import Glibc
import MillraceCore

/// Reads a table once and looks whether its rows keep the rules.
///
/// Memory stays the same whatever the table's size, but for `unique`, which takes about 50 bytes a row and key.
struct TableCheck {
  private let path: String
  private let checks: TableChecks
  private let scratch = ByteBuffer(capacity: 256)
  private var report = CheckReport()
  private var rules: [Rule] = []
  /// Values seen so far, and in which record, for each key of `unique`.
  private var seen: [[KeyHash: Int]]

  /// Two hashes of a key: that they agree by chance in two rows of a trillion is less likely than a failing disk.
  private struct KeyHash: Hashable {
    var first: Int
    var second: Int
  }

  /// A rule, and where the current table has its fields.
  private struct Rule {
    enum Test {
      case wellFormed, required
      case type(ValueType)
      case range(TableChecks.FieldRange)
      /// Position in `seen`.
      case unique(Int)
    }

    var test: Test
    var fields: [FieldName]
    /// In CSV, the columns of the fields.
    var columns: [Int] = []
    /// The table lacks a column: there is nothing to look at in rows.
    var isMissing = false
    var result: CheckReport.BrokenRule
  }

  init(_ path: String, _ checks: TableChecks) {
    self.path = path
    self.checks = checks
    seen = Array(repeating: [:], count: checks.unique.count)
    report.maximumFailures = checks.maximumFailures
    add(.wellFormed, "rows", [])
    for field in checks.required { add(.required, "required: \(field)", [field]) }
    for type in checks.types { add(.type(type.type), "types: \(type.field)", [type.field]) }
    for range in checks.ranges { add(.range(range), "ranges: \(range.field)", [range.field]) }
    for (index, fields) in checks.unique.enumerated() {
      add(.unique(index), "unique: \(fields.map(\.description).joined(separator: ", "))", fields)
    }
  }

  private mutating func add(_ test: Rule.Test, _ name: String, _ fields: [FieldName]) {
    rules.append(Rule(test: test, fields: fields, result: .init(rule: name)))
  }

  /// Counts the rows of a file.
  static func rows(of path: String) throws(Failure) -> Int {
    let tables = open(path)
    while try tables.next() != nil {}
    return tables.records
  }

  private static func open(_ path: String) -> TableSequence {
    TableSequence([path], options: ReadingOptions()) { path throws(Failure) in try UnrecordedInput(path: path) }
  }

  /// Reads the whole table.
  ///
  /// - Parameters:
  ///   - rows: how many there must be, and the file that has as many.
  ///   - isStopped: asked now and then; true ends the reading with what was found.
  /// - Throws: when the file cannot be read. Rows that are not valid are found, not thrown.
  mutating func run(
    rows: ValidateWork.RowCount, comparedFile: String?, isStopped: () -> Bool
  ) throws(Failure) -> CheckReport {
    let tables = Self.open(path)
    if checks.isEmpty {
      while try tables.next() != nil { if isStopped() { break } }
    } else {
      let cursor = RecordCursor()
      var table: Table?
      while let block = try tables.next() {
        if isStopped() { break }
        if block.table !== table {
          table = block.table
          findColumns(block.table)
        }
        cursor.open(block)
        checkRows(cursor)
      }
    }
    report.rows = tables.records
    report.broken = try rowCountFailures(rows, comparedFile: comparedFile) + rules.map(\.result).filter { $0.count > 0 }
    return report
  }

  private func rowCountFailures(
    _ rows: ValidateWork.RowCount, comparedFile: String?
  ) throws(Failure) -> [CheckReport.BrokenRule] {
    var broken: [CheckReport.BrokenRule] = []
    func fail(_ rule: String, _ message: String) {
      let failure = Failure(.badData, message, at: Place(file: path))
      broken.append(.init(rule: rule, count: 1, first: [failure], isOfTable: true))
    }
    let found = counted(report.rows, "row")
    if let least = rows.minimum, report.rows < least { fail("rows: min", "expected \(least) at least, found \(found)") }
    if let most = rows.maximum, report.rows > most { fail("rows: max", "expected \(most) at most, found \(found)") }
    if let comparedFile, let other = rows.sameAs {
      let expected = try Self.rows(of: comparedFile)
      if expected != report.rows {
        fail("rows: same-as", "expected \(expected), as in \(comparedFile) of step \"\(other)\", found \(found)")
      }
    }
    return broken
  }

  private mutating func findColumns(_ table: Table) {
    guard table.dialect.format != .ndjson else { return }
    for index in rules.indices {
      do throws(Failure) {
        for field in rules[index].fields { try table.requireColumn(field) }
        rules[index].columns = rules[index].fields.compactMap { table.column(named: $0) }
      } catch {
        rules[index].isMissing = true
        rules[index].result = .init(rule: rules[index].result.rule, count: 1, first: [error], isOfTable: true)
      }
    }
  }

  private mutating func checkRows(_ cursor: RecordCursor) {
    while true {
      do throws(Failure) {
        guard try cursor.next() else { return }
        var isGood = true
        for index in rules.indices where !rules[index].isMissing {
          if let found = message(index, cursor) {
            let field = rules[index].fields.count == 1 ? rules[index].fields.first : nil
            note(index) { Failure(.badData, found, at: cursor.place(field: field)) }
            isGood = false
          }
        }
        if !isGood { report.failedRows += 1 }
      } catch {
        note(0) { error }
        report.failedRows += 1
      }
    }
  }

  private mutating func note(_ rule: Int, _ failure: () -> Failure) {
    rules[rule].result.count += 1
    if rules[rule].result.first.count < CheckReport.placesTold { rules[rule].result.first.append(failure()) }
  }

  /// What is wrong with the current row; nil when it keeps the rule.
  private mutating func message(_ index: Int, _ cursor: RecordCursor) -> String? {
    switch rules[index].test {
    case .wellFormed: return nil
    case .required:
      guard let value = value(0, of: rules[index], cursor) else { return "the row lacks it" }
      return value.isEmpty ? "it is empty" : nil
    case .type(let type):
      guard let value = value(0, of: rules[index], cursor), !value.isEmpty else { return nil }
      guard !isOf(type, value) else { return nil }
      return "expected \(type.words), found \(shown(value))"
    case .range(let range):
      guard let value = value(0, of: rules[index], cursor), !value.isEmpty else { return nil }
      return outside(range, value)
    case .unique(let key):
      guard let hash = hash(rules[index], cursor) else { return nil }
      guard let earlier = seen[key][hash] else {
        seen[key][hash] = cursor.recordNumber
        return nil
      }
      let values = rules[index].fields.indices.compactMap { value($0, of: rules[index], cursor).map(shown) }
      return "\(values.joined(separator: ", ")) was there before, in record \(earlier + 1)"
    }
  }

  @inline(__always) private func value(_ field: Int, of rule: Rule, _ cursor: RecordCursor) -> FieldValue? {
    rule.columns.isEmpty ? cursor.value(of: rule.fields[field]) : cursor[rule.columns[field]]
  }

  /// The text of a value, in the scratch buffer.
  private func text(_ value: FieldValue) -> UnsafeRawBufferPointer {
    scratch.removeAll()
    _ = value.appendText(to: scratch)
    return unsafe scratch.bytes
  }

  private func shown(_ value: FieldValue) -> String {
    let text = unsafe String(decoding: text(value).prefix(60), as: UTF8.self)
    return "\"\(text)\(scratch.count > 60 ? "…" : "")\""
  }

  private func isOf(_ type: ValueType, _ value: FieldValue) -> Bool {
    let isCSV = value.spelling == .plain || value.spelling == .quoted
    let isString = value.spelling == .string || value.spelling == .escapedString
    switch type {
    case .string: return isCSV || isString
    case .boolean:
      guard isCSV else { return value.spelling == .boolean }
      let text = unsafe text(value).map { $0 | 0x20 }
      return text.elementsEqual("true".utf8) || text.elementsEqual("false".utf8)
    case .integer: return (isCSV || value.spelling == .number) && (unsafe NumberText.isInteger(text(value)))
    case .number: return (isCSV || value.spelling == .number) && (unsafe NumberText.isNumber(text(value)))
    case .date: return (isCSV || isString) && (unsafe CalendarDay(digits: text(value))) != nil
    }
  }

  private func outside(_ range: TableChecks.FieldRange, _ value: FieldValue) -> String? {
    if case .day? = range.minimum ?? range.maximum {
      guard let day = unsafe CalendarDay(digits: text(value)) else {
        return "expected \(ValueType.date.words), found \(shown(value))"
      }
      if case .day(let least)? = range.minimum, day < least { return "expected \(least) or later, found \(day)" }
      if case .day(let most)? = range.maximum, day > most { return "expected \(most) or earlier, found \(day)" }
      return nil
    }
    guard let number = unsafe NumberText.value(text(value), in: scratch) else {
      return "expected a number, found \(shown(value))"
    }
    if case .number(let least)? = range.minimum, number < least {
      return "expected \(shortText(least)) at least, found \(shown(value))"
    }
    if case .number(let most)? = range.maximum, number > most {
      return "expected \(shortText(most)) at most, found \(shown(value))"
    }
    return nil
  }

  /// The values of a key; nil where one is missing or empty, since no value equals another.
  private func hash(_ rule: Rule, _ cursor: RecordCursor) -> KeyHash? {
    var (first, second) = (Hasher(), Hasher())
    second.combine(0x5bd1_e995)
    for field in rule.fields.indices {
      guard let value = value(field, of: rule, cursor), !value.isEmpty else { return nil }
      let text = unsafe text(value)
      first.combine(text.count)
      unsafe first.combine(bytes: text)
      second.combine(text.count)
      unsafe second.combine(bytes: text)
    }
    return KeyHash(first: first.finalize(), second: second.finalize())
  }
}

/// A number as a person writes it: 5, not 5.0.
private func shortText(_ number: Double) -> String {
  number == number.rounded() && abs(number) < 1e15 ? String(Int(number)) : String(number)
}
