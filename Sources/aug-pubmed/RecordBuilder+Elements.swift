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
