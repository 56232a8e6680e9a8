import MillraceCore

/// The rows of articles that were asked for, out of any number of PubMed files, for access in any order.
///
/// Rows lie in a temporary file without a name, which the system removes with the process; memory holds twenty bytes
/// for each PMID, whatever the size of the files. Threads may read at once.
final class ArticleIndex: Sendable {
  enum Outcome: Sendable, Equatable {
    case found(Origin)
    /// The newest file that tells of the article deletes it.
    case deleted(Origin)
    case missing
  }

  /// What was said of an article, and where.
  struct Origin: Sendable, Equatable {
    /// A file, or a service's address.
    var source: String
    var version: Int
  }

  /// Where a row lies; sixteen bytes, which beside the PMID's four make twenty.
  fileprivate struct Entry {
    private var offsetLow: UInt32 = 0
    private var offsetHigh: UInt16 = 0
    /// At least 1 once a file told of the article.
    fileprivate(set) var version: UInt16 = 0
    /// 0 without a row.
    fileprivate(set) var length: UInt32 = 0
    /// Index of the XML file's name.
    fileprivate(set) var source: UInt32 = 0

    var offset: Int {
      get { Int(offsetHigh) << 32 | Int(offsetLow) }
      set {
        offsetLow = UInt32(truncatingIfNeeded: newValue)
        offsetHigh = UInt16(truncatingIfNeeded: newValue >> 32)
      }
    }
  }

  private let wanted: PMIDList
  private let entries: [Entry]
  private let sources: [String]
  private let file: UnnamedFile

  fileprivate init(wanted: PMIDList, entries: [Entry], sources: [String], file: UnnamedFile) {
    self.wanted = wanted
    self.entries = entries
    self.sources = sources
    self.file = file
  }

  /// Appends the article's row, a JSON object without a newline.
  ///
  /// - Returns: Whether there is one; nothing is appended otherwise.
  /// - Throws: an input/output failure when the temporary file cannot be read.
  func append(_ pmid: PMID, to row: ByteBuffer) throws(Failure) -> Outcome {
    guard let index = wanted.index(of: pmid) else { return .missing }
    let entry = entries[index]
    guard entry.version > 0 else { return .missing }
    let origin = Origin(source: sources[Int(entry.source)], version: Int(entry.version))
    guard entry.length > 0 else { return .deleted(origin) }
    try file.read(at: entry.offset, count: Int(entry.length), into: row)
    return .found(origin)
  }

  /// The PMIDs without a row, ascending, deleted ones included.
  var missing: [PMID] { wanted.sorted.indices.filter { entries[$0].length == 0 }.map { wanted.sorted[$0] } }
}

extension ArticleIndex.Outcome {
  var isFound: Bool {
    if case .found = self { true } else { false }
  }
}

/// Fills an ArticleIndex from PubMed files, the oldest first.
struct ArticleIndexBuilder: ~Copyable {
  private let wanted: PMIDList
  private let fields: ArticleFields
  private let markup: Markup
  private var entries: [ArticleIndex.Entry]
  /// Names of the XML files.
  private var sources: [String] = []
  private let file: UnnamedFile
  private var fileLength = 0

  /// - Parameter folder: where the temporary file goes; it needs room for the rows that are asked for.
  init(wanted: PMIDList, fields: ArticleFields, markup: Markup, folder: String) throws(Failure) {
    self.wanted = wanted
    self.fields = fields
    self.markup = markup
    entries = Array(repeating: ArticleIndex.Entry(), count: wanted.sorted.count)
    file = try UnnamedFile(in: folder)
  }

  /// Reads one file to its end.
  ///
  /// What a later file says of an article replaces what an earlier one said, a deletion too. Within one file the
  /// highest version counts, and the last of equal ones.
  ///
  /// - Parameter chunk: gives the next bytes of the file, decompressed; nil at its end.
  /// - Throws: what ArticleParser throws, and an input/output failure when the temporary file cannot be written.
  mutating func add(
    _ name: String, next chunk: () throws(Failure) -> ByteBuffer?
  ) throws(Failure) {
    let start = fileLength
    sources.append(name)
    let parser = ArticleParser(source: name, fields: fields, markup: markup, wanted: wanted)
    while let bytes = try chunk() {
      try unsafe parser.parse(bytes.bytes)
      if parser.output.count >= 1 << 18 { try store(parser, fileStart: start) }
    }
    try parser.finish()
    try store(parser, fileStart: start)
  }

  /// The finished index.
  consuming func finish() -> ArticleIndex {
    ArticleIndex(wanted: wanted, entries: entries, sources: sources, file: file)
  }

  private mutating func store(_ parser: ArticleParser, fileStart: Int) throws(Failure) {
    try unsafe file.append(parser.output.bytes)
    for row in parser.rows {
      guard let pmid = row.pmid, let index = wanted.index(of: pmid) else { continue }
      let version = UInt16(clamping: max(1, row.version))
      let isOfThisFile = entries[index].version > 0 && entries[index].offset >= fileStart
      if isOfThisFile, entries[index].version > version { continue }
      entries[index].version = version
      entries[index].source = UInt32(sources.count - 1)
      entries[index].offset = fileLength + row.range.lowerBound
      entries[index].length = row.kind == .deletion ? 0 : UInt32(row.range.count)
    }
    fileLength += parser.output.count
    parser.removeRows()
  }
}
