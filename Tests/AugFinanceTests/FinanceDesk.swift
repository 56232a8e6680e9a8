import AugmenterSupport
import Glibc
import ScriptedAlphaVantage
import Support

/// A scripted Alpha Vantage in a process of its own, and a folder in which aug-finance asks it as a person would.
///
/// The server's day is that of the clock in New York, as the tool's is, but its session is over: what it answers stays
/// the same while a test goes on, and `history` has it. It has no limits, and the tool keeps to none, unless arguments
/// say otherwise: `--per-day 25`, `--requests-per-day 25`.
final class FinanceDesk: AugmenterDesk {
  /// The right key.
  static let key = "DESKKEY1234567AB"

  /// What the server takes for now.
  let moment: InventedMoment
  private let seed: UInt64

  /// - Parameters:
  ///   - seed: of prices and of chance.
  ///   - arguments: how the server behaves: `alphavantage-server --help`.
  init(_ arguments: [String] = [], seed: UInt64 = 1) {
    var now = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &now)
    moment = InventedMoment(InventedMoment(seconds: now.tv_sec).day)
    self.seed = seed
    let (year, month, day) = moment.day.parts
    let usual = [
      "--per-second", "0", "--per-minute", "0", "--per-day", "0", "--api-key", Self.key, "--seed", String(seed),
      "--today", "\(zeroPadded(year, 4))-\(zeroPadded(month))-\(zeroPadded(day))",
    ]
    super.init(tool: "aug-finance", program: "alphavantage-server", usual: usual, arguments)
  }

  override var usualArguments: [String] { ["--requests-per-minute", "none", "--requests-per-day", "none"] }

  override var usualEnvironment: [String: String?] { ["ALPHAVANTAGE_API_KEY": Self.key] }

  /// All that the server knows of a symbol.
  func history(_ symbol: String) -> InventedHistory { InventedHistory(symbol, at: moment, seed: seed) }

  /// Rows with one field, `symbol`.
  func writeSymbols(_ symbols: some Sequence<String>, to name: String = "tickers.csv") {
    writeRows("symbol", symbols, to: name)
  }
}

extension LoggedRequest {
  /// "TIME_SERIES_DAILY", "SPLITS".
  var function: String { parameters["function"] ?? "" }
  var symbol: String { parameters["symbol"] ?? "" }
  /// "compact", "full"; nil where the request does not say.
  var outputSize: String? { parameters["outputsize"] }

  /// What the request asks, whenever it is made.
  var question: String { "\(function) \(symbol) \(outputSize ?? "")" }
}
