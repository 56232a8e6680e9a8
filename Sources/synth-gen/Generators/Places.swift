import MillraceCore

/// Cities of a locale with what belongs to each: region, postcodes, telephone area codes, coordinates.
struct PlaceTables: Sendable, BitwiseCopyable {
  /// One city.
  struct Entry: BitwiseCopyable {
    var firstArea: UInt32
    var areaCount: UInt32
    var firstPostcode: UInt32
    var postcodeCount: UInt32
    /// All that its ranges and patterns hold.
    var postcodes: UInt32
    /// Millionths of a degree.
    var latitude: Int32
    var longitude: Int32
  }

  /// Postcodes of a city that are numbered without a gap.
  struct Postcodes: BitwiseCopyable {
    /// How many of the city's postcodes lie before these.
    var start: UInt32
    /// Of a range: its first number.
    var low: UInt32
    /// Of a range: how many digits; 0 for a pattern.
    var width: UInt16
    /// Of a pattern: which.
    var pattern: UInt32
  }

  let entries: Constants<Entry>
  let weights: AliasTable
  let cities: TextList
  let regions: TextList
  let regionCodes: TextList
  let timeZones: TextList
  let areas: TextList
  private let postcodes: Constants<Postcodes>
  private let patterns: TextPatterns

  init(_ locale: LocaleData, in arena: Arena) {
    let rows = locale.rows("places").filter { $0.count >= 9 }
    var entries: [Entry] = []
    var areas: [String] = []
    var postcodes: [Postcodes] = []
    var patterns: [String] = []
    for row in rows {
      let codes = row[4].split(separator: "|").map(String.init)
      let specs = row[3].split(separator: "|").map(String.init)
      var entry = Entry(
        firstArea: UInt32(areas.count), areaCount: UInt32(codes.count), firstPostcode: UInt32(postcodes.count),
        postcodeCount: UInt32(specs.count), postcodes: 0, latitude: Self.millionths(row[5]),
        longitude: Self.millionths(row[6]))
      areas += codes
      for spec in specs {
        if let range = Self.range(spec) {
          postcodes.append(
            Postcodes(start: entry.postcodes, low: range.low, width: UInt16(range.width), pattern: 0))
          entry.postcodes += range.count
        } else {
          postcodes.append(Postcodes(start: entry.postcodes, low: 0, width: 0, pattern: UInt32(patterns.count)))
          patterns.append(Self.pattern(spec, country: locale.fact("country")))
          entry.postcodes += Self.combinations(patterns[patterns.count - 1])
        }
      }
      entries.append(entry)
    }
    self.entries = arena.constants(entries)
    weights = AliasTable(rows.map { Double($0[7]) ?? 1 }, in: arena)
    cities = TextList(rows.map { $0[0] }, in: arena)
    regions = TextList(rows.map { $0[1] }, in: arena)
    regionCodes = TextList(rows.map { $0[2] }, in: arena)
    timeZones = TextList(rows.map { $0[8] }, in: arena)
    self.areas = TextList(areas, in: arena)
    self.postcodes = arena.constants(postcodes)
    let all = patterns.isEmpty ? [""] : patterns
    self.patterns = TextPatterns(all, weights: all.map { _ in 1 }, in: arena)
  }

  private static func millionths(_ degrees: String) -> Int32 { Int32(((Double(degrees) ?? 0) * 1e6).rounded()) }

  /// `10001-10292`, or one number; nil for a pattern.
  private static func range(_ spec: String) -> (low: UInt32, width: Int, count: UInt32)? {
    let ends = spec.split(separator: "-", omittingEmptySubsequences: false)
    guard ends.count <= 2, let first = ends.first, let last = ends.last, first.utf8.count == last.utf8.count,
      first.utf8.count > 3, let low = UInt32(first), let high = UInt32(last), low <= high
    else { return nil }
    return (low, first.utf8.count, high - low + 1)
  }

  /// A pattern with the letters that its country's postcodes have in the places of `@`.
  private static func pattern(_ spec: String, country: String?) -> String {
    switch country {
    // The Royal Mail's inward codes have no letters that are easily misread.
    case "GB": spec.replacing("@", with: "[ABDEFGHJLNPQRSTUWXYZ]")
    // Neither has the second of the Netherlands' letters what would make SA, SD or SS.
    case "NL" where spec.hasSuffix("@@"):
      spec.dropLast(2) + "[ABCDEGHJKLMNPRSTVWXZ][BCEGHJKLMNPRTVWXZ]"
    default: spec
    }
  }

  private static func combinations(_ pattern: String) -> UInt32 {
    var count = 1.0
    var inBracket = false
    var alternatives = 0
    for character in pattern {
      switch character {
      case "[": (inBracket, alternatives) = (true, 0)
      case "]":
        inBracket = false
        count *= Double(alternatives)
      case _ where inBracket: alternatives += 1
      case "#": count *= 10
      case "%": count *= 9
      case "@": count *= 26
      default: break
      }
    }
    return UInt32(min(count, 1e8))
  }

  /// - Parameters:
  ///   - place: which city.
  ///   - choice: of 2^32, which of its postcodes.
  @inline(__always) func appendPostcode(of place: Int, _ choice: UInt32, to text: ByteBuffer) {
    let entry = entries[place]
    let number = UInt32(truncatingIfNeeded: (UInt64(choice) &* UInt64(entry.postcodes)) >> 32)
    var (low, high) = (Int(entry.firstPostcode), Int(entry.firstPostcode &+ entry.postcodeCount))
    while high &- low > 1 {
      let middle = (low &+ high) / 2
      if postcodes[middle].start <= number { low = middle } else { high = middle }
    }
    let found = postcodes[low]
    let rest = number &- found.start
    if found.width > 0 {
      text.append(integer: Int(found.low &+ rest), width: Int(found.width))
    } else {
      patterns.append(Int(found.pattern), combination: UInt64(rest), to: text)
    }
  }
}

/// The place of a row that a field belongs to.
struct DrawnPlace {
  /// In `PlaceTables`.
  let number: Int
  /// In `PlaceTables.areas`.
  let area: Int
  /// Of 2^32.
  let postcode: UInt32
}

/// Draws the places of rows, or finds the one that another field of the row has drawn.
struct PlaceSource: Sendable {
  private let storedTables: Kept<PlaceTables>
  let key: RandomKey
  private let slot: Int
  /// Nil where cities and regions may come again.
  private let unique: Kept<UniquePlaces>?

  var tables: PlaceTables { @inline(__always) get { storedTables.value } }

  /// How many rows can have different cities, or regions where these are to be unique.
  var distinctCount: UInt64 { unique?.value.count ?? 0 }

  init(_ context: GeneratorContext) {
    let compiler = context.compiler
    storedTables = compiler.localeTables.places(of: context.locale)
    (slot, key) = compiler.entity("place", for: context)
    let properties = compiler.uniqueProperties(ofPlaceOf: context)
    unique =
      properties.isEmpty
      ? nil
      : context.arena.kept(
        UniquePlaces(properties, storedTables.value, key: key.child("unique"), context.arena))
  }

  /// The place that the draft's row has.
  @inline(__always) func place(of draft: RowDraft) -> DrawnPlace {
    let entity = unsafe draft.entities + slot
    if unsafe entity.pointee.stamp != draft.stamp { draw(draft) }
    let choices = unsafe entity.pointee.choices
    return DrawnPlace(number: Int(choices.0), area: Int(choices.1), postcode: choices.2)
  }

  private func draw(_ draft: RowDraft) {
    var random = draft.random(key)
    var number = tables.weights.draw(&random)
    if let unique { number = unique.value.number(for: draft.row) }
    let bits = random.next()
    let entry = tables.entries[number]
    let area = entry.firstArea &+ UInt32(truncatingIfNeeded: ((bits >> 32) &* UInt64(entry.areaCount)) >> 32)
    let entity = unsafe draft.entities + slot
    unsafe entity.pointee.choices.0 = UInt32(truncatingIfNeeded: number)
    unsafe entity.pointee.choices.1 = area
    unsafe entity.pointee.choices.2 = UInt32(truncatingIfNeeded: bits)
    unsafe entity.pointee.stamp = draft.stamp
  }
}

/// Places in a random order, no two of which have the same city, or the same region.
private struct UniquePlaces: Sendable, BitwiseCopyable {
  private let numbers: Constants<UInt32>
  private let order: PermutedIndex

  var count: UInt64 { UInt64(numbers.count) }

  /// - Parameter properties: `city`, `state`, `state_abbr`: what is to be different.
  init(_ properties: Set<String>, _ tables: PlaceTables, key: RandomKey, _ arena: Arena) {
    var seen: Set<String> = []
    let distinct = (0..<tables.cities.count).filter { number in
      let texts = properties.map { property in
        switch property {
        case "city": "city " + tables.cities.text(number)
        case "state_abbr": "code " + tables.regionCodes.text(number)
        default: "region " + tables.regions.text(number)
        }
      }
      guard seen.isDisjoint(with: texts) else { return false }
      seen.formUnion(texts)
      return true
    }
    numbers = arena.constants(distinct.map { UInt32($0) })
    order = PermutedIndex(count: UInt64(distinct.count), key: key)
  }

  func number(for row: UInt64) -> Int { Int(numbers[Int(order(row % count))]) }
}
