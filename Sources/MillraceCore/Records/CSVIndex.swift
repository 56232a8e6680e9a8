import CRecordIndex

/// Where the fields of a block of CSV stand. The array is used again from block to block.
@safe final class CSVIndex {
  private var ends: UnsafeMutablePointer<UInt32>
  private var room: Int
  private(set) var count = 0

  init() {
    room = 0
    unsafe ends = .allocate(capacity: 1)
  }

  deinit { unsafe ends.deallocate() }

  /// Indexes `bytes`, which start at a record.
  func index(_ bytes: UnsafeRawBufferPointer, delimiter: UInt8) {
    precondition(bytes.count < MILLRACE_RECORD_END, "a block of more than 2 GiB")
    if bytes.count + 1 > room {
      unsafe ends.deallocate()
      room = bytes.count + 1
      // As many entries as there could be at all; pages that are not written cost no memory.
      unsafe ends = .allocate(capacity: room)
    }
    guard let base = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else {
      count = 0
      return
    }
    count = unsafe millrace_index_csv(base, bytes.count, delimiter, ends)
  }

  /// Offset of the separator with this number.
  @inline(__always) func end(_ number: Int) -> Int { Int(unsafe ends[number] & ~MILLRACE_RECORD_END) }

  /// Whether this separator ends its record.
  @inline(__always) func endsRecord(_ number: Int) -> Bool { unsafe ends[number] & MILLRACE_RECORD_END != 0 }

  /// The names in a header record.
  static func names(in header: UnsafeRawBufferPointer, delimiter: UInt8) -> [FieldName] {
    let cursor = RecordCursor()
    let padded = ByteBuffer(capacity: header.count)
    unsafe padded.append(header)
    cursor.openCSV(padded, delimiter: delimiter)
    guard cursor.nextCSV() else { return [] }
    let text = ByteBuffer()
    return (0..<cursor.count).map { field in
      text.removeAll()
      _ = cursor.csvValue(field).appendText(to: text)
      return FieldName(bytes: unsafe Array(text.bytes))
    }
  }
}
