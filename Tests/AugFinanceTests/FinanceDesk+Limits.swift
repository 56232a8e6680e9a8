import Support

@testable import MillraceCore

/// What the runs of a desk know of their requests.
extension FinanceDesk {
  /// Lets what was counted, and what the service called for, be so many seconds longer ago, for runs that wait too.
  func ageLimits(by seconds: Double) throws {
    let time = LimiterState.nanoseconds(seconds, atMost: LimiterState.longestSpan)
    try changeLimits { state in
      state.last -= min(time, state.last)
      state.gate -= min(time, state.gate)
      state.spent -= min(time, state.spent)
      state.log = state.log.map { $0 - time }
    }
  }

  /// What they know now.
  func limits() throws -> LimiterState { try changeLimits { $0 } }

  @discardableResult private func changeLimits<Result>(_ change: (inout LimiterState) -> Result) throws -> Result {
    let host = try ServiceAddress(url, example: "").host
    let file = LimiterFile(folder: folder("state"), service: host, key: Self.key)
    return try file.update(now: { Clock.system.nanoseconds }, change)
  }
}
