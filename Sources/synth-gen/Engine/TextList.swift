import MillraceCore

/// Texts that generators draw from, in memory that outlives them: the program's own lists, or an arena's.
///
/// Unchecked Sendable: the texts never change.
@safe struct TextList: @unchecked Sendable {
  struct Entry: BitwiseCopyable {
    var offset: UInt32
    var length: UInt32
  }

  private let base: UnsafePointer<UInt8>
  private let entries: Constants<Entry>

  var count: Int { entries.count }

  /// - Parameter base: 16 readable bytes lie behind every entry.
  init(base: UnsafePointer<UInt8>, entries: Constants<Entry>) {
    unsafe self.base = base
    self.entries = entries
  }

  init(_ texts: [String], in arena: Arena) {
    var bytes: [UInt8] = []
    var entries: [Entry] = []
    for text in texts {
      let start = bytes.count
      bytes += text.utf8
      entries.append(Entry(offset: UInt32(start), length: UInt32(bytes.count - start)))
    }
    unsafe base = arena.constants(bytes).base
    self.entries = arena.constants(entries)
  }

  @inline(__always) func append(_ index: Int, to buffer: ByteBuffer) {
    let entry = entries[index]
    let length = Int(entry.length)
    buffer.reserve(length)
    let source = unsafe UnsafeRawPointer(base + Int(entry.offset))
    let target = unsafe buffer.base + buffer.count
    // Most are short: one copy of fixed size is quicker than a call, and a buffer has room behind its end.
    if length <= 16 {
      unsafe target.copyMemory(from: source, byteCount: 16)
    } else {
      unsafe target.copyMemory(from: source, byteCount: length)
    }
    buffer.count += length
  }

  /// For what is done once.
  func text(_ index: Int) -> String { unsafe String(decoding: bytes(index), as: UTF8.self) }

  func bytes(_ index: Int) -> UnsafeRawBufferPointer {
    let entry = entries[index]
    return unsafe UnsafeRawBufferPointer(start: base + Int(entry.offset), count: Int(entry.length))
  }

  var texts: [String] { (0..<count).map { text($0) } }
}

/// Texts with their frequencies.
struct WeightedTexts: Sendable {
  let texts: TextList
  let weights: AliasTable

  @inline(__always) func draw(_ random: inout RandomStream) -> Int { weights.draw(&random) }
}
