import Synchronization

/// Counts the requests of a client, which is a key or an address, in any one second.
final class RateWindow: Sendable {
  private let times = Mutex<[String: [Double]]>([:])

  /// - Parameter time: of the request's arrival, in seconds of CLOCK_MONOTONIC.
  /// - Returns: how many more requests the client may send now; nil when it has sent too many already.
  func admit(_ client: String, at time: Double, limit: Int) -> Int? {
    times.withLock { times in
      let recent = times[client, default: []].filter { $0 > time - 1 }
      guard recent.count < limit else {
        times[client] = recent
        return nil
      }
      times[client] = recent + [time]
      return limit - recent.count - 1
    }
  }
}
