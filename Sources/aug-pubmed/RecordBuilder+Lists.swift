import MillraceCore

/// What has parts of its own: abstracts with sections, authors, MeSH terms, chemicals, grants, notices, references.
extension RecordBuilder {
  // MARK: Abstracts

  func beginOtherAbstract(_ attributes: borrowing XMLAttributes) {
    guard fields.contains(.otherAbstracts) else { return skip() }
    beginObject(.otherAbstracts)
    unsafe appendMember("type", attributes[.type] ?? UnsafeRawBufferPointer(start: nil, count: 0), to: .otherAbstracts)
    unsafe appendMember(
      "language", attributes[.language] ?? UnsafeRawBufferPointer(start: nil, count: 0), to: .otherAbstracts)
    appendKey("text", to: value(.otherAbstracts))
    value(.otherAbstracts).append(UInt8(ascii: "\""))
    abstractStart = value(.otherAbstracts).count
    push(.otherAbstract)
  }

  func endOtherAbstract() {
    let list = value(.otherAbstracts)
    itemHasMembers = list.count > abstractStart
    list.append(UInt8(ascii: "\""))
    endObject(.otherAbstracts)
  }

  func startInAbstract(_ element: Element, _ attributes: borrowing XMLAttributes) {
    guard element == .abstractText else { return skip() }
    let isMain = top.state == .abstract
    sink = value(isMain ? .abstract : .otherAbstracts)
    if isMain { abstractStart = 0 }
    elementStart = sink.count
    if sink.count > abstractStart { sink.append("\\n") }
    let label = unsafe attributes[.label].flatMap { unsafe $0.isEmpty ? nil : $0 }
    if let label = unsafe label {
      if markup == .html { unsafe sink.appendHTML(label) } else { unsafe sink.appendJSON(label) }
      sink.append(": ")
    }
    textStart = sink.count
    tail.removeAll()
    if isMain {
      let category = unsafe attributes[.category].flatMap { unsafe $0.isEmpty ? nil : $0 }
      sectionCount += 1
      if unsafe label != nil || category != nil { isStructured = true }
      tail.append("{\"label\":")
      unsafe tail.appendJSONStringOrNull(unsafe label)
      tail.append(",\"category\":")
      unsafe tail.appendJSONStringOrNull(unsafe category)
      tail.append(",\"text\":\"")
    }
    push(.abstractText, markedUp)
  }

  /// Joins a section to the abstract; an empty one stands in `abstract_sections` only.
  func endAbstractText() {
    if tail.count > 0, fields.contains(.abstractSections) {
      let sections = value(.abstractSections)
      if sections.count > 0 { sections.append(UInt8(ascii: ",")) }
      unsafe sections.append(tail.bytes)
      unsafe sections.append(UnsafeRawBufferPointer(rebasing: sink.bytes[textStart...]))
      sections.append("\"}")
    }
    if sink.count == textStart { sink.count = elementStart }
  }

  // MARK: Authors

  func startInAuthorList(_ element: Element, _ attributes: borrowing XMLAttributes) {
    guard element == .author else { return skip() }
    beginObject(.authors)
    affiliations.removeAll()
    authorIdentifiers.removeAll()
    tail.removeAll()
    // A struck-out author, kept by NLM for the record.
    if attributes.has(.valid, "N") { tail.append(",\"valid\":false") }
    if attributes.has(.equalContribution, "Y") { tail.append(",\"equal_contribution\":true") }
    push(.author)
  }

  func startInAuthor(_ element: Element, _ attributes: borrowing XMLAttributes) {
    switch element {
    case .lastName: beginMember("last", bit: 0, of: .authors)
    case .foreName: beginMember("fore", bit: 1, of: .authors)
    case .initials: beginMember("initials", bit: 2, of: .authors)
    case .suffix: beginMember("suffix", bit: 3, of: .authors, markedUp)
    case .collectiveName: beginMember("collective", bit: 4, of: .authors, markedUp)
    case .identifier:
      guard attributes.has(.source, "ORCID") else { return skip() }
      identifier.removeAll()
      beginRaw(identifier, state: .authorIdentifier)
    case .affiliationInfo: push(.affiliationInfo)
    // Before 2015 the affiliation stood in the author itself.
    case .affiliation: beginAffiliation()
    default: skip()
    }
  }

  func beginAffiliation() {
    sink = affiliations
    elementStart = affiliations.count
    if affiliations.count > 0 { affiliations.append(UInt8(ascii: ",")) }
    affiliations.append(UInt8(ascii: "\""))
    textStart = affiliations.count
    push(.item, markedUp)
  }

  /// Tells the first valid ORCID, and the first that is none as `orcid_raw`.
  func endAuthorIdentifier() {
    let valid: UInt32 = 1 << 5
    let invalid: UInt32 = 1 << 6
    let text = unsafe identifier.trimmed
    if unsafe text.isEmpty { return }
    let start = authorIdentifiers.count
    authorIdentifiers.append(",\"orcid\":\"")
    if membersSeen & valid == 0, unsafe ORCID.append(text, to: authorIdentifiers) {
      authorIdentifiers.append(UInt8(ascii: "\""))
      membersSeen |= valid
      return
    }
    authorIdentifiers.count = start
    if membersSeen & (valid | invalid) == 0 {
      authorIdentifiers.append(",\"orcid_raw\":")
      unsafe authorIdentifiers.appendJSONString(text)
      membersSeen |= invalid
    }
  }

  func endAuthor() {
    let list = value(.authors)
    if !itemHasMembers, affiliations.count == 0, authorIdentifiers.count == 0 { return endObject(.authors) }
    if affiliations.count > 0 {
      authorIdentifiers.append(",\"affiliations\":[")
      unsafe authorIdentifiers.append(affiliations.bytes)
      authorIdentifiers.append(UInt8(ascii: "]"))
    }
    unsafe authorIdentifiers.append(tail.bytes)
    // Each of these begins with the comma that an author without a name does not need.
    unsafe list.append(UnsafeRawBufferPointer(rebasing: authorIdentifiers.bytes.dropFirst(itemHasMembers ? 0 : 1)))
    itemHasMembers = true
    endObject(.authors)
  }

  // MARK: MeSH, chemicals, grants

  func startInMesh(_ element: Element, _ attributes: borrowing XMLAttributes) {
    let list = value(.mesh)
    switch (top.state, element) {
    case (.meshHeadingList, .meshHeading):
      itemStart = list.count
      hasDescriptor = false
      push(.meshHeading)
    case (.meshHeading, .descriptorName) where !hasDescriptor:
      if list.count > 0 { list.append(UInt8(ascii: ",")) }
      list.append("{\"descriptor\":\"")
      beginMeshName(attributes, last: ",\"qualifiers\":[")
      hasDescriptor = true
    // The descriptor comes first in NLM's DTD.
    case (.meshHeading, .qualifierName) where hasDescriptor:
      if unsafe list.bytes.last != UInt8(ascii: "[") { list.append(UInt8(ascii: ",")) }
      list.append("{\"name\":\"")
      beginMeshName(attributes, last: "}")
    default: skip()
    }
  }

  private func beginMeshName(_ attributes: borrowing XMLAttributes, last: StaticString) {
    tail.removeAll()
    tail.append("\",\"ui\":")
    unsafe tail.appendJSONStringOrNull(unsafe attributes[.uniqueIdentifier])
    tail.append(attributes.has(.majorTopic, "Y") ? ",\"major\":true" : ",\"major\":false")
    tail.append(last)
    sink = value(.mesh)
    push(.name, .json)
  }

  func endMeshName() { unsafe sink.append(tail.bytes) }

  func endMeshHeading() {
    if hasDescriptor { value(.mesh).append("]}") }
  }

  func startInChemicals(_ element: Element, _ attributes: borrowing XMLAttributes) {
    switch (top.state, element) {
    case (.chemicalList, .chemical):
      beginObject(.chemicals)
      identifier.removeAll()
      tail.removeAll()
      push(.chemical)
    case (.chemical, .registryNumber): beginRaw(identifier)
    case (.chemical, .nameOfSubstance):
      tail.removeAll()
      if let text = unsafe attributes[.uniqueIdentifier] { unsafe tail.append(text) }
      beginMember("name", bit: 0, of: .chemicals)
    default: skip()
    }
  }

  func endChemical() {
    unsafe appendMember("ui", tail.bytes, to: .chemicals)
    unsafe appendMember("registry_number", identifier.trimmed, to: .chemicals)
    endObject(.chemicals)
  }

  func startInGrants(_ element: Element) {
    switch (top.state, element) {
    case (.grantList, .grant):
      beginObject(.grants)
      push(.grant)
    case (.grant, .grantIdentifier): beginMember("id", bit: 0, of: .grants)
    case (.grant, .acronym): beginMember("acronym", bit: 1, of: .grants)
    case (.grant, .agency): beginMember("agency", bit: 2, of: .grants)
    case (.grant, .country): beginMember("country", bit: 3, of: .grants)
    default: skip()
    }
  }

  // MARK: Notices and references

  /// Comments, corrections and retractions are notices; what an older record cites in this place is a reference.
  func startInComments(_ element: Element, _ attributes: borrowing XMLAttributes) {
    switch (top.state, element) {
    case (.commentsCorrectionsList, .commentsCorrections):
      linkField = attributes.has(.referenceType, "Cites") ? .references : .notices
      if attributes.has(.referenceType, "RetractionIn") { isRetracted = true }
      guard fields.contains(linkField) else { return skip() }
      beginLink()
      if linkField == .notices, let type = unsafe attributes[.referenceType] {
        unsafe appendMember("type", type, to: .notices)
      }
      push(.commentsCorrections)
    case (.commentsCorrections, .referenceSource):
      beginMember(linkField == .notices ? "source" : "citation", bit: 0, of: linkField, markedUp)
    case (.commentsCorrections, .pmid): beginRaw(linkPMID)
    default: skip()
    }
  }

  private func beginLink() {
    beginObject(linkField)
    linkPMID.removeAll()
    linkDOI.removeAll()
    linkPMCID.removeAll()
  }

  func endComment() { endReference() }

  func startInReferences(_ element: Element, _ attributes: borrowing XMLAttributes) {
    switch (top.state, element) {
    // Reference lists may hold reference lists.
    case (.referenceList, .referenceList): push(.referenceList)
    case (.referenceList, .reference):
      linkField = .references
      beginLink()
      push(.reference)
    case (.reference, .citation): beginMember("citation", bit: 0, of: .references, markedUp)
    case (.reference, .articleIdentifierList): push(.referenceIdentifierList)
    case (.referenceIdentifierList, .articleIdentifier):
      if attributes.has(.identifierType, "pubmed") {
        beginRaw(linkPMID)
      } else if attributes.has(.identifierType, "doi") {
        beginRaw(linkDOI)
      } else if attributes.has(.identifierType, "pmc") {
        beginRaw(linkPMCID)
      } else {
        skip()
      }
    default: skip()
    }
  }

  func endReference() {
    unsafe appendMember("pmid", linkPMID.trimmed, to: linkField)
    unsafe appendMember("doi", linkDOI.trimmed, to: linkField)
    unsafe appendMember("pmcid", linkPMCID.trimmed, to: linkField)
    endObject(linkField)
  }
}

extension ByteBuffer {
  fileprivate func appendJSONStringOrNull(_ text: UnsafeRawBufferPointer?) {
    if let text = unsafe text, unsafe !text.isEmpty { unsafe appendJSONString(text) } else { append("null") }
  }
}
