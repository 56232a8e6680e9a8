import Glibc
import MillraceCore

/// Puts numbers together to single values that are frequent and ranges between them.
struct NumberLearner {
  let options: LearningOptions
  let sample: SampleColumn

  /// - Returns: the type of the column, in words.
  func learn(_ numbers: [NumberValue], into drawer: inout OutcomeDrawer) -> String {
    let spelling = spelling(of: numbers)
    let units = numbers.compactMap { number in
      number.number.units(decimals: spelling.decimals).map { (units: $0, count: number.count, index: number.index) }
    }
    guard units.count == numbers.count else {
      // Cannot be: the spelling was chosen so that all fit. Texts do for what is left.
      for number in numbers {
        drawer.add(.text(sample.string(of: sample.values[number.index])), values: [number.index])
      }
      return "category"
    }
    GridLearner(options: options).learn(units, spelling: .number(spelling), into: &drawer)
    return spelling.decimals > 0 ? "number" : "integer"
  }

  /// As many decimals as the numbers have, or as a Double has digits for.
  private func spelling(of numbers: [NumberValue]) -> NumberSpelling {
    var greatest = 0.0
    var (most, least) = (-300, NumberSpelling.mostDecimals)
    for value in numbers {
      greatest = max(greatest, abs(value.number.value))
      most = max(most, value.number.decimals)
      if let written = value.number.writtenDecimals { least = min(least, written) }
    }
    let room = greatest > 0 ? 15 - Int(log10(greatest).rounded(.down)) - 1 : 15
    let decimals = max(-300, min(min(most, room), NumberSpelling.mostDecimals))
    return NumberSpelling(decimals: decimals, leastDecimals: max(0, min(least, decimals)))
  }
}

/// Puts values on a grid together to outcomes.
struct GridLearner {
  let options: LearningOptions

  private static let leastRowsOfTail = 8

  /// A run of neighbouring values.
  private struct Group {
    /// Of the values, which are sorted.
    var values: Range<Int>
    var count: Int
    /// The one value is an outcome of its own.
    var isSingle: Bool
  }

  /// - Parameter values: Units with the number of rows and the index of the sample's value; several may have the same units.
  func learn(
    _ values: [(units: Int, count: Int, index: Int)], spelling: ValueGrid.Spelling, into drawer: inout OutcomeDrawer
  ) {
    let sorted = values.sorted { ($0.units, $0.index) < ($1.units, $1.index) }
    var distinct: [(units: Int, count: Int, first: Int)] = []
    for (index, value) in sorted.enumerated() {
      if distinct.last?.units == value.units {
        distinct[distinct.count - 1].count += value.count
      } else {
        distinct.append((value.units, value.count, index))
      }
    }
    guard let low = distinct.first?.units else { return }
    let step = max(1, distinct.reduce(0) { greatestCommonDivisor($0, $1.units - low) })
    drawer.grid = ValueGrid(spelling: spelling, origin: low, step: step)
    let places = distinct.map { ($0.units - low) / step }
    let groups = groups(distinct.map(\.count))
    drawer.fit = fit(distinct.map { ($0.units, $0.count) }, spelling)
    let total = Double(distinct.reduce(0) { $0 + $1.count })
    var before = 0
    for (number, group) in groups.enumerated() {
      let first = distinct[group.values.lowerBound].first
      let end = group.values.upperBound < distinct.count ? distinct[group.values.upperBound].first : sorted.count
      let indexes = (first..<end).map { sorted[$0].index }
      if group.isSingle {
        drawer.add(.number(places[group.values.lowerBound]), values: indexes)
      } else {
        var bounds = bounds(of: number, in: groups, places, distinct.map(\.count))
        if options.marginals == .parametric, let fit = drawer.fit {
          let shares = (from: Double(before) / total, to: Double(before + group.count) / total)
          bounds = parametricBounds(bounds, fit, shares, low: low, step: step, spelling, last: places.last ?? 0)
        }
        drawer.add(.range(bounds), values: indexes)
      }
      before += group.count
    }
  }

  // MARK: Groups

  private func groups(_ counts: [Int]) -> [Group] {
    let total = counts.reduce(0, +)
    let least = options.leastCount
    let bins = LearningOptions.mostBins
    let threshold = counts.count <= bins ? least : max(least, 2, (total + bins - 1) / bins)
    var groups: [Group] = []
    let frequent = counts.filter { $0 >= threshold }
    let target = Double(total - frequent.reduce(0, +)) / Double(max(1, bins - frequent.count))
    var open: Group?
    func close() {
      if let group = open { groups.append(group) }
      open = nil
    }
    for (index, count) in counts.enumerated() {
      // The ends of the sample are ends of the model, unless they tell of few people.
      let isEnd = (index == 0 || index == counts.count - 1) && options.k == nil
      if count >= threshold || isEnd {
        close()
        groups.append(Group(values: index..<index + 1, count: count, isSingle: true))
        continue
      }
      var group = open ?? Group(values: index..<index, count: 0, isSingle: false)
      group.values = group.values.lowerBound..<index + 1
      group.count += count
      open = group
      if Double(group.count) >= max(target, Double(least)) { close() }
    }
    close()
    if options.k != nil { groups = merged(groups, least: least) }
    return splitTails(groups, counts, least: max(Self.leastRowsOfTail, least))
  }

  /// Few values lie far out: the outermost ranges are halved again and again, so that none is spread over all of them.
  private func splitTails(_ groups: [Group], _ counts: [Int], least: Int) -> [Group] {
    guard let first = groups.firstIndex(where: { !$0.isSingle }), let last = groups.lastIndex(where: { !$0.isSingle }),
      first < last
    else { return groups }
    return groups[..<first] + split(groups[first], counts, isLow: true, least: least) + groups[(first + 1)..<last]
      + split(groups[last], counts, isLow: false, least: least) + groups[(last + 1)...]
  }

  private func split(_ group: Group, _ counts: [Int], isLow: Bool, least: Int) -> [Group] {
    var parts: [Group] = []
    var rest = group
    while rest.count >= 2 * least, rest.values.count > 1 {
      // The half towards the middle goes, value by value.
      var inner = Group(values: rest.values, count: 0, isSingle: false)
      var cut = isLow ? rest.values.upperBound : rest.values.lowerBound
      while inner.count * 2 < rest.count {
        inner.count += counts[isLow ? cut - 1 : cut]
        cut += isLow ? -1 : 1
      }
      guard rest.count - inner.count >= least else { break }
      inner.values = isLow ? cut..<rest.values.upperBound : rest.values.lowerBound..<cut
      rest = Group(
        values: isLow ? rest.values.lowerBound..<cut : cut..<rest.values.upperBound, count: rest.count - inner.count,
        isSingle: false)
      parts.append(inner)
    }
    parts.append(rest)
    return isLow ? parts.reversed() : parts
  }

  /// Ranges that too few rows have become one with a neighbour.
  private func merged(_ groups: [Group], least: Int) -> [Group] {
    var result: [Group] = []
    for group in groups {
      if let last = result.last, group.count < least || last.count < least {
        result[result.count - 1] = Group(
          values: last.values.lowerBound..<group.values.upperBound, count: last.count + group.count, isSingle: false)
      } else {
        result.append(group)
      }
    }
    // All of the sample together may be too few: then nothing but a range of it is told.
    for index in result.indices where result[index].count < least { result[index].isSingle = false }
    return result
  }

  // MARK: Ranges

  /// The bounds of a range: half way to its neighbours, with quantiles between them where there are enough values.
  private func bounds(of number: Int, in groups: [Group], _ places: [Int], _ counts: [Int]) -> [Int] {
    let group = groups[number]
    let first = places[group.values.lowerBound]
    let last = places[group.values.upperBound - 1]
    var low = first
    var end = last + 1
    // No further beyond its own values than these lie apart: an end of the sample may be far off.
    let reach = max(1, (last - first) / max(1, group.values.count - 1))
    if number > 0 {
      let neighbour = places[group.values.lowerBound - 1]
      low = min(first, max(neighbour + (first - neighbour) / 2 + 1, first - reach))
    } else if options.k != nil {
      low = blurred(places, counts, group.values.lowerBound, step: 1)
    }
    if number + 1 < groups.count {
      let neighbour = places[group.values.upperBound]
      end = max(last + 1, min(last + (neighbour - last) / 2, last + reach) + 1)
      if groups[number + 1].isSingle { end = min(end, neighbour) }
    } else if options.k != nil {
      end = blurred(places, counts, group.values.upperBound - 1, step: -1) + 1
    }
    end = max(end, low + 1)
    // Quantiles of the values inside, where each piece has values enough.
    let pieces = min(4, group.count / 16, end - low)
    guard pieces > 1 else { return [low, end] }
    var bounds = [low]
    var (below, index) = (0, group.values.lowerBound)
    for piece in 1..<pieces {
      let wanted = group.count * piece / pieces
      while below < wanted, index < group.values.upperBound {
        below += counts[index]
        index += 1
      }
      let bound = index < group.values.upperBound ? (places[index - 1] + places[index]) / 2 + 1 : places[index - 1]
      if bound > bounds[bounds.count - 1], bound < end { bounds.append(bound) }
    }
    bounds.append(end)
    // Pieces are equally likely: with some of them gone, they would not be.
    return bounds.count == pieces + 1 ? bounds : [low, end]
  }

  /// An end of the sample that does not tell of single rows: the mean of the outermost k values.
  private func blurred(_ places: [Int], _ counts: [Int], _ start: Int, step: Int) -> Int {
    var (sum, taken, index) = (0.0, 0, start)
    while places.indices.contains(index), taken < options.leastCount {
      let count = min(counts[index], options.leastCount - taken)
      (sum, taken, index) = (sum + Double(places[index]) * Double(count), taken + count, index + step)
    }
    return taken == 0 ? places[start] : Int((sum / Double(taken)).rounded())
  }

  private func parametricBounds(
    _ bounds: [Int], _ fit: ParametricFit, _ shares: (from: Double, to: Double), low: Int, step: Int,
    _ spelling: ValueGrid.Spelling, last: Int
  ) -> [Int] {
    let scale = Self.scale(spelling)
    let places = (0...4).map { piece in
      let value = fit.quantile(shares.from + (shares.to - shares.from) * Double(piece) / 4)
      let place = ((value * scale - Double(low)) / Double(step)).rounded()
      return place.isFinite ? Int(min(max(place, 0), Double(last))) : 0
    }
    guard let first = places.first, let end = places.last, end > first else { return bounds }
    return zip(places, places.dropFirst()).allSatisfy({ $0 < $1 }) ? places.dropLast() + [end + 1] : [first, end + 1]
  }

  private func fit(_ values: [(units: Int, count: Int)], _ spelling: ValueGrid.Spelling) -> ParametricFit? {
    let scale = Self.scale(spelling)
    return ParametricFit(values.map { (Double($0.units) / scale, $0.count) })
  }

  private static func scale(_ spelling: ValueGrid.Spelling) -> Double {
    if case .number(let spelling) = spelling { pow(10, Double(spelling.decimals)) } else { 1 }
  }
}

func greatestCommonDivisor(_ one: Int, _ other: Int) -> Int {
  var (one, other) = (one.magnitude, other.magnitude)
  while other != 0 { (one, other) = (other, one % other) }
  return Int(one)
}
