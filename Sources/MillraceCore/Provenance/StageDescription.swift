/// What is known about a stage before it begins.
package struct StageDescription: Sendable {
  /// Where the sidecar goes.
  package enum Destination: Sendable, Equatable {
    /// Beside the output, where that is a regular file that began empty; else only into the store.
    case automatic
    case file(String)
    /// No sidecar and no record in the store.
    case off
  }

  package var tool: String
  package var version: String
  /// Without the program's name. Secrets are redacted before anything is written.
  package var arguments: [String]
  /// Every option with the value it has after defaults.
  package var parameters: JSONValue
  package var seed: UInt64?
  package var contextLevel: ContextLevel
  package var destination: Destination
  /// An input from a program that left no record, or died, is an error.
  package var requiresUpstream: Bool
  /// Inputs are hashed even where a count of bytes would do.
  package var hashesEveryInput: Bool

  package init(
    tool: String, version: String, arguments: [String], parameters: JSONValue = .object([]), seed: UInt64? = nil,
    contextLevel: ContextLevel = .summary, destination: Destination = .automatic, requiresUpstream: Bool = false,
    hashesEveryInput: Bool = false
  ) {
    self.tool = tool
    self.version = version
    self.arguments = arguments
    self.parameters = parameters
    self.seed = seed
    self.contextLevel = contextLevel
    self.destination = destination
    self.requiresUpstream = requiresUpstream
    self.hashesEveryInput = hashesEveryInput
  }
}
