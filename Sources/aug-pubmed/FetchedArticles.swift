import MillraceCore
import Synchronization

/// Where articles are looked up.
protocol ArticleSource: Sendable {
  /// Appends the article's row, a JSON object without a newline.
  ///
  /// - Returns: Whether there is one; nothing is appended otherwise.
  /// - Throws: an input/output failure.
  func append(_ pmid: PMID, to row: ByteBuffer) throws(Failure) -> ArticleIndex.Outcome
}

extension ArticleIndex: ArticleSource {}

/// The articles that a run fetched, each once, whatever number of rows ask for it.
///
/// Rows lie in a temporary file without a name; memory holds some forty bytes a PMID. Threads may add and read at once.
final class FetchedArticles: ArticleSource {
  private struct Entry {
    var offset: Int
    /// 0 when there is no such article.
    var length: UInt32
    var version: UInt16
    /// Seconds for which the cache had had it; 0 when it was fetched in this run.
    var age: Float
  }

  private struct State {
    var entries: [PMID: Entry] = [:]
    var length = 0
  }

  /// Where the articles come from, for context records.
  private let origin: String
  private let file: UnnamedFile
  private let state = Mutex(State())

  /// - Parameter folder: where the temporary file goes; it needs room for all articles of the run.
  init(origin: String, folder: String) throws(Failure) {
    self.origin = origin
    file = try UnnamedFile(in: folder)
  }

  /// Whether it is known that there is such an article, or that there is none.
  func knows(_ pmid: PMID) -> Bool { state.withLock { $0.entries[pmid] != nil } }

  /// Seconds for which the cache had had what is known of the article, 0 when it was fetched in this run; nil when nothing
  /// is known.
  func age(of pmid: PMID) -> Double? { state.withLock { $0.entries[pmid] }.map { Double($0.age) } }

  /// Takes the rows that a parser wrote. Of several versions of an article the highest counts.
  func add(_ rows: [WrittenRow], in output: ByteBuffer, age: Double = 0) throws(Failure) {
    let failure = state.withLock { state -> Failure? in
      do throws(Failure) {
        try unsafe file.append(output.bytes)
      } catch {
        return error
      }
      for row in rows {
        guard let pmid = row.pmid, row.kind != .deletion else { continue }
        let version = UInt16(clamping: max(1, row.version))
        if let known = state.entries[pmid], known.length > 0, known.version > version { continue }
        state.entries[pmid] = Entry(
          offset: state.length + row.range.lowerBound, length: UInt32(row.range.count), version: version,
          age: Float(age))
      }
      state.length += output.count
      return nil
    }
    if let failure { throw failure }
  }

  /// Notes that there are no such articles.
  func addMissing(_ pmids: some Sequence<PMID> & Sendable, age: Double = 0) {
    state.withLock { state in
      for pmid in pmids where state.entries[pmid] == nil {
        state.entries[pmid] = Entry(offset: 0, length: 0, version: 0, age: Float(age))
      }
    }
  }

  func append(_ pmid: PMID, to row: ByteBuffer) throws(Failure) -> ArticleIndex.Outcome {
    guard let entry = state.withLock({ $0.entries[pmid] }), entry.length > 0 else { return .missing }
    try file.read(at: entry.offset, count: Int(entry.length), into: row)
    return .found(ArticleIndex.Origin(source: origin, version: Int(entry.version)))
  }
}
