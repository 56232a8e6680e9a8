import MillraceCore

/// Makes a range of a table's rows on several threads; what comes out is the same for any number of them.
struct RowProduction: Sendable {
  let maker: any RowMaker
  let formatter: RowFormatter
  let rows: Range<UInt64>
  let jobs: Int

  /// Rows of one block: enough to make its hand-over cheap, few enough that `| head` waits for nothing.
  private static let rowsOfFirstBlock: UInt64 = 64
  private static let bytesOfBlock = 192 << 10

  private struct Block: Sendable {
    let bytes: ByteBuffer
    let rows: Int
  }

  /// A block on its way: a worker fills it, the writer waits for it.
  private struct Job: Sendable {
    let rows: Range<UInt64>
    let output: ByteBuffer
    let result: BoundedQueue<Result<Block, Failure>>
  }

  /// Makes all rows; `write` is called on the caller's thread, in order, with the text of some rows and their number.
  ///
  /// - Throws: the first failure in the order of rows, behind the rows before it, or what `write` throws.
  func run(_ write: (ByteSlice, Int) throws(Failure) -> Void) throws(Failure) {
    // The first rows tell how long rows are, and are there at once.
    let (maker, formatter) = (maker, formatter)
    let first = rows.lowerBound..<min(rows.upperBound, rows.lowerBound + Self.rowsOfFirstBlock)
    let block = try Self.make(first, maker, formatter, maker.makeDraft(), into: ByteBuffer(capacity: 4096))
    try write(ByteSlice(block.bytes), block.rows)
    if first.upperBound == rows.upperBound { return }

    let length = max(1, block.bytes.count / max(1, block.rows))
    let step = UInt64(max(1, min(Self.bytesOfBlock / length, 1 << 16)))
    let rest = first.upperBound..<rows.upperBound
    let waiting = BoundedQueue<Job>(capacity: jobs)
    let inOrder = BoundedQueue<Job>(capacity: jobs + 1)
    let planner = try Worker("plan") {
      let outputs = BufferPool(capacity: Self.bytesOfBlock * 5 / 4)
      defer {
        waiting.close()
        inOrder.close()
      }
      var start = rest.lowerBound
      while start < rest.upperBound {
        let end = rest.upperBound - start > step ? start + step : rest.upperBound
        let job = Job(rows: start..<end, output: outputs.take(), result: BoundedQueue(capacity: 1))
        guard inOrder.put(job), waiting.put(job) else { return }
        start = end
      }
    }
    var workers: [Worker<Void>] = []
    for number in 1...max(1, jobs) {
      workers.append(
        try Worker("rows \(number)") {
          let draft = maker.makeDraft()
          while let job = waiting.take() {
            do throws(Failure) {
              job.result.put(.success(try Self.make(job.rows, maker, formatter, draft, into: job.output)))
            } catch {
              job.result.put(.failure(error))
            }
          }
        })
    }
    do throws(Failure) {
      while let job = inOrder.take() {
        guard let result = job.result.take() else { throw Failure(.internalError, "rows were never made") }
        let block = try result.get()
        try write(ByteSlice(block.bytes), block.rows)
      }
    } catch {
      inOrder.abandon()
      waiting.abandon()
      throw error
    }
    try planner.join()
    for worker in workers { try worker.join() }
  }

  private static func make(
    _ rows: Range<UInt64>, _ maker: any RowMaker, _ formatter: RowFormatter, _ draft: RowDraft, into output: ByteBuffer
  ) throws(Failure) -> Block {
    for row in rows {
      try maker.make(row: row, in: draft)
      formatter.append(draft, to: output)
    }
    return Block(bytes: output, rows: rows.count)
  }
}
