import Synchronization

/// Counts the requests of each client, which is a key or an address, in any span of so many seconds.
public final class RateWindow: Sendable {
  private let span: Double
  private let times = Mutex<[String: [Double]]>([:])

  public init(seconds: Double = 1) { span = seconds }

  /// - Parameter time: of the request's arrival, in seconds of CLOCK_MONOTONIC.
  /// - Returns: how many more requests the client may send now; nil when it has sent too many already.
  public func admit(_ client: String, at time: Double, limit: Int) -> Int? {
    times.withLock { times in
      let recent = times[client, default: []].filter { $0 > time - span }
      guard recent.count < limit else {
        times[client] = recent
        return nil
      }
      times[client] = recent + [time]
      return limit - recent.count - 1
    }
  }
}
