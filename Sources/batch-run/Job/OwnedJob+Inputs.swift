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
    record.inputEnd == nil || record.table.map { !isHeaderWhole($0) } == true
      || record.chunks.values.contains { $0.identifier.halves.isEmpty && needsInput(of: $0, record: record) }
  }

  /// A power failure may have taken what chunks begin with.
  func isHeaderWhole(_ table: JobTable) -> Bool { (fileSize(folder.headerPath) ?? 0) == table.headerBytes }

  /// Reads what chunks begin with from the input, before anybody asks for it; of a pipe, it comes when it is cut again.
  func restoreHeader(_ record: JobRecord) throws(Failure) {
    guard let table = record.table, !isHeaderWhole(table), let path = specification.input.path else { return }
    let reader = try BlockReader(
      try DecompressedSource(try FileSource(path: path), name: path), name: path, options: specification.input.reading,
      pool: BufferPool(capacity: BlockReader.blockBytes))
    let header = ByteBuffer(reader.table.preamble)
    guard header.count == table.headerBytes else { throw changedInput(path, "its header is another one") }
    try folder.writePrivately(header, to: folder.headerPath)
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
  /// Removes the files of unfinished chunks when some of them may hold what was in the file before: they were written over
  /// others, and the machine was started anew since, perhaps after a power failure. The chunks are cut again.
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
    let paths = record.chunks.values.filter { $0.progress != .completed && $0.progress != .split }
      .map { folder.inputPath($0.identifier) }.filter { isThere($0) }
    if isCertain {
      for path in paths { try folder.sync(path) }
    } else if !paths.isEmpty {
      if let path = specification.input.path, !isThere(path) {
        throw Failure(
          .noInput, "the input is not there, and is needed again: the machine was started anew",
          at: Place(file: path), advice: "put it back; what was cut of it may have been lost")
      }
      for path in paths { folder.removeFile(path) }
      try folder.syncInputNames()
    }
    for line in try journal.append([.overwriting(boot: nil)]) { record.apply(line) }
    return !isCertain && !paths.isEmpty
  }
}
