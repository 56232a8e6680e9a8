import MillraceCore

/// What is added to a row: which of its own fields, and what of an article.
struct AddedFields: Sendable, Equatable {
  /// A field of the row.
  enum RowField: String, CaseIterable, Sendable {
    case status, pmids, articles
    /// How many articles match the query, however many are taken.
    case hits

    static let usual: [RowField] = [.status, .pmids, .articles]
  }

  static let all = AddedFields(row: RowField.usual, article: .all)

  /// In the order in which they are added.
  var row: [RowField]
  var article: ArticleFields

  init(row: [RowField], article: ArticleFields) {
    self.row = row
    self.article = article
  }

  /// Fields by the names that a user wrote: those of the row, those of an article, or both. A list without fields of the row
  /// stands for the usual ones; fields of an article bring `articles` with them.
  ///
  /// - Throws: a usage failure that names the unknown field and all known ones.
  init(named names: [String]) throws(Failure) {
    guard !names.isEmpty else { throw Failure(.usage, "no field is named") }
    var row: [RowField] = []
    var article: [String] = []
    for name in names {
      if let field = RowField(rawValue: name) {
        guard !row.contains(field) else { throw Failure(.usage, "the field \"\(name)\" is there twice") }
        row.append(field)
      } else if ArticleField.allCases.contains(where: { $0.name == name }) {
        article.append(name)
      } else {
        let known = (RowField.allCases.map(\.rawValue) + ArticleField.allCases.map(\.name)).joined(separator: ", ")
        throw Failure(.usage, "no field is called \"\(name)\"", advice: "the fields are \(known)")
      }
    }
    if row.isEmpty { row = RowField.usual }
    if !article.isEmpty, !row.contains(.articles) { row.append(.articles) }
    self.row = row
    self.article = article.isEmpty ? .all : try ArticleFields(named: article)
  }
}

/// How what is added to a row is laid out.
struct AddedLayout: Sendable {
  var fields: AddedFields
  /// A row for each article, with the article's fields as the row's, instead of a list in one row.
  var explodes: Bool
  /// What the names begin with.
  var prefix: String

  /// The names of all added fields.
  var names: [FieldName] { rowNames.map { FieldName(prefix + $0) } }

  /// Fields of the row that stand in an exploded one too.
  var explodedRowFields: [AddedFields.RowField] { fields.row.filter { $0 == .status || $0 == .hits } }

  private var rowNames: [String] {
    explodes
      ? explodedRowFields.map(\.rawValue) + fields.article.ordered.map(\.name) : fields.row.map(\.rawValue)
  }

  /// Whether articles must be had, and not their PMIDs alone.
  var needsArticles: Bool { explodes || fields.row.contains(.articles) }
}
