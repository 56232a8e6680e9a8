import MillraceCore

extension ChunkManifest {
  /// Whether bytes begin as a manifest does: a line that is an object with the kind "chunk" or "end" in front.
  public static func begins(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let starts = [#"{"kind":"chunk","index":"#, #"{"kind":"end","chunks":"#]
    return starts.contains { unsafe bytes.starts(with: $0.utf8) }
  }

  /// Reads a manifest that is all there.
  ///
  /// - Parameter name: What diagnostics call it.
  /// - Throws: As `ManifestParser` does.
  public init(parsing bytes: UnsafeRawBufferPointer, name: String) throws(Failure) {
    var parser = ManifestParser(name: name)
    var rest = unsafe bytes[...]
    while unsafe !rest.isEmpty {
      let line = unsafe rest.prefix { $0 != 0x0a }
      unsafe rest = rest.dropFirst(line.count + 1)
      try unsafe parser.add(line: UnsafeRawBufferPointer(rebasing: line))
    }
    self = try parser.finish()
  }

  /// Every chunk is there once, and the totals agree.
  fileprivate func check(name: String, lines: Int) throws(Failure) {
    for (index, chunk) in chunks.enumerated() where chunk.index != index {
      let wrong = chunk.index < index ? "chunk \(chunk.index) is there twice" : "chunk \(index) is not there"
      throw Failure(.badData, wrong, at: Place(file: name), advice: "use the manifest as chunk wrote it")
    }
    let place = Place(file: name, line: lines)
    guard chunks.count == end.chunks else {
      throw Failure(
        .badData, "the closing line counts \(end.chunks) chunks, but \(chunks.count) are listed", at: place,
        advice: "use the manifest as chunk wrote it")
    }
    var records = 0
    for chunk in chunks {
      if let first = chunk.firstRecord, first != records {
        throw Failure(
          .badData, "chunk \(chunk.index) begins at record \(first), but \(records) records stand before it",
          at: Place(file: name), advice: "use the manifest as chunk wrote it")
      }
      let (sum, isTooLarge) = records.addingReportingOverflow(chunk.records)
      records = isTooLarge ? .max : sum
    }
    guard records == end.records else {
      throw Failure(
        .badData, "the closing line counts \(end.records) records, but the chunks have \(records)", at: place,
        advice: "use the manifest as chunk wrote it")
    }
  }
}

/// Reads a manifest line by line. Its lines may stand in any order but for the last one.
public struct ManifestParser {
  private let name: String
  private var chunks: [ChunkManifest.Chunk] = []
  private var end: ChunkManifest.End?
  private var lines = 0

  /// - Parameter name: What diagnostics call the manifest.
  public init(name: String) { self.name = name }

  /// Takes the next line, without its line end.
  ///
  /// - Throws: `.badData` that names the line.
  public mutating func add(line: UnsafeRawBufferPointer) throws(Failure) {
    lines += 1
    let place = Place(file: name, line: lines)
    if end != nil {
      throw Failure(
        .badData, "a line behind the manifest's end", at: place, advice: "give merge one manifest at a time")
    }
    let reader = try unsafe LineReader(line, place: place)
    switch reader.value["kind"]?.text {
    case "chunk": chunks.append(try reader.chunk())
    case "end": end = try reader.end()
    default: throw Failure(.badData, "neither a chunk nor the end of a manifest", at: place)
    }
  }

  /// - Throws: `.badData` for a manifest that was cut off, one with chunks missing or twice, totals that do not agree.
  public consuming func finish() throws(Failure) -> ChunkManifest {
    guard let end else {
      throw Failure(
        .badData, "the manifest was cut off: its closing line is missing", at: Place(file: name),
        advice: "chunk did not finish: run it again")
    }
    // Nearly always in order already, and there may be a hundred thousand.
    let areInOrder = zip(chunks, chunks.dropFirst()).allSatisfy { $0.index < $1.index }
    let manifest = ChunkManifest(chunks: areInOrder ? chunks : chunks.sorted { $0.index < $1.index }, end: end)
    try manifest.check(name: name, lines: lines)
    return manifest
  }
}

/// One line, with what it lacks told by name.
private struct LineReader {
  let value: JSONValue
  let place: Place

  init(_ line: UnsafeRawBufferPointer, place: Place) throws(Failure) {
    do throws(Failure) {
      value = try unsafe JSONValue.parse(line, maximumDepth: 8)
    } catch {
      throw Failure(.badData, "not a line of a manifest: \(error.message)", at: place)
    }
    self.place = place
  }

  func chunk() throws(Failure) -> ChunkManifest.Chunk {
    ChunkManifest.Chunk(
      index: try count("index"), path: try text("path"),
      firstRecord: value["first_record"] == nil ? nil : try count("first_record"), records: try count("records"),
      bytes: try count("bytes"), digest: try digest())
  }

  func end() throws(Failure) -> ChunkManifest.End {
    ChunkManifest.End(
      chunks: try count("chunks"), records: try count("records"), bytes: try count("bytes"), digest: try digest(),
      format: try choice("format"), headerBytes: try count("header_bytes"),
      hasByteOrderMark: value["byte_order_mark"] == .bool(true), hasFinalLineEnd: value["final_newline"] == .bool(true),
      order: try choice("order"), compression: value["compression"]?.text == nil ? nil : try choice("compression"),
      directory: try text("directory"))
  }

  private func text(_ name: String) throws(Failure) -> String {
    guard let text = value[name]?.text else { throw missing(name, "a string") }
    return text
  }

  private func count(_ name: String) throws(Failure) -> Int {
    guard let count = value[name]?.integer, count >= 0 else { throw missing(name, "a count") }
    return count
  }

  private func choice<Choice: RawRepresentable<String>>(_ name: String) throws(Failure) -> Choice {
    guard let choice = Choice(rawValue: try text(name)) else {
      throw Failure(
        .badData, "unknown \(name) \"\(try text(name))\"", at: place, advice: "a newer chunk may have written it")
    }
    return choice
  }

  private func digest() throws(Failure) -> SHA256Digest? {
    guard value["sha256"] != nil else { return nil }
    guard let digest = SHA256Digest(hex: try text("sha256")) else { throw missing("sha256", "64 hexadecimal digits") }
    return digest
  }

  private func missing(_ name: String, _ kind: String) -> Failure {
    var place = place
    place.field = name
    return Failure(.badData, "\(kind) was expected", at: place, advice: "use the manifest as chunk wrote it")
  }
}
