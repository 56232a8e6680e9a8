/// An input that leaves no trace in provenance: nothing is made of it, or it was recorded when it was read before.
public final class UnrecordedInput: TableInput {
  public let name: String
  private let source: any ByteSource

  public init(_ source: any ByteSource, name: String) {
    self.source = source
    self.name = name
  }

  /// Opens a file, compressed or not.
  public convenience init(path: String) throws(Failure) {
    let file = try FileSource(path: path)
    self.init(try DecompressedSource(file, name: file.name), name: file.name)
  }

  public func read(into buffer: ByteBuffer) throws(Failure) -> Int { try source.read(into: buffer) }
  public func finish(records: Int?) {}
}
