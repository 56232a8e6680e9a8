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
    let rule: ChunkCutter.Rule =
      switch specification.rule {
      case .records(let count): .records(count)
      case .bytes(let count): .bytes(count)
      }
    var cutter = ChunkCutter(rule, into: counter)
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

    init(header: [UInt8]) {
      let bytes = ByteBuffer(capacity: header.count)
      bytes.append(header)
      self.header = ByteSlice(bytes)
    }

    func beginChunk() throws(Failure) -> OutputFile { try OutputFile(path: "/dev/null") }
    func endChunk(_ file: OutputFile, firstRecord: Int, records: Int) throws(Failure) { count += 1 }
  }
}
