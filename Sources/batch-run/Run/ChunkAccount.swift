import MillraceCore

/// What the sidecar tells of each chunk: where its bytes stand in input and output, and how it was worked on.
struct ChunkAccount {
  private let record: JobRecord
  private let results: ResultWriter

  init(_ record: JobRecord, _ results: ResultWriter) {
    self.record = record
    self.results = results
  }

  /// Writes the records, chunk by chunk, and takes over what commands recorded that are tools of ours.
  ///
  /// - Returns: chunks whose results' own sidecars must stay, since ours refers to them.
  func write(to recorder: StageRecorder) throws(Failure) -> Set<ChunkIdentifier> {
    var referred: Set<ChunkIdentifier> = []
    guard !recorder.isOff else { return referred }
    let written = Dictionary(
      results.account.map { ($0.chunk, $0) }, uniquingKeysWith: { first, _ in first })
    for chunk in record.orderedChunks where chunk.progress != .split {
      let result = written[chunk.identifier]
      try recorder.addChunk(
        context(of: chunk, result), source: record.command(of: chunk).first ?? "", attempts: Self.attempts(of: chunk))
      guard let result else { continue }
      let embedding = try recorder.addChild(
        sidecar: results.job.folder.resultPath(chunk.identifier) + sidecarSuffix,
        item: chunk.identifier.description, resultBytes: result.bytes)
      if embedding.needsSidecar { referred.insert(chunk.identifier) }
    }
    return referred
  }

  private func context(of chunk: ChunkRecord, _ result: ResultWriter.WrittenChunk?) -> ChunkContext {
    let header = record.table?.headerBytes ?? 0
    let bytes = chunk.cut.bytes - header
    let command = record.command(of: chunk)
    return ChunkContext(
      chunk: chunk.identifier.description, firstRecord: chunk.cut.firstRecord, records: chunk.cut.records,
      input: .init(
        offset: chunk.cut.inputEnd - bytes, bytes: bytes, records: chunk.cut.records,
        digestThrough: chunk.digestThrough, headerBytes: header),
      output: result.map { result in
        let bytes = result.bytes - result.appended.headerBytes
        return .init(
          offset: result.end - bytes, bytes: bytes, records: result.appended.rows, digestThrough: result.digestThrough,
          headerBytes: result.appended.repeatsHeader ? result.appended.headerBytes : nil)
      },
      command: command == record.specification.command ? nil : command)
  }

  private static func attempts(of chunk: ChunkRecord) -> [ContextFormatter.Attempt] {
    var before: Timestamp?
    return chunk.attempts.map { end in
      let waited = before.map { max(0, end.start.since($0)) } ?? 0
      before = end.end
      return ContextFormatter.Attempt(
        status: end.outcome.description, waited: waited,
        details: [
          .init("host", .string(end.host)), .init("worker", .integer(end.worker)),
          .init("seconds", .rounded(end.end.since(end.start))), .init("cpu", .rounded(end.processorSeconds)),
          .init("memory", .integer(end.peakMemory)),
        ] + end.details)
    }
  }
}
