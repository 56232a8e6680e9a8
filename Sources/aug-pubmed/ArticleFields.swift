import MillraceCore

/// The fields of a row, in the order in which every row tells them.
///
/// Every row has every chosen field: an absent value is `null`, an absent list `[]`.
enum ArticleField: Int, CaseIterable, Sendable {
  /// `article`, `book` or `deletion`.
  case kind
  /// A string: a PMID is an identifier, and a table read from CSV has it as text too, so that both join.
  case pmid
  case version
  case title
  case vernacularTitle
  /// The sections of the abstract joined by newlines, each labelled one as `LABEL: text`.
  case abstract
  /// `[{label, category, text}]` of an abstract with labels or several sections, else empty.
  case abstractSections
  /// `[{type, language, text}]`.
  case otherAbstracts
  case journal
  case isoAbbreviation
  case issn
  case volume
  case issue
  case pages
  /// An integer, from MedlineDate where PubDate has no Year.
  case year
  /// PubDate: ISO 8601 (`2021`, `2021-05`, `2021-05-17`) where it is exact, else its words (`2000 Spring`).
  case date
  /// MedlineDate as it stands.
  case medlineDate
  /// The first ArticleDate, that of electronic publication.
  case articleDate
  /// `[{last, fore, initials, suffix, collective, orcid, orcid_raw, affiliations, valid, equal_contribution}]`, each
  /// with the members it has.
  case authors
  /// `[{descriptor, ui, major, qualifiers: [{name, ui, major}]}]`.
  case mesh
  /// `[{name, ui, registry_number}]`.
  case chemicals
  case keywords
  case doi
  case pmcid
  case publicationTypes
  case languages
  /// `[{id, acronym, agency, country}]`.
  case grants
  /// `[{citation, pmid, doi, pmcid}]`.
  case references
  /// True when this article itself is retracted; a retraction notice is not.
  case isRetracted
  /// `[{type, source, pmid}]`: retractions, errata, comments, updates.
  case notices
  case bookTitle
  case publisher
  case isbn
  /// NCBI Bookshelf's accession, `NBK…`.
  case accession
}

/// A choice of fields.
struct ArticleFields: Equatable, Sendable {
  private var bits: UInt64 = 0

  static let all = ArticleFields(ArticleField.allCases)

  /// `kind` and `pmid` are always chosen: without them a deletion looks like an article.
  init(_ fields: [ArticleField]) {
    for field in fields + [.kind, .pmid] { bits |= Self.bit(field) }
  }

  /// Fields by the names that a user wrote.
  ///
  /// - Throws: a usage failure that names the unknown field and all known ones.
  init(named names: [String]) throws(Failure) {
    guard !names.isEmpty else { throw Failure(.usage, "no field is named") }
    var fields: [ArticleField] = []
    for name in names {
      guard let field = ArticleField.allCases.first(where: { $0.name == name }) else {
        let known = ArticleField.allCases.map(\.name).joined(separator: ", ")
        throw Failure(.usage, "no article field is called \"\(name)\"", advice: "the fields are \(known)")
      }
      fields.append(field)
    }
    self.init(fields)
  }

  func contains(_ field: ArticleField) -> Bool { bits & Self.bit(field) != 0 }

  /// The chosen fields in the order of a row.
  var ordered: [ArticleField] { ArticleField.allCases.filter(contains) }

  private static func bit(_ field: ArticleField) -> UInt64 { 1 << UInt64(field.rawValue) }
}

extension ArticleField {
  /// The name in rows: the case's own words in lower case, joined by underscores.
  var name: String {
    String(describing: self).reduce(into: "") { name, letter in
      name += letter.isUppercase ? "_" + letter.lowercased() : String(letter)
    }
  }
}
