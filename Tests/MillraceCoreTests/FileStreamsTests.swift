import Glibc
import Support
import Synchronization
import Testing

@testable import MillraceCore

private func slice(_ content: [UInt8]) -> ByteSlice {
  let buffer = ByteBuffer(capacity: content.count)
  buffer.append(content)
  return ByteSlice(buffer)
}

private func digest(_ content: [UInt8]) -> SHA256Digest {
  unsafe content.withUnsafeBytes { unsafe SHA256Digest(of: $0) }
}

struct FileSourceTests {
  @Test func aFileIsReadCountedAndHashed() throws {
    let folder = TemporaryFolder()
    let content = randomContent(3_000_000, seed: 1)
    let hashing = DigestThread()
    let source = try FileSource(path: folder.write("a.csv", content), digest: hashing)
    #expect(source.isRegular)
    #expect(source.size == content.count)
    // Buffers are used again while earlier ones are being hashed.
    let pool = BufferPool(capacity: 100_000)
    var out: [UInt8] = []
    while case let buffer = pool.take(), try source.read(into: buffer) > 0 { out += unsafe Array(buffer.bytes) }
    #expect(out == content)
    #expect(source.byteCount == content.count)
    #expect(try hashing.finish() == digest(content))
  }

  /// The raw bytes are hashed and counted, not what they inflate to.
  @Test func compressedBytesAreHashedRaw() throws {
    let folder = TemporaryFolder()
    let content = randomContent(1_000_000, seed: 2)
    let compressed = try compress(content, with: ZstdEncoder())
    let hashing = DigestThread()
    let source = try FileSource(path: folder.write("a", compressed), digest: hashing)
    #expect(try readAll(DecompressedSource(source, name: source.name, bufferSize: 1000)) == content)
    #expect(source.byteCount == compressed.count)
    #expect(try hashing.finish() == digest(compressed))
  }

  @Test func aDirectoryIsNoInput() throws {
    let folder = TemporaryFolder()
    let failure = try #require(throws: Failure.self) { try FileSource(path: folder.path) }
    #expect(failure.status == .noInput)
    #expect(failure.description == "\(folder.path): is a directory (name the files in it)")
  }

  @Test func aMissingFileIsNoInput() throws {
    let folder = TemporaryFolder()
    let failure = try #require(throws: Failure.self) { try FileSource(path: "\(folder.path)/none.csv") }
    #expect(failure.status == .noInput)
    #expect(failure.description == "\(folder.path)/none.csv: cannot open: no such file or directory")
  }

  @Test(.enabled(if: geteuid() != 0, "root may read everything")) func anUnreadableFileIsNoInput() throws {
    let folder = TemporaryFolder()
    let path = folder.write("secret.csv", [1])
    unsafe chmod(path, 0)
    let failure = try #require(throws: Failure.self) { try FileSource(path: path) }
    #expect(failure.status == .noInput)
    #expect(failure.description == "\(path): cannot open: permission denied")
  }

  @Test func aReadErrorIsAnInputOutputError() throws {
    // A process may open its memory, but address 0 cannot be read.
    let source = try FileSource(path: "/proc/self/mem")
    let failure = try #require(throws: Failure.self) { try source.read(into: ByteBuffer(capacity: 10)) }
    #expect(failure.status == .inputOutput)
    #expect(failure.description == "/proc/self/mem: cannot read: input/output error")
  }

  /// Another process that shares the pipe may have made it non-blocking: the reader waits all the same.
  @Test func aNonBlockingPipeIsWaitedFor() throws {
    var ends: [Int32] = [0, 0]
    #expect(unsafe pipe(&ends) == 0)
    let (readEnd, writeEnd) = (ends[0], ends[1])
    let source = try FileSource(path: "/dev/fd/\(readEnd)")
    close(readEnd)
    #expect(fcntl(source.descriptor, F_SETFL, O_NONBLOCK) == 0)
    #expect(!source.isRegular)
    #expect(source.size == nil)
    let writer = try Worker<Void>("writer") {
      for byte: UInt8 in 1...5 {
        usleep(2000)
        _ = unsafe [byte].withUnsafeBytes { unsafe write(writeEnd, $0.baseAddress, 1) }
      }
      close(writeEnd)
    }
    #expect(try readAll(source) == [1, 2, 3, 4, 5])
    try writer.join()
  }
}

struct OutputFileTests {
  @Test(arguments: [nil] + Compression.allCases.map(Optional.some))
  func whatWasWrittenIsCountedAndHashed(compression: Compression?) throws {
    let folder = TemporaryFolder()
    let path = "\(folder.path)/out"
    let content = randomContent(1_500_000, seed: 4)
    let output = try OutputFile(path: path, compression: compression, digest: DigestThread())
    for start in stride(from: 0, to: content.count, by: 70_000) {
      try output.write(slice(Array(content[start..<min(start + 70_000, content.count)])))
    }
    #expect(unsafe access(path, F_OK) != 0, "no final name before the end")
    let written = try output.finish()
    let file = try readAll(FileSource(path: path))
    #expect(written == OutputFile.Written(byteCount: file.count, digest: digest(file)))
    let source = try DecompressedSource(FileSource(path: path), name: path)
    #expect(source.compression == compression)
    #expect(try readAll(source) == content)
  }

  /// A mark tells the very bytes that lie in the file's front, compressed or not.
  @Test(arguments: [nil] + Compression.allCases.map(Optional.some))
  func marksTellWhatTheFileIsSoFar(compression: Compression?) throws {
    let folder = TemporaryFolder()
    let path = "\(folder.path)/out"
    let marks = Mutex<[OutputFile.Written]>([])
    let output = try OutputFile(path: path, compression: compression, digest: DigestThread())
    for seed in 0..<8 {
      try output.write(slice(randomContent(200_000, seed: UInt64(seed))))
      output.mark { mark in marks.withLock { $0.append(mark) } }
    }
    let written = try output.finish()
    let file = try readAll(FileSource(path: path))
    let found = marks.withLock { $0 }
    #expect(found.count == 8)
    for mark in found { #expect(mark.digest == digest(Array(file[..<mark.byteCount]))) }
    #expect(zip(found, found.dropFirst()).allSatisfy { $0.byteCount <= $1.byteCount })
    if compression == nil { #expect(found.last == written) }
  }

  @Test func withoutADigestNoMarkIsTold() throws {
    let folder = TemporaryFolder()
    let output = try OutputFile(path: "\(folder.path)/out")
    try output.write(slice([1, 2, 3]))
    output.mark { _ in Issue.record("there is no digest to tell") }
    _ = try output.finish()
  }

  @Test func anEmptyOutputIsStillAWholeFile() throws {
    let folder = TemporaryFolder()
    for compression in Compression.allCases {
      let path = "\(folder.path)/out.\(compression.pathExtension)"
      _ = try OutputFile(path: path, compression: compression).finish()
      let source = try DecompressedSource(FileSource(path: path), name: path)
      #expect(source.compression == compression)
      #expect(try readAll(source) == [])
    }
  }

  @Test func anUnfinishedOutputLeavesNothing() throws {
    let folder = TemporaryFolder()
    do {
      let output = try OutputFile(path: "\(folder.path)/out", digest: DigestThread())
      try output.write(slice([1, 2, 3]))
    }
    #expect(folder.names == [])
  }

  @Test(arguments: [nil] + Compression.allCases.map(Optional.some))
  func aFullDiskIsAnInputOutputError(compression: Compression?) throws {
    let output = try OutputFile(path: "/dev/full", compression: compression)
    let failure = try #require(throws: Failure.self) {
      try output.write(slice(randomContent(3_000_000, seed: 9)))
      _ = try output.finish()
    }
    #expect(failure.status == .inputOutput)
    #expect(failure.description == "/dev/full: cannot write: no space left on device")
  }

  @Test func aMissingFolderIsCannotCreate() throws {
    let folder = TemporaryFolder()
    let failure = try #require(throws: Failure.self) { try OutputFile(path: "\(folder.path)/none/out") }
    #expect(failure.status == .cannotCreate)
  }
}

struct BufferPoolTests {
  @Test func aBufferComesBackWhenNobodyHoldsIt() {
    let pool = BufferPool(capacity: 8)
    var first: ByteBuffer? = pool.take()
    let second = pool.take()
    #expect(first !== second)
    first?.append(1)
    var held: ByteSlice? = first.map { ByteSlice($0) }
    let identity = first.map(ObjectIdentifier.init)
    first = nil
    let third = pool.take()
    #expect(ObjectIdentifier(third) != identity, "a slice still holds it")
    held = nil
    let fourth = pool.take()
    #expect(ObjectIdentifier(fourth) == identity)
    #expect(fourth.count == 0)
    withExtendedLifetime((second, third, held)) {}
  }
}
