import ArgumentParser
import MillraceCore

/// Adds PubMed articles to rows, and turns PubMed's XML into rows.
@main
struct AugPubMed: MillraceCommand, CachingTool {
  static let configuration = CommandConfiguration(
    commandName: programName,
    abstract: "Add PubMed articles to rows, or turn PubMed XML into rows.",
    usage: """
      \(programName) [<options>] [<rows> ...] --query <template>
      \(programName) [<options>] [<rows> ...] --field <name>
      \(programName) [<options>] [<rows> ...] --pmid-field <name>
      \(programName) [<options>] [<rows> ...] --pmid-field <name> --xml <file> ...
      \(programName) parse [<options>] [<file> ...]
      \(programName) cache list|prune|clear [<options>]
      """,
    discussion: """
      Search PubMed for each gene of a table:
        $ aug-pubmed genes.csv -o out.csv --query '{gene}[Gene] AND human[Organism]'
      Fetch the articles of a table that has a column pmid, from PubMed or from its files:
        $ aug-pubmed rows.csv -o out.csv --pmid-field pmid
        $ aug-pubmed rows.csv -o out.csv --pmid-field pmid --xml *.xml.gz
      Turn baseline or update files into a row an article:
        $ aug-pubmed parse --fields pmid,title,year --to csv -o a.csv *.xml.gz
      The options of the first are told by: aug-pubmed augment --help

      \(notice)
      """,
    version: Millrace.versionText,
    subcommands: [Augment.self, Parse.self, CacheCommand<AugPubMed>.self],
    defaultSubcommand: Augment.self)

  static let cachedService = "pubmed"

  /// What NCBI asks to be evident to users.
  static let notice = """
    The articles are courtesy of the U.S. National Library of Medicine. NCBI's disclaimer and copyright notice \
    (\(EUtilities.policies)) apply: abstracts in PubMed may incorporate material that may be \
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

  @OptionGroup var markup: MarkupOption

  var parameters: [JSONValue.Member] {
    [
      .init("fields", .array(fields.ordered.map { .string($0.name) })),
      .init("markup", .string(markup.markup.rawValue)),
    ]
  }
}
