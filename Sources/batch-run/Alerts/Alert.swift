import MillraceCore

/// What a person wants to be told of a job.
struct Alert: Sendable, Equatable {
  enum Event: String, Sendable, CaseIterable {
    case completed, failed, cancelled
    /// The job's own attempt at its failed chunks worked, or did not.
    case recovered
    case recoveryFailed = "recovery_failed"
    /// A step of a pipeline says something.
    case notice
  }

  /// How many of the job's chunks are where.
  struct Counts: Sendable, Equatable {
    var total: Int
    var completed: Int
    var failed: Int
  }

  var event: Event
  /// The job's identifier, or a pipeline's run.
  var job: String
  /// One sentence.
  var message: String
  var counts: Counts?
  var host: String
  var time: Timestamp

  /// Characters of the message that are sent.
  private static let longestMessage = 2000

  /// What it says in one line, for a subject: `batch-run 20261121-184503-k7q2: failed`.
  var title: String { "batch-run \(oneLine(job, most: 100)): \(event.words)" }

  private var sentence: String { oneLine(message, most: Self.longestMessage) }

  /// All of it for a person, in a few lines.
  var text: String {
    var lines = [title, sentence]
    if let counts { lines.append(counts.description) }
    lines.append("\(oneLine(host, most: 100)), \(time.description)")
    return lines.filter { !$0.isEmpty }.joined(separator: "\n")
  }
}

extension Alert.Event {
  var words: String {
    switch self {
    case .completed: "completed"
    case .failed: "failed"
    case .cancelled: "cancelled"
    case .recovered: "recovered"
    case .recoveryFailed: "recovery failed"
    case .notice: "notice"
    }
  }
}

extension Alert.Counts: CustomStringConvertible {
  var description: String {
    "\(completed) of \(counted(total, "chunk")) completed, \(failed) failed"
  }
}

extension Alert {
  /// The form in which webhooks and commands get it. `text` is what Slack, Mattermost and others show.
  ///
  ///     {"text":"batch-run 20261121-184503-k7q2: failed\n…","event":"failed","job":"20261121-184503-k7q2",
  ///      "message":"…","chunks":{"total":12,"completed":11,"failed":1},"host":"node17",
  ///      "time":"2026-11-21T18:45:03.000Z","version":1}
  var json: JSONValue {
    var members: [JSONValue.Member] = [
      .init("text", .string(Self.escapedForSlack(text))), .init("event", .string(event.rawValue)),
      .init("job", .string(job)), .init("message", .string(sentence)),
    ]
    if let counts {
      members.append(
        .init(
          "chunks",
          .object([
            .init("total", .integer(counts.total)), .init("completed", .integer(counts.completed)),
            .init("failed", .integer(counts.failed)),
          ])))
    }
    members += [
      .init("host", .string(host)), .init("time", .string(time.description)), .init("version", .integer(1)),
    ]
    return .object(members)
  }

  /// Slack takes `<!channel>` and `<https://…|text>` for more than text.
  private static func escapedForSlack(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}

/// The text without line ends and other control characters, and not longer than that.
private func oneLine(_ text: String, most: Int) -> String {
  let line = printable(text.split { $0.isWhitespace }.joined(separator: " "))
  return line.count > most ? "\(line.prefix(most))…" : line
}
