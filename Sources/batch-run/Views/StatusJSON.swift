import MillraceCore

extension StatusText {
  /// What `status --json` prints: one object. Times are in seconds, sizes in bytes.
  var json: JSONValue {
    let record = overview.record
    let specification = record.specification
    let words = CommandLineText.redacting(record.command)
    var members: [JSONValue.Member] = [
      .init("id", .string(overview.identifier)), .init("time", .string(overview.time.description)),
      .init("state", .string(record.state.rawValue)), .init("reason", text(record.stateReason)),
      .init("since", .string((record.states.last?.time ?? specification.created).description)),
      .init("created", .string(specification.created.description)),
      .init("command", .array(words.map { .string($0) })), .init("folder", .string(overview.folder.path)),
      .init("backend", .string(specification.settings.backend.rawValue)), .init("owner", owner),
      .init("progress", number(figures.fraction)), .init("elapsed_seconds", number(figures.elapsed)),
      .init("rate", number(figures.rate)), .init("remaining_seconds", number(figures.remaining)),
      .init("input_ended", .bool(record.inputEnd != nil)), .init("chunks", chunks),
      .init("records", .integer(figures.counts.records)),
      .init("completed_records", .integer(figures.counts.completedRecords)),
      .init("bytes", .integer(figures.counts.bytes)), .init("completed_bytes", .integer(figures.counts.completedBytes)),
      .init("retries", .integer(figures.counts.retries)), .init("workers", integer(figures.workers?.now)),
      .init("target_workers", integer(figures.workers?.wanted)),
      .init("workers_reason", .string(figures.workersReason)),
      .init("memory", integer(overview.live?.memory)), .init("peak_memory", .integer(figures.peakMemory)),
      .init("memory_per_worker", integer(specification.settings.memoryPerWorker)),
      .init("load", number(overview.live?.load)),
    ]
    if let queue = overview.live?.queue {
      members.append(
        .init(
          "queue",
          .object([
            .init("position", .integer(queue.position)),
            .init("estimated_wait_seconds", number(queue.estimatedWaitSeconds)),
          ])))
    }
    members.append(.init("slurm_jobs", .array(record.slurmJobs.map { .string($0) })))
    members.append(.init("recovery", text(record.recoveries.last?.recovery.rawValue)))
    members.append(.init("failed", .array(failedChunks)))
    return .object(members)
  }

  private func text(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
  private func number(_ number: Double?) -> JSONValue { number.map { .rounded($0) } ?? .null }
  private func integer(_ integer: Int?) -> JSONValue { integer.map { .integer($0) } ?? .null }

  /// Who sees to it that the job goes on: a process, `slurm`, nobody although there is work left (`gone`), or nobody (`none`).
  private var owner: JSONValue {
    func object(_ kind: String, _ name: String?) -> JSONValue {
      .object([.init("kind", .string(kind)), .init("name", text(name))])
    }
    return switch overview.ownership {
    case .owned(let who): object("process", who)
    case .onSlurm(let jobs): object("slurm", jobs.joined(separator: ","))
    case .abandoned(let who): object("gone", who)
    case .ended: object("none", nil)
    }
  }

  private var chunks: JSONValue {
    let counts = figures.counts
    return .object([
      .init("all", .integer(counts.all)), .init("completed", .integer(counts.completed)),
      .init("running", .integer(counts.running)), .init("waiting", .integer(counts.waiting)),
      .init("failed", .integer(counts.failed)), .init("split", .integer(figures.splits)),
    ])
  }

  private var failedChunks: [JSONValue] {
    guard figures.counts.failed > 0 else { return [] }
    return overview.record.failedChunks.map { chunk in
      let failed = FailedChunk(chunk)
      return .object([
        .init("chunk", .string(chunk.identifier.description)), .init("attempts", .integer(chunk.attempts.count)),
        .init("reason", .string(failed.reason)), .init("last_words", .string(failed.lastWords)),
      ])
    }
  }
}
