import Support

/// An invented article: plausible, with the traps of PubMed's XML, always the same for its PMID.
struct SyntheticArticle {
  let pmid: Int
  let synthetic: Synthetic
  /// XML: markup and references within.
  let title: String
  let abstract: [(label: String?, text: String)]
  let authors: [(family: String, given: String, initials: String)]
  let group: String?
  let journal: (title: String, abbreviation: String, issn: String)
  let headings: [(name: String, identifier: String)]

  init(_ pmid: Int, _ synthetic: Synthetic) {
    self.pmid = pmid
    self.synthetic = synthetic
    var generator = SeededGenerator(seed: synthetic.number(pmid, .text))
    let subjects = Words.subjects.shuffled(using: &generator)
    let gene = Words.genes[Int(generator.next() % UInt64(Words.genes.count))]
    let marked = Words.marked[Int(generator.next() % UInt64(Words.marked.count))]
    let organism = synthetic.isHuman(pmid) ? "patients" : "mice"
    title =
      switch generator.next() % 5 {
      case 0: "The role of <i>\(gene)</i> in \(subjects[0]) \(subjects[1]) of \(organism)."
      case 1: "Effect of \(marked) on \(subjects[0]) and \(subjects[1]): a study in \(organism)."
      case 2: "[\(subjects[0].capitalized) and \(subjects[1]) in \(organism)]."
      case 3: "\(gene) variants &amp; \(subjects[0]) in \(subjects[1])"
      default: "\(subjects[0].capitalized) of \(marked) in \(organism) with \(subjects[1]): results of a cohort."
      }
    let result = "We found \(subjects[2]) in \(generator.next() % 90 + 10)% of \(organism) (<i>p</i>&lt;0.05)."
    abstract =
      switch generator.next() % 10 {
      case 0: []
      case 1...3: [(nil, "Little is known of \(subjects[0]) and \(gene). \(result)")]
      default:
        [
          ("BACKGROUND", "Little is known of \(marked) and \(subjects[0])."),
          ("METHODS", "\(organism.capitalized) with \(subjects[1]) were examined for <i>\(gene)</i>."),
          ("RESULTS", result), ("CONCLUSIONS", "\(gene) is of use in \(subjects[3])."),
        ]
      }
    authors = (0..<(Int(generator.next() % 7) + 1)).map { _ in
      let family = Words.families[Int(generator.next() % UInt64(Words.families.count))]
      let given = Words.given[Int(generator.next() % UInt64(Words.given.count))]
      return (family, given, String(given.prefix(1)))
    }
    group = generator.next() % 20 == 0 ? "\(gene) Study Group" : nil
    journal = Words.journals[Int(generator.next() % UInt64(Words.journals.count))]
    let organisms = synthetic.isHuman(pmid) ? ("Humans", "D006801") : ("Mice", "D051379")
    headings = [organisms] + subjects.prefix(3).map { ($0.capitalized, "D09\(zeroPadded(Int($0.utf8.count) * 37, 4))") }
  }

  /// The bytes of the PubmedArticle or PubmedBookArticle element.
  var xml: [UInt8] { Array((synthetic.isBook(pmid) ? book : article).utf8) }

  private var article: String {
    let modified = synthetic.modificationDay(pmid)
    var text = "<PubmedArticle><MedlineCitation Status=\"MEDLINE\" Owner=\"NLM\"><PMID Version=\"1\">\(pmid)</PMID>"
    text += "<DateCompleted>\(element(modified))</DateCompleted><DateRevised>\(element(modified))</DateRevised>"
    text += "<Article PubModel=\"Print-Electronic\"><Journal><ISSN IssnType=\"Electronic\">\(journal.issn)</ISSN>"
    text += "<JournalIssue CitedMedium=\"Internet\"><Volume>\(pmid % 90 + 1)</Volume><Issue>\(pmid % 12 + 1)</Issue>"
    text += "<PubDate>\(publicationDate)</PubDate></JournalIssue><Title>\(journal.title)</Title>"
    text += "<ISOAbbreviation>\(journal.abbreviation)</ISOAbbreviation></Journal><ArticleTitle>\(title)</ArticleTitle>"
    text += "<Pagination><StartPage>\(pmid % 900)</StartPage><MedlinePgn>\(pmid % 900)</MedlinePgn></Pagination>"
    text += "<ELocationID EIdType=\"doi\" ValidYN=\"Y\">\(doi)</ELocationID>\(abstractElement)"
    text += "<AuthorList CompleteYN=\"Y\">\(authorElements)</AuthorList><Language>eng</Language>"
    text +=
      "<PublicationTypeList><PublicationType UI=\"D016428\">Journal Article</PublicationType></PublicationTypeList>"
    text +=
      "</Article><MedlineJournalInfo><Country>United States</Country><MedlineTA>\(journal.abbreviation)</MedlineTA>"
    text += "</MedlineJournalInfo><CitationSubset>IM</CitationSubset><MeshHeadingList>"
    for heading in headings {
      text += "<MeshHeading><DescriptorName UI=\"\(heading.identifier)\" MajorTopicYN=\"N\">\(heading.name)"
      text += "</DescriptorName></MeshHeading>"
    }
    text += "</MeshHeadingList></MedlineCitation><PubmedData>\(history)<PublicationStatus>ppublish</PublicationStatus>"
    text += "<ArticleIdList><ArticleId IdType=\"pubmed\">\(pmid)</ArticleId>"
    text += "<ArticleId IdType=\"doi\">\(doi)</ArticleId></ArticleIdList>"
    return text + "</PubmedData></PubmedArticle>"
  }

  private var book: String {
    let day = synthetic.publicationDay(pmid).parts
    var text = "<PubmedBookArticle><BookDocument><PMID Version=\"1\">\(pmid)</PMID><ArticleIdList>"
    text += "<ArticleId IdType=\"bookaccession\">NBK\(pmid)</ArticleId></ArticleIdList><Book><Publisher><PublisherName>"
    text += "Invented Press</PublisherName></Publisher><BookTitle book=\"gene\">GeneSurveys<sup>®</sup></BookTitle>"
    text += "<PubDate><Year>\(day.year)</Year></PubDate><Medium>Internet</Medium></Book>"
    text += "<ArticleTitle book=\"gene\" part=\"p\(pmid)\">\(title)</ArticleTitle><Language>eng</Language>"
    text += "<AuthorList Type=\"authors\">\(authorElements)</AuthorList>"
    text += "<PublicationType UI=\"D016454\">Review</PublicationType>\(abstractElement)</BookDocument>"
    text += "<PubmedBookData>\(history)<PublicationStatus>ppublish</PublicationStatus><ArticleIdList>"
    return text
      + "<ArticleId IdType=\"pubmed\">\(pmid)</ArticleId></ArticleIdList></PubmedBookData></PubmedBookArticle>"
  }

  var doi: String { "10.99999/invented.\(pmid)" }

  private var publicationDate: String {
    let (year, month, day) = synthetic.publicationDay(pmid).parts
    return switch synthetic.precision(pmid) {
    case .year: "<Year>\(year)</Year>"
    case .month: "<Year>\(year)</Year><Month>\(Words.months[month - 1])</Month>"
    case .months: "<MedlineDate>\(year) \(Words.months[month - 1])-\(Words.months[month % 12])</MedlineDate>"
    case .day: "<Year>\(year)</Year><Month>\(Words.months[month - 1])</Month><Day>\(zeroPadded(day))</Day>"
    }
  }

  private var abstractElement: String {
    guard !abstract.isEmpty else { return "" }
    let sections = abstract.map { section in
      let label = section.label.map { " Label=\"\($0)\" NlmCategory=\"\($0)\"" } ?? ""
      return "<AbstractText\(label)>\(section.text)</AbstractText>"
    }
    return "<Abstract>\(sections.joined())</Abstract>"
  }

  private var authorElements: String {
    let people = authors.map { author in
      "<Author ValidYN=\"Y\"><LastName>\(author.family)</LastName><ForeName>\(author.given)</ForeName>"
        + "<Initials>\(author.initials)</Initials></Author>"
    }
    return people.joined()
      + (group.map { "<Author ValidYN=\"Y\"><CollectiveName>\($0)</CollectiveName></Author>" } ?? "")
  }

  private var history: String {
    let entry = synthetic.entryDay(pmid)
    let dates = ["pubmed", "medline", "entrez"].map { status in
      "<PubMedPubDate PubStatus=\"\(status)\">\(element(entry, padding: 1))<Hour>6</Hour><Minute>0</Minute></PubMedPubDate>"
    }
    return "<History>\(dates.joined())</History>"
  }

  private func element(_ day: GregorianDay, padding: Int = 2) -> String {
    let parts = day.parts
    return
      "<Year>\(parts.year)</Year><Month>\(zeroPadded(parts.month, padding))</Month><Day>\(zeroPadded(parts.day, padding))</Day>"
  }
}

extension String {
  fileprivate var capitalized: String { prefix(1).uppercased() + dropFirst() }
}

private enum Words {
  static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
  static let genes = ["TP53", "BRCA1", "EGFR", "KRAS", "MYC", "APOE", "TNF", "IL6", "VEGFA", "CFTR", "HLA-A", "ACE2"]
  static let marked = [
    "Ca<sup>2+</sup>", "PGD<sub>2</sub>", "NF-<i><sub>κ</sub></i>B", "<i>Escherichia coli</i>", "TGF-β1",
    "H<sub>2</sub>O<sub>2</sub>", "CD8<sup>+</sup> T cells", "aspirin", "&lt;5 mg insulin", "PM<sub>2.5</sub>",
  ]
  static let subjects = [
    "asthma", "diabetes", "cancer", "inflammation", "hypertension", "apoptosis", "metastasis", "angiogenesis",
    "obesity",
    "fibrosis", "depression", "stroke", "sepsis", "melanoma", "leukemia", "arthritis", "epilepsy", "anemia",
    "migration", "signaling", "methylation", "transcription", "proliferation", "immunity", "prognosis", "mortality",
  ]
  static let families = [
    "Ørsted", "Müller", "García", "Smith", "Li", "Wang", "O'Neill", "Nakamura", "Kowalski", "Dupont", "Rossi",
    "Ivanova",
    "Haddad", "Okafor", "Nguyen", "Kim", "Silva", "Andersson", "van den Berg", "Şahin",
  ]
  static let given = [
    "Anna", "Bo", "Chen", "David", "Élodie", "Fatima", "Georg", "Hana", "Ivan", "José", "Kei", "Lucía",
  ]
  static let journals = [
    ("Journal of Invented Results", "J Invent Res", "0000-0019"), ("Annals of Examples", "Ann Ex", "0000-0027"),
    ("Invented Genetics &amp; Genomics", "Invent Genet Genomics", "0000-0035"),
    ("The Archive of Plausible Medicine", "Arch Plaus Med", "0000-0043"),
    ("Acta Ficta. Series B", "Acta Ficta B", "0000-0051"), ("Proceedings of Nowhere", "Proc Nowhere", "0000-006X"),
  ]
}
