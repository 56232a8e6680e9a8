import Support
import Synchronization

/// All articles that the server has: those of files, and the invented ones.
final class Corpus: Sendable {
  let synthetic: Synthetic
  private let filed: [Int: FiledRecord]
  /// Rising: the articles that searches without special words look through.
  let articles: [Int]
  private let cache = Mutex<[Int: [UInt8]]>([:])
  private let index = Mutex<Index?>(nil)

  struct Posting: Sendable {
    var pmid: Int
    var parts: SearchedParts
  }

  private struct Index {
    var postings: [String: [Posting]] = [:]
    var identifiers: [String: Int] = [:]
  }

  /// - Parameter count: how many PMIDs the invented articles span.
  init(records: [FiledRecord], count: Int, seed: UInt64) {
    let synthetic = Synthetic(count: count, seed: seed)
    self.synthetic = synthetic
    // Of several versions of a record PubMed answers the last.
    let filed = Dictionary(records.map { ($0.pmid, $0) }) { _, last in last }
    self.filed = filed
    articles = (filed.keys + synthetic.ordinary.filter { synthetic.exists($0) && filed[$0] == nil }).sorted()
  }

  func exists(_ pmid: Int) -> Bool { filed[pmid] != nil || synthetic.exists(pmid) }

  /// The bytes of the record's element; nil when there is none.
  func record(_ pmid: Int) -> [UInt8]? {
    if let record = filed[pmid] { return record.xml }
    guard synthetic.exists(pmid) else { return nil }
    if let made = cache.withLock({ $0[pmid] }) { return made }
    let xml = SyntheticArticle(pmid, synthetic).xml
    cache.withLock { cache in
      if cache.count >= 20_000 { cache.removeAll() }
      cache[pmid] = xml
    }
    return xml
  }

  enum DateKind: Sendable, Hashable { case publication, entry, modification }

  func day(_ kind: DateKind, of pmid: Int) -> CalendarDay {
    switch kind {
    case .publication: filed[pmid]?.publication ?? synthetic.publicationDay(pmid)
    case .entry: filed[pmid]?.entry ?? synthetic.entryDay(pmid)
    case .modification: filed[pmid]?.modification ?? synthetic.modificationDay(pmid)
    }
  }

  func isHuman(_ pmid: Int) -> Bool { filed[pmid]?.isHuman ?? synthetic.isHuman(pmid) }

  /// The first author and the journal, for sorting.
  func sortKey(_ pmid: Int, journal: Bool) -> String {
    if let record = filed[pmid] {
      let element = journal ? "Title" : "LastName"
      return record.xml[...].elements(element).first?.plainText ?? ""
    }
    let article = SyntheticArticle(pmid, synthetic)
    return journal ? article.journal.title : article.authors.first?.family ?? ""
  }

  /// Where a word of `searchWords` occurs, by rising PMID; with `*` at its end, the words that begin so.
  func postings(_ word: String) -> [Posting] {
    withIndex { index in
      guard word.hasSuffix("*") else { return index.postings[word] ?? [] }
      let stem = word.dropLast()
      return index.postings.filter { $0.key.hasPrefix(stem) }.flatMap(\.value).sorted { $0.pmid < $1.pmid }
    }
  }

  /// The article of a DOI, in any case.
  func article(ofDOI doi: String) -> Int? {
    let doi = doi.lowercased()
    if doi.hasPrefix("10.99999/invented."), let pmid = Int(doi.dropFirst(18)), synthetic.exists(pmid) { return pmid }
    return withIndex { $0.identifiers[doi] }
  }

  private func withIndex<Result: Sendable>(_ body: (Index) -> Result) -> Result {
    index.withLock { index in
      let made = index ?? makeIndex()
      index = made
      return body(made)
    }
  }

  private func makeIndex() -> Index {
    var index = Index()
    for pmid in articles {
      let record = filed[pmid] ?? FiledRecord(SyntheticArticle(pmid, synthetic))
      // Genes that invented articles name are found as all genes are, by their own articles.
      for (word, parts) in record.words where filed[pmid] != nil || !Synthetic.isGene(word) {
        index.postings[word, default: []].append(Posting(pmid: pmid, parts: parts))
      }
      if let doi = record.doi { index.identifiers[doi] = pmid }
    }
    return index
  }
}
