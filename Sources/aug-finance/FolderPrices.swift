import MillraceCore
import Synchronization

/// Prices from files that the user has, one for each symbol.
final class FolderPrices: PriceSource {
  private let folder: PriceFolder
  let interval: PriceInterval
  /// Opens a file so that it is recorded as an input.
  private let open: Stage.Opener
  /// Files that were recorded: each is read again for later rows.
  private let recorded = Mutex(Set<String>())

  init(_ folder: PriceFolder, interval: PriceInterval, open: @escaping Stage.Opener) {
    self.folder = folder
    self.interval = interval
    self.open = open
  }

  var origin: AnswerOrigin { AnswerOrigin(name: "the folder \(folder.path)", address: folder.path, licence: nil) }
  var service: CachedService? { nil }

  func prices(
    of symbol: Symbol, in span: PriceSpan
  ) async throws(Service.Refusal) -> CachedService.Answer<SourcedPrices> {
    do throws(Failure) {
      guard let (file, series) = try folder.prices(of: symbol.text) else {
        return CachedService.Answer(value: SourcedPrices(isKnown: false, series: PriceSeries(columns: [])), age: 0)
      }
      try record(file)
      let isAdjustable = series.columns.contains(.splitCoefficient) || series.columns.contains(.dividendAmount)
      return CachedService.Answer(
        value: SourcedPrices(series: series, actions: isAdjustable ? CorporateActions(in: series) : nil, file: file),
        age: 0)
    } catch {
      throw Service.Refusal(kind: .fatal(error), reason: error.message)
    }
  }

  /// Reads the file once as an input of the run, so that its digest stands in the record.
  private func record(_ file: String) throws(Failure) {
    guard recorded.withLock({ $0.insert(file).inserted }) else { return }
    let input = try open(file)
    let piece = ByteBuffer(capacity: 1 << 20)
    while try input.read(into: piece) > 0 { piece.removeAll() }
    try input.finish()
  }
}
