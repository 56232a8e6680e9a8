import MillraceCore

/// Tells people about a run.
enum RunNotice {
  /// Sends an alert through all channels.
  ///
  /// - Parameter environment: may name more channels, and how mail goes out.
  /// - Returns: what went wrong, a sentence for each channel that did not take it, without its secrets; nil when there is no
  ///   channel at all.
  static func send(
    _ alert: Alert, to channels: PipelinePlan.FilledChannels, environment: [String: String]
  ) -> [String]? {
    do throws(Failure) {
      let channels = try channels.opened(environment)
      guard !channels.isEmpty else { return nil }
      return channels.send(alert).compactMap { delivery in delivery.failure.map { "\(delivery.channel): \($0)" } }
    } catch {
      return [error.description]
    }
  }
}

extension PipelinePlan.FilledChannels {
  /// - Throws: for what can be no channel.
  func opened(_ environment: [String: String]) throws(Failure) -> AlertChannels {
    try AlertChannels(
      urls: urls, addresses: mail, commands: commands.map { CommandLineText.quoting($0) }, environment: environment)
  }
}
