import MillraceCore
import Testing

@testable import aug_pubmed

@Suite struct ArticleTests {
  @Test func everyRowHasEveryFieldInOrder() throws {
    let members = try #require(try articleRow().members)
    #expect(members.map(\.name) == ArticleField.allCases.map(\.name))
    #expect(members.first { $0.name == "title" }?.value == .null)
    #expect(members.first { $0.name == "authors" }?.value == .array([]))
  }

  @Test func fieldNamesAreThoseOfTheManual() {
    #expect(
      ArticleField.allCases.map(\.name) == [
        "kind", "pmid", "version", "title", "vernacular_title", "abstract", "abstract_sections", "other_abstracts",
        "journal", "iso_abbreviation", "issn", "volume", "issue", "pages", "year", "date", "medline_date",
        "article_date", "authors", "mesh", "chemicals", "keywords", "doi", "pmcid", "publication_types", "languages",
        "grants", "references", "is_retracted", "notices", "book_title", "publisher", "isbn", "accession",
      ])
  }

  @Test func chosenFieldsOnly() throws {
    let row = try articleRow(
      article: "<ArticleTitle>T</ArticleTitle><Abstract><AbstractText>A</AbstractText></Abstract>",
      fields: ArticleFields(named: ["title", "doi"]))
    #expect(row.json == #"{"kind":"article","pmid":"1","title":"T","doi":null}"#)
  }

  @Test func unknownFieldIsNamedWithTheKnownOnes() {
    let failure = #expect(throws: Failure.self) { try ArticleFields(named: ["title", "titel"]) }
    #expect(failure?.status == .usage)
    #expect(failure?.description.hasPrefix("no article field is called \"titel\" (the fields are kind, pmid, ") == true)
  }

  @Test func structuredAbstract() throws {
    let row = try articleRow(
      article: """
        <Abstract><AbstractText Label="AIM" NlmCategory="OBJECTIVE">To "see".</AbstractText>\
        <AbstractText>Free &amp; open</AbstractText><AbstractText Label="R&amp;D"/>\
        <AbstractText Label="AIM">Two
        lines</AbstractText><CopyrightInformation>© Nobody</CopyrightInformation></Abstract>
        """)
    #expect(row["abstract"]?.text == "AIM: To \"see\".\nFree & open\nAIM: Two\nlines")
    #expect(
      row.json(.abstractSections)
        == #"[{"label":"AIM","category":"OBJECTIVE","text":"To \"see\"."},"#
        + #"{"label":null,"category":null,"text":"Free & open"},{"label":"R&D","category":null,"text":""},"#
        + #"{"label":"AIM","category":null,"text":"Two\nlines"}]"#)
  }

  @Test func plainAbstractHasNoSections() throws {
    let row = try articleRow(article: "<Abstract><AbstractText>One.</AbstractText></Abstract>")
    #expect(row["abstract"]?.text == "One.")
    #expect(row.json(.abstractSections) == "[]")
    let empty = try articleRow(article: "<Abstract><AbstractText/></Abstract>")
    #expect(empty["abstract"] == .null)
  }

  @Test func abstractsInOtherLanguages() throws {
    let row = try articleRow(
      citation: """
        <OtherAbstract Type="Publisher" Language="spa"><AbstractText Label="META">Uno.</AbstractText>\
        <AbstractText>Dos.</AbstractText></OtherAbstract><OtherAbstract Language="fre"><AbstractText/></OtherAbstract>
        """)
    #expect(
      row.json(.otherAbstracts) == #"[{"type":"Publisher","language":"spa","text":"META: Uno.\nDos."}]"#)
    #expect(row["abstract"] == .null)
  }

  @Test func titles() throws {
    let row = try articleRow(
      article: "<ArticleTitle>[A translated title].</ArticleTitle><VernacularTitle>Ein Titel</VernacularTitle>")
    #expect(row["title"]?.text == "[A translated title].")
    #expect(row["vernacular_title"]?.text == "Ein Titel")
    #expect(try articleRow(article: "<ArticleTitle/>")["title"] == .null)
  }

  @Test func authors() throws {
    let row = try articleRow(
      article: """
        <AuthorList CompleteYN="Y"><Author ValidYN="Y" EqualContrib="Y"><LastName>Müller</LastName>\
        <ForeName>Ada B</ForeName><Initials>AB</Initials><Suffix>2<sup>nd</sup></Suffix>\
        <Identifier Source="ORCID">https://orcid.org/0000-0002-1825-0097</Identifier>\
        <AffiliationInfo><Affiliation>Here &lt;there&gt;</Affiliation><Identifier Source="GRID">g</Identifier>\
        </AffiliationInfo><AffiliationInfo><Affiliation>Elsewhere</Affiliation></AffiliationInfo></Author>\
        <Author ValidYN="N"><LastName>Gone</LastName></Author>\
        <Author ValidYN="Y"><CollectiveName>The Group</CollectiveName></Author>\
        <Author><Identifier Source="ORCID">0000-0002-1825-0098</Identifier></Author>\
        <Author ValidYN="Y"><AffiliationInfo><Affiliation>Alone</Affiliation></AffiliationInfo></Author><Author/>\
        </AuthorList>
        """,
      citation: "<InvestigatorList><Investigator><LastName>Nobody</LastName></Investigator></InvestigatorList>")
    #expect(
      row.json(.authors)
        == #"[{"last":"Müller","fore":"Ada B","initials":"AB","suffix":"2ⁿᵈ","orcid":"0000-0002-1825-0097","#
        + #""affiliations":["Here <there>","Elsewhere"],"equal_contribution":true},{"last":"Gone","valid":false},"#
        + #"{"collective":"The Group"},{"orcid_raw":"0000-0002-1825-0098"},{"affiliations":["Alone"]}]"#)
  }

  @Test func meshTerms() throws {
    let row = try articleRow(
      citation: """
        <MeshHeadingList><MeshHeading><DescriptorName UI="D1" MajorTopicYN="N">Cells</DescriptorName>\
        <QualifierName UI="Q1" MajorTopicYN="Y">metabolism</QualifierName>\
        <QualifierName UI="Q2" MajorTopicYN="N">physiology</QualifierName></MeshHeading>\
        <MeshHeading><DescriptorName UI="D2" MajorTopicYN="Y">Mice, "Inbred"</DescriptorName></MeshHeading>\
        <MeshHeading/></MeshHeadingList>
        """)
    #expect(
      row.json(.mesh)
        == #"[{"descriptor":"Cells","ui":"D1","major":false,"qualifiers":[{"name":"metabolism","ui":"Q1","major":true},"#
        + #"{"name":"physiology","ui":"Q2","major":false}]},"#
        + #"{"descriptor":"Mice, \"Inbred\"","ui":"D2","major":true,"qualifiers":[]}]"#)
  }

  @Test func ownIdentifiersNotThoseOfReferences() throws {
    let row = try articleRow(
      article: #"<ELocationID EIdType="doi" ValidYN="Y">10.1/e</ELocationID>"#,
      data: """
        <ArticleIdList><ArticleId IdType="pubmed">1</ArticleId><ArticleId IdType="doi"> 10.1/own </ArticleId>\
        <ArticleId IdType="pmc">PMC1</ArticleId></ArticleIdList><ReferenceList><Title>Refs</Title><Reference>\
        <Citation>A. <i>J</i>.</Citation><ArticleIdList><ArticleId IdType="doi">10.1/ref</ArticleId>\
        <ArticleId IdType="pubmed">7</ArticleId><ArticleId IdType="pmc">PMC7</ArticleId></ArticleIdList></Reference>\
        <ReferenceList><Reference><Citation>Inner</Citation></Reference><Reference/></ReferenceList></ReferenceList>
        """)
    #expect(row["doi"]?.text == "10.1/own")
    #expect(row["pmcid"]?.text == "PMC1")
    #expect(
      row.json(.references)
        == #"[{"citation":"A. J.","pmid":"7","doi":"10.1/ref","pmcid":"PMC7"},{"citation":"Inner"}]"#)
  }

  @Test(arguments: [
    (
      #"<ELocationID EIdType="doi" ValidYN="Y">10.1/e</ELocationID><ELocationID EIdType="pii">S1</ELocationID>"#,
      "10.1/e"
    ),
    (#"<ELocationID EIdType="doi" ValidYN="N">10.1/struck</ELocationID>"#, nil),
    (#"<ELocationID EIdType="pii" ValidYN="Y">S1</ELocationID>"#, nil),
  ])
  func doiOfTheArticleWhereTheListHasNone(location: String, expected: String?) throws {
    let row = try articleRow(article: location, data: #"<ArticleIdList><ArticleId IdType="doi"/></ArticleIdList>"#)
    #expect(row["doi"]?.text == expected)
  }

  @Test func noticesAndOldReferences() throws {
    let row = try articleRow(
      citation: """
        <CommentsCorrectionsList><CommentsCorrections RefType="ErratumIn"><RefSource>J. 2001;1:2</RefSource>\
        <PMID Version="1">22</PMID></CommentsCorrections><CommentsCorrections RefType="Cites"><RefSource>K. 1999</RefSource>\
        <PMID Version="1">33</PMID></CommentsCorrections></CommentsCorrectionsList>
        """)
    #expect(row["pmid"]?.text == "1")
    #expect(row.json(.notices) == #"[{"type":"ErratumIn","source":"J. 2001;1:2","pmid":"22"}]"#)
    #expect(row.json(.references) == #"[{"citation":"K. 1999","pmid":"33"}]"#)
    #expect(row["is_retracted"] == .bool(false))
  }

  @Test(arguments: [
    (#"<PublicationType UI="D016441">Retracted Publication</PublicationType>"#, "", true),
    ("", "RetractionIn", true),
    ("", "RetractionOf", false),
    (#"<PublicationType UI="D016440">Retraction of Publication</PublicationType>"#, "RetractionOf", false),
    ("", "ExpressionOfConcernIn", false),
  ])
  func onlyTheRetractedArticleIsRetracted(type: String, notice: String, expected: Bool) throws {
    let citation =
      notice.isEmpty
      ? "" : #"<CommentsCorrectionsList><CommentsCorrections RefType="\#(notice)"/></CommentsCorrectionsList>"#
    for fields in [ArticleFields.all, ArticleFields([.isRetracted])] {
      let row = try articleRow(
        article: "<PublicationTypeList>\(type)</PublicationTypeList>", citation: citation, fields: fields)
      #expect(row["is_retracted"] == .bool(expected))
    }
  }

  @Test func remainingLists() throws {
    let row = try articleRow(
      article: """
        <Language>eng</Language><Language>fre</Language><GrantList><Grant><GrantID>R01</GrantID><Agency>NIH</Agency>\
        <Country>United States</Country></Grant><Grant/></GrantList><Pagination><StartPage>12</StartPage>\
        <EndPage>19</EndPage></Pagination>
        """,
      citation: """
        <ChemicalList><Chemical><RegistryNumber>0</RegistryNumber><NameOfSubstance UI="D9">Salt</NameOfSubstance>\
        </Chemical></ChemicalList><KeywordList Owner="NOTNLM"><Keyword>a</Keyword></KeywordList>\
        <KeywordList Owner="PIP"><Keyword>b<sub>1</sub></Keyword><Keyword/></KeywordList>
        """)
    #expect(row.json(.languages) == #"["eng","fre"]"#)
    #expect(row.json(.grants) == #"[{"id":"R01","agency":"NIH","country":"United States"}]"#)
    #expect(row["pages"]?.text == "12-19")
    #expect(row.json(.chemicals) == #"[{"name":"Salt","ui":"D9","registry_number":"0"}]"#)
    #expect(row.json(.keywords) == #"["a","b₁"]"#)
  }

  @Test func doubleEscapesInvisibleAndRareCharactersSurvive() throws {
    let title = "x&amp;#945; \u{200B}\u{00A0}\u{E000}\u{1F9EC} \u{FEFF}&#x3B1; tab\there"
    let row = try articleRow(article: "<ArticleTitle>\(title)</ArticleTitle>")
    #expect(row["title"]?.text == "x&#945; \u{200B}\u{00A0}\u{E000}\u{1F9EC} \u{FEFF}α tab\there")
  }

  @Test func commentsAndCDATADoNotCutText() throws {
    let row = try articleRow(
      article:
        "<ArticleTitle>a<!-- no -->b<![CDATA[<c> & \"d\"]]><?pi no?>e<unknown>f</unknown></ArticleTitle><New><PMID>9</PMID></New>"
    )
    #expect(row["title"]?.text == #"ab<c> & "d"ef"#)
    #expect(row["pmid"]?.text == "1")
  }

  @Test func booksAndDeletionsAreRows() throws {
    let rows = try parsedRows(
      """
      <PubmedArticleSet><PubmedBookArticle><BookDocument><PMID Version="2">20</PMID><ArticleIdList>\
      <ArticleId IdType="bookaccession">NBK1</ArticleId><ArticleId IdType="doi">10.1/b</ArticleId></ArticleIdList><Book>\
      <Publisher><PublisherName>A Press</PublisherName></Publisher><BookTitle book="b">The <i>Book</i></BookTitle>\
      <PubDate><Year>1993</Year></PubDate><AuthorList Type="editors"><Author><LastName>Ed</LastName></Author></AuthorList>\
      <Isbn>1</Isbn></Book><ArticleTitle>A chapter</ArticleTitle><Language>eng</Language><AuthorList Type="authors">\
      <Author><LastName>Au</LastName></Author></AuthorList><PublicationType UI="D1">Review</PublicationType><Abstract>\
      <AbstractText>Short.</AbstractText></Abstract><Sections><Section><SectionTitle>S</SectionTitle></Section></Sections>\
      </BookDocument><PubmedBookData><ArticleIdList><ArticleId IdType="pubmed">20</ArticleId></ArticleIdList>\
      </PubmedBookData></PubmedBookArticle><DeleteCitation><PMID Version="1">30</PMID><PMID Version="3">31</PMID>\
      </DeleteCitation></PubmedArticleSet>
      """)
    #expect(rows.map { $0["kind"]?.text } == ["book", "deletion", "deletion"])
    #expect(rows.map { $0["pmid"]?.text } == ["20", "30", "31"])
    #expect(rows[2]["version"]?.integer == 3)
    #expect(rows[1]["is_retracted"] == .null)
    let book = rows[0]
    #expect(book["title"]?.text == "A chapter")
    #expect(book["book_title"]?.text == "The Book")
    #expect(book["publisher"]?.text == "A Press")
    #expect(book["accession"]?.text == "NBK1")
    #expect(book["doi"]?.text == "10.1/b")
    #expect(book["year"]?.integer == 1993)
    #expect(book["abstract"]?.text == "Short.")
    #expect(book.json(.authors) == #"[{"last":"Au"}]"#)
    #expect(book.json(.publicationTypes) == #"["Review"]"#)
    #expect(book.json(.isbn) == #"["1"]"#)
  }

  @Test func versionsOfOneArticleAreRowsOfTheirOwn() throws {
    let article = { (version: Int) in
      "<PubmedArticle><MedlineCitation><PMID Version=\"\(version)\">5</PMID></MedlineCitation></PubmedArticle>"
    }
    let rows = try parsedRows("<PubmedArticleSet>\(article(1))\(article(2))</PubmedArticleSet>")
    #expect(rows.map { $0["version"]?.integer } == [1, 2])
  }

  @Test func wantedArticlesOnly() throws {
    let article = { (pmid: Int) in
      "<PubmedArticle><MedlineCitation><PMID>\(pmid)</PMID><Article><ArticleTitle>\(pmid)</ArticleTitle></Article>"
        + "</MedlineCitation><PubmedData/></PubmedArticle>"
    }
    let xml =
      "<PubmedArticleSet>\((1...9).map(article).joined())<DeleteCitation><PMID>3</PMID><PMID>7</PMID></DeleteCitation></PubmedArticleSet>"
    let wanted = PMIDList([7, 2, 7, 12].compactMap { try? pmid("\($0)") })
    let rows = try parsedRows(xml, wanted: wanted)
    #expect(rows.map { $0["title"]?.text } == ["2", "7", nil])
    #expect(rows.map { $0["kind"]?.text } == ["article", "article", "deletion"])
  }
}

/// The PMID that a row's value tells.
func pmid(_ value: String) throws(Failure) -> PMID {
  let buffer = ByteBuffer()
  buffer.append(value)
  return try unsafe PMID(value: buffer.bytes)
}
