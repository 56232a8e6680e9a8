import MillraceCore

extension OwnedJob {
  /// Whether a chunk of the input must be written again, for itself or for a part of it: a power failure may have taken a
  /// file, or the end of it.
  func needsInput(of chunk: ChunkRecord, record: JobRecord) -> Bool {
    (record.leaves(of: chunk.identifier) ?? []).contains { leaf in
      leaf.progress != .completed && fileSize(folder.inputPath(leaf.identifier)) != leaf.cut.bytes
        && fileSize(folder.failedInputPath(leaf.identifier)) != leaf.cut.bytes
    }
  }

  /// Chunks of the input whose files must be written again, for themselves or for a part of them.
  ///
  /// - Parameter isHashed: What is cut has a digest. Then a file from which a kill kept its digest is not trusted.
  func chunksToCutAgain(_ record: JobRecord, isHashed: Bool) -> Set<ChunkIdentifier> {
    let chunks = record.chunks.values.filter { chunk in
      guard chunk.identifier.halves.isEmpty else { return false }
      if needsInput(of: chunk, record: record) { return true }
      guard isHashed, chunk.digestThrough == nil else { return false }
      return (record.leaves(of: chunk.identifier) ?? []).contains { $0.progress != .completed }
    }
    return Set(chunks.map(\.identifier))
  }

  /// Whether the input must be read again, or on.
  func needsInput(_ record: JobRecord) -> Bool {
    record.inputEnd == nil
      || record.chunks.values.contains { $0.identifier.halves.isEmpty && needsInput(of: $0, record: record) }
  }

  /// Makes the parts of a chunk again, whose file was written again.
  func restoreHalves(of chunk: ChunkIdentifier, record: JobRecord) throws(Failure) {
    guard let known = record.chunks[chunk], known.progress == .split else { return }
    guard let table = record.table else { return }
    try ChunkHalves(folder: folder, table: table).make(known.cut)
    for part in [chunk.parts.0, chunk.parts.1] { try restoreHalves(of: part, record: record) }
    folder.removeFile(folder.inputPath(chunk))
  }
}

extension OwnedJob {
  /// Removes the files of chunks when some of them may hold what another chunk has: they were written over others, and the
  /// machine was started anew since, perhaps after a power failure. Chunks that are not finished are cut again.
  ///
  /// Files of failed chunks, which were put aside, were brought to the disk before.
  ///
  /// - Parameters:
  ///   - boot: The machine's start; nil when the system does not tell.
  ///   - backend: Where the chunks will be worked on. Other machines go by their own start: for them the files are brought to
  ///     the disk.
  /// - Returns: whether files were removed.
  /// - Throws: `.noInput` when the input, which is needed again, is not there; then all files stay.
  func removeUncertainInputs(
    _ record: inout JobRecord, boot: String?, backend: Backend
  ) throws(Failure) -> Bool {
    guard let before = record.overwritingBoot else { return false }
    let isCertain = before == boot
    if isCertain, backend == .local { return false }
    let files = record.chunks.values.filter { $0.progress != .split }
      .map { (path: folder.inputPath($0.identifier), isNeeded: $0.progress != .completed) }.filter { isThere($0.path) }
    let paths = files.filter(\.isNeeded).map(\.path)
    if isCertain {
      for path in paths { try folder.sync(path) }
    } else if !files.isEmpty {
      if !paths.isEmpty, let path = specification.input.path, !isThere(path) {
        throw Failure(
          .noInput, "the input is not there, and is needed again: this is another machine, or it was started anew",
          at: Place(file: path), advice: "put it back; what was cut of it may have been lost")
      }
      // Those of finished chunks too: when such a one's result turns out to be lost, its file must not be taken for good.
      for file in files { folder.removeFile(file.path) }
      try folder.syncInputNames()
    }
    for line in try journal.append([.overwriting(boot: nil)]) { record.apply(line) }
    return !isCertain && !paths.isEmpty
  }
}
