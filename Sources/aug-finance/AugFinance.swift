import ArgumentParser
import MillraceCore

/// Adds prices of securities to rows.
@main
struct AugFinance: MillraceCommand, CachingTool {
  static let configuration = CommandConfiguration(
    commandName: programName,
    abstract: "Add prices of securities to rows.",
    usage: """
      \(programName) [<options>] [<rows> ...] --field <name>
      \(programName) [<options>] [<rows> ...] --field <name> --at-field <name>
      \(programName) cache list|prune|clear [<options>]
      """,
    discussion: """
      Add the daily prices of 2021 to a table that has a column symbol, as a list in each row:
        $ aug-finance tickers.csv -o prices.ndjson --to ndjson \\
            --field symbol --start 2021-01-01 --end 2021-12-31
      Add what sums them up, adjusted for splits and dividends:
        $ aug-finance tickers.csv -o out.csv --field symbol \\
            --start 2021-01-01 --summarise --adjusted
      Add the close as of each row's own day:
        $ aug-finance events.csv -o out.csv --field symbol \\
            --at-field date --fields date,close --prefix price_
      Use files instead of a service, prices/IBM.csv for IBM:
        $ aug-finance tickers.csv -o out.csv --field symbol \\
            --source csv:prices --explode
      The options of these are told by: aug-finance augment --help
      """,
    version: Millrace.versionText,
    subcommands: [Augment.self, CacheCommand<AugFinance>.self],
    defaultSubcommand: Augment.self)

  static let cachedService = "alphavantage"
  /// What a free key was told long ago is told to nobody again.
  static let cacheLimits = CacheLimits(unusedFor: .infinity)
}
