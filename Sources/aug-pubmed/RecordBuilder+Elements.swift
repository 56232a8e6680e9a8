import MillraceCore

/// What each element means, by where it stands: the order of NLM's DTD, https://dtd.nlm.nih.gov/ncbi/pubmed/.
extension RecordBuilder {
  func start(_ element: Element, _ attributes: borrowing XMLAttributes) {
    if isPassedOver { return skip() }
    switch top.state {
    case .document: startRoot(element)
    case .articleSet: startRecord(element)
    case .fetchResult: if element == .error { beginRaw(identifier, state: .errorText) } else { skip() }
    case .pubmedArticle: startInPubmedArticle(element)
    case .medlineCitation: startInCitation(element, attributes)
    case .article: startInArticle(element, attributes)
    case .journal, .journalIssue, .pagination: startInJournal(element)
    case .publicationDate: startInDate(element, date)
    case .articleDate: startInDate(element, electronicDate)
    case .abstract, .otherAbstract: startInAbstract(element, attributes)
    case .authorList: startInAuthorList(element, attributes)
    case .author: startInAuthor(element, attributes)
    case .affiliationInfo: if element == .affiliation { beginAffiliation() } else { skip() }
    case .publicationTypeList: if element == .publicationType { beginPublicationType() } else { skip() }
    case .keywordList: if element == .keyword { beginItem(.keywords, markedUp) } else { skip() }
    case .meshHeadingList, .meshHeading: startInMesh(element, attributes)
    case .chemicalList, .chemical: startInChemicals(element, attributes)
    case .grantList, .grant: startInGrants(element)
    case .commentsCorrectionsList, .commentsCorrections: startInComments(element, attributes)
    case .pubmedData: startInPubmedData(element)
    case .articleIdentifierList: startArticleIdentifier(element, attributes)
    case .referenceList, .reference, .referenceIdentifierList: startInReferences(element, attributes)
    case .bookArticle: startInBookArticle(element)
    case .bookDocument: startInBookDocument(element, attributes)
    case .book, .publisher: startInBook(element)
    case .deletion: if element == .pmid { beginDeletion(attributes) } else { skip() }
    case .text, .item, .publicationType, .member, .abstractText, .name, .identifierText, .authorIdentifier, .pmid,
      .deletedPMID, .errorText, .inline, .superscript, .subscript:
      beginInline(element)
    }
  }

  func endElement() {
    let frame = pop()
    switch frame.state {
    case .inline, .superscript, .subscript: endInline(frame)
    case .text: endText()
    case .item: endItem()
    case .member: endMember()
    case .publicationType: endPublicationType()
    case .abstractText: endAbstractText()
    case .abstract: if !isStructured, sectionCount < 2 { value(.abstractSections).removeAll() }
    case .otherAbstract: endOtherAbstract()
    case .name: endMeshName()
    case .authorIdentifier: endAuthorIdentifier()
    case .author: endAuthor()
    case .meshHeading: endMeshHeading()
    case .chemical: endChemical()
    case .grant: endObject(.grants)
    case .commentsCorrections: endComment()
    case .reference: endReference()
    case .pmid: passOverUnwanted()
    case .deletedPMID: endDeletion()
    case .pubmedArticle, .bookArticle: endRecord()
    case .bookDocument: if top.state != .bookArticle { endRecord() }
    case .errorText:
      refusal =
        unsafe "EFetch answered with an error: \(String(decoding: identifier.trimmed.prefix(500), as: UTF8.self))"
    default: break
    }
  }

  // MARK: Documents and records

  /// Whether documents of PubMed's begin with this element; the builder takes no others.
  static func isRoot(_ element: Element) -> Bool {
    switch element {
    case .pubmedArticleSet, .pubmedBookArticleSet, .bookDocumentSet, .fetchResult, .pubmedArticle, .pubmedBookArticle,
      .bookDocument, .deleteCitation:
      true
    default: false
    }
  }

  private func startRoot(_ element: Element) {
    switch element {
    case .pubmedArticleSet, .pubmedBookArticleSet, .bookDocumentSet: push(.articleSet)
    case .fetchResult:
      identifier.removeAll()
      push(.fetchResult)
    default: startRecord(element)
    }
  }

  private func startRecord(_ element: Element) {
    switch element {
    case .pubmedArticle: beginRecord(.article, in: .pubmedArticle)
    case .pubmedBookArticle: beginRecord(.book, in: .bookArticle)
    case .bookDocument: beginRecord(.book, in: .bookDocument)
    case .deleteCitation, .deleteDocument: push(.deletion)
    default: skip()
    }
  }

  private func beginRecord(_ kind: RecordKind, in state: State) {
    clear()
    self.kind = kind
    push(state)
  }

  private func startInPubmedArticle(_ element: Element) {
    switch element {
    case .medlineCitation: push(.medlineCitation)
    case .pubmedData: enter(.pubmedData, for: .doi, .pmcid, .references)
    default: skip()
    }
  }

  private func startInCitation(_ element: Element, _ attributes: borrowing XMLAttributes) {
    switch element {
    case .pmid: beginPMID(attributes)
    case .article: push(.article)
    case .meshHeadingList: enter(.meshHeadingList, for: .mesh)
    case .chemicalList: enter(.chemicalList, for: .chemicals)
    case .keywordList: enter(.keywordList, for: .keywords)
    case .otherAbstract: beginOtherAbstract(attributes)
    case .commentsCorrectionsList: enter(.commentsCorrectionsList, for: .notices, .isRetracted, .references)
    default: skip()
    }
  }

  private func startInArticle(_ element: Element, _ attributes: borrowing XMLAttributes) {
    switch element {
    case .journal: push(.journal)
    case .articleTitle: beginText(.title, markedUp)
    case .vernacularTitle: beginText(.vernacularTitle, markedUp)
    case .pagination: enter(.pagination, for: .pages)
    case .electronicLocation: beginElectronicLocation(attributes)
    case .abstract: enter(.abstract, for: .abstract, .abstractSections)
    case .authorList: enter(.authorList, for: .authors)
    case .language: if fields.contains(.languages) { beginItem(.languages) } else { skip() }
    case .publicationTypeList: enter(.publicationTypeList, for: .publicationTypes, .isRetracted)
    case .grantList: enter(.grantList, for: .grants)
    case .articleDate:
      // The first one counts.
      if electronicDate.year.count == 0 { enter(.articleDate, for: .articleDate) } else { skip() }
    default: skip()
    }
  }

  private func beginPMID(_ attributes: borrowing XMLAttributes) {
    let version = value(.version)
    if version.count == 0, let text = unsafe attributes[.version] { unsafe version.append(text.trimmed) }
    beginRaw(value(.pmid), state: .pmid)
  }

  private func passOverUnwanted() {
    guard let wanted else { return }
    isPassedOver = unsafe PMID(digits: value(.pmid).trimmed).map { !wanted.contains($0) } ?? true
  }

  private func beginDeletion(_ attributes: borrowing XMLAttributes) {
    clear()
    kind = .deletion
    if let text = unsafe attributes[.version] { unsafe value(.version).append(text.trimmed) }
    beginRaw(value(.pmid), state: .deletedPMID)
  }

  private func endDeletion() {
    passOverUnwanted()
    endRecord()
  }

  // MARK: Journal, dates, identifiers

  private func startInJournal(_ element: Element) {
    switch (top.state, element) {
    case (.journal, .title): beginText(.journal)
    case (.journal, .isoAbbreviation): beginText(.isoAbbreviation)
    case (.journal, .issn): if fields.contains(.issn) { beginRaw(value(.issn)) } else { skip() }
    case (.journal, .journalIssue): enter(.journalIssue, for: .volume, .issue, .year, .date, .medlineDate)
    case (.journalIssue, .volume): beginText(.volume)
    case (.journalIssue, .issue): beginText(.issue)
    case (.journalIssue, .publicationDate): enter(.publicationDate, for: .year, .date, .medlineDate)
    case (.pagination, .medlinePagination): beginText(.pages)
    case (.pagination, .startPage): beginRaw(startPage)
    case (.pagination, .endPage): beginRaw(endPage)
    default: skip()
    }
  }

  private func startInDate(_ element: Element, _ date: PublicationDate) {
    switch element {
    case .year: beginRaw(date.year)
    case .month: beginRaw(date.month)
    case .day: beginRaw(date.day)
    case .season: beginRaw(date.season)
    case .medlineDate: beginRaw(date.medline)
    default: skip()
    }
  }

  private func beginElectronicLocation(_ attributes: borrowing XMLAttributes) {
    let counts = attributes.has(.electronicIdentifierType, "doi") && !attributes.has(.valid, "N")
    if fields.contains(.doi), counts { beginRaw(electronicDOI) } else { skip() }
  }

  /// The record's own identifiers. Those of its references stand in lists of their own.
  private func startArticleIdentifier(_ element: Element, _ attributes: borrowing XMLAttributes) {
    guard element == .articleIdentifier else { return skip() }
    if fields.contains(.doi), attributes.has(.identifierType, "doi") {
      beginRaw(value(.doi))
    } else if fields.contains(.pmcid), attributes.has(.identifierType, "pmc") {
      beginRaw(value(.pmcid))
    } else if fields.contains(.accession), attributes.has(.identifierType, "bookaccession") {
      beginRaw(value(.accession))
    } else {
      skip()
    }
  }

  private func startInPubmedData(_ element: Element) {
    switch element {
    case .articleIdentifierList: enter(.articleIdentifierList, for: .doi, .pmcid, .accession)
    case .referenceList: enter(.referenceList, for: .references)
    default: skip()
    }
  }

  private func beginPublicationType() {
    beginItem(.publicationTypes, state: .publicationType)
  }

  private func endPublicationType() {
    let text = unsafe UnsafeRawBufferPointer(rebasing: sink.bytes[textStart...])
    if unsafe text.trimmed.equals("Retracted Publication") { isRetracted = true }
    endItem()
  }

  // MARK: Abstracts

  private func beginOtherAbstract(_ attributes: borrowing XMLAttributes) {
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

  private func endOtherAbstract() {
    let list = value(.otherAbstracts)
    itemHasMembers = list.count > abstractStart
    list.append(UInt8(ascii: "\""))
    endObject(.otherAbstracts)
  }

  private func startInAbstract(_ element: Element, _ attributes: borrowing XMLAttributes) {
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
  private func endAbstractText() {
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

  private func startInAuthorList(_ element: Element, _ attributes: borrowing XMLAttributes) {
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

  private func startInAuthor(_ element: Element, _ attributes: borrowing XMLAttributes) {
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

  private func beginAffiliation() {
    sink = affiliations
    elementStart = affiliations.count
    if affiliations.count > 0 { affiliations.append(UInt8(ascii: ",")) }
    affiliations.append(UInt8(ascii: "\""))
    textStart = affiliations.count
    push(.item, markedUp)
  }

  /// Tells the first valid ORCID, and the first that is none as `orcid_raw`.
  private func endAuthorIdentifier() {
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

  private func endAuthor() {
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

  private func startInMesh(_ element: Element, _ attributes: borrowing XMLAttributes) {
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

  private func endMeshName() { unsafe sink.append(tail.bytes) }

  private func endMeshHeading() {
    if hasDescriptor { value(.mesh).append("]}") }
  }

  private func startInChemicals(_ element: Element, _ attributes: borrowing XMLAttributes) {
    switch (top.state, element) {
    case (.chemicalList, .chemical):
      beginObject(.chemicals)
      identifier.removeAll()
      push(.chemical)
    case (.chemical, .registryNumber): beginRaw(identifier)
    case (.chemical, .nameOfSubstance):
      tail.removeAll()
      if let text = unsafe attributes[.uniqueIdentifier] { unsafe tail.append(text) }
      beginMember("name", bit: 0, of: .chemicals)
    default: skip()
    }
  }

  private func endChemical() {
    if itemHasMembers { unsafe appendMember("ui", tail.bytes, to: .chemicals) }
    unsafe appendMember("registry_number", identifier.trimmed, to: .chemicals)
    endObject(.chemicals)
  }

  private func startInGrants(_ element: Element) {
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
  private func startInComments(_ element: Element, _ attributes: borrowing XMLAttributes) {
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

  private func endComment() { endReference() }

  private func startInReferences(_ element: Element, _ attributes: borrowing XMLAttributes) {
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

  private func endReference() {
    unsafe appendMember("pmid", linkPMID.trimmed, to: linkField)
    unsafe appendMember("doi", linkDOI.trimmed, to: linkField)
    unsafe appendMember("pmcid", linkPMCID.trimmed, to: linkField)
    endObject(linkField)
  }

  // MARK: Books

  private func startInBookArticle(_ element: Element) {
    switch element {
    case .bookDocument: push(.bookDocument)
    case .pubmedBookData: enter(.pubmedData, for: .doi, .pmcid, .accession)
    default: skip()
    }
  }

  private func startInBookDocument(_ element: Element, _ attributes: borrowing XMLAttributes) {
    switch element {
    case .pmid: beginPMID(attributes)
    case .articleIdentifierList: enter(.articleIdentifierList, for: .doi, .pmcid, .accession)
    case .book: push(.book)
    case .keywordList: enter(.keywordList, for: .keywords)
    case .publicationType:
      if fields.contains(.publicationTypes) || fields.contains(.isRetracted) { beginPublicationType() } else { skip() }
    case .referenceList: enter(.referenceList, for: .references)
    default: startInArticle(element, attributes)
    }
  }

  private func startInBook(_ element: Element) {
    switch (top.state, element) {
    case (.book, .bookTitle): beginText(.bookTitle, markedUp)
    case (.book, .publisher): enter(.publisher, for: .publisher)
    case (.publisher, .publisherName): beginText(.publisher, markedUp)
    case (.book, .publicationDate): enter(.publicationDate, for: .year, .date, .medlineDate)
    case (.book, .volume): beginText(.volume)
    case (.book, .isbn): if fields.contains(.isbn) { beginItem(.isbn) } else { skip() }
    default: skip()
    }
  }
}

extension ByteBuffer {
  fileprivate func appendJSONStringOrNull(_ text: UnsafeRawBufferPointer?) {
    if let text = unsafe text, unsafe !text.isEmpty { unsafe appendJSONString(text) } else { append("null") }
  }
}
