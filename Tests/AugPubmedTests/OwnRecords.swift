/// Invented records that hold every trap of PubMed XML that we know.
let inventedRecords = #"""
  <?xml version="1.0" encoding="utf-8"?>
  <!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2099//EN" "https://dtd.example.org/p.dtd">
  <PubmedArticleSet>
  <PubmedArticle>
    <MedlineCitation Status="MEDLINE" Owner="NLM">
      <PMID Version="1">90000001</PMID>
      <DateCompleted><Year>2022</Year><Month>01</Month><Day>02</Day></DateCompleted>
      <Article PubModel="Print-Electronic">
        <Journal><ISSN IssnType="Electronic">0000-0019</ISSN><JournalIssue CitedMedium="Internet"><Volume>7</Volume>
          <Issue>2 Pt 1</Issue><PubDate><Year>2021</Year><Month>Feb</Month><Day>28</Day></PubDate></JournalIssue>
          <Title>Journal of Invented Results &amp; Notes</Title><ISOAbbreviation>J Inv Res</ISOAbbreviation></Journal>
        <ArticleTitle>Effect of <i>E. inventa</i> on PGD<sub>2</sub>, Ca<sup>2+</sup> and NF-<i><sub>κ</sub></i>B at 10<sup>-3</sup> M.</ArticleTitle>
        <Pagination><StartPage>11</StartPage><EndPage>19</EndPage><MedlinePgn>11-9</MedlinePgn></Pagination>
        <ELocationID EIdType="doi" ValidYN="Y">10.99999/inv.1</ELocationID>
        <ELocationID EIdType="pii" ValidYN="Y">S1</ELocationID>
        <Abstract>
          <AbstractText Label="AIM &lt;1&gt;" NlmCategory="OBJECTIVE">Is <mml:math xmlns:mml="http://www.w3.org/1998/Math/MathML">
            <mml:mrow><mml:msup><mml:mi>x</mml:mi><mml:mn>2</mml:mn></mml:msup>
              <mml:mo>&lt;</mml:mo> <mml:mtext>a b</mml:mtext></mml:mrow></mml:math> true?</AbstractText>
          <AbstractText>No label, p&lt;0.05 &amp; &amp;#945; twice escaped.</AbstractText>
          <AbstractText Label="METHODS"/>
          <AbstractText Label="AIM &lt;1&gt;">Again
  on a new line with "quotes" and \ backslash.</AbstractText>
          <CopyrightInformation>© 2021 Nobody.</CopyrightInformation>
        </Abstract>
        <AuthorList CompleteYN="Y">
          <Author ValidYN="Y" EqualContrib="Y"><LastName>Ørsted</LastName><ForeName>Inge</ForeName><Initials>I</Initials>
            <Suffix>3<sup>rd</sup></Suffix><Identifier Source="ORCID">http://orcid.org/0000-0002-1694-233X</Identifier>
            <AffiliationInfo><Affiliation>Dept A &amp; B.</Affiliation></AffiliationInfo>
            <AffiliationInfo><Affiliation>Institute <i>C</i>.</Affiliation></AffiliationInfo></Author>
          <Author ValidYN="N"><LastName>Struck</LastName><Initials>S</Initials></Author>
          <Author ValidYN="Y"><CollectiveName>INVENTED Study Group<sub>1</sub></CollectiveName></Author>
          <Author ValidYN="Y"><LastName>Wrong</LastName><Identifier Source="ORCID">0000-0002-1694-233</Identifier></Author>
        </AuthorList>
        <Language>eng</Language><Language>dan</Language>
        <GrantList CompleteYN="Y"><Grant><GrantID>X-1</GrantID><Acronym>XX</Acronym><Agency>Nobody</Agency>
          <Country>Nowhere</Country></Grant></GrantList>
        <PublicationTypeList><PublicationType UI="D016428">Journal Article</PublicationType>
          <PublicationType UI="D016441">Retracted Publication</PublicationType></PublicationTypeList>
        <ArticleDate DateType="Electronic"><Year>2020</Year><Month>12</Month><Day>31</Day></ArticleDate>
      </Article>
      <ChemicalList><Chemical><RegistryNumber>0</RegistryNumber><NameOfSubstance UI="D000001">Water</NameOfSubstance></Chemical></ChemicalList>
      <CommentsCorrectionsList>
        <CommentsCorrections RefType="RetractionIn"><RefSource>J Inv Res. 2022;8:1</RefSource><PMID Version="1">90000009</PMID></CommentsCorrections>
        <CommentsCorrections RefType="Cites"><RefSource>Old J. 1999;1:1</RefSource><PMID Version="1">90000008</PMID></CommentsCorrections>
      </CommentsCorrectionsList>
      <MeshHeadingList>
        <MeshHeading><DescriptorName UI="D000002" MajorTopicYN="N">Cells</DescriptorName>
          <QualifierName UI="Q000001" MajorTopicYN="Y">metabolism</QualifierName></MeshHeading>
        <MeshHeading><DescriptorName UI="D000003" MajorTopicYN="Y">Humans</DescriptorName></MeshHeading>
      </MeshHeadingList>
      <OtherAbstract Type="Publisher" Language="dan"><AbstractText Label="MÅL">Er det sandt?</AbstractText></OtherAbstract>
      <KeywordList Owner="NOTNLM"><Keyword MajorTopicYN="N">H<sub>2</sub>O</Keyword><Keyword MajorTopicYN="N">other</Keyword></KeywordList>
      <InvestigatorList><Investigator ValidYN="Y"><LastName>Not</LastName><ForeName>An Author</ForeName></Investigator></InvestigatorList>
    </MedlineCitation>
    <PubmedData>
      <History><PubMedPubDate PubStatus="pubmed"><Year>2019</Year><Month>1</Month><Day>1</Day></PubMedPubDate></History>
      <PublicationStatus>ppublish</PublicationStatus>
      <ArticleIdList><ArticleId IdType="pubmed">90000001</ArticleId><ArticleId IdType="doi"/><ArticleId IdType="pmc">PMC900001</ArticleId></ArticleIdList>
      <ReferenceList><Title>References</Title><Reference><Citation>A <i>citation</i>.</Citation>
        <ArticleIdList><ArticleId IdType="pubmed">90000007</ArticleId><ArticleId IdType="doi">10.99999/ref.1</ArticleId></ArticleIdList></Reference>
        <ReferenceList><Reference><Citation>An inner one.</Citation></Reference></ReferenceList></ReferenceList>
    </PubmedData>
  </PubmedArticle>
  <PubmedArticle><MedlineCitation><PMID Version="2">90000002</PMID><Article><Journal><JournalIssue><PubDate>
    <MedlineDate>1998 Dec-1999 Jan</MedlineDate></PubDate></JournalIssue></Journal><ArticleTitle>[Something in Danish].</ArticleTitle>
    <VernacularTitle>Noget på dansk</VernacularTitle><Language>dan</Language></Article></MedlineCitation></PubmedArticle>
  <PubmedArticle><MedlineCitation><PMID Version="1">90000003</PMID><Article><Journal><JournalIssue><PubDate><Year>2000</Year>
    <Season>Spring</Season></PubDate></JournalIssue></Journal><ArticleTitle/></Article></MedlineCitation></PubmedArticle>
  <PubmedBookArticle><BookDocument><PMID Version="1">90000004</PMID><ArticleIdList><ArticleId IdType="bookaccession">NBK900001</ArticleId></ArticleIdList>
    <Book><Publisher><PublisherName>Invented Press</PublisherName></Publisher><BookTitle book="x">Reviews of <i>Nothing</i></BookTitle>
      <PubDate><Year>1993</Year></PubDate><AuthorList Type="editors"><Author><LastName>Editor</LastName></Author></AuthorList><Isbn>000</Isbn></Book>
    <ArticleTitle>A syndrome</ArticleTitle><Language>eng</Language><AuthorList Type="authors"><Author><LastName>Writer</LastName></Author></AuthorList>
    <PublicationType UI="D016454">Review</PublicationType><Abstract><AbstractText>Short.</AbstractText></Abstract></BookDocument>
    <PubmedBookData><ArticleIdList><ArticleId IdType="pubmed">90000004</ArticleId></ArticleIdList></PubmedBookData></PubmedBookArticle>
  <PubmedArticle></PubmedArticle>
  <DeleteCitation><PMID Version="1">90000005</PMID><PMID Version="1">90000006</PMID></DeleteCitation>
  </PubmedArticleSet>

  """#
