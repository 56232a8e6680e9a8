import Glibc
import Support
import Synchronization

/// What a utility answers, before anything goes wrong.
struct Answer: Sendable {
  var status = 200
  var type = "text/xml; charset=UTF-8"
  var body: [UInt8]
  var returned = 0

  init(_ status: Int = 200, text: String) {
    self.status = status
    body = Array(text.utf8)
  }
}

/// ESearch, EFetch and EPost for PubMed.
final class Utilities: Sendable {
  /// PubMed gives no more of a search.
  static let searchLimit = 9999
  /// Ids that a request may name.
  static let idLimit = 10_000

  private struct Found: Sendable {
    var result: SearchResult
    var sorted: [Int]
  }

  let corpus: Corpus
  /// Sets of articles on the history server, by WebEnv; query keys count from 1.
  private let history = Mutex<[String: [[Int]]]>([:])
  private let recent = Mutex<[String: Found]>([:])

  init(corpus: Corpus) { self.corpus = corpus }

  static let names = ["esearch", "efetch", "epost"]

  func answer(_ utility: String, _ request: ServerRequest) -> Answer {
    let database = request.parameter("db") ?? "pubmed"
    guard database == "pubmed" else {
      return Answer(text: Bodies.error(utility, "Invalid db name specified: \(database)"))
    }
    return switch utility {
    case "efetch": fetch(request) { $0 }
    case "epost": post(request)
    default: search(request)
    }
  }

  // MARK: ESearch

  private func search(_ request: ServerRequest) -> Answer {
    guard let term = request.parameter("term"), let query = QueryReader.read(term) else {
      return searchError("Empty term and query_key - nothing todo", request)
    }
    let start = Int(request.parameter("retstart") ?? "0") ?? 0
    let asked = Int(request.parameter("retmax") ?? "20") ?? 20
    guard start < Self.searchLimit else { return searchError(Bodies.searchLimit, request) }
    guard let dates = dates(request) else {
      return searchError("Search Backend failed: Exception:\nInvalid date range", request)
    }
    let sort = request.parameter("sort") ?? ""
    let key = "\(term)\u{0}\(dates.first?.text ?? "")\u{0}\(sort)"
    let found = recent.withLock { $0[key] } ?? find(query, dates.first, sort)
    recent.withLock { recent in
      if recent.count >= 64 { recent.removeAll() }
      recent[key] = found
    }
    let page = Array(found.sorted.dropFirst(max(0, start)).prefix(max(0, min(asked, Self.searchLimit - max(0, start)))))
    var page200 = Answer(
      text: text(
        found, page, start: start, isClamped: asked > Self.searchLimit && found.sorted.count > Self.searchLimit,
        request))
    page200.returned = request.parameter("rettype") == "count" ? 0 : page.count
    if request.parameter("retmode") == "json" { page200.type = "application/json; charset=UTF-8" }
    return page200
  }

  private func find(
    _ query: QueryNode, _ dates: (kind: Corpus.DateKind, days: ClosedRange<GregorianDay>, text: String)?, _ sort: String
  ) -> Found {
    let result = Search.run(query, in: corpus, dates: dates)
    let newestFirst = Array(result.articles.reversed())
    switch sort.lowercased() {
    case "pub_date", "pub date", "pub+date":
      return Found(result: result, sorted: sorted(newestFirst) { -corpus.day(.publication, of: $0).number })
    case "author": return Found(result: result, sorted: sorted(newestFirst) { corpus.sortKey($0, journal: false) })
    case "journalname", "journal":
      return Found(result: result, sorted: sorted(newestFirst) { corpus.sortKey($0, journal: true) })
    case "relevance":
      return Found(result: result, sorted: sorted(newestFirst) { corpus.synthetic.number($0, .text) })
    default: return Found(result: result, sorted: newestFirst)
    }
  }

  private func sorted<Key: Comparable>(_ articles: [Int], by key: (Int) -> Key) -> [Int] {
    let keyed = articles.map { (pmid: $0, key: key($0)) }
    return keyed.sorted { ($0.key, $1.pmid) < ($1.key, $0.pmid) }.map(\.pmid)
  }

  /// One range or none; nil when the parameters make no sense.
  private func dates(
    _ request: ServerRequest
  ) -> [(kind: Corpus.DateKind, days: ClosedRange<GregorianDay>, text: String)]? {
    let kinds: [String: (Corpus.DateKind, String)] = [
      "pdat": (.publication, "Date - Publication"), "edat": (.entry, "Date - Entry"), "crdt": (.entry, "Date - Create"),
      "mdat": (.modification, "Date - Modification"),
    ]
    guard let (kind, name) = kinds[(request.parameter("datetype") ?? "pdat").lowercased()] else { return nil }
    if let days = request.parameter("reldate").flatMap({ Int($0) }) {
      let today = GregorianDay(number: request.microseconds / 86_400_000_000)
      let first = GregorianDay(number: today.number - days)
      return [(kind, first...today, "\(written(first)):\(written(today))[\(name)]")]
    }
    // Both or neither: one alone is not looked at.
    guard let low = request.parameter("mindate"), let high = request.parameter("maxdate"), !low.isEmpty, !high.isEmpty
    else {
      return []
    }
    guard let from = GregorianDay.range(low)?.lowerBound, let to = GregorianDay.range(high)?.upperBound, from <= to
    else {
      return nil
    }
    return [(kind, from...to, "\(low):\(high)[\(name)]")]
  }

  private func written(_ day: GregorianDay) -> String {
    "\(day.parts.year)/\(zeroPadded(day.parts.month))/\(zeroPadded(day.parts.day))"
  }

  private func searchError(_ message: String, _ request: ServerRequest) -> Answer {
    guard request.parameter("retmode") == "json" else { return Answer(text: Bodies.error("esearch", message)) }
    // As NCBI writes it: the message's line ends stand raw in the string, and the document is not JSON.
    let raw = message.split(separator: "\n", omittingEmptySubsequences: false).map { jsonQuoted(String($0)) }
    var answer = Answer(
      text: #"{"header":{"type":"esearch","version":"0.3"},"esearchresult":{"ERROR":""#
        + raw.joined(separator: "\n") + "\"}}\n")
    answer.type = "application/json; charset=UTF-8"
    return answer
  }

  private func text(
    _ found: Found, _ page: [Int], start: Int, isClamped: Bool, _ request: ServerRequest
  ) -> String {
    let count = found.sorted.count
    let result = found.result
    let isCount = request.parameter("rettype") == "count"
    let stored = request.parameter("usehistory") == "y" ? store(found.sorted, request) : nil
    var messages = count == 0 ? ["No items found."] : []
    if isClamped { messages.append("Restrictions achieved. start and count adjusted to \(start), \(Self.searchLimit)") }
    if request.parameter("retmode") == "json" {
      let list = { (values: [String]) in values.map { "\"\(jsonQuoted($0))\"" }.joined(separator: ",") }
      var text = #"{"header":{"type":"esearch","version":"0.3"},"esearchresult":{"count":"\#(count)""#
      if !isCount {
        text += #","retmax":"\#(page.count)","retstart":"\#(start)""#
        text += stored.map { #","querykey":"\#($0.key)","webenv":"\#($0.environment)""# } ?? ""
        text += #","idlist":[\#(list(page.map(String.init)))],"translationset":[]"#
        text += #","querytranslation":"\#(jsonQuoted(result.translation))""#
        if !result.phrasesNotFound.isEmpty || !result.fieldsNotFound.isEmpty {
          text += #","errorlist":{"phrasesnotfound":[\#(list(result.phrasesNotFound))]"#
          text += #","fieldsnotfound":[\#(list(result.fieldsNotFound))]}"#
        }
        if !messages.isEmpty || !result.quotedPhrasesNotFound.isEmpty {
          text += #","warninglist":{"phrasesignored":[],"#
          text +=
            #""quotedphrasesnotfound":[\#(list(result.quotedPhrasesNotFound))],"outputmessages":[\#(list(messages))]}"#
        }
      }
      return text + "}}\n"
    }
    if isCount { return "\(Bodies.searchProlog)<eSearchResult>\n\t<Count>\(count)</Count>\n</eSearchResult>\n" }
    func elements(_ name: String, _ values: [String]) -> String {
      values.map { "<\(name)>\(Bodies.escaped($0))</\(name)>" }.joined()
    }
    var text = "\(Bodies.searchProlog)<eSearchResult><Count>\(count)</Count><RetMax>\(page.count)</RetMax>"
    text += "<RetStart>\(start)</RetStart>"
    text += stored.map { "<QueryKey>\($0.key)</QueryKey><WebEnv>\($0.environment)</WebEnv>" } ?? ""
    text += page.isEmpty ? "<IdList/>" : "<IdList>\n" + page.map { "<Id>\($0)</Id>\n" }.joined() + "</IdList>"
    let translations = result.translations.map { translation in
      "<Translation>     \(elements("From", [translation.from]))     \(elements("To", [translation.to]))    </Translation>"
    }
    text += translations.isEmpty ? "<TranslationSet/>" : "<TranslationSet>\(translations.joined())</TranslationSet>"
    text += elements("QueryTranslation", [result.translation])
    let errors = elements("PhraseNotFound", result.phrasesNotFound) + elements("FieldNotFound", result.fieldsNotFound)
    if !errors.isEmpty { text += "<ErrorList>\(errors)</ErrorList>" }
    let warnings =
      elements("QuotedPhraseNotFound", result.quotedPhrasesNotFound) + elements("OutputMessage", messages)
    if !warnings.isEmpty { text += "<WarningList>\(warnings)</WarningList>" }
    return text + "</eSearchResult>\n"
  }

  // MARK: EFetch

  /// The ids of a request, in one parameter or several.
  static func identifiers(_ request: ServerRequest) -> [String] {
    request.parameters.filter { $0.name == "id" }.flatMap { $0.value.split(separator: ",") }.map {
      String($0.filter { $0 != " " })
    }.filter { !$0.isEmpty }
  }

  /// - Parameter answering: turns the PMIDs that exist among those asked for into those that are answered.
  func fetch(_ request: ServerRequest, answering: ([Int]) -> [Int]) -> Answer {
    let given = Self.identifiers(request)
    var pmids: [Int]
    if given.isEmpty, let environment = request.parameter("WebEnv"), let key = request.parameter("query_key") {
      guard let stored = stored(environment, key) else {
        return Answer(
          400, text: Bodies.error("efetch", "Cannot retrieve history data. query_key: \(key), WebEnv: \(environment)"))
      }
      let start = Int(request.parameter("retstart") ?? "0") ?? 0
      pmids = Array(stored.dropFirst(max(0, start)).prefix(min(Int(request.parameter("retmax") ?? "20") ?? 20, 10_000)))
    } else {
      guard !given.isEmpty else { return Answer(text: Bodies.error("efetch", "Supplied id parameter is empty.")) }
      // What is no number is left out without a word.
      pmids = given.compactMap { UInt64($0).flatMap { $0 > 0 ? Int(clamping: $0) : nil } }
      guard !pmids.isEmpty else {
        return Answer(400, text: Bodies.error("efetch", "ID list is empty! Possibly it has no correct IDs."))
      }
      guard pmids.count <= Self.idLimit else {
        return Answer(
          400, text: Bodies.error("efetch", "Too many UIDs in request. Maximum number of UIDs is \(Self.idLimit)"))
      }
    }
    var seen: Set<Int> = []
    pmids = answering(pmids.filter { corpus.exists($0) && seen.insert($0).inserted })
    var answer: Answer
    switch (request.parameter("retmode") ?? "xml", request.parameter("rettype") ?? "") {
    case ("xml", _):
      answer = Answer(text: "")
      answer.body = Array("\(Bodies.articlesProlog)<PubmedArticleSet>\n".utf8)
      for pmid in pmids { answer.body += corpus.record(pmid) ?? [] }
      answer.body += Array("</PubmedArticleSet>".utf8)
    case (_, "uilist"):
      answer = Answer(text: pmids.map { "\($0)\n" }.joined())
      answer.type = "text/plain; charset=UTF-8"
    default:
      return Answer(
        400,
        text: Bodies.error(
          "efetch", "Report '\(request.parameter("rettype") ?? "")' not found in 'pubmed' presentation"))
    }
    answer.returned = pmids.count
    return answer
  }

  // MARK: EPost and the history

  private func post(_ request: ServerRequest) -> Answer {
    let pmids = Self.identifiers(request).compactMap { Int($0) }
    guard !pmids.isEmpty else { return Answer(400, text: Bodies.error("epost", "Empty ID list; Nothing to store")) }
    let stored = store(pmids, request)
    let keys = "<QueryKey>\(stored.key)</QueryKey>\n\t<WebEnv>\(stored.environment)</WebEnv>"
    return Answer(text: "\(Bodies.postProlog)<ePostResult>\n\t\(keys)\n</ePostResult>\n")
  }

  private func store(_ pmids: [Int], _ request: ServerRequest) -> (environment: String, key: Int) {
    history.withLock { history in
      let environment = request.parameter("WebEnv") ?? "MCID_\(zeroPadded(request.number, 24))"
      history[environment, default: []].append(pmids)
      return (environment, history[environment, default: []].count)
    }
  }

  private func stored(_ environment: String, _ key: String) -> [Int]? {
    history.withLock { history in
      guard let sets = history[environment], let number = Int(key), sets.indices.contains(number - 1) else {
        return nil
      }
      return sets[number - 1]
    }
  }
}
