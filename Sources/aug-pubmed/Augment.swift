import ArgumentParser
import MillraceCore

/// Adds the articles of PubMed, or of its files, to rows.
struct Augment: FilterCommand {
  static let configuration = CommandConfiguration(
    abstract: "Add PubMed articles to rows (the default).",
    discussion: """
      Each row gets three fields: status, pmids, and articles, which lists what PubMed says of them. With --query or \
      --field PubMed is searched for each row, and with --pmid-field the row itself names its articles:
        $ aug-pubmed genes.csv -o out.csv --query '{gene}[Gene] AND human[Organism]'
        $ aug-pubmed --pmid-field pmid < rows.csv > out.csv
      NCBI asks for an e-mail address (--email or NCBI_EMAIL) and takes three requests a second, ten with a key \
      (NCBI_API_KEY). Answers are kept for a week (--cache-age): a run that was stopped goes on where it was, and a second one sends nothing.

      With --xml nothing is sent: the articles come from files of PubMed, such as its yearly baseline; a later file \
      replaces what an earlier one says, and may delete.
        $ aug-pubmed rows.csv -o out.csv --pmid-field pmid --xml *.xml.gz
      --xml takes every word up to the next option: files of rows stand before it, or behind another option. The XML is \
      read once, front to back, and not held in memory; the articles asked for wait in a temporary file without a name \
      in TMPDIR, and so do rows from a pipe.
      """)
  static let defaultContext = ContextLevel.rows
  /// How long an answer is taken from the cache.
  static let usualCacheAge = TimeSpan(seconds: 7 * 86_400)

  @OptionGroup(title: "Input") var input: InputOptions
  @OptionGroup(title: "Question") var question: QuestionOptions

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Files of PubMed XML, compressed or not, the oldest first: every word up to the next option.", valueName: "file"),
    completion: .file(extensions: ["xml", "gz", "zst"]))
  var xml: [String] = []

  @OptionGroup(title: "Search") var search: SearchOptions
  @OptionGroup(title: "Articles") var added: AddedOptions

  @Option(
    help: ArgumentHelp(
      "Your e-mail address, which NCBI asks for and writes to before it blocks anybody. NCBI_EMAIL by default.",
      valueName: "address"))
  var email: String?

  @OptionGroup(title: "Network") var network: NetworkOptions
  @OptionGroup(title: "Format") var format: FormatOptions
  @OptionGroup var common: CommonOptions

  var parameters: [JSONValue.Member] {
    let source =
      xml.isEmpty
      ? (question.pmidField == nil ? search.parameters : []) + network.parameters(usualAge: Self.usualCacheAge)
      : [.init("xml", .array(xml.map { .string($0) }))]
    return input.parameters + question.parameters + source + added.parameters + format.parameters
  }

  func validate() throws {
    if xml.count(where: { $0 == "-" }) > 1 { throw ValidationError("standard input can be read once") }
    if input.paths.contains("-"), xml.contains("-") {
      throw ValidationError("standard input cannot be both the rows and the XML")
    }
    if !xml.isEmpty, question.pmidField == nil {
      throw ValidationError("--xml goes with --pmid-field: files cannot be searched")
    }
    if let email, !EUtilities.isAddress(email) {
      throw ValidationError("--email takes an e-mail address such as name@example.org, not \"\(printable(email))\"")
    }
    if !xml.isEmpty, network.isUsed || email != nil {
      throw ValidationError("--xml sends nothing: the options of the network do not go with it")
    }
    if question.pmidField != nil, search.isUsed || added.fields.row.contains(.hits) {
      throw ValidationError(
        "--pmid-field searches for nothing: \(search.isUsed ? "the options of a search" : "the field hits") "
          + "\(search.isUsed ? "do" : "does") not go with it")
    }
  }

  func run(in stage: Stage) throws(Failure) {
    if let pmidField = question.pmidField, !xml.isEmpty {
      try augmentFromFiles(FieldName(pmidField), in: stage)
    } else {
      try augmentOnline(in: stage)
    }
  }
}
