import MillraceCore

/// Tells people about a run.
enum RunNotice {
  /// Sends a message through all channels.
  ///
  /// - Returns: what went wrong, a sentence for each channel that did not take it, without its secrets.
  static func send(_ message: RunMessage, to channels: PipelinePlan.FilledChannels) -> [String] {
    []
  }
}
