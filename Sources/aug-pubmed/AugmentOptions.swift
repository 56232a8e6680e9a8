import ArgumentParser
import MillraceCore

/// What is asked of PubMed for a row.
struct QuestionOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Search for this query, in which {name} stands for a field of the row: '{gene}[Gene] AND human[Organism]'.",
      valueName: "template"))
  var query: String?

  @Option(help: ArgumentHelp("Search for what stands in this field.", valueName: "name"))
  var field: String?

  @Option(
    help: ArgumentHelp(
      "Fetch the PMIDs that stand in this field: one, or several in a JSON array or with commas, semicolons, bars or white space between them.",
      valueName: "name"))
  var pmidField: String?

  func validate() throws {
    let given = [query, field, pmidField].count { $0 != nil }
    if given == 0 {
      throw ValidationError("say what to ask for: --query, --field or --pmid-field")
    }
    if given > 1 { throw ValidationError("--query, --field and --pmid-field exclude each other") }
    if field == "" || pmidField == "" {
      throw ValidationError("\(field == "" ? "--field" : "--pmid-field") must name a field")
    }
    if let query {
      do { _ = try QueryTemplate(query) } catch { throw ValidationError("--query: \(error.description)") }
    }
  }

  func asking() throws(Failure) -> RowAsking {
    if let query { return .template(try QueryTemplate(query)) }
    return field.map { .template(QueryTemplate(field: $0)) } ?? .pmids(FieldName(pmidField ?? ""))
  }

  var parameters: [JSONValue.Member] {
    [("query", query), ("field", field), ("pmid-field", pmidField)].compactMap { name, value in
      value.map { .init(name, .string($0)) }
    }
  }
}

/// How queries are put.
struct SearchOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Articles of a query that are taken. 20 by default.", valueName: "number"))
  var maxArticles: Int?

  @Flag(
    help:
      "Take all articles of a query, or --max-articles of them. Queries with more than 9,999, which is what one search gives, are split by date, and a day by PMID."
  )
  var all = false

  @Option(
    help: ArgumentHelp("Only articles from this day, month or year on.", valueName: "date"),
    transform: PubMedDate.init)
  var since: PubMedDate?

  @Option(
    help: ArgumentHelp("Only articles up to this day, month or year.", valueName: "date"), transform: PubMedDate.init)
  var until: PubMedDate?

  @Option(
    help: ArgumentHelp(
      "The date that --since and --until mean: of publication, of entry into PubMed, of the last modification. Publication by default.",
      valueName: "publication|entry|modification"))
  var dateType: SearchSettings.DateType?

  @Option(help: ArgumentHelp("Order of the articles.", valueName: "relevance|date|author|journal"))
  var sort = SearchSettings.Order.relevance

  func validate() throws {
    if let maxArticles, maxArticles < 1 {
      throw ValidationError("--max-articles must be at least 1, not \(maxArticles)")
    }
    if let since, let until, since.days.lowerBound > until.days.upperBound {
      throw ValidationError("--since must not be later than --until")
    }
    if dateType != nil, since == nil, until == nil {
      throw ValidationError("--date-type says which date --since and --until mean, and needs one of them")
    }
  }

  /// Whether any of these was said, which only searches heed.
  var isUsed: Bool {
    maxArticles != nil || all || since != nil || until != nil || dateType != nil || sort != .relevance
  }

  var settings: SearchSettings {
    SearchSettings(
      since: since, until: until, dateType: dateType ?? .publication, order: sort,
      maximum: maxArticles ?? (all ? nil : 20),
      splits: all)
  }

  var parameters: [JSONValue.Member] {
    var members: [JSONValue.Member] = [
      .init("max-articles", settings.maximum.map { .integer($0) } ?? .null), .init("all", .bool(all)),
    ]
    if let since { members.append(.init("since", .string(since.text))) }
    if let until { members.append(.init("until", .string(until.text))) }
    return members + [
      .init("date-type", .string(settings.dateType.rawValue)), .init("sort", .string(sort.rawValue)),
    ]
  }
}

/// What goes into a row.
struct AddedOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Fields to add: status, pmids, articles (these three by default), hits; and of an article: \(ArticleField.allCases.map(\.name).joined(separator: ", ")), all by default.",
      valueName: "a,b,c"),
    transform: { text in
      try AddedFields(named: text.split(separator: ",", omittingEmptySubsequences: false).map(String.init))
    })
  var fields = AddedFields.all

  @OptionGroup var markup: MarkupOption

  @Flag(help: "Write a row for each article, with the article's fields as the row's.")
  var explode = false

  @Option(help: ArgumentHelp("What the names of the added fields begin with.", valueName: "text"))
  var prefix = ""

  var layout: AddedLayout { AddedLayout(fields: fields, explodes: explode, prefix: prefix) }

  var parameters: [JSONValue.Member] {
    [
      .init("fields", .array((fields.row.map(\.rawValue) + fields.article.ordered.map(\.name)).map { .string($0) })),
      .init("markup", .string(markup.markup.rawValue)), .init("explode", .bool(explode)),
      .init("prefix", .string(prefix)),
    ]
  }
}

/// What becomes of markup in texts.
struct MarkupOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What becomes of <sup>, <i> and the like: characters where Unicode has them and else plain text (unicode), plain text (strip), or the tags (html).",
      valueName: "unicode|strip|html"))
  var markup = Markup.unicode
}

extension Markup: ExpressibleByArgument {}
extension SearchSettings.DateType: ExpressibleByArgument {}
extension SearchSettings.Order: ExpressibleByArgument {}
