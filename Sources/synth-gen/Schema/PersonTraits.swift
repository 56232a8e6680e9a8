/// What the fields of a table say of one of its people.
struct PersonTraits: Sendable {
  /// Whose names it has; nil: a woman's or a man's.
  var group: NameGroup?
  var isNameUnique = false
  var isFirstNameUnique = false
  var isLastNameUnique = false

  /// Whose names a generator is for; nil when for all.
  static func group(of generator: String, _ spec: ValueSpec?) -> NameGroup? {
    if generator.hasSuffix("_female") { return .female }
    if generator.hasSuffix("_male") { return .male }
    if generator.hasSuffix("_nonbinary") { return .nonbinary }
    guard generator.hasSuffix("profile") else { return nil }
    switch (spec?["sex"]
      ?? (generator == "simple_profile" ? spec?.positional.first : spec?.positional.dropFirst().first))?
      .text?.lowercased()
    {
    case "f", "female": return .female
    case "m", "male": return .male
    default: return nil
    }
  }

  mutating func add(_ generator: String, _ group: NameGroup?, isUnique: Bool) {
    self.group = self.group ?? group
    guard isUnique else { return }
    switch generator {
    case "name", "name_female", "name_male": isNameUnique = true
    case "first_name", "first_name_female", "first_name_male", "first_name_nonbinary": isFirstNameUnique = true
    case "last_name", "last_name_female", "last_name_male": isLastNameUnique = true
    default: break
    }
  }
}
