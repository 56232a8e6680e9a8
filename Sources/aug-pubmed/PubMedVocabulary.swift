/// The elements of NLM's PubMed DTD that carry something a row tells, and the inline elements of its texts.
///
/// The raw value is the element's local name. Every other name is `unknown`.
enum Element: String, CaseIterable {
  // Documents and records
  case pubmedArticleSet = "PubmedArticleSet"
  case pubmedBookArticleSet = "PubmedBookArticleSet"
  case bookDocumentSet = "BookDocumentSet"
  case pubmedArticle = "PubmedArticle"
  case pubmedBookArticle = "PubmedBookArticle"
  case deleteCitation = "DeleteCitation"
  case deleteDocument = "DeleteDocument"
  case fetchResult = "eFetchResult"
  case error = "ERROR"
  // The citation
  case medlineCitation = "MedlineCitation"
  case pmid = "PMID"
  case article = "Article"
  case articleTitle = "ArticleTitle"
  case vernacularTitle = "VernacularTitle"
  case abstract = "Abstract"
  case otherAbstract = "OtherAbstract"
  case abstractText = "AbstractText"
  case language = "Language"
  case electronicLocation = "ELocationID"
  case publicationTypeList = "PublicationTypeList"
  case publicationType = "PublicationType"
  case keywordList = "KeywordList"
  case keyword = "Keyword"
  // Journal, pages, dates
  case journal = "Journal"
  case title = "Title"
  case isoAbbreviation = "ISOAbbreviation"
  case issn = "ISSN"
  case journalIssue = "JournalIssue"
  case volume = "Volume"
  case issue = "Issue"
  case pagination = "Pagination"
  case medlinePagination = "MedlinePgn"
  case startPage = "StartPage"
  case endPage = "EndPage"
  case publicationDate = "PubDate"
  case articleDate = "ArticleDate"
  case year = "Year"
  case month = "Month"
  case day = "Day"
  case season = "Season"
  case medlineDate = "MedlineDate"
  // Authors
  case authorList = "AuthorList"
  case author = "Author"
  case lastName = "LastName"
  case foreName = "ForeName"
  case initials = "Initials"
  case suffix = "Suffix"
  case collectiveName = "CollectiveName"
  case identifier = "Identifier"
  case affiliationInfo = "AffiliationInfo"
  case affiliation = "Affiliation"
  // Lists
  case meshHeadingList = "MeshHeadingList"
  case meshHeading = "MeshHeading"
  case descriptorName = "DescriptorName"
  case qualifierName = "QualifierName"
  case chemicalList = "ChemicalList"
  case chemical = "Chemical"
  case registryNumber = "RegistryNumber"
  case nameOfSubstance = "NameOfSubstance"
  case grantList = "GrantList"
  case grant = "Grant"
  case grantIdentifier = "GrantID"
  case acronym = "Acronym"
  case agency = "Agency"
  case country = "Country"
  case commentsCorrectionsList = "CommentsCorrectionsList"
  case commentsCorrections = "CommentsCorrections"
  case referenceSource = "RefSource"
  // What PubMed adds
  case pubmedData = "PubmedData"
  case articleIdentifierList = "ArticleIdList"
  case articleIdentifier = "ArticleId"
  case referenceList = "ReferenceList"
  case reference = "Reference"
  case citation = "Citation"
  // Books
  case bookDocument = "BookDocument"
  case pubmedBookData = "PubmedBookData"
  case book = "Book"
  case bookTitle = "BookTitle"
  case publisher = "Publisher"
  case publisherName = "PublisherName"
  case isbn = "Isbn"
  // Inline markup
  case bold = "b"
  case italic = "i"
  case underline = "u"
  case superscript = "sup"
  case `subscript` = "sub"
  // MathML: presentation elements; the token elements hold its text
  case math, mrow, mfrac, msqrt, mroot, mstyle, merror, mpadded, mphantom, mfenced, menclose, msub, msup, msubsup
  case munder, mover, munderover, mmultiscripts, mprescripts, none, mtable, mlabeledtr, mtr, mtd, mspace
  case mi, mn, mo, ms, mtext

  case unknown = ""

  /// A MathML element whose white space is text; between all others it is layout.
  var isMathToken: Bool {
    switch self {
    case .mi, .mn, .mo, .ms, .mtext: true
    default: false
    }
  }

  /// One of the tags that `--markup html` keeps.
  var isMarkup: Bool {
    switch self {
    case .bold, .italic, .underline, .superscript, .subscript, .math, .mrow, .mfrac, .msqrt, .mroot, .mstyle, .merror,
      .mpadded, .mphantom, .mfenced, .menclose, .msub, .msup, .msubsup, .munder, .mover, .munderover, .mmultiscripts,
      .mprescripts, .none, .mtable, .mlabeledtr, .mtr, .mtd, .mspace, .mi, .mn, .mo, .ms, .mtext:
      true
    default: false
    }
  }
}

/// The attributes that a row tells or that decide what an element means.
enum Attribute: Int, CaseIterable {
  case version, uniqueIdentifier, majorTopic, label, category, type, language, valid, equalContribution, source,
    identifierType, electronicIdentifierType, referenceType

  var name: String {
    switch self {
    case .version: "Version"
    case .uniqueIdentifier: "UI"
    case .majorTopic: "MajorTopicYN"
    case .label: "Label"
    case .category: "NlmCategory"
    case .type: "Type"
    case .language: "Language"
    case .valid: "ValidYN"
    case .equalContribution: "EqualContrib"
    case .source: "Source"
    case .identifierType: "IdType"
    case .electronicIdentifierType: "EIdType"
    case .referenceType: "RefType"
    }
  }
}
