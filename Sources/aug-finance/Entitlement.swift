import MillraceCore
import Synchronization

/// What the key may ask for. Nobody knows before the service refuses or answers, and each question costs a request of the
/// day's: so one asks, in whatever process, and the others wait for what it is told.
final class Entitlement: Sendable {
  private enum Size {
    case unknown, all
    /// The last hundred points.
    case latest
  }

  private struct State {
    var size = Size.unknown
    /// Whether the function was answered at all.
    var isAnswered = false
    /// Why the function is refused.
    var refusal: String?
    var isAsking = false
  }

  private let function: PriceFunction
  private let answers: RunAnswers
  private let key: String
  private let state = Mutex(State())

  /// Seconds for which it is believed that whole histories are refused: keys are upgraded.
  private static let longestRefusal = 86_400.0

  /// - Parameter key: under which the refusal of whole histories is kept.
  init(_ function: PriceFunction, answers: RunAnswers, key: String) {
    self.function = function
    self.answers = answers
    self.key = key
    look()
  }

  /// Whether whole histories are refused.
  var isToLatestAlone: Bool { state.withLock { $0.size == .latest } }
  var refusalOfFunction: String? { state.withLock { $0.refusal } }

  func noteRefusalOfAll() {
    state.withLock { $0.size = .latest }
    answers.keep([], key)
  }

  func noteRefusalOfFunction(_ text: String) { state.withLock { $0.refusal = text } }

  func noteAnswer(to size: OutputSize) {
    state.withLock { state in
      state.isAnswered = true
      if size == .full { state.size = .all }
    }
  }

  /// A turn to ask for what nobody knows whether it may be asked for; it ends with `end`, or when it goes away.
  final class Turn {
    private let onEnd: () -> Void
    private var isOver = false

    fileprivate init(onEnd: @escaping () -> Void) { self.onEnd = onEnd }

    deinit { end() }

    func end() {
      guard !isOver else { return }
      isOver = true
      onEnd()
    }
  }

  /// Waits for a turn; nil when none is needed.
  func turn(toAskFor size: OutputSize) async -> Turn? {
    guard isToBeFoundOut(size) else { return nil }
    while !Task.isCancelled {
      let isMine = state.withLock { state in
        defer { state.isAsking = true }
        return !state.isAsking
      }
      guard isMine else {
        try? await Task.sleep(for: .milliseconds(20))
        continue
      }
      let claim = answers.service.cache?.claim([key])
      if claim?.isHeld(key) ?? true {
        // Another process may have been told since.
        look()
        return Turn { [self] in
          claim?.release()
          state.withLock { $0.isAsking = false }
        }
      }
      state.withLock { $0.isAsking = false }
      await answers.service.cache?.wait(for: key)
      look()
      if !isToBeFoundOut(size) { return Turn {} }
    }
    return nil
  }

  private func isToBeFoundOut(_ size: OutputSize) -> Bool {
    guard function.hasOutputSizes else { return false }
    return state.withLock { state in
      state.refusal == nil
        && ((size == .full && state.size == .unknown) || (function.isAdjusted && !state.isAnswered))
    }
  }

  /// Whether whole histories are refused, as this run or another one was told.
  func findRefusal() -> Bool {
    look()
    return isToLatestAlone
  }

  /// Takes over what another run was told.
  private func look() {
    guard function.hasOutputSizes, !answers.isToRefresh(key), let kept = answers.kept(key),
      answers.age(of: kept.stored) < Self.longestRefusal
    else { return }
    state.withLock { if $0.size == .unknown { $0.size = .latest } }
  }
}
