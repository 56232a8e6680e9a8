import MillraceCore

/// A row while it is made: the texts of its cells one behind the other, and what belongs together in it (a person, a place).
/// One thread uses it for row after row.
@safe final class RowDraft {
  /// 0 for the first.
  private(set) var row: UInt64 = 0
  /// How many times constraints have refused this row.
  private(set) var attempt: UInt64 = 0
  /// Texts of the cells, unquoted.
  let text = ByteBuffer(capacity: 4096)
  let cells: UnsafeMutablePointer<Cell>
  let cellCount: Int
  /// What entities of the row have drawn; `EntityDraw.stamp` says whether it is for this row.
  let entities: UnsafeMutablePointer<EntityDraw>
  let entityCount: Int
  /// Another for each row and attempt that any draft of this thread makes.
  private(set) var stamp: UInt64 = 0

  /// Why a row of another table that this one needs cannot be made.
  var failure: Failure?
  /// Of the tables that this one refers to.
  let parents: [RowDraft]

  init(cells cellCount: Int, entities entityCount: Int, parents: [RowDraft] = []) {
    self.parents = parents
    self.cellCount = cellCount
    self.entityCount = entityCount
    unsafe cells = .allocate(capacity: max(1, cellCount))
    unsafe cells.initialize(repeating: Cell(), count: max(1, cellCount))
    unsafe entities = .allocate(capacity: max(1, entityCount))
    unsafe entities.initialize(repeating: EntityDraw(), count: max(1, entityCount))
  }

  deinit {
    unsafe cells.deallocate()
    unsafe entities.deallocate()
  }

  @inline(__always) func begin(row: UInt64, attempt: UInt64) {
    self.row = row
    self.attempt = attempt
    stamp &+= 1
    text.removeAll()
  }

  /// The random numbers of a purpose in this row.
  @inline(__always) func random(_ key: RandomKey) -> RandomStream { RandomStream(key, row: row, attempt: attempt) }

  /// The text of a cell that has been made. Valid until the text grows.
  @inline(__always) func text(of cell: Cell) -> UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(rebasing: text.bytes[Int(cell.start)..<Int(cell.end)])
  }

  /// Appends the text of a cell that has been made to the end of the text.
  @inline(__always) func appendText(of cell: Cell) {
    let count = Int(cell.end - cell.start)
    text.reserve(count)
    unsafe text.append(text.base + Int(cell.start), count: count)
  }
}

/// What one entity of a row (a person, a place, a company) has drawn: all its fields take from it.
struct EntityDraw: BitwiseCopyable {
  /// The draft's stamp when it was drawn.
  var stamp: UInt64 = 0
  /// Eight choices, whose meaning is the entity's.
  var choices: (UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0, 0, 0, 0, 0)
}
