import Support
import Synchronization

/// All articles that the server has: those of files, and the invented ones.
final class Corpus: Sendable {
  let synthetic: Synthetic
  private let filed: [Int: FiledRecord]
  /// Rising: the articles that searches without special words look through.
  let articles: [Int]
  private let cache = Mutex<[Int: [UInt8]]>([:])
  /// Made when a search first needs them: the words of many invented articles take seconds.
  private let filedIndex = Mutex<Index?>(nil)
  private let inventedIndex = Mutex<Index?>(nil)

  struct Posting: Sendable {
    var pmid: Int
    var parts: SearchedParts
  }

  private struct Index {
    var words: [String: [Posting]] = [:]
    var identifiers: [String: Int] = [:]

    init(_ records: some Sequence<FiledRecord>) {
      for record in records {
        for (word, parts) in record.words { words[word, default: []].append(Posting(pmid: record.pmid, parts: parts)) }
        if let doi = record.doi { identifiers[doi] = record.pmid }
      }
    }

    func postings(_ word: String) -> [Posting] {
      guard word.hasSuffix("*") else { return words[word] ?? [] }
      return words.filter { $0.key.hasPrefix(word.dropLast()) }.flatMap(\.value)
    }
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

  func day(_ kind: DateKind, of pmid: Int) -> GregorianDay {
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

  /// Where a word of `searchWords` occurs; with `*` at its end, the words that begin so.
  ///
  /// - Parameter isGene: looks at filed records alone. Genes that invented articles name are found as all genes are, by
  ///   articles of their own.
  func postings(_ word: String, isGene: Bool) -> [Posting] {
    let filed = withIndex(filedIndex, filed.values) { $0.postings(word) }
    return isGene ? filed : filed + withInventedIndex { $0.postings(word) }
  }

  /// The article of a DOI, in any case.
  func article(ofDOI doi: String) -> Int? {
    let doi = doi.lowercased()
    if doi.hasPrefix("10.99999/invented."), let pmid = Int(doi.dropFirst(18)), synthetic.exists(pmid) { return pmid }
    return withIndex(filedIndex, filed.values) { $0.identifiers[doi] }
  }

  private func withInventedIndex<Result: Sendable>(_ body: (Index) -> Result) -> Result {
    let invented = articles.lazy.filter { self.filed[$0] == nil }
    return withIndex(inventedIndex, invented.map { FiledRecord(SyntheticArticle($0, self.synthetic)) }, body)
  }

  private func withIndex<Result: Sendable>(
    _ index: borrowing Mutex<Index?>, _ records: some Sequence<FiledRecord>, _ body: (Index) -> Result
  ) -> Result {
    index.withLock { index in
      let made = index ?? Index(records)
      index = made
      return body(made)
    }
  }
}
