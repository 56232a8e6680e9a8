import CLibXML2
import MillraceCore

/// The one file that knows libxml2: its SAX2 push parser, which calls a RecordBuilder, and below it a reader of small
/// documents.
///
/// Nothing is fetched and no DTD is loaded: there is no callback for an external subset or entity, and a document that
/// declares or uses entities of its own is refused, so that nothing can expand. Sizes are bounded by the caller (HUGE
/// lifts libxml2's own bounds, which real records exceed); depth is bounded here.
///
/// Unsafe throughout, as libxml2 calls back through C functions with pointers into its own buffers. They are used only
/// until the callback returns.
@safe final class XMLPushParser {
  /// Bytes of the longest tag, comment or CDATA section. PubMed's own have hundreds. libxml2 compares each attribute of a
  /// tag with all others, so longer ones would cost minutes.
  static let maximumTokenBytes = 1 << 20
  /// Bytes of all names in a document. PubMed's have ten thousand; libxml2's dictionary becomes a list when it is full.
  static let maximumNameBytes = 1 << 18
  /// The deepest nesting of elements. PubMed's own records stay under 20.
  static let maximumDepth = 200

  private let context: xmlParserCtxtPtr
  private let builder: RecordBuilder
  /// Elements by the address of their name, which libxml2 interns in the context's dictionary: one probe per element
  /// instead of comparing bytes.
  private let elements: UnsafeMutableBufferPointer<(name: UnsafePointer<UInt8>?, element: Element)>
  private let attributeNames: UnsafeMutablePointer<UnsafePointer<UInt8>?>
  private var depth = 0
  /// A callback came since the last chunk.
  private var sawEvent = false
  private var bytesSinceEvent = 0

  /// Where the root element ended, in bytes of this document; nil before.
  private(set) var rootEnd: Int?
  /// The root element ended.
  private(set) var isWhole = false
  /// Set by a callback that refuses the document.
  private(set) var refusal: String?
  /// libxml2's own words for the first fatal error.
  private(set) var fatalError: String?
  /// The name in the document type declaration.
  private(set) var documentType: String?

  init(builder: RecordBuilder) throws(Failure) {
    xmlInitParser()
    // Errors of character conversion have no parser that they belong to; this thread's default prints them.
    unsafe xmlSetStructuredErrorFunc(nil) { _, _ in }
    var handler = unsafe Self.handler
    guard let context = unsafe xmlCreatePushParserCtxt(&handler, nil, nil, 0, nil) else {
      throw Failure(.internalError, "no memory for an XML parser")
    }
    // NOENT resolves only XML's own five entities here, as there can be no others; without it libxml2 leaves "&amp;" in
    // attributes as "&#38;".
    let options = XML_PARSE_NONET.rawValue | XML_PARSE_HUGE.rawValue | XML_PARSE_NOENT.rawValue
    unsafe xmlCtxtUseOptions(context, Int32(options))
    unsafe xmlDictSetLimit(context.pointee.dict, Self.maximumNameBytes)
    unsafe self.context = context
    self.builder = builder
    unsafe elements = .allocate(capacity: Self.slotCount)
    unsafe elements.initialize(repeating: (nil, .unknown))
    unsafe attributeNames = .allocate(capacity: Attribute.allCases.count)
    for attribute in Attribute.allCases {
      unsafe (attributeNames + attribute.rawValue).initialize(
        to: xmlDictLookup(context.pointee.dict, attribute.name, -1))
    }
    for element in Element.allCases where element != .unknown {
      guard let name = unsafe xmlDictLookup(context.pointee.dict, element.rawValue, -1) else {
        throw Failure(.internalError, "no memory for an XML parser")
      }
      var slot = unsafe Self.slot(name)
      while unsafe elements[slot].name != nil { slot = (slot + 1) & (Self.slotCount - 1) }
      unsafe elements[slot] = (name, element)
    }
    // The callbacks find this object through the context, which it owns and outlives.
    unsafe context.pointee.userData = Unmanaged.passUnretained(self).toOpaque()
  }

  deinit {
    if let document = unsafe context.pointee.myDoc { unsafe xmlFreeDoc(document) }
    unsafe xmlFreeParserCtxt(context)
    unsafe elements.deallocate()
    unsafe attributeNames.deallocate()
  }

  /// Parses the document's next bytes. What came of it stands in `rootEnd`, `refusal` and `fatalError`.
  func parse(_ chunk: UnsafeRawBufferPointer) {
    var rest = unsafe chunk
    while unsafe !rest.isEmpty, !isStopped {
      let part = unsafe UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 18))
      sawEvent = false
      unsafe xmlParseChunk(context, part.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(part.count), 0)
      unsafe rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(part.count))
      bytesSinceEvent = sawEvent ? 0 : bytesSinceEvent + part.count
      if bytesSinceEvent > Self.maximumTokenBytes {
        refuse("a tag, comment or CDATA section is longer than \(Self.maximumTokenBytes >> 20) MB")
      }
    }
  }

  /// Parses what libxml2 held back, as the document has no more bytes.
  func finish() {
    if !isStopped { unsafe xmlParseChunk(context, nil, 0, 1) }
  }

  /// The document needs no more bytes: it ended or it is refused or broken.
  private var isStopped: Bool { rootEnd != nil || isBroken }

  /// The document is refused or not well-formed.
  var isBroken: Bool { refusal != nil || fatalError != nil || builder.refusal != nil }

  /// The line that the parser stands in, from 1.
  var line: Int { unsafe context.pointee.input.map { Int(unsafe $0.pointee.line) } ?? 1 }

  /// Whether nothing but an XML declaration, comments and white space came.
  var hasOnlyProlog: Bool { depth == 0 && !isWhole }

  /// Twice as many slots as names, so that a probe nearly always hits at once.
  private static let slotCount = 512

  private static func slot(_ name: UnsafePointer<UInt8>) -> Int {
    // Fibonacci hashing of the address.
    Int(truncatingIfNeeded: (UInt64(UInt(bitPattern: name)) &* 0x9E37_79B9_7F4A_7C15) >> 55)
  }

  @inline(__always)
  fileprivate func element(_ name: UnsafePointer<UInt8>) -> Element {
    var slot = unsafe Self.slot(name)
    while let known = unsafe elements[slot].name {
      if unsafe known == name { return unsafe elements[slot].element }
      slot = (slot + 1) & (Self.slotCount - 1)
    }
    return .unknown
  }

  fileprivate func start(
    _ name: UnsafePointer<UInt8>, _ attributes: UnsafeMutablePointer<UnsafePointer<UInt8>?>?, count: Int32
  ) {
    depth += 1
    sawEvent = true
    if builder.skips() {
      if depth > Self.maximumDepth { refuseDepth() }
      return
    }
    if depth > Self.maximumDepth { return refuseDepth() }
    let element = unsafe element(name)
    if depth == 1, !RecordBuilder.isRoot(element) {
      return unsafe refuse("its root element is <\(string(name))>")
    }
    let list = unsafe XMLAttributes(first: attributes, count: Int(count), names: UnsafePointer(attributeNames))
    builder.start(element, list)
    if builder.refusal != nil { stop() }
  }

  fileprivate func end() {
    depth -= 1
    sawEvent = true
    builder.end()
    if builder.refusal != nil { stop() } else if depth == 0 { endRoot() }
  }

  private func refuseDepth() { refuse("elements are nested more than \(Self.maximumDepth) deep") }

  private func endRoot() {
    isWhole = true
    // Positions are known only without a character conversion; a document in UTF-16 or Latin 1 ends with its input.
    guard unsafe context.pointee.input.pointee.buf.pointee.encoder == nil else { return }
    rootEnd = unsafe xmlByteConsumed(context)
    stop()
  }

  fileprivate func text(_ bytes: UnsafeRawBufferPointer) {
    sawEvent = true
    unsafe builder.text(bytes)
  }

  fileprivate func passComment() { sawEvent = true }

  fileprivate func refuse(_ reason: String) {
    if refusal == nil { refusal = reason }
    stop()
  }

  fileprivate func declareType(_ name: UnsafePointer<UInt8>?) {
    documentType = unsafe name.map { unsafe String(cString: $0) }
  }

  fileprivate func report(_ error: UnsafePointer<xmlError>) {
    guard unsafe error.pointee.level == XML_ERR_FATAL, fatalError == nil, rootEnd == nil, refusal == nil,
      builder.refusal == nil
    else { return }
    let message = unsafe error.pointee.message.map { unsafe String(cString: $0) } ?? "unknown error"
    fatalError =
      switch unsafe xmlParserErrors(rawValue: UInt32(error.pointee.code)) {
      case XML_ERR_INTERNAL_ERROR: "bytes that are no characters"
      // The limit of its dictionary is what runs out here.
      case XML_ERR_NO_MEMORY: "names of elements and attributes without end"
      // libxml2 ends messages with a newline and has some of two lines.
      default: message.split(separator: "\n").joined(separator: " ")
      }
  }

  private func stop() { unsafe xmlStopParser(context) }
}

/// The attributes of one element. Not copyable, so that its handler, which borrows it, cannot keep it: the pointers are
/// valid only that long.
@safe struct XMLAttributes: ~Copyable {
  fileprivate let first: UnsafeMutablePointer<UnsafePointer<UInt8>?>?
  fileprivate let count: Int
  fileprivate let names: UnsafePointer<UnsafePointer<UInt8>?>

  /// The value's UTF-8, entities resolved; nil without the attribute.
  subscript(_ attribute: Attribute) -> UnsafeRawBufferPointer? {
    guard let first = unsafe first else { return nil }
    let wanted = unsafe names[attribute.rawValue]
    for index in 0..<count {
      // Five pointers each: local name, prefix, namespace, start and end of the value.
      let entry = unsafe first + index * 5
      guard unsafe entry[0] == wanted, let start = unsafe entry[3], let end = unsafe entry[4] else { continue }
      return unsafe UnsafeRawBufferPointer(start: start, count: end - start)
    }
    return nil
  }

  /// Whether an attribute has this value.
  func has(_ attribute: Attribute, _ value: StaticString) -> Bool {
    unsafe self[attribute]?.equals(value) ?? false
  }
}

extension XMLPushParser {
  /// The callbacks. They call no Swift code that throws or keeps a pointer.
  private static var handler: xmlSAXHandler {
    var handler = unsafe xmlSAXHandler()
    unsafe handler.initialized = UInt32(XML_SAX2_MAGIC)
    unsafe handler.startElementNs = { context, name, _, _, _, _, attributeCount, _, attributes in
      guard let name = unsafe name else { return }
      unsafe withParser(context) { unsafe $0.start(name, attributes, count: attributeCount) }
    }
    unsafe handler.endElementNs = { context, _, _, _ in unsafe withParser(context) { $0.end() } }
    unsafe handler.characters = { context, text, length in
      unsafe withParser(context) { unsafe $0.text(UnsafeRawBufferPointer(start: text, count: Int(length))) }
    }
    // The same function, so that libxml2 does not look whether text is white space.
    unsafe handler.ignorableWhitespace = handler.characters
    unsafe handler.cdataBlock = handler.characters
    unsafe handler.comment = { context, _ in unsafe withParser(context) { $0.passComment() } }
    unsafe handler.processingInstruction = { context, _, _ in unsafe withParser(context) { $0.passComment() } }
    unsafe handler.internalSubset = { context, name, _, _ in unsafe withParser(context) { unsafe $0.declareType(name) }
    }
    unsafe handler.entityDecl = { context, name, _, _, _, _ in
      unsafe withParser(context) {
        $0.refuse("it declares the entity \"\(unsafe string(name))\", which PubMed never does")
      }
    }
    unsafe handler.reference = { context, name in
      unsafe withParser(context) {
        $0.refuse("it uses the entity \"&\(unsafe string(name));\", which XML does not know")
      }
    }
    unsafe handler.serror = { context, error in
      guard let error = unsafe error else { return }
      unsafe withParser(context) { unsafe $0.report(UnsafePointer(error)) }
    }
    return unsafe handler
  }
}

private func withParser(_ context: UnsafeMutableRawPointer?, _ body: (XMLPushParser) -> Void) {
  guard let context = unsafe context else { return }
  unsafe Unmanaged<XMLPushParser>.fromOpaque(context)._withUnsafeGuaranteedRef(body)
}

private func string(_ name: UnsafePointer<UInt8>?) -> String { unsafe name.map { unsafe String(cString: $0) } ?? "" }

// MARK: Small documents

/// The texts of a small XML document, such as ESearch's answer, each with the way to it.
///
/// The same caution as in the push parser: nothing is fetched, no entity but XML's own is known, and sizes are bounded.
@safe struct XMLLeaves {
  /// An element without elements in it.
  struct Leaf: Sendable, Equatable {
    /// Names from below the root, such as `IdList/Id`.
    var path: String
    var text: String
  }

  struct Problem: Error, Sendable, Equatable {
    /// The end of a sentence about the document.
    var message: String
  }

  private static let maximumDepth = 32

  let root: String
  /// In the document's order.
  let leaves: [Leaf]

  /// - Throws: when the document is empty, cut off, or not well-formed.
  init(_ bytes: [UInt8]) throws(Problem) {
    xmlInitParser()
    unsafe xmlSetStructuredErrorFunc(nil) { _, _ in }
    let collector = Collector()
    var handler = unsafe Self.handler
    guard let context = unsafe xmlCreatePushParserCtxt(&handler, nil, nil, 0, nil) else {
      throw Problem(message: "no memory for an XML parser")
    }
    defer {
      if let document = unsafe context.pointee.myDoc { unsafe xmlFreeDoc(document) }
      unsafe xmlFreeParserCtxt(context)
    }
    unsafe xmlCtxtUseOptions(context, Int32(XML_PARSE_NONET.rawValue | XML_PARSE_NOENT.rawValue))
    unsafe xmlDictSetLimit(context.pointee.dict, XMLPushParser.maximumNameBytes)
    // The collector outlives the parser, which ends with this function.
    unsafe context.pointee.userData = Unmanaged.passUnretained(collector).toOpaque()
    unsafe bytes.withUnsafeBytes { bytes in
      let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
      unsafe xmlParseChunk(context, start, Int32(clamping: bytes.count), 0)
      unsafe xmlParseChunk(context, nil, 0, 1)
    }
    if let refusal = collector.refusal { throw Problem(message: refusal) }
    guard let root = collector.root else { throw Problem(message: "it has no root element") }
    guard collector.isWhole else { throw Problem(message: "it is cut off or not well-formed") }
    guard unsafe context.pointee.wellFormed == 1 else { throw Problem(message: "it is not well-formed") }
    self.root = root
    leaves = collector.leaves
  }

  fileprivate final class Collector {
    var root: String?
    var leaves: [Leaf] = []
    var path: [String] = []
    /// Of the innermost open element; nil once an element stands in it.
    var text: [UInt8]? = nil
    var isWhole = false
    var refusal: String?

    func start(_ name: String) {
      guard path.count < maximumDepth else {
        refusal = "its elements are nested more than \(maximumDepth) deep"
        return
      }
      if root == nil { root = name }
      path.append(name)
      text = []
    }

    func end() {
      if let text, path.count > 1 {
        leaves.append(Leaf(path: path.dropFirst().joined(separator: "/"), text: String(decoding: text, as: UTF8.self)))
      }
      text = nil
      _ = path.popLast()
      if path.isEmpty { isWhole = true }
    }
  }

  private static var handler: xmlSAXHandler {
    var handler = unsafe xmlSAXHandler()
    unsafe handler.initialized = UInt32(XML_SAX2_MAGIC)
    unsafe handler.startElementNs = { context, name, _, _, _, _, _, _, _ in
      unsafe withCollector(context) { unsafe $0.start(string(name)) }
    }
    unsafe handler.endElementNs = { context, _, _, _ in unsafe withCollector(context) { $0.end() } }
    unsafe handler.characters = { context, text, length in
      unsafe withCollector(context) {
        unsafe $0.text?.append(contentsOf: UnsafeRawBufferPointer(start: text, count: Int(length)))
      }
    }
    unsafe handler.ignorableWhitespace = handler.characters
    unsafe handler.cdataBlock = handler.characters
    unsafe handler.entityDecl = { context, _, _, _, _, _ in
      unsafe withCollector(context) { $0.refusal = "it declares an entity" }
    }
    unsafe handler.serror = { _, _ in }
    return unsafe handler
  }
}

private func withCollector(_ context: UnsafeMutableRawPointer?, _ body: (XMLLeaves.Collector) -> Void) {
  guard let context = unsafe context else { return }
  // What comes behind a refusal is not looked at.
  unsafe Unmanaged<XMLLeaves.Collector>.fromOpaque(context)._withUnsafeGuaranteedRef {
    if $0.refusal == nil { body($0) }
  }
}
