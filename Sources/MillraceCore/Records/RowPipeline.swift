/// What becomes of one block of rows.
struct ProcessedBlock: Sendable {
  let block: Block
  /// The rows in the output's format.
  let output: ByteBuffer
  /// Context records of rows, as `ContextFormatter` writes them.
  let context: ByteBuffer
  var contextCount = 0
  var rowsWritten = 0
  /// Rows that were bad, in order.
  var dropped: [DroppedRow] = []
}

/// A row that was left out because it is bad.
struct DroppedRow: Sendable {
  let failure: Failure
  /// The row as it stands in the input.
  let bytes: [UInt8]
}

/// Where a transform puts its rows.
public final class RowWriter {
  private let formatter: RecordFormatter
  fileprivate var output = ByteBuffer(capacity: 0)
  fileprivate var context = ByteBuffer(capacity: 0)
  fileprivate var contextCount = 0
  private let added = AddedValues()
  public fileprivate(set) var rowsWritten = 0

  init(_ schema: OutputSchema) { formatter = RecordFormatter(schema) }

  /// Writes the cursor's record with the values of the fields that the output's schema adds.
  public func write(_ record: RecordCursor, adding values: [FieldValue] = []) throws(Failure) {
    try formatter.append(record, adding: values, to: output)
    rowsWritten += 1
  }

  /// Writes the cursor's record with the values that `add` appends, one for each field that the output's schema adds.
  public func write(_ record: RecordCursor, adding add: (AddedValues) -> Void) throws(Failure) {
    added.removeAll()
    add(added)
    try write(record, adding: added.all)
  }

  /// Adds a context record about the row, written by `write`. It stays when the row is bad after all and left out.
  public func addContext(_ write: (ByteBuffer) -> Void) {
    write(context)
    contextCount += 1
  }
}

/// Takes rows through a transform on several threads; the output's order is the input's, whatever the number of threads.
///
/// One thread reads and cuts, `jobs` threads transform, the caller's thread writes. A bounded number of blocks is in
/// flight.
public struct RowPipeline: Sendable {
  /// Writes what becomes of a row: as often as it likes, or not at all. Bad data that it throws make the row a bad one.
  public typealias Transform = (RecordCursor, RowWriter) throws(Failure) -> Void

  var jobs: Int
  var schema: OutputSchema
  var ragged: RaggedRows
  /// Bad rows are left out and reported instead of ending the run.
  var dropsBadRows: Bool

  init(jobs: Int, schema: OutputSchema, ragged: RaggedRows, dropsBadRows: Bool) {
    self.jobs = jobs
    self.schema = schema
    self.ragged = ragged
    self.dropsBadRows = dropsBadRows
  }

  /// Runs to the end of the input or to the first failure in input order.
  ///
  /// - Parameters:
  ///   - source: Asked for the input's blocks on a thread of its own.
  ///   - makeTransform: Called on each transforming thread once; what it returns is called for every row there.
  ///   - write: Called on the caller's thread, in order.
  func run(
    _ source: some BlockSource,
    makeTransform: @escaping @Sendable () throws(Failure) -> Transform,
    write: (ProcessedBlock) throws(Failure) -> Void
  ) throws(Failure) {
    let waiting = BoundedQueue<Job>(capacity: jobs)
    let inOrder = BoundedQueue<Result<Job, Failure>>(capacity: jobs + 1)
    let reader = try Worker("read") {
      let outputs = BufferPool(capacity: BlockReader.blockBytes)
      defer {
        waiting.close()
        inOrder.close()
      }
      do throws(Failure) {
        while let block = try source.next() {
          let job = Job(block: block, output: outputs.take())
          guard inOrder.put(.success(job)), waiting.put(job) else { return }
        }
      } catch {
        // The failure takes its turn behind the rows that came before it.
        inOrder.put(.failure(error))
      }
    }
    var workers: [Worker<Void>] = []
    for number in 1...max(1, jobs) {
      workers.append(
        try Worker("rows \(number)") { () throws(Failure) in try transformJobs(waiting, makeTransform) })
    }
    do throws(Failure) {
      while let job = inOrder.take() { try write(job.get().wait()) }
    } catch {
      // The reader may sit in a read that never returns: nobody waits for it.
      inOrder.abandon()
      waiting.abandon()
      throw error
    }
    try reader.join()
    for worker in workers { try worker.join() }
  }

  private func transformJobs(
    _ waiting: BoundedQueue<Job>, _ makeTransform: () throws(Failure) -> Transform
  ) throws(Failure) {
    let cursor = RecordCursor()
    cursor.ragged = ragged
    cursor.requiresUTF8 = schema.dialect.format == .ndjson
    // What nobody reads goes out as it came in, good or bad, unless bad rows are to be found.
    cursor.checksObjectsWhenRead = !dropsBadRows
    let writer = RowWriter(schema)
    var transform: Transform?
    while let job = waiting.take() {
      do throws(Failure) {
        let apply: Transform
        if let transform { apply = transform } else { apply = try makeTransform() }
        transform = apply
        job.finish(.success(try process(job.block, into: job.output, cursor, writer, apply)))
      } catch {
        job.finish(.failure(error))
      }
    }
  }

  private func process(
    _ block: Block, into output: ByteBuffer, _ cursor: RecordCursor, _ writer: RowWriter, _ transform: Transform
  ) throws(Failure) -> ProcessedBlock {
    var processed = ProcessedBlock(block: block, output: output, context: ByteBuffer(capacity: 0))
    writer.output = output
    writer.context = processed.context
    writer.rowsWritten = 0
    writer.contextCount = 0
    cursor.open(block)
    while true {
      let (outputBytes, rows) = (output.count, writer.rowsWritten)
      do throws(Failure) {
        guard try cursor.next() else { break }
        try transform(cursor, writer)
        if let fault = cursor.fault { throw fault }
      } catch {
        // A transform that found a row without a field says less than why it had none.
        guard dropsBadRows && error.status == .badData else { throw cursor.fault ?? error }
        output.count = outputBytes
        writer.rowsWritten = rows
        processed.dropped.append(DroppedRow(failure: error, bytes: unsafe Array(cursor.record)))
      }
    }
    processed.rowsWritten = writer.rowsWritten
    processed.contextCount = writer.contextCount
    return processed
  }
}

/// A block on its way: workers take jobs as they come, the writer waits for them in order.
///
/// `output` belongs to the worker until the job is finished, then to the writer.
private final class Job: Sendable {
  let block: Block
  let output: ByteBuffer
  private let result = BoundedQueue<Result<ProcessedBlock, Failure>>(capacity: 1)

  init(block: Block, output: ByteBuffer) {
    self.block = block
    self.output = output
  }

  func finish(_ result: Result<ProcessedBlock, Failure>) { self.result.put(result) }

  func wait() throws(Failure) -> ProcessedBlock {
    guard let result = result.take() else { throw Failure(.internalError, "a block of rows was never finished") }
    return try result.get()
  }
}
