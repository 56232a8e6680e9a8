import Synchronization

/// What a cache has to say of itself while rows go on: once that it is of no use, and once that an entry was damaged. Every
/// row would say the same again.
final class CacheWarnings: Sendable {
  private let warn: @Sendable (Failure) -> Void
  /// What to do where a failure does not say so itself.
  private let advice: String?
  private let hasWarned = Atomic(false)
  private let hasMentionedDamage = Atomic(false)

  init(advice: String? = nil, _ warn: @escaping @Sendable (Failure) -> Void) {
    self.advice = advice
    self.warn = warn
  }

  /// - Parameter consequence: What it means for the answers.
  func report(_ consequence: String, _ failure: Failure) {
    guard !hasWarned.exchange(true, ordering: .relaxed) else { return }
    warn(
      Failure(
        failure.status, "\(consequence): \(failure.message)", at: failure.place, advice: failure.advice ?? advice))
  }

  /// An entry was damaged, and is gone.
  ///
  /// - Parameter name: The file's or the entry's; the key may be a mebibyte long.
  func reportDamage(at name: String) {
    guard !hasMentionedDamage.exchange(true, ordering: .relaxed) else { return }
    warn(Failure(.badData, "an answer in the cache is damaged, and fetched anew", at: Place(file: name)))
  }
}
