import MillraceCore
import Support

/// A folder with files of prices as people have them, in which aug-finance runs as a person runs it. It has no key, and
/// nobody to ask.
struct PriceFilesDesk {
  let folder = TemporaryFolder()

  init() {
    _ = Executable("/bin/mkdir").run([folder("prices")])
    // A download of Yahoo Finance: 2021-01-09 and -10 are a weekend, 2021-01-18 is a holiday with a row of its own.
    folder.write(
      "prices/IBM.csv",
      """
      Date,Open,High,Low,Close,Adj Close,Volume
      2021-01-07,124.32,124.72,122.61,123.30,104.1300,4714740
      2021-01-08,123.00,123.12,121.40,122.80,103.8000,4891305
      2021-01-11,122.00,124.37,121.50,122.90,103.8610,5859409
      2021-01-15,122.90,123.00,120.10,122.80,103.8000,9129243
      2021-01-18,null,null,null,null,null,null
      2021-01-19,123.5,124.1,122.2,123.50,104.4000,7290000

      """)
    // yfinance's table, written on Windows, in no order; a split of 2 for 1 and a dividend.
    folder.write(
      "prices/SPLT.csv",
      "\u{FEFF}Date,Open,High,Low,Close,Volume,Dividends,Stock Splits\r\n"
        + "2021-01-05 00:00:00-05:00,50,52,49,50.0,2000,0.0,2.0\r\n"
        + "2021-01-04 00:00:00-05:00,100,104,98,100.0,1000,0.0,0.0\r\n"
        + "2021-01-06 00:00:00-05:00,49,50,47,49.0,2500,1.0,0.0\r\n")
    // A person's own, named in small letters; numbers as they were typed.
    folder.write("prices/own.csv", "day,close\n2021-01-04,7.50\n2021-01-05,1e1\n")
    folder.write("prices/EMPTY.csv", "Date,Open,High,Low,Close,Volume\n")
  }

  @discardableResult func run(
    _ arguments: [String], rows: String? = nil, environment: [String: String?] = [:]
  ) -> Outcome {
    Executable("aug-finance").run(
      ["--source", "csv:prices"] + arguments, input: rows.map { .text($0) } ?? .none,
      environment: variables.merging(environment) { $1 }, workingDirectory: folder.path)
  }

  /// Runs a command line with bash, as it is typed.
  @discardableResult func shell(_ line: String) -> Outcome {
    Executable("/bin/bash").run(
      ["-c", "set -uo pipefail; \(line)"], environment: variables, workingDirectory: folder.path)
  }

  /// The records of a sidecar.
  func records(_ name: String) throws -> [JSONValue] {
    try (folder.text(name) ?? "").split(separator: "\n").map { try JSONValue.parse(String($0)) }
  }

  private var variables: [String: String?] {
    [
      "MILLRACE_CACHE_DIR": folder("cache"), "MILLRACE_STATE_DIR": folder("state"),
      "MILLRACE_PROVENANCE_DIR": folder("store"), "MILLRACE_PROVENANCE": nil, "TMPDIR": folder.path,
      "ALPHAVANTAGE_API_KEY": nil, "PATH": "\(Executable.buildFolder):/usr/bin:/bin",
    ]
  }
}
