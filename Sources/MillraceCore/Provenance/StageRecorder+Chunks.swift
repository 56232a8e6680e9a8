extension StageRecorder {
  // MARK: Chunks

  /// Takes note of what became of a chunk, in the order of the chunks.
  ///
  /// - Parameters:
  ///   - source: the program that worked on it, in a word.
  ///   - attempts: each with how it ended, and where it was made and what it took in its details.
  public func addChunk(
    _ chunk: ChunkContext, source: String, attempts: [ContextFormatter.Attempt]
  ) throws(Failure) {
    guard contextLevel != .none else { return }
    state.withLock { $0.chunkCount += 1 }
    let line = ByteBuffer()
    contextFormatter.append(
      to: line, item: chunk.chunk, source: source, fields: [], details: chunk.details, attempts: attempts)
    try appendContexts(line, count: 1)
  }

  /// Takes over what the program that worked on a chunk recorded itself, where it is a tool of ours, or several: the stages
  /// of its sidecar, and what it did to which row. Chunks are added in their order.
  ///
  /// - Parameters:
  ///   - sidecar: beside the program's result; there need not be one.
  ///   - item: the chunk.
  ///   - resultBytes: size of the result.
  /// - Returns: what became of it. Some sidecars must stay where they are: ours refers to them.
  /// - Throws: when a record cannot be kept. A damaged sidecar is only told, and lowers the completeness to `mismatch`.
  @discardableResult
  public func addChild(sidecar: String, item: String, resultBytes: Int) throws(Failure) -> ChildEmbedding {
    guard contextLevel != .none else { return .none }
    let reader: ProvenanceReader
    do throws(Failure) {
      guard let found = try ProvenanceReader(path: sidecar) else { return .none }
      reader = found
    } catch {
      tellUnreadable(error)
      return .none
    }
    do throws(Failure) {
      let (embedding, isOfResult) = try withChildren { children throws(Failure) in
        try children.take(reader, item: item, resultBytes: resultBytes)
      }
      if !isOfResult {
        warn(
          Failure(
            .no, "chunk \(item): its result is not what \(sidecar) says", at: nil,
            advice: "another program wrote to it after the last tool that left a record"))
      }
      return embedding
    } catch {
      guard error.status == .badData else { throw error }
      tellUnreadable(error)
      return .none
    }
  }

  private func tellUnreadable(_ failure: Failure) {
    withChildren { $0.noteDamage() }
    warn(failure)
  }

  private func withChildren<Result: Sendable, Problem: Error>(
    _ body: (inout ChildRecords) throws(Problem) -> Result
  ) throws(Problem) -> Result {
    try state.withLock { state throws(Problem) in
      var children =
        state.children
        ?? ChildRecords(parent: id, spill: contextLevel == .rows ? RecordSpill(folder: spillFolder(state)) : nil)
      // With one owner nothing that it holds is copied.
      state.children = nil
      defer { state.children = children }
      return try body(&children)
    }
  }
}
