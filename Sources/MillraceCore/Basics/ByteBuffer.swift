import Glibc

/// Growable bytes with room behind their end, filled by one owner at a time.
///
/// Blocks of input and of formatted output are ByteBuffers. `padding` readable bytes always follow the content, so that
/// vector loops may read past the end.
///
/// Unchecked Sendable: a buffer is handed from thread to thread through queues and has one owner at any time.
@safe public final class ByteBuffer: @unchecked Sendable {
  /// Readable bytes behind the content: what simdjson may read, and a word of the loops over records.
  public static let padding = 64

  @inlinable public var base: UnsafeMutableRawPointer { unsafe storedBase }
  /// Bytes that the buffer holds before it must grow.
  @inlinable public var capacity: Int { unsafe storedCapacity }
  @inlinable public var count: Int {
    get { unsafe storedCount }
    set { unsafe storedCount = newValue }
  }

  // Every append reads all three. They are read and written at once, never held across a call, so no two accesses can
  // overlap; checking that at run time cost a tenth of a parser's time.
  @exclusivity(unchecked) @usableFromInline private(set) var storedBase: UnsafeMutableRawPointer
  @exclusivity(unchecked) @usableFromInline private(set) var storedCapacity: Int
  @exclusivity(unchecked) @usableFromInline var storedCount = 0

  public init(capacity: Int = 4096) {
    unsafe storedCapacity = capacity
    unsafe storedBase = Self.allocate(capacity + Self.padding)
  }

  deinit { unsafe Self.deallocate(base, capacity + Self.padding) }

  /// From this size on a buffer has pages of its own. In the heap, many large buffers that come and go between small
  /// things that stay (a merge of thousands of files) leave holes: 200 MB after 1,750 files, where 16 MB are in use.
  /// Address sanitizer watches over the heap alone, where all are when it is at work.
  private static var mappedSize: Int {
    #if MILLRACE_ADDRESS_SANITIZER
      .max
    #else
      64 << 10
    #endif
  }

  /// Zeroed memory on a cache line's boundary.
  private static func allocate(_ size: Int) -> UnsafeMutableRawPointer {
    guard size >= mappedSize else {
      let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64)
      unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: size)
      return unsafe memory
    }
    let memory = unsafe mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let memory = unsafe memory, unsafe memory != MAP_FAILED else { fatalError("out of memory") }
    return unsafe memory
  }

  private static func deallocate(_ memory: UnsafeMutableRawPointer, _ size: Int) {
    if size >= mappedSize { unsafe munmap(memory, size) } else { unsafe memory.deallocate() }
  }

  /// The content. Valid until the buffer grows or goes away.
  @inlinable public var bytes: UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(start: base, count: count)
  }

  /// Makes room for `extra` more bytes.
  @inlinable public func reserve(_ extra: Int) {
    if count + extra > capacity { grow(to: count + extra) }
  }

  @usableFromInline func grow(to needed: Int) {
    let newCapacity = max(needed, capacity * 2)
    let new = unsafe Self.allocate(newCapacity + Self.padding)
    unsafe new.copyMemory(from: base, byteCount: count)
    unsafe Self.deallocate(base, capacity + Self.padding)
    unsafe storedBase = new
    unsafe storedCapacity = newCapacity
  }

  @inlinable public func append(_ byte: UInt8) {
    reserve(1)
    unsafe base.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
    count += 1
  }

  @inlinable public func append(_ start: UnsafeRawPointer, count length: Int) {
    reserve(length)
    unsafe (base + count).copyMemory(from: start, byteCount: length)
    count += length
  }

  @inlinable public func append(_ bytes: UnsafeRawBufferPointer) {
    guard let start = bytes.baseAddress else { return }
    unsafe append(start, count: bytes.count)
  }

  @inlinable public func append(_ text: StaticString) {
    unsafe append(text.utf8Start, count: text.utf8CodeUnitCount)
  }

  /// For names and numbers outside the record path.
  public func append(_ text: String) {
    var text = text
    text.withUTF8 { unsafe append(UnsafeRawBufferPointer($0)) }
  }

  public func append(_ bytes: [UInt8]) {
    unsafe bytes.withUnsafeBytes { unsafe append($0) }
  }

  public func removeAll() { count = 0 }
}
