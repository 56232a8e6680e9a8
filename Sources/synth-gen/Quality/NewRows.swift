import MillraceCore

/// Finds synthetic rows that are copies of real ones.
///
/// A row matches another when its categories are the same, its numbers are within a hundredth of their own size, and it
/// misses the same values. Moments are taken as nanoseconds since 1970, as SDMetrics has them.
struct NewRows: Sendable {
  static let tolerance = 0.01

  private let columns: [ComparedColumn]
  private let continuous: [Int]
  private let discrete: [Int]
  /// In `columns`: the numbers by which the rows of a group are sorted.
  private let pivot: Int?
  /// Rows that have the same categories, as far as a hash tells, sorted by the pivot; missing values come last.
  private var groups: [Int: [Int]] = [:]

  /// Nil when no column can be compared.
  init?(_ all: [ComparedColumn]) {
    let columns = all.filter { $0.type.isCompared }
    guard let rows = columns.first?.real.count else { return nil }
    self.columns = columns
    continuous = columns.indices.filter { columns[$0].type.isContinuous }
    discrete = columns.indices.filter { columns[$0].type.isDiscrete }
    pivot = continuous.max { spread(columns[$0]) < spread(columns[$1]) }
    for row in 0..<rows { groups[hash(row, \.real), default: []].append(row) }
    guard let pivot else { return }
    let numbers = columns[pivot].real.numbers
    for key in groups.keys {
      groups[key]?.sort { one, other in
        let (a, b) = (numbers[one], numbers[other])
        return b.isNaN ? !a.isNaN : a < b
      }
    }
  }

  private func hash(_ row: Int, _ table: KeyPath<ComparedColumn, ColumnCells>) -> Int {
    var hash: UInt64 = 0
    for index in discrete {
      hash = RandomStream.mix(hash &+ UInt64(columns[index][keyPath: table].codes[row]) &+ RandomStream.increment)
    }
    return Int(truncatingIfNeeded: hash)
  }

  /// Whether no real row matches a synthetic one.
  func isNew(_ row: Int) -> Bool {
    guard let group = groups[hash(row, \.synthetic)] else { return true }
    guard let pivot else { return !group.contains { matches($0, row) } }
    let numbers = columns[pivot].real.numbers
    let value = columns[pivot].synthetic.numbers[row]
    if value.isNaN {
      return !group.reversed().prefix { numbers[$0].isNaN }.contains { matches($0, row) }
    }
    // A little wider, for rounding: `matches` decides.
    let reach = abs(value) * Self.tolerance * (1 + 1e-9)
    var low = 0
    var high = group.count
    while low < high {
      let middle = (low + high) / 2
      let number = numbers[group[middle]]
      if !number.isNaN, number < value - reach { low = middle + 1 } else { high = middle }
    }
    while low < group.count, numbers[group[low]] <= value + reach {
      if matches(group[low], row) { return false }
      low += 1
    }
    return true
  }

  private func matches(_ real: Int, _ synthetic: Int) -> Bool {
    for index in continuous {
      let (known, made) = (columns[index].real.numbers[real], columns[index].synthetic.numbers[synthetic])
      if made.isNaN ? !known.isNaN : !(abs(known - made) <= abs(Self.tolerance * made)) { return false }
    }
    for index in discrete
    where columns[index].real.codes[real] != columns[index].synthetic.codes[synthetic] { return false }
    return true
  }
}

/// How many different values a column's first rows have: the more, the fewer rows are near a value.
private func spread(_ column: ComparedColumn) -> Int { Set(column.real.numbers.prefix(5000)).count }
