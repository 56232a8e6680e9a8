import MillraceCore

/// A job as a row of a list.
struct JobListing {
  /// As many are listed unless all are asked for.
  static let most = 20

  let identifier: String
  let state: String
  let progress: Double?
  let created: Timestamp
  let backend: Backend
  let host: String?
  let folder: String
  let command: [String]
  let isAbandoned: Bool
  let failed: Int

  /// - Throws: as reading a journal does.
  init(_ job: JobHome.Job, _ watch: JobWatch) throws(Failure) {
    var watch = watch
    let overview = try watch.look()
    let figures = JobFigures(overview)
    identifier = job.specification.identifier
    state = overview.state.rawValue
    progress = figures.fraction
    created = job.specification.created
    backend = job.specification.settings.backend
    host = overview.record.owners.last?.host
    folder = job.folder.path
    command = CommandLineText.redacting(overview.record.command)
    failed = figures.counts.failed
    if case .abandoned = overview.ownership { isAbandoned = true } else { isAbandoned = false }
  }

  var json: JSONValue {
    .object([
      .init("id", .string(identifier)), .init("state", .string(state)),
      .init("progress", progress.map { .rounded($0) } ?? .null), .init("failed_chunks", .integer(failed)),
      .init("owner_gone", .bool(isAbandoned)), .init("command", .array(command.map { .string($0) })),
      .init("created", .string(created.description)), .init("backend", .string(backend.rawValue)),
      .init("host", host.map { .string($0) } ?? .null), .init("folder", .string(folder)),
    ])
  }

  /// Columns under their names; nothing for no jobs.
  static func table(_ jobs: [JobListing]) -> String {
    jobs.isEmpty ? "" : textTable([["JOB", "STATE", "DONE", "CREATED", "WHERE", "COMMAND"]] + jobs.map(\.cells))
  }

  private var cells: [String] {
    let place = backend == .slurm ? "slurm" : host ?? "here"
    return [
      printable(identifier), isAbandoned ? "\(state), gone" : state, progress.map { "\(Int($0 * 100)) %" } ?? "-",
      "\(created.description.prefix(19))Z", printable(place),
      ellipsised(printable(CommandLineText.quoting(command)), columns: 60),
    ]
  }
}
