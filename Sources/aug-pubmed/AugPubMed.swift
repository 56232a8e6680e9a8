import ArgumentParser
import MillraceCore

/// Adds PubMed articles to rows, and turns PubMed's XML into rows.
@main
struct AugPubMed: MillraceCommand {
  static let configuration = CommandConfiguration(
    commandName: programName,
    abstract: "Add PubMed articles to rows, or turn PubMed XML into rows.",
    discussion: """
      Add the articles of two PubMed files to rows that have a PMID in the column pmid:
        $ aug-pubmed --pmid-field pmid --xml pubmed26n1334.xml.gz --xml pubmed26n1335.xml.gz -o with-articles.csv rows.csv
      Turn a baseline or update file into a row an article:
        $ aug-pubmed parse --fields pmid,title,year,doi --to csv -o articles.csv pubmed26n1334.xml.gz

      \(notice)
      """,
    version: Millrace.versionText,
    subcommands: [Augment.self, Parse.self],
    defaultSubcommand: Augment.self)

  /// What NCBI asks to be evident to users.
  static let notice = """
    The articles are courtesy of the U.S. National Library of Medicine. NCBI's disclaimer and copyright notice \
    (https://www.ncbi.nlm.nih.gov/home/about/policies/) apply: abstracts in PubMed may incorporate material that may be \
    protected by U.S. and foreign copyright laws. All persons reproducing, redistributing, or making commercial use of \
    this information are expected to adhere to the terms and conditions asserted by the copyright holder. Transmission \
    or reproduction of protected items beyond that allowed by fair use as defined in the copyright laws requires the \
    written permission of the copyright owners. NLM provides no legal advice concerning distribution of copyrighted \
    materials. The data may not reflect the most current and accurate data available from NLM.
    """
}

/// What of an article goes into a row.
struct ArticleOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Fields of an article, of: \(ArticleField.allCases.map(\.name).joined(separator: ", ")). All by default.",
      valueName: "a,b,c"),
    transform: { text in
      try ArticleFields(named: text.split(separator: ",").map(String.init))
    })
  var fields = ArticleFields.all

  @Option(
    help: ArgumentHelp(
      "What becomes of <sup>, <i> and the like: characters where Unicode has them exactly and else plain text (unicode), plain text (strip), or the tags (html).",
      valueName: "way"))
  var markup = Markup.unicode

  var parameters: [JSONValue.Member] {
    [
      .init("fields", .array(fields.ordered.map { .string($0.name) })),
      .init("markup", .string(markup.rawValue)),
    ]
  }
}

extension Markup: ExpressibleByArgument {}
