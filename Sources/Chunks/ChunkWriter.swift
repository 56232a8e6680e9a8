import MillraceCore

/// Where chunks go, each as a file of its own.
public protocol ChunkDestination: AnyObject {
  /// What every chunk begins with.
  var header: ByteSlice { get }
  /// Chunks that have ended.
  var count: Int { get }
  /// Opens the next chunk's file, with the header in it.
  func beginChunk() throws(Failure) -> OutputFile
  /// Ends it.
  ///
  /// - Parameter firstRecord: its number in the input, counted from 0.
  func endChunk(_ file: OutputFile, firstRecord: Int, records: Int) throws(Failure)
  /// Is shown the bytes of the input that go into the open chunk, before they do.
  func take(_ slice: ByteSlice)
}

extension ChunkDestination {
  public func take(_ slice: ByteSlice) {}
}

/// Writes chunks one behind the other.
public struct ChunkWriter {
  let destination: any ChunkDestination
  private var open: OutputFile?
  /// Records in the open chunk.
  public private(set) var records = 0
  /// Bytes in the open chunk before compression, its header counted.
  public private(set) var bytes: Int
  /// Records in the chunks that have ended.
  public private(set) var recordsBefore = 0

  public init(_ destination: any ChunkDestination) {
    self.destination = destination
    bytes = destination.header.count
  }

  /// Adds bytes to the open chunk, opening one if there is none.
  public mutating func write(_ slice: ByteSlice, records count: Int) throws(Failure) {
    guard slice.count > 0 else { return }
    destination.take(slice)
    try openFile().write(slice)
    records += count
    bytes += slice.count
  }

  /// Ends the open chunk; makes one with the header alone if there is none.
  public mutating func endChunk() throws(Failure) {
    try destination.endChunk(openFile(), firstRecord: recordsBefore, records: records)
    open = nil
    recordsBefore += records
    records = 0
    bytes = destination.header.count
  }

  /// Ends the last chunk. A table without records makes one chunk when it has a header, and none otherwise.
  public mutating func finish() throws(Failure) {
    if open != nil || (destination.count == 0 && destination.header.count > 0) { try endChunk() }
  }

  private mutating func openFile() throws(Failure) -> OutputFile {
    if let open { return open }
    let file = try destination.beginChunk()
    open = file
    return file
  }
}
