import ArgumentParser
import Chunks
import MillraceCore

/// Splits a table into chunk files and prints their manifest.
@main
struct Chunk: FilterCommand {
  static let configuration = CommandConfiguration(
    commandName: programName,
    abstract: "Split NDJSON or CSV into chunk files, never inside a record.",
    discussion: """
      Cut a table for an array job of 40 tasks, and put it together again:
        $ chunk --parts 40 -d parts -o parts.manifest reads.csv
        $ merge -o result.csv < parts.manifest

      Each chunk of CSV repeats the header. The manifest tells path, first record, records, bytes and SHA-256 of every \
      chunk and is closed by a line with totals; the folder keeps a copy as chunks.manifest, written last. Running again \
      into the same folder replaces what an earlier run left there: its manifest, and all files that are named as chunks \
      are (chunk-00000.csv and so on).
      """,
    version: Millrace.versionText)

  @OptionGroup(title: "Input") var input: InputOptions
  @OptionGroup(title: "Chunks") var size: ChunkOptions
  @OptionGroup var common: CommonOptions

  var parameters: [JSONValue.Member] { input.parameters + size.parameters }

  func validate() throws {
    if input.files.count > 1 {
      throw ValidationError("chunk takes one input; merge puts several together: merge A B | chunk")
    }
    if input.onError != .fail || input.ragged != .fail {
      throw ValidationError(
        "chunk keeps every row as it is: --on-error and --ragged are for the tools that read the chunks")
    }
  }

  func run(in stage: Stage) throws(Failure) {
    stage.expect(input.paths)
    let folder = stage.isDryRun ? nil : try OutputFolder(path: size.directory)
    let table = try ChunkInput(input, countsRecords: size.needsCount, spoolingIn: folder, stage)
    let manifest = try stage.openOutput()
    let chunks = try ChunkFolder(
      folder, header: table.reader.table.preamble, format: table.reader.table.dialect.format,
      compression: size.compress.compression, computesDigests: size.checksum == .sha256, manifest: manifest,
      recorder: stage.recorder)
    var consumer = try size.makeConsumer(table.reader.table, count: table.records, into: chunks)
    let content = try table.forEachBlock(computesDigest: size.checksum == .sha256 && !stage.isDryRun) {
      block throws(Failure) in try consumer.append(block)
    }
    try consumer.finish()
    try chunks.finish(content, order: size.order)
    if stage.isDryRun {
      stage.progress.finish()
      stage.diagnostics.note(
        "would write \(chunks.count) chunks with \(chunks.records) records to \(size.directory)")
      return
    }
    try stage.finish(manifest, rowsIn: chunks.records, rowsOut: chunks.records, records: chunks.count + 1)
  }
}
