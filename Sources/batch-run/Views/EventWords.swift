import MillraceCore

extension JobEvent {
  /// The event for a person, as it stands behind its time; nil for what only batch-run itself needs to know.
  var words: String? {
    func because(_ reason: String?) -> String { reason.map { $0.isEmpty ? "" : ": \($0)" } ?? "" }
    switch self {
    case .owner(let process, let host): return "process \(process) on \(host) works on the job"
    case .state(let state, let reason): return "the job is \(state.rawValue)\(because(reason))"
    case .opened(let table): return "the input is \(table.format.rawValue)"
    case .cut(let chunk): return "chunk \(chunk.identifier) was cut: \(chunk.size)"
    case .hashed, .overwriting, .synced: return nil
    case .inputEnded(let end):
      return "the input has ended: \(end.records) records, \(decimal(Double(end.bytes), "B"))"
    case .started(let start):
      return "chunk \(start.chunk) attempt \(start.attempt) began on \(start.host), worker \(start.worker)"
    case .ended(let end): return end.words
    case .split(let chunk, let first, let second):
      return
        "chunk \(chunk) was split: \(first.identifier) with \(first.size), \(second.identifier) with \(second.size)"
    case .exhausted(let chunk): return "chunk \(chunk) has used up its attempts"
    case .failed(let chunk, let reason): return "chunk \(chunk) has failed\(because(reason))"
    case .revived: return "failed chunks have their attempts again"
    case .recovery(.begun): return "the recovery attempt began"
    case .recovery(.succeeded): return "the recovery attempt was a success"
    case .recovery(.failed): return "the recovery attempt failed"
    case .command(let words):
      return "the command is now \(CommandLineText.quoting(CommandLineText.redacting(words)))"
    case .workers(let count, let reason):
      return "\(counted(count, "worker"))\(because(reason))"
    case .alert(let channel, let event, let error):
      return error.map { "an alert of \(event) could not be sent by \(channel): \($0)" }
        ?? "an alert of \(event) was sent by \(channel)"
    case .delivered(let chunks, let bytes):
      return "the results of \(counted(chunks, "chunk")) were written: \(decimal(Double(bytes), "B"))"
    case .submitted(let jobs, let chunks):
      return "\(counted(chunks, "chunk was", "chunks were")) submitted to Slurm: \(namingFirst(jobs))"
    case .note(let note): return note
    }
  }
}

extension CutChunk {
  /// `1000 records, 1.2 MB`.
  fileprivate var size: String { "\(counted(records, "record")), \(decimal(Double(bytes), "B"))" }
}

extension AttemptEnd {
  /// `chunk 00042 attempt 2 ended with status 3 after 0:12 on node17, worker 3, 120.0 MB of memory: no such column`.
  fileprivate var words: String {
    "chunk \(chunk) attempt \(attempt) \(outcome) after \(attemptTime(end.since(start))) on \(host), worker \(worker)"
      + (peakMemory > 0 ? ", \(decimal(Double(peakMemory), "B")) of memory" : "")
      + (lastWords.isEmpty || outcome == .completed ? "" : ": \(lastWords)")
  }
}
