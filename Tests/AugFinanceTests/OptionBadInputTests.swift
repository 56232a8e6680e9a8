import MillraceCore
import Support
import Testing

/// Options that are wrong, or do not go together. Nothing is read or asked for any of them.
@Suite struct OptionBadInputTests {
  private static let helpOfAll = " See 'aug-finance help <subcommand>'."
  private static let help = " See 'aug-finance augment --help'."
  private static let days = "expected a date such as 2021-03-05, not "

  @Test(
    arguments: [
      ([], "missing expected argument '--field <name>'"),
      (["--field", ""], "--field must name a field"),
      (["--start-field", ""], "--start-field must name a field"),
      (["--end-field", ""], "--end-field must name a field"),
      (["--at-field", ""], "--at-field must name a field"),
      (["--start", "2021-13-01"], "the value '2021-13-01' is invalid for '--start <date>': \(days)\"2021-13-01\""),
      (["--end", "tomorrow"], "the value 'tomorrow' is invalid for '--end <date>': \(days)\"tomorrow\""),
      (["--end", ""], "the value '' is invalid for '--end <date>': \(days)\"\""),
      (["--start", "2021-01-05", "--end", "2021-01-04"], "--start 2021-01-05 lies behind --end 2021-01-04"),
      (["--start", "2021-01-05", "--start-field", "x"], "--start and --start-field exclude each other"),
      (["--end", "2021-01-05", "--end-field", "x"], "--end and --end-field exclude each other"),
      (
        ["--at-field", "x", "--start", "2021-01-05"],
        "--at-field names the one day itself: --start and --end do not go with it"
      ),
      (
        ["--at-field", "x", "--end-field", "y"],
        "--at-field names the one day itself: --start and --end do not go with it"
      ),
      (["--align", "next"], "--align needs --at-field"),
      (
        ["--at-field", "x", "--align", "nearest"],
        "the value 'nearest' is invalid for '--align <previous|next|exact>'. Please provide one of 'previous', 'next' or 'exact'"
      ),
      (["--at-field", "x", "--explode"], "--at-field adds one price: --explode and --summarise do not go with it"),
      (["--at-field", "x", "--summarise"], "--at-field adds one price: --explode and --summarise do not go with it"),
      (["--explode", "--summarise"], "--explode and --summarise exclude each other"),
      (["--adjusted-by", "service"], "--adjusted-by needs --adjusted"),
      (
        ["--adjusted", "--adjusted-by", "actions", "--period", "weekly"],
        "--adjusted-by actions goes with daily prices: others are adjusted by the service"
      ),
      (
        ["--period", "hourly"],
        "the value 'hourly' is invalid for '--period <daily|weekly|monthly>'. Please provide one of 'daily', 'weekly' or "
          + "'monthly'"
      ),
      (["--source", "yahoo"], "the value 'yahoo' is invalid for '--source <alphavantage|csv:FOLDER>'"),
      (["--source", "csv:"], "the value 'csv:' is invalid for '--source <alphavantage|csv:FOLDER>'"),
      (
        ["--datatype", "xml"],
        "the value 'xml' is invalid for '--datatype <json|csv>'. Please provide one of 'json' and 'csv'"
      ),
      (["--requests-per-day", "0"], "the value '0' is invalid for '--requests-per-day <number|none>'"),
      (["--requests-per-minute", "5.5"], "the value '5.5' is invalid for '--requests-per-minute <number|none>'"),
      (["--fields", "close,close"], "--fields: a field is there twice"),
      (
        ["--fields", "closing"],
        "--fields: no field is called \"closing\" (the fields are date, open, high, low, close, volume, factor, "
          + "unadjusted_close)"
      ),
      (
        ["--fields", "close,"],
        "--fields: no field is called \"\" (the fields are date, open, high, low, close, volume, factor, "
          + "unadjusted_close)"
      ),
      (
        ["--summarise", "--fields", "close"],
        "--fields: no field is called \"close\" (the fields are days, first_date, first, last_date, last, min, max, mean, "
          + "return, volatility, max_drawdown, total_volume)"
      ),
      (["--fields", "close,factor"], "--fields: factor is told with --adjusted alone"),
      (["--offline", "--refresh"], "--offline and --refresh exclude each other"),
      (["--offline", "--no-cache"], "--offline and --no-cache exclude each other"),
      (["--refresh", "--no-cache"], "--no-cache and --refresh exclude each other"),
      (["--interval=-1"], "--interval must be between 0 and 3600 seconds"),
      (["--cache", ""], "--cache: expected a folder or redis://host:port/database, found nothing"),
      (["--timeout", "0s"], "--timeout must be between 1s and 1h"),
    ] as [([String], String)])
  func whatDoesNotGo(options: [String], text: String) {
    let desk = PriceFilesDesk()
    let field = options.isEmpty || options[0] == "--field" ? [] : ["--field", "symbol"]
    let outcome = Executable("aug-finance").run(
      field + options, input: .text("symbol\nIBM\n"), environment: ["ALPHAVANTAGE_API_KEY": nil],
      workingDirectory: desk.folder.path)
    #expect(outcome.status == 64)
    #expect(outcome.output == [])
    #expect(outcome.errorText == "aug-finance: \(text).\(options.isEmpty ? Self.helpOfAll : Self.help)\n")
  }

  @Test(arguments: [
    ["--offline"], ["--refresh"], ["--no-cache"], ["--cache", "x"], ["--base-url", "https://example.org/"],
    ["--interval", "3"], ["--timeout", "3s"], ["--cache-age", "1d"], ["--datatype", "csv"],
    ["--requests-per-day", "500"], ["--requests-per-minute", "none"],
  ])
  func filesNeedNoNetwork(options: [String]) {
    let outcome = PriceFilesDesk().run(["--field", "symbol"] + options, rows: "symbol\nIBM\n")
    #expect(outcome.status == 64)
    #expect(
      outcome.errorText
        == "aug-finance: --source csv: sends nothing: the options of the network do not go with it.\(Self.help)\n")
  }

  @Test func daysThatAreStillToCome() {
    let desk = PriceFilesDesk()
    let start = desk.run(["--field", "symbol", "--start", "2199-01-01"], rows: "symbol\nIBM\n")
    #expect(start.status == 64)
    #expect(
      start.errorText.hasPrefix("aug-finance: --start 2199-01-01 is still to come: in New York it is 20"),
      "\(start.errorText)")
    let end = desk.run(
      ["--field", "symbol", "--start", "2021-01-19", "--end", "2199-01-01", "--explode", "--fields", "close"],
      rows: "symbol\nIBM\n")
    #expect(end.status == 0)
    #expect(end.outputText == "symbol,status,close\nIBM,ok,123.50\n")
    #expect(
      end.errorText.hasPrefix(
        "aug-finance: warning: --end 2199-01-01 is still to come: prices are known up to 20"), "\(end.errorText)")
    #expect(end.errorText.split(separator: "\n").count == 1)
  }

  @Test(arguments: ["ftp://example.org/", "alphavantage", "http://user:word@example.org/?apikey=abc"])
  func whatIsNoAddressIsRefused(address: String) {
    let outcome = Executable("aug-finance").run(
      ["--field", "g", "--base-url", address], input: .text("g\nIBM\n"), environment: ["ALPHAVANTAGE_API_KEY": "x"])
    #expect(outcome.status == 64)
    #expect(outcome.errorText.hasPrefix("aug-finance: not the address of a service: "), "\(outcome.errorText)")
    #expect(!outcome.errorText.contains("word") && !outcome.errorText.contains("abc"))
  }
}
