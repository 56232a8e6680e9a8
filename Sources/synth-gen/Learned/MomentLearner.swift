import MillraceCore

/// Finds the way in which a column spells days and times.
struct MomentLearner {
  let sample: SampleColumn
  let options: LearningOptions

  /// - Parameters:
  ///   - texts: Indexes of the sample's values.
  ///   - rows: that have a value.
  /// - Returns: the values that are no moments; nil when the column is not made of moments.
  func learn(_ texts: [Int], rows: Int, into drawer: inout OutcomeDrawer) -> (isDate: Bool, others: [Int])? {
    for first in texts.prefix(3) where !sample.values[first].isLong {
      for candidate in unsafe MomentFormat.candidates(for: sample.bytes(of: sample.values[first])) {
        if let found = learn(texts, as: candidate, rows: rows, into: &drawer) { return found }
      }
    }
    return nil
  }

  private func learn(
    _ texts: [Int], as candidate: MomentFormat, rows: Int, into drawer: inout OutcomeDrawer
  ) -> (isDate: Bool, others: [Int])? {
    var format = candidate
    guard var read = read(texts, as: format, rows: rows) else {
      // A short number further down shows that none has a zero in front.
      if format.isUnpadded { return nil }
      format.isUnpadded = true
      guard let read = read(texts, as: format, rows: rows), !hasPadding(texts, as: format) else { return nil }
      return finish(read, format, into: &drawer)
    }
    if format.isUnpadded, hasPadding(texts, as: format) {
      format.isUnpadded = false
      guard let padded = self.read(texts, as: format, rows: rows) else { return nil }
      read = padded
    }
    return finish(read, format, into: &drawer)
  }

  private struct Read {
    var moments: [(ticks: Int, count: Int, index: Int)] = []
    var others: [Int] = []
  }

  /// Nil when too many values are no such moments.
  private func read(_ texts: [Int], as format: MomentFormat, rows: Int) -> Read? {
    var read = Read()
    var (misses, hits) = (0, 0)
    for index in texts {
      let value = sample.values[index]
      if !value.isLong, value.kind == .text, let ticks = unsafe format.ticks(of: sample.bytes(of: value)) {
        read.moments.append((ticks, value.count, index))
        hits += value.count
      } else {
        read.others.append(index)
        misses += value.count
        if misses * 10 > rows { return nil }
      }
    }
    return hits * 10 >= rows * 9 ? read : nil
  }

  /// Whether a value would be spelled differently without zeros in front.
  private func hasPadding(_ texts: [Int], as format: MomentFormat) -> Bool {
    let spelled = ByteBuffer(capacity: 64)
    for index in texts {
      let bytes = unsafe sample.bytes(of: sample.values[index])
      guard let ticks = unsafe format.ticks(of: bytes) else { continue }
      spelled.removeAll()
      format.append(ticks, to: spelled)
      if unsafe !spelled.bytes.elementsEqual(bytes) { return true }
    }
    return false
  }

  private func finish(
    _ read: Read, _ format: MomentFormat, into drawer: inout OutcomeDrawer
  ) -> (isDate: Bool, others: [Int]) {
    let units: [MomentUnit] =
      format.hasDate ? [.year, .month, .day, .hour, .minute, .second, .tick] : [.hour, .minute, .second, .tick]
    // A single day tells nothing of the others.
    let isSingle = read.moments.count == 1
    for unit in units where !(isSingle && format.hasDay && (unit == .year || unit == .month)) {
      var values: [(units: Int, count: Int, index: Int)] = []
      for moment in read.moments {
        guard let units = unit.units(moment.ticks, format: format) else { break }
        values.append((units, moment.count, moment.index))
      }
      guard values.count == read.moments.count else { continue }
      GridLearner(options: options).learn(values, spelling: .moment(format, unit), into: &drawer)
      break
    }
    return (format.hasDate, read.others)
  }
}
