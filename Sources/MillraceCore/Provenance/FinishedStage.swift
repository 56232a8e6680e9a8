import Glibc

/// All that is written about a stage that has ended, ready to be written more than once: as a sidecar, for the reader of a
/// pipe, and for look-up by content.
struct FinishedStage {
  private let record: StageRecord
  private let pipeline: JSONValue
  private let stage: JSONValue
  private let files: RecordSpill?
  private let contexts: RecordSpill?

  init(_ record: StageRecord, files: RecordSpill?, contexts: RecordSpill?) throws(Failure) {
    self.record = record
    pipeline = try record.pipeline()
    stage = try record.stage()
    self.files = files
    self.contexts = contexts
  }

  /// Writes it and gives the file its name.
  ///
  /// - Parameter withContexts: What was done to which row is told, too.
  func write(to file: AtomicFile, withContexts: Bool = true) throws(Failure) {
    try ChainWriter.write(to: file) { writer throws(Failure) in
      try writer.append(pipeline)
      try writer.embed(record.inputs, record.embeddings, withContexts: withContexts)
      try writer.append(stage)
      try files?.copy(to: &writer)
      if withContexts {
        try contexts?.copy(to: &writer)
        try record.children?.copy(to: &writer)
      }
      if let earlier = record.place.earlierSidecar { try writer.append(sidecar: earlier) }
    }
  }

  /// Leaves the record for the reader of the pipe that the output went to, and one to be found by the output's digest.
  func leaveCopies(in store: ProvenanceStore, scope: ProvenanceStore.Scope) throws(Failure) {
    let isSmall = size <= ProvenanceStore.largestCopy
    var isCopied = false
    let copy = try record.output.digest.map { digest throws(Failure) in
      try store.copyPath(digest, stage: record.id, scope: scope)
    }
    if let key = record.place.pipe {
      let link = try store.linkPath(key, stage: record.id)
      try write(to: AtomicFile(path: link, permissions: 0o600))
      if let copy, isSmall { isCopied = unsafe Glibc.link(link, copy) == 0 }
    }
    if let copy, !isCopied {
      try write(to: AtomicFile(path: copy, permissions: 0o600), withContexts: isSmall)
    }
  }

  /// Bytes, about: of the producers' records, and of what was done to rows.
  private var size: Int {
    var known: Set<String> = []
    let producers = record.inputs.flatMap(\.upstreams).filter { known.insert($0.identity).inserted }
    return producers.reduce((contexts?.bytes ?? 0) + (record.children?.size ?? 0)) { $0 + $1.size }
  }
}
