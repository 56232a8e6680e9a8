/// What it means for a run that a service gives no answer.
public struct RefusalPolicy: Sendable {
  /// The service in messages.
  public var service: String
  /// The first row without an answer ends the run.
  public var stopsEarly: Bool
  /// A cache has the answers that came.
  public var keepsAnswers: Bool

  public init(service: String, stopsEarly: Bool, keepsAnswers: Bool) {
    self.service = service
    self.stopsEarly = stopsEarly
    self.keepsAnswers = keepsAnswers
  }

  /// What the run is to end with; nil when it goes on.
  ///
  /// A budget that is spent ends no run: rows whose answers are kept still get them.
  ///
  /// - Parameter what: what was asked for.
  public func reasonToStop(_ refusal: Service.Refusal, about what: @autoclosure () -> String) -> Failure? {
    switch refusal.kind {
    case .fatal(let failure): return failure
    case .transient where stopsEarly:
      return Failure(
        .serviceUnavailable, "\(service) gives no answer for \(what()): \(refusal.reason)",
        advice: refusal == CachedService.offlineRefusal
          ? "run it once without --offline"
          : (keepsAnswers ? "what was answered is kept, so the same command goes on from here; " : "")
            + "--on-error skip marks such rows and goes on")
    case .permanent where stopsEarly:
      return Failure(
        .badData, "\(service) refuses \(what()): \(refusal.reason)",
        advice: "--on-error skip marks such rows and goes on")
    case .transient, .permanent, .spent: return nil
    }
  }
}

extension Service.Refusal {
  /// What stands in a row that was refused.
  public var rowStatus: String {
    switch kind {
    case .permanent: "failed_permanent"
    case .spent: "quota"
    case .transient, .fatal: "failed_transient"
    }
  }
}
