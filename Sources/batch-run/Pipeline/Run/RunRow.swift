import MillraceCore

/// A run in a list of runs.
struct RunRow {
  private let folder: RunFolder
  private let record: RunRecord?

  /// A run that cannot be read is listed, too.
  init(_ folder: RunFolder) {
    self.folder = folder
    record = try? RunRecord(folder)
  }

  private var seconds: Double? {
    guard let began = record?.began, let ended = record?.ended else { return nil }
    return ended.since(began)
  }

  static func table(_ rows: [RunRow]) -> String {
    textTable([["RUN", "PIPELINE", "STARTED", "TOOK", "STATE", "FAILED"]] + rows.map(\.cells))
  }

  private var cells: [String] {
    guard let record else {
      return [folder.identifier, nameInFolder(folderPart(of: folder.path)), "", "", "Unreadable", ""]
    }
    let started = record.began.map { String($0.localText.prefix(19)).replacingT } ?? ""
    return [
      folder.identifier, record.specification.pipeline, started, seconds.map(spanText) ?? "", record.state.rawValue,
      namingFirst(record.names(of: .failed), most: 5),
    ]
  }

  static func ndjson(_ rows: [RunRow]) -> String { rows.map { $0.json.json + "\n" }.joined() }

  private var json: JSONValue {
    guard let record else {
      return .object([
        .init("run", .string(folder.identifier)), .init("folder", .string(folder.path)),
        .init("state", .string("Unreadable")),
      ])
    }
    func text(_ time: Timestamp?) -> JSONValue { time.map { .string($0.localText) } ?? .null }
    let steps = record.steps.map { step in
      JSONValue.object([
        .init("name", .string(step.name)), .init("state", .string(step.state.rawValue)),
        .init("began", text(step.began)),
        .init("ended", text(step.end?.time)), .init("reason", step.end?.reason.map { .string($0) } ?? .null),
        .init("failed_attempts", .integer(step.failedAttempts)),
      ])
    }
    return .object([
      .init("run", .string(folder.identifier)), .init("pipeline", .string(record.specification.pipeline)),
      .init("file", .string(record.specification.file)), .init("folder", .string(folder.path)),
      .init("state", .string(record.state.rawValue)), .init("began", text(record.began)),
      .init("ended", text(record.ended)),
      .init("seconds", seconds.map { .rounded($0) } ?? .null),
      .init("failed", .array(record.names(of: .failed).map { .string($0) })), .init("steps", .array(steps)),
    ])
  }
}

extension String {
  /// A time of RFC 3339 with a space where its T is.
  fileprivate var replacingT: String { String(map { $0 == "T" ? " " : $0 }) }
}
