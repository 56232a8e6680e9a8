import Chunks
import MillraceCore

/// Cuts the input as a job would, and writes nothing.
struct DryRun {
  let specification: JobSpecification
  let stage: Stage

  init(_ specification: JobSpecification, _ stage: Stage) {
    self.specification = specification
    self.stage = stage
  }

  func run(_ path: String) throws(Failure) {
    let source = try stage.open(path)
    let reader = try BlockReader(
      source, name: source.name, options: specification.input.reading,
      pool: BufferPool(capacity: BlockReader.blockBytes))
    let counter = Counter(header: reader.table.preamble)
    var cutter = ChunkCutter(specification.rule.cutting, into: counter)
    while let block = try reader.next() { try cutter.append(block) }
    try cutter.finish()
    try source.finish(records: reader.records)
    stage.progress.finish()
    stage.diagnostics.note(
      "would run `\(CommandLineText.quoting(specification.command))` on \(counter.count) chunks with \(reader.records) records"
    )
  }

  private final class Counter: ChunkDestination {
    let header: ByteSlice
    private(set) var count = 0

    init(header: [UInt8]) { self.header = ByteSlice(ByteBuffer(header)) }

    func beginChunk() throws(Failure) -> OutputFile { try OutputFile(path: "/dev/null") }
    func endChunk(_ file: OutputFile, firstRecord: Int, records: Int) throws(Failure) { count += 1 }
  }
}
