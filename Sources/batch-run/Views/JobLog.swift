import MillraceCore

/// What happened to a job and what its command said, as text. However long that is, little of it is in memory at once.
struct JobLog {
  let folder: JobFolder
  let write: (String) throws(Failure) -> Void

  /// Bytes that are written at once.
  private static let blockSize = 1 << 16
  /// A longer line is broken: it is whole in the file.
  private static let longestLine = 1 << 16

  // MARK: Events

  func writeEvents() throws(Failure) {
    // So that a folder of another version is told first.
    _ = try folder.specification()
    var reader = JournalReader(path: folder.journalPath)
    var text = ""
    while let line = try reader.next() {
      guard let words = line.event.words else { continue }
      text += "\(line.time) \(printable(words))\n"
      if text.utf8.count >= Self.blockSize {
        try write(text)
        text = ""
      }
    }
    try write(text)
  }

  // MARK: Standard error

  /// - Throws: `.noInput` when the job has no such chunk.
  func writeWords(of chunk: ChunkIdentifier) throws(Failure) {
    if try writeFile(of: chunk) { return }
    let record = try folder.record()
    guard let there = record.chunks[chunk] else {
      throw Failure(
        .noInput, "the job has no chunk \(chunk)", at: Place(file: nameInFolder(folder.path)),
        advice: record.cutCount > 0
          ? "its chunks are 00000 to \(ChunkIdentifier(record.cutCount - 1))" : "its input has not been cut yet")
    }
    if there.attempts.isEmpty {
      throw Failure(
        .noInput, "no attempt at chunk \(chunk) has ended yet", at: Place(file: nameInFolder(folder.path)))
    }
    // It said nothing: neither do we.
  }

  /// Each chunk's words under a line with its name and reason; nothing when none has failed.
  func writeWordsOfFailed() throws(Failure) {
    let chunks = try folder.record().failedChunks
    for (index, chunk) in chunks.enumerated() {
      try write("\(index > 0 ? "\n" : "")==> \(FailedChunk(chunk).text) <==\n")
      _ = try writeFile(of: chunk.identifier)
    }
  }

  /// - Returns: whether there is a file.
  private func writeFile(of chunk: ChunkIdentifier) throws(Failure) -> Bool {
    let candidates = [folder.errorPath(chunk), "\(folder.failedPath(chunk))/stderr"]
    guard let path = candidates.first(where: isRegularFile) else { return false }
    let source = try FileSource(path: path)
    var rest = ByteBuffer(capacity: Self.blockSize)
    while try source.read(into: rest) > 0 {
      let taken = try writeLines(rest)
      let next = ByteBuffer(capacity: Self.blockSize + rest.count - taken)
      unsafe next.append(UnsafeRawBufferPointer(rebasing: rest.bytes[taken...]))
      rest = next
    }
    if rest.count > 0 { try write(printable(unsafe String(decoding: rest.bytes, as: UTF8.self)) + "\n") }
    return true
  }

  /// Writes the whole lines, and of one that is too long what is there.
  ///
  /// - Returns: how many bytes were written.
  private func writeLines(_ buffer: ByteBuffer) throws(Failure) -> Int {
    let bytes = unsafe buffer.bytes
    var text = ""
    var start = 0
    while let end = unsafe bytes[start...].firstIndex(of: 0x0A) {
      text += printable(unsafe String(decoding: bytes[start..<end], as: UTF8.self)) + "\n"
      start = end + 1
    }
    if bytes.count - start >= Self.longestLine {
      // Not within a character: before the last byte that begins one of several bytes.
      var end = bytes.count
      let tail = unsafe bytes[(bytes.count - 4)...]
      if let first = unsafe tail.lastIndex(where: { $0 & 0xC0 != 0x80 }), unsafe bytes[first] >= 0xC0 { end = first }
      text += printable(unsafe String(decoding: bytes[start..<end], as: UTF8.self))
      start = end
    }
    if !text.isEmpty { try write(text) }
    return start
  }
}
