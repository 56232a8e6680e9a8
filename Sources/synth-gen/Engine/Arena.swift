/// Memory of tables that are made once and read by every row on every thread.
///
/// What a generator reads lies here and not in arrays: a read then counts no references, which threads would contend for.
///
/// Unchecked Sendable: filled by one thread while a table is compiled, afterwards only read.
final class Arena: @unchecked Sendable {
  private var allocations: [UnsafeMutableRawPointer] = []
  private var objects: [AnyObject] = []

  init() {}

  deinit { for memory in unsafe allocations { unsafe memory.deallocate() } }

  /// Keeps an object as long as the arena.
  func keep(_ object: AnyObject) { objects.append(object) }

  /// A copy of the values that lives as long as the arena.
  func constants<Element: BitwiseCopyable>(_ values: some Collection<Element>) -> Constants<Element> {
    let size = max(1, values.count) * MemoryLayout<Element>.stride
    // Readable bytes behind the end, for copies of whole words.
    let memory = UnsafeMutableRawPointer.allocate(byteCount: size + 64, alignment: 64)
    unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: size + 64)
    unsafe allocations.append(memory)
    let base = unsafe memory.bindMemory(to: Element.self, capacity: max(1, values.count))
    for (index, value) in values.enumerated() { unsafe base[index] = value }
    return unsafe Constants(base: UnsafePointer(base), count: values.count)
  }
}

extension Arena {
  /// A copy of one value that lives as long as the arena.
  func kept<Value: BitwiseCopyable>(_ value: Value) -> Kept<Value> { Kept(constants([value])) }
}

/// One value of an arena, such as tables that many generators share: copying it copies a word, not the tables.
struct Kept<Value: BitwiseCopyable>: Sendable {
  private let constants: Constants<Value>

  fileprivate init(_ constants: Constants<Value>) { self.constants = constants }

  var value: Value { @inline(__always) get { constants[0] } }
}

/// Values of an arena.
///
/// Unchecked Sendable: they never change, and the arena outlives every reader.
@safe struct Constants<Element: BitwiseCopyable>: @unchecked Sendable {
  let base: UnsafePointer<Element>
  let count: Int

  init(base: UnsafePointer<Element>, count: Int) {
    unsafe self.base = base
    self.count = count
  }

  @inline(__always) subscript(index: Int) -> Element {
    assert(index >= 0 && index < count)
    return unsafe base[index]
  }

  var array: [Element] { (0..<count).map { self[$0] } }
}
