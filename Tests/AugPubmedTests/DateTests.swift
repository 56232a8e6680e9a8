import MillraceCore
import Testing

@testable import aug_pubmed

@Suite struct DateTests {
  @Test(arguments: [
    ("<Year>2021</Year>", 2021, "2021"),
    ("<Year>2021</Year><Month>May</Month>", 2021, "2021-05"),
    ("<Year>2021</Year><Month>12</Month><Day>3</Day>", 2021, "2021-12-03"),
    ("<Year> 2021 </Year><Month>september</Month><Day>30</Day>", 2021, "2021-09-30"),
    ("<Year>2024</Year><Month>Feb</Month><Day>29</Day>", 2024, "2024-02-29"),
    ("<Year>2023</Year><Month>Feb</Month><Day>29</Day>", 2023, "2023 Feb 29"),
    ("<Year>2021</Year><Month>May-Jun</Month>", 2021, "2021 May-Jun"),
    ("<Year>2000</Year><Season>Spring</Season>", 2000, "2000 Spring"),
    ("<Year>2021</Year><Day>3</Day>", 2021, "2021 3"),
  ])
  func parts(source: String, year: Int, date: String) throws {
    let row = try articleRow(article: "<Journal><JournalIssue><PubDate>\(source)</PubDate></JournalIssue></Journal>")
    #expect(row["year"]?.integer == year)
    #expect(row["date"]?.text == date)
    #expect(row["medline_date"] == .null)
  }

  @Test(arguments: [
    ("2021 May-Jun", 2021), ("1998-1999", 1998), ("1977 Apr 14-21", 1977), ("2000 Spring", 2000),
    ("Spring 2000", 2000), ("1998 Dec-1999 Jan", 1998), ("12345 Vol. 1901", 1901), ("undated", nil),
  ])
  func medlineDates(text: String, year: Int?) throws {
    let row = try articleRow(
      article:
        "<Journal><JournalIssue><PubDate><MedlineDate>\(text)</MedlineDate></PubDate></JournalIssue></Journal>")
    #expect(row["year"]?.integer == year)
    #expect(row["date"]?.text == text)
    #expect(row["medline_date"]?.text == text)
  }

  @Test func otherDatesAreNotThePublicationDate() throws {
    let row = try articleRow(
      article: #"<ArticleDate DateType="Electronic"><Year>2019</Year><Month>01</Month><Day>09</Day></ArticleDate>"#,
      citation: "<DateCompleted><Year>2018</Year></DateCompleted>",
      data: #"<History><PubMedPubDate PubStatus="pubmed"><Year>2017</Year></PubMedPubDate></History>"#)
    #expect(row["year"] == .null)
    #expect(row["date"] == .null)
    #expect(row["article_date"]?.text == "2019-01-09")
  }
}

@Suite struct IdentifierTests {
  @Test(arguments: [
    ("https://orcid.org/0000-0002-1825-0097", "0000-0002-1825-0097"),
    ("http://orcid.org/0000-0002-1694-233X", "0000-0002-1694-233X"),
    ("HTTP://ORCID.ORG/0000-0002-1694-233x", "0000-0002-1694-233X"),
    ("orcid.org/0000000218250097", "0000-0002-1825-0097"),
    (" 0000-0002-1825-0097\n", "0000-0002-1825-0097"),
    ("0000-0002-1825-0096", nil), ("000-0002-1825-0097", nil), ("0000-0002-1825-00970", nil),
    ("https://example.org/0000-0002-1825-0097", nil), ("0000-0002-1825-009", nil), ("000X-0002-1825-0097", nil),
    ("none", nil),
  ])
  func orcid(text: String, expected: String?) throws {
    let row = try articleRow(
      article: "<AuthorList><Author><Identifier Source=\"ORCID\">\(text)</Identifier></Author></AuthorList>")
    let author = try #require(row["authors"]?.elements?.first)
    #expect(author["orcid"]?.text == expected)
    #expect((author["orcid_raw"] == nil) == (expected != nil))
  }

  @Test(arguments: [("123", "123"), (" 123 ", "123"), ("\t4294967295\r\n", "4294967295"), ("007", "7")])
  func pmidsAsPeopleWriteThem(text: String, expected: String) throws {
    #expect(try pmid(text).description == expected)
  }

  @Test(arguments: ["PMID: 123", "12.0", "abc", "-5", "0", "4294967296", "1 2", "１２", "+1", "99999999999999999999"])
  func noPMIDs(text: String) {
    let failure = #expect(throws: Failure.self) { try pmid(text) }
    #expect(
      failure == Failure(.badData, "not a PMID: \"\(text)\"", advice: "a PMID is a whole number from 1, digits only"))
  }

  @Test func emptyPMID() {
    #expect(throws: Failure(.badData, "the PMID is empty")) { try pmid(" \t") }
  }
}
