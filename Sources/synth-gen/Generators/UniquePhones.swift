import MillraceCore

/// Telephone numbers no two of which are the same, whatever their area codes: a permuted number fills in the pattern, and
/// patterns that are used beside each other never make the same text.
struct UniquePhones: Sendable, BitwiseCopyable {
  private struct Form: BitwiseCopyable {
    var pattern: UInt32
    /// How many numbers the forms before it have.
    var start: UInt64
  }

  private let forms: Constants<Form>
  /// Which form goes with each area code; empty where patterns have none.
  private let formOfArea: Constants<UInt8>
  private let order: PermutedIndex

  var count: UInt64 { order.count }

  /// Numbers with an area code of a place: one pattern for each length of area codes.
  ///
  /// - Parameters:
  ///   - rows: length of the area code, pattern.
  ///   - formats: the same patterns.
  /// - Returns: nil when there are no patterns that can be told apart.
  init?(_ rows: [[String]], _ formats: TextPatterns, areas: [String], key: RandomKey, _ arena: Arena) {
    let lengths = Array(Set(areas.map(\.count))).sorted()
    var chosen: [(row: Int, shape: PhoneShape)] = []
    func choose() -> Bool {
      guard chosen.count < lengths.count else { return true }
      let length = lengths[chosen.count]
      let own = areas.filter { $0.count == length }
      let near = rows.map { abs((Int($0[0]) ?? 0) - length) }.min()
      for row in rows.indices where abs((Int(rows[row][0]) ?? 0) - length) == near {
        let shape = PhoneShape(rows[row][1], areas: own)
        guard chosen.allSatisfy({ $0.shape.isApart(from: shape) }) else { continue }
        chosen.append((row, shape))
        if choose() { return true }
        chosen.removeLast()
      }
      return false
    }
    guard !areas.isEmpty, choose() else { return nil }
    forms = arena.constants(chosen.map { Form(pattern: UInt32($0.row), start: 0) })
    formOfArea = arena.constants(areas.map { area in UInt8(lengths.firstIndex(of: area.count) ?? 0) })
    order = PermutedIndex(count: chosen.map { formats.combinations(of: $0.row) }.min() ?? 1, key: key)
  }

  /// Numbers without an area code: all patterns that can be told apart.
  init(_ patterns: [String], _ formats: TextPatterns, key: RandomKey, _ arena: Arena) {
    var chosen: [(pattern: Int, shape: PhoneShape)] = []
    for (number, pattern) in patterns.enumerated() {
      let shape = PhoneShape(pattern, areas: [])
      if chosen.allSatisfy({ $0.shape.isApart(from: shape) }) { chosen.append((number, shape)) }
    }
    var total: UInt64 = 0
    var forms: [Form] = []
    for (pattern, _) in chosen {
      forms.append(Form(pattern: UInt32(pattern), start: total))
      total += formats.combinations(of: pattern)
    }
    self.forms = arena.constants(forms)
    formOfArea = arena.constants([])
    order = PermutedIndex(count: max(1, total), key: key)
  }

  /// The pattern of a row's number, and what fills it in.
  func choice(row: UInt64, area: Int) -> (pattern: Int, combination: UInt64) {
    let index = order(row % count)
    if formOfArea.count > 0 { return (Int(forms[Int(formOfArea[area])].pattern), index) }
    var found = 0
    for number in 0..<forms.count where forms[number].start <= index { found = number }
    return (Int(forms[found].pattern), index - forms[found].start)
  }
}

/// Which characters each place of a pattern can have.
private struct PhoneShape {
  private var places: [Set<Character>] = []

  /// - Parameter areas: the area codes that the pattern is for, all of one length.
  init(_ pattern: String, areas: [String]) {
    var rest = pattern[...]
    while let character = rest.popFirst() {
      switch character {
      case "#": places.append(Set("0123456789"))
      case "%": places.append(Set("123456789"))
      case "[":
        let choices = rest.prefix { $0 != "]" }
        places.append(Set(choices))
        rest = rest.dropFirst(choices.count + 1)
      case "{":
        rest = rest.drop { $0 != "}" }.dropFirst()
        let letters = areas.map(Array.init)
        places += (0..<(letters.first?.count ?? 0)).map { place in Set(letters.map { $0[place] }) }
      default: places.append([character])
      }
    }
  }

  /// Whether no text has both shapes.
  func isApart(from other: PhoneShape) -> Bool {
    places.count != other.places.count || zip(places, other.places).contains { $0.isDisjoint(with: $1) }
  }
}
