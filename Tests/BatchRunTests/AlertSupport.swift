import MillraceCore
import Support

@testable import batch_run

let failedAlert = Alert(
  event: .failed, job: "20261121-184503-k7q2", message: "chunk 00042 failed: status 3",
  counts: .init(total: 12, completed: 11, failed: 1), host: "node17", time: Timestamp(seconds: 1_795_286_703))

/// Channels whose tries follow each other quickly.
func quickChannels(
  urls: [String] = [], addresses: [String] = [], commands: [String] = [], environment: [String: String] = [:],
  timeLimit: Double = 400, tryLimit: Double = 200
) throws -> AlertChannels {
  var channels = try AlertChannels(urls: urls, addresses: addresses, commands: commands, environment: environment)
  channels.retry = RetryPolicy(base: 0.01)
  channels.timeLimit = timeLimit
  channels.tryLimit = tryLimit
  return channels
}
