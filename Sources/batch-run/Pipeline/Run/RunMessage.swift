/// What people are told about a run.
struct RunMessage: Sendable, Equatable {
  var pipeline: String
  var run: String
  /// One sentence.
  var title: String
  var isFailure: Bool
  /// More of it, a line each.
  var lines: [String]
}
