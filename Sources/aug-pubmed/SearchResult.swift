import MillraceCore

/// What ESearch says about a query.
struct SearchResult: Sendable, Equatable {
  /// Articles that match, however many of them are listed.
  var count: Int
  var pmids: [PMID]
  /// The query as PubMed understood it.
  var translation: String
  /// Parts of the query that PubMed does not know as they stand, and left out.
  var dropped: [String]
  /// What else it says, in its words.
  var messages: [String]

  /// Why an answer is no result.
  enum Problem: Error, Sendable, Equatable {
    /// `<ERROR>` and its text.
    case error(String)
    /// The answer is not what ESearch sends.
    case unreadable(String)
  }

  /// Reads ESearch's answer as XML. (The JSON form of its errors is not valid JSON.)
  init(_ body: [UInt8]) throws(Problem) {
    let document: XMLLeaves
    do throws(XMLLeaves.Problem) {
      document = try XMLLeaves(body)
    } catch {
      throw .unreadable(error.message)
    }
    guard document.root == "eSearchResult" else { throw .unreadable("its root element is <\(document.root)>") }
    func texts(_ path: String) -> [String] { document.leaves.filter { $0.path == path }.map(\.text) }
    if let error = texts("ERROR").first { throw .error(error) }
    guard let count = texts("Count").first.flatMap({ Int($0) }), count >= 0 else {
      throw .unreadable("it has no count")
    }
    self.count = count
    pmids = []
    for text in texts("IdList/Id") {
      var digits = text
      guard let pmid = digits.withUTF8({ unsafe PMID(digits: UnsafeRawBufferPointer($0)) }) else {
        throw .unreadable("it lists a PMID that is none")
      }
      pmids.append(pmid)
    }
    guard pmids.count <= count else { throw .unreadable("it lists more PMIDs than it counts") }
    translation = texts("QueryTranslation").first ?? ""
    // A quoted phrase that is not in the index is searched for word by word, if at all; a word that is too common (WAS is
    // a gene) not at all.
    dropped =
      texts("ErrorList/PhraseNotFound") + texts("ErrorList/FieldNotFound") + texts("WarningList/QuotedPhraseNotFound")
      + texts("WarningList/PhraseIgnored")
    messages = texts("WarningList/OutputMessage")
  }
}
