import MillraceCore

/// What the texts of a row keep of inline markup: `<sup>`, `<sub>`, `<i>`, `<b>`, `<u>` and MathML.
///
/// No choice loses or adds a character of text. White space between MathML elements is layout, not text, and is dropped.
enum Markup: String, CaseIterable, Sendable {
  /// Runs of `<sup>` and `<sub>` as Unicode's raised and lowered characters where every character of the run has one;
  /// everything else as plain text.
  case unicode
  /// Plain text.
  case strip
  /// The tags stay, without attributes or namespace prefix, and the text's own `&`, `<` and `>` are escaped, in titles,
  /// abstracts, keywords, citations, affiliations, suffixes and collective names; other fields are plain text.
  case html
}

/// What a row tells of.
enum RecordKind: UInt8, Sendable {
  case article, book, deletion

  var name: StaticString {
    switch self {
    case .article: "article"
    case .book: "book"
    case .deletion: "deletion"
    }
  }
}

/// A row that was written: which record it tells of and where its bytes are.
struct WrittenRow: Sendable {
  var kind: RecordKind
  /// nil where the record's PMID is missing or no number.
  var pmid: PMID?
  /// 1 where the record has none.
  var version: Int
  /// The row's bytes in the output, without the newline behind it.
  var range: Range<Int>
}

/// Makes rows from the events of PubMed XML: a state for each element that is open, a buffer for each field.
///
/// Texts go from libxml2's buffer into a field's buffer as finished JSON; a row is its fields' buffers one behind the
/// other. A subtree that no chosen field needs is skipped by counting its depth.
///
/// This file holds the state and the primitives; RecordBuilder+Elements and RecordBuilder+Lists say what each element
/// means, RecordBuilder+Text what becomes of text, RecordBuilder+Row how a row is written.
final class RecordBuilder {
  /// Where the parser stands, and what becomes of text there.
  struct Frame {
    var state: State
    var mode: TextMode
    /// The open tag, where `--markup html` writes its end.
    var tag: Element = .unknown
  }

  enum State: UInt8 {
    // Elements with children
    case document, articleSet, fetchResult, pubmedArticle, medlineCitation, article, journal, journalIssue, pagination
    case publicationDate, articleDate, abstract, otherAbstract, authorList, author, affiliationInfo
    case publicationTypeList, meshHeadingList, meshHeading, keywordList, chemicalList, chemical, grantList, grant
    case commentsCorrectionsList, commentsCorrections, pubmedData, articleIdentifierList, referenceList, reference
    case referenceIdentifierList, bookArticle, bookDocument, book, publisher, deletion
    // Elements with text
    case text, item, publicationType, member, abstractText, name, identifierText, authorIdentifier, pmid, deletedPMID
    case errorText
    // Inline elements inside those
    case inline, superscript, `subscript`
  }

  enum TextMode: UInt8 {
    /// Text is dropped.
    case none
    /// Bytes as they are.
    case raw
    /// The inside of a JSON string.
    case json
    /// HTML inside a JSON string.
    case html
    /// Between MathML elements: white space is layout. The text goes on as JSON or as HTML.
    case jsonLayout, htmlLayout
  }

  let fields: ArticleFields
  let markup: Markup
  /// Records whose PMID is not in this list are passed over; nil for all records.
  let wanted: PMIDList?
  let output: ByteBuffer
  /// One entry for each row in `output`; the owner removes them with the output's bytes.
  var rows: [WrittenRow] = []
  /// Records read to their end, passed over or not.
  var completeRecords = 0
  /// Why the document cannot be PubMed XML; the parser stops.
  var refusal: String?

  var frames: [Frame] = []
  var mode = TextMode.none
  /// Depth inside a subtree that nobody needs; 0 outside.
  private var skipDepth = 0
  /// Where text goes.
  var sink: ByteBuffer
  /// Where the text of the open element begins in the sink.
  var textStart = 0
  /// Where the sink ended before the open element, its comma and key included.
  var elementStart = 0

  // The record being read
  var kind = RecordKind.article
  /// The record is not wanted; its remaining children are skipped.
  var isPassedOver = false
  /// By ArticleField's raw value. Text fields hold a JSON string, identifiers their bytes, lists their items.
  let values: [ByteBuffer]
  let date = PublicationDate()
  let electronicDate = PublicationDate()
  /// DOI of an ELocationID, for records without one in their ArticleIdList.
  let electronicDOI = ByteBuffer(capacity: 256)
  let startPage = ByteBuffer(capacity: 64)
  let endPage = ByteBuffer(capacity: 64)
  var isRetracted = false
  /// The abstract has a label, a category or several sections.
  var isStructured = false
  var sectionCount = 0

  // The list item being read
  /// The members that come behind an element's text: its attributes.
  let tail = ByteBuffer(capacity: 256)
  let identifier = ByteBuffer(capacity: 256)
  let affiliations = ByteBuffer()
  let authorIdentifiers = ByteBuffer(capacity: 256)
  /// Where the link being read belongs.
  var linkField = ArticleField.references
  let linkPMID = ByteBuffer(capacity: 64)
  let linkDOI = ByteBuffer(capacity: 256)
  let linkPMCID = ByteBuffer(capacity: 64)
  var itemStart = 0
  var itemHasMembers = false
  /// Members already told of the item, a bit each.
  var membersSeen: UInt32 = 0
  var memberBit: UInt32 = 0
  var abstractStart = 0
  var hasDescriptor = false

  // A run of <sup> or <sub>
  let run = ByteBuffer(capacity: 256)
  var runStart = 0
  var runDepth = 0
  var runIsNested = false

  let keys: [ByteBuffer]
  let order: [ArticleField]

  init(fields: ArticleFields, markup: Markup, wanted: PMIDList?, output: ByteBuffer) {
    self.fields = fields
    self.markup = markup
    self.wanted = wanted
    self.output = output
    values = ArticleField.allCases.map { _ in ByteBuffer(capacity: 256) }
    order = fields.ordered
    keys = order.enumerated().map { index, field in
      let key = ByteBuffer(capacity: 64)
      key.append("\(index == 0 ? "{" : ",")\"\(field.name)\":")
      return key
    }
    sink = identifier
    frames.reserveCapacity(64)
    beginDocument()
  }

  /// Forgets the document that was open, for the next one.
  func beginDocument() {
    frames.removeAll(keepingCapacity: true)
    frames.append(Frame(state: .document, mode: .none))
    mode = .none
    skipDepth = 0
    runDepth = 0
  }

  // MARK: Events

  /// Counts the start of an element inside a skipped subtree; false outside of one.
  @inline(__always)
  func skips() -> Bool {
    guard skipDepth > 0 else { return false }
    skipDepth += 1
    return true
  }

  @inline(__always)
  func end() {
    if skipDepth > 0 {
      skipDepth -= 1
    } else {
      endElement()
    }
  }

  // MARK: Primitives

  var top: Frame { frames[frames.count - 1] }

  func push(_ state: State, _ mode: TextMode = .none, tag: Element = .unknown) {
    frames.append(Frame(state: state, mode: mode, tag: tag))
    self.mode = mode
  }

  /// Leaves the open element and returns its frame.
  func pop() -> Frame {
    let frame = frames.removeLast()
    mode = top.mode
    return frame
  }

  func skip() { skipDepth = 1 }

  /// Goes into an element when a chosen field needs it.
  func enter(_ state: State, for chosen: ArticleField...) {
    if chosen.isEmpty || chosen.contains(where: fields.contains) { push(state) } else { skip() }
  }

  func value(_ field: ArticleField) -> ByteBuffer { values[field.rawValue] }

  /// The mode for text that NLM's DTD allows markup in.
  var markedUp: TextMode { markup == .html ? .html : .json }
}
