import MillraceCore

/// The lists of one locale, and the lists that all share.
struct LocaleData: Sendable {
  static let usual = "en_US"
  static let names = [
    "en_US", "en_GB", "de_DE", "fr_FR", "es_ES", "it_IT", "pt_BR", "nl_NL", "pl_PL", "ja_JP", "zh_CN",
  ]

  /// Such as `de_DE`.
  let name: String
  private let own: Resource.Sections
  private let fallback: Resource.Sections
  /// `common.txt`.
  let common: Resource.Sections

  fileprivate init(name: String, own: Resource.Sections, fallback: Resource.Sections, common: Resource.Sections) {
    self.name = name
    self.own = own
    self.fallback = fallback
    self.common = common
  }

  /// The lists to look up a section in: the locale's own, or those of the usual locale where it has none.
  func sections(having section: String) -> Resource.Sections { own.has(section) ? own : fallback }

  func has(_ section: String) -> Bool { own.has(section) }

  func rows(_ section: String) -> [[String]] { sections(having: section).rows(section) }

  func weighted(_ section: String, weight: Int = 1, in arena: Arena) -> WeightedTexts {
    sections(having: section).weighted(section, weight: weight, in: arena)
  }

  /// A value of the section `[locale]`, such as `country`.
  func fact(_ key: String) -> String? { own.rows("locale").first { $0.first == key }?.dropFirst().first }

  // MARK: Names

  /// The locale that a name stands for: `de`, `de-DE`, `de_DE.UTF-8` are `de_DE`; nil when there is none.
  static func canonicalName(_ name: String) -> String? {
    let plain = name.prefix { $0 != "." && $0 != "@" }.replacing("-", with: "_").lowercased()
    if let exact = names.first(where: { $0.lowercased() == plain }) { return exact }
    guard plain.count == 2 else { return nil }
    return names.first { $0.hasPrefix(plain + "_") }
  }

  static func unknown(_ name: String) -> String { "there is no locale \"\(printable(name))\"" }

  static func advice(_ name: String) -> String { "there are \(names.joined(separator: ", "))" }
}

/// The locales that were asked for.
final class LocaleStore {
  private var loaded: [String: LocaleData] = [:]
  private let common: Resource.Sections
  private let fallback: Resource.Sections

  /// - Throws: `.internalError` when a file is missing in the program.
  init() throws(Failure) {
    common = try Self.sections("common.txt")
    fallback = try Self.sections("locales/\(LocaleData.usual).txt")
  }

  private static func sections(_ path: String) throws(Failure) -> Resource.Sections {
    guard let resource = Resource(path) else { throw Failure(.internalError, "the program has no \(path)") }
    return resource.sections()
  }

  /// - Parameter name: one of `LocaleData.names`.
  subscript(name: String) -> LocaleData {
    if let data = loaded[name] { return data }
    let own = Resource("locales/\(name).txt")?.sections() ?? fallback
    let data = LocaleData(name: name, own: own, fallback: fallback, common: common)
    loaded[name] = data
    return data
  }
}
