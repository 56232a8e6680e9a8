/// What the tests and the executables were built with, where `scripts/test-sanitize` runs them. Some tests cannot be
/// run then: memory is not what it was.
///
///     @Test(.disabled(if: Sanitizer.current != nil, "a sanitizer's own memory is beyond the limit"))
public enum Sanitizer: String, Sendable {
  case thread
  case address

  public static let current = environmentVariable("MILLRACE_SANITIZER").flatMap(Sanitizer.init)

  /// How many times as long as usual programs and conditions are waited for before they count as hung.
  static let patience: Double = current == nil ? 1 : 10
}
