import MillraceCore

/// The tables of people, places and companies that the generators of one table share: each is made once, where it is asked
/// for.
final class LocaleTables {
  private let arena: Arena
  private var people: [String: PeopleTables] = [:]
  private var spellings: [String: NameSpellings] = [:]
  private var places: [String: PlaceTables] = [:]
  private var streets: [String: StreetTables] = [:]

  init(arena: Arena) { self.arena = arena }

  func people(of locale: LocaleData) -> PeopleTables {
    if let known = people[locale.name] { return known }
    let made = PeopleTables(locale, in: arena)
    people[locale.name] = made
    return made
  }

  func spellings(of locale: LocaleData) -> NameSpellings {
    if let known = spellings[locale.name] { return known }
    let made = NameSpellings(locale, in: arena)
    spellings[locale.name] = made
    return made
  }

  func places(of locale: LocaleData) -> PlaceTables {
    if let known = places[locale.name] { return known }
    let made = PlaceTables(locale, in: arena)
    places[locale.name] = made
    return made
  }

  func streets(of locale: LocaleData) -> StreetTables {
    if let known = streets[locale.name] { return known }
    let made = StreetTables(locale, people: people(of: locale), in: arena)
    streets[locale.name] = made
    return made
  }
}
