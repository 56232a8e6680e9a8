import MillraceCore

/// Which names of a person must be another in every row, by numbers that are permuted: no row needs another one.
struct UniqueNames: Sendable, BitwiseCopyable {
  private let tables: PeopleTables
  private let firstNames: Constants<UInt32>
  private let lastNames: Constants<UInt32>
  private let firstOrder: PermutedIndex?
  private let lastOrder: PermutedIndex?
  private let pairOrder: PermutedIndex?
  /// The formats in which a first and a last name are all that a name has.
  private let formats: (female: Int, male: Int)?

  /// How many rows can have different first names, last names, or whole names.
  let (firstNameCount, lastNameCount, nameCount): (UInt64, UInt64, UInt64)

  /// - Returns: nil where nothing is to be unique.
  init?(_ traits: PersonTraits, _ tables: PeopleTables, key: RandomKey, _ context: GeneratorContext) {
    guard traits.isFirstNameUnique || traits.isLastNameUnique || traits.isNameUnique else { return nil }
    self.tables = tables
    let names = tables.firstNames.texts
    var first: [UInt32] = []
    var seen: Set<String> = []
    let groups: [NameGroup] = traits.group.map { [$0] } ?? [.female, .male]
    for number in groups.flatMap({ tables.range(of: $0) }) where seen.insert(names[number]).inserted {
      first.append(UInt32(number))
    }
    var last: [UInt32] = []
    seen = []
    for number in 0..<tables.lastNameCount {
      let forms = Set([true, false].map { tables.lastName(number, isMale: $0) })
      if seen.isDisjoint(with: forms) { last.append(UInt32(number)) }
      seen.formUnion(forms)
    }
    let form = NameForm(context.locale)
    if traits.isNameUnique, let form {
      let givenNames = first.map { names[Int($0)] }
      let families = last.flatMap { Self.forms($0, tables) }
      // A family that another follows must not be read as another with another behind it either.
      if form.isFamilyFirst || form.hasTwoFamilies {
        last = form.unambiguous(
          last, { Self.forms($0, tables) }, before: form.isFamilyFirst ? givenNames : families)
      }
      if !form.isFamilyFirst { first = form.unambiguous(first, { [names[Int($0)]] }, before: families) }
    }
    formats = form.map { ($0.female, $0.male) }
    (firstNameCount, lastNameCount) = (UInt64(first.count), UInt64(last.count))
    let needsPair = traits.isNameUnique && !traits.isFirstNameUnique && !traits.isLastNameUnique
    nameCount =
      form == nil
      ? 0
      : traits.isFirstNameUnique
        ? firstNameCount : traits.isLastNameUnique ? lastNameCount : firstNameCount * lastNameCount
    firstOrder =
      traits.isFirstNameUnique ? PermutedIndex(count: firstNameCount, key: key.child("unique first name")) : nil
    lastOrder = traits.isLastNameUnique ? PermutedIndex(count: lastNameCount, key: key.child("unique last name")) : nil
    pairOrder =
      needsPair ? PermutedIndex(count: firstNameCount * lastNameCount, key: key.child("unique name")) : nil
    firstNames = context.arena.constants(first)
    lastNames = context.arena.constants(last)
  }

  private static func forms(_ number: UInt32, _ tables: PeopleTables) -> [String] {
    Array(Set([true, false].map { tables.lastName(Int(number), isMale: $0) }))
  }

  /// Puts the row's own names in the place of those drawn.
  func choose(_ row: UInt64, _ first: inout Int, _ last: inout Int, _ isMale: inout Bool) {
    var chosen: UInt64?
    if let firstOrder { chosen = firstOrder(row % firstNameCount) }
    if let lastOrder { last = Int(lastNames[Int(lastOrder(row % lastNameCount))]) }
    if let pairOrder {
      let (family, given) = pairOrder(row % pairOrder.count).quotientAndRemainder(dividingBy: firstNameCount)
      last = Int(lastNames[Int(family)])
      chosen = given
    }
    guard let chosen else { return }
    first = Int(firstNames[Int(chosen)])
    if first < tables.nonbinaryStart { isMale = first >= tables.maleStart }
  }

  /// The format that a name must have so that others cannot be the same text; nil when names may be.
  func format(isMale: Bool) -> Int? {
    guard nameCount > 0, let formats else { return nil }
    return isMale ? formats.male : formats.female
  }
}

/// The form of names of just a first and a last name, or, where people have two last names, of these.
private struct NameForm {
  let (female, male): (Int, Int)
  let isFamilyFirst: Bool
  /// What stands between.
  let separator: String
  let hasTwoFamilies: Bool

  /// - Returns: nil when the locale has no such form, or women another than men.
  init?(_ locale: LocaleData) {
    let twoFamilies = "{first_name} {last_name} {last_name}"
    let sections = ["name_formats.female", "name_formats.male"]
    if sections.allSatisfy({ locale.rows($0).allSatisfy { $0[0] == twoFamilies } }) {
      (female, male, isFamilyFirst, separator, hasTwoFamilies) = (0, 0, false, " ", true)
      return
    }
    hasTwoFamilies = false
    var found: [(index: Int, isFamilyFirst: Bool, separator: String)] = []
    for section in sections {
      let rows = locale.rows(section)
      let plain = rows.indices.compactMap { index -> (index: Int, isFamilyFirst: Bool, separator: String)? in
        let pattern = rows[index][0]
        for (first, second) in [("{first_name}", "{last_name}"), ("{last_name}", "{first_name}")]
        where pattern.hasPrefix(first) && pattern.hasSuffix(second) && pattern.utf8.count >= first.count + second.count
        {
          let separator = String(pattern.dropFirst(first.count).dropLast(second.count))
          return separator.contains("{") ? nil : (index, first == "{last_name}", separator)
        }
        return nil
      }
      guard let first = plain.first else { return nil }
      found.append(first)
    }
    guard found[0].isFamilyFirst == found[1].isFamilyFirst, found[0].separator == found[1].separator else { return nil }
    (female, male) = (found[0].index, found[1].index)
    (isFamilyFirst, separator) = (found[0].isFamilyFirst, found[0].separator)
  }

  /// Leaves out what, with one of the texts behind it, could be read as another leading text with another text behind it:
  /// "Ana Maria" where there is "Ana", and a family "Maria Lopez".
  func unambiguous(_ numbers: [UInt32], _ texts: (UInt32) -> [String], before trailing: [String]) -> [UInt32] {
    let all = Set(numbers.flatMap(texts))
    return numbers.filter { number in
      texts(number).allSatisfy { text in
        text.indices.dropFirst().allSatisfy { index in
          guard all.contains(String(text[..<index])), text[index...].hasPrefix(separator) || separator.isEmpty else {
            return true
          }
          let rest = text[index...].dropFirst(separator.count) + separator
          return !trailing.contains { ($0 + separator).hasPrefix(rest) }
        }
      }
    }
  }
}
