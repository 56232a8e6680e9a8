import Glibc
import Support
import Synchronization
import Testing

@testable import MillraceCore

/// An input that is hashed as it is cut.
@Suite struct RecordedInputTests {
  let folder = TemporaryFolder()
  let content = randomContent(2_000_000, seed: 8)

  private func digest(_ bytes: some Sequence<UInt8>) -> SHA256Digest {
    unsafe Array(bytes).withUnsafeBytes { unsafe SHA256Digest(of: $0) }
  }

  private func recorder(_ destination: StageDescription.Destination) -> StageRecorder {
    var surroundings = Surroundings.ofThisProcess()
    surroundings.environment = ["MILLRACE_PROVENANCE_DIR": folder("store")]
    return StageRecorder(
      StageDescription(tool: "test", version: "1", arguments: [], destination: destination),
      surroundings: surroundings, warn: { Issue.record("\($0)") })
  }

  private func open(_ path: String, _ recorder: StageRecorder) throws -> RecordedInput {
    try RecordedInput(
      path: path, knownDigest: nil, isHashedByReader: true, recorder: recorder,
      progress: Progress(.never, diagnostics: Diagnostics(tool: "test")))
  }

  /// Reads pieces far larger than those that are cut of them, and marks the end of each cut.
  private func marks(_ input: RecordedInput) throws -> [SHA256Digest] {
    let found = Mutex<[SHA256Digest]>([])
    while case let buffer = ByteBuffer(capacity: 300_000), try input.read(into: buffer) > 0 {
      for start in stride(from: 0, to: buffer.count, by: 100_000) {
        input.hash(ByteSlice(buffer, start..<min(start + 100_000, buffer.count)))
        input.mark { digest in found.withLock { $0.append(digest) } }
      }
    }
    try input.finish()
    return found.withLock { $0 }
  }

  @Test func marksStandWhereTheReaderCuts() throws {
    let recorder = recorder(.file(folder("record")))
    try recorder.begin(.file(folder("out")))
    let input = try open(folder.write("in", content), recorder)
    #expect(input.hashesContent)
    let marks = try marks(input)
    #expect(input.digest == digest(content))
    #expect(marks.last == input.digest)
    #expect(marks.count >= 20)
    #expect(marks.contains(digest(content[..<100_000])))
  }

  /// The file's digest is of what lies there, the marks of what was cut.
  @Test func aCompressedInputIsHashedAsItLiesAndAsItIsCut() throws {
    let recorder = recorder(.file(folder("record")))
    try recorder.begin(.file(folder("out")))
    let compressed = try compress(content, with: ZstdEncoder())
    let input = try open(folder.write("in.zst", compressed), recorder)
    let marks = try marks(input)
    #expect(input.digest == digest(compressed))
    #expect(marks.last == digest(content))
  }

  @Test func nothingIsHashedWhereNothingIsRecorded() throws {
    let recorder = recorder(.off)
    let input = try open(folder.write("in", content), recorder)
    #expect(try marks(input).isEmpty)
    #expect(input.digest == nil)
  }
}
