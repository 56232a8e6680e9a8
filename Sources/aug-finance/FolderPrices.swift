import MillraceCore
import Synchronization

/// Prices from files that the user has, one for each symbol.
final class FolderPrices: PriceSource {
  private let folder: PriceFolder
  private let interval: PriceInterval
  /// A file that does not do ends the run; else it fails the rows of its symbol.
  private let stopsAtBadFile: Bool
  /// Opens a file so that it is recorded as an input.
  private let open: Stage.Opener
  private struct Files {
    /// Each is an input of the run once, however often it is read.
    var recorded: Set<String> = []
    var recent = RecentlyRead<Result<SourcedPrices, Failure>>()
    /// By file or symbol, each once.
    var bad: [String] = []
  }
  private let files = Mutex(Files())

  init(_ folder: PriceFolder, interval: PriceInterval, stopsAtBadFile: Bool, open: @escaping Stage.Opener) {
    self.folder = folder
    self.interval = interval
    self.stopsAtBadFile = stopsAtBadFile
    self.open = open
  }

  var origin: AnswerOrigin { AnswerOrigin(name: "the folder \(folder.path)", address: folder.path, licence: nil) }
  var service: CachedService? { nil }

  func prices(
    of symbol: Symbol, in span: PriceSpan
  ) async throws(Service.Refusal) -> CachedService.Answer<SourcedPrices> {
    do throws(Failure) {
      return CachedService.Answer(value: try known(symbol).get())
    } catch {
      let isOfFile = error.status == .badData || error.status == .noInput
      guard isOfFile, !stopsAtBadFile else { throw Service.Refusal(kind: .fatal(error), reason: error.message) }
      throw Service.Refusal(kind: .permanent, reason: error.description)
    }
  }

  private func known(_ symbol: Symbol) -> Result<SourcedPrices, Failure> {
    if let known = files.withLock({ $0.recent[symbol] }) { return known }
    let prices = Result { () throws(Failure) in try read(symbol) }
    files.withLock { files in
      if case .failure(let failure) = prices, !files.bad.contains(failure.description) {
        files.bad.append(failure.description)
      }
      files.recent.keep(prices, of: symbol, points: (try? prices.get())?.series.count ?? 0)
    }
    return prices
  }

  func report(to diagnostics: Diagnostics) {
    let bad = files.withLock { $0.bad }
    for text in bad.prefix(10) { diagnostics.warning(text) }
    if bad.count > 10 { diagnostics.warning("\(bad.count - 10) more files like that") }
  }

  private func read(_ symbol: Symbol) throws(Failure) -> SourcedPrices {
    let found = try folder.prices(of: symbol.text) { file throws(Failure) in try openInput(file) }
    guard let (file, series) = found else {
      return SourcedPrices(isKnown: false, series: PriceSeries(columns: []))
    }
    try check(series, of: file)
    let hasActions = [.splitCoefficient, .dividendAmount].allSatisfy(series.columns.contains)
    return SourcedPrices(series: series, actions: hasActions ? CorporateActions(in: series) : nil, file: file)
  }

  /// - Throws: bad data when a week or month has several prices. The last one may have two: some files end with the running day.
  private func check(_ series: PriceSeries, of file: String) throws(Failure) {
    for (day, next) in zip(series.days, series.days.dropFirst().dropLast())
    where interval.period(of: day).contains(next) {
      throw Failure(
        .badData, "prices of \(day) and of \(next), which --period \(interval.rawValue) takes for one",
        at: Place(file: file),
        advice: "--period tells what one price of the files stands for, and turns none into others")
    }
  }

  /// A file is an input of the run when it is read for the first time: its digest stands in the record.
  private func openInput(_ file: String) throws(Failure) -> any TableInput {
    let isNew = files.withLock { $0.recorded.insert(file).inserted }
    return isNew ? try open(file) : try UnrecordedInput(path: file)
  }
}
