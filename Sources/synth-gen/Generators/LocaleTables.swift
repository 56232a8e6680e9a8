import MillraceCore

/// The tables of people, places and companies that the generators of one table share: each is made once, where it is asked
/// for.
final class LocaleTables {
  private let arena: Arena
  private var people: [String: Kept<PeopleTables>] = [:]
  private var spellings: [String: NameSpellings] = [:]
  private var places: [String: Kept<PlaceTables>] = [:]
  private var streets: [String: Kept<StreetTables>] = [:]
  private var companies: [String: Kept<CompanyTables>] = [:]

  init(arena: Arena) { self.arena = arena }

  func people(of locale: LocaleData) -> Kept<PeopleTables> {
    if let known = people[locale.name] { return known }
    let made = arena.kept(PeopleTables(locale, in: arena))
    people[locale.name] = made
    return made
  }

  func spellings(of locale: LocaleData) -> NameSpellings {
    if let known = spellings[locale.name] { return known }
    let made = NameSpellings(locale, in: arena)
    spellings[locale.name] = made
    return made
  }

  func places(of locale: LocaleData) -> Kept<PlaceTables> {
    if let known = places[locale.name] { return known }
    let made = arena.kept(PlaceTables(locale, in: arena))
    places[locale.name] = made
    return made
  }

  func companies(of locale: LocaleData) -> Kept<CompanyTables> {
    if let known = companies[locale.name] { return known }
    let made = arena.kept(
      CompanyTables(
        locale, people: people(of: locale), spellings: spellings(of: locale), places: places(of: locale), in: arena))
    companies[locale.name] = made
    return made
  }

  func streets(of locale: LocaleData) -> Kept<StreetTables> {
    if let known = streets[locale.name] { return known }
    let made = arena.kept(StreetTables(locale, people: people(of: locale), in: arena))
    streets[locale.name] = made
    return made
  }
}
