import Support
import Synchronization
import Testing

@testable import MillraceCore

struct DigestTests {
  func digest(_ text: String) -> SHA256Digest {
    unsafe Array(text.utf8).withUnsafeBytes { unsafe SHA256Digest(of: $0) }
  }

  /// The examples of FIPS 180-4, and the empty message.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func examples(message: String, hex: String) {
    #expect(digest(message).hex == hex)
    #expect(digest(message).description == "sha256:" + hex)
  }

  @Test func piecesGiveTheSameAsTheWhole() {
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 * 31) }
    let hasher = SHA256Hasher()
    for start in stride(from: 0, to: bytes.count, by: 37) {
      unsafe bytes[start..<min(start + 37, bytes.count)].withUnsafeBytes { unsafe hasher.update($0) }
    }
    let whole = unsafe bytes.withUnsafeBytes { unsafe SHA256Digest(of: $0) }
    #expect(hasher.finish() == whole)
    #expect(hasher.finish() == digest(""))
  }

  /// Streams that are hashed as they come, and longer ones that get a thread.
  @Test(arguments: [1000, 100_000, 3_000_000])
  func marksGiveTheDigestOfAllThatStandsBeforeThem(length: Int) throws {
    let content = randomContent(length, seed: 5)
    let hashing = DigestThread()
    let found = Mutex<[(end: Int, digest: SHA256Digest)]>([])
    let ends = (1...10).map { length * $0 / 10 }
    var start = 0
    for end in [0] + ends {
      let piece = ByteBuffer(capacity: end - start)
      piece.append(Array(content[start..<end]))
      hashing.update(ByteSlice(piece))
      hashing.mark { digest in found.withLock { $0.append((end, digest)) } }
      start = end
    }
    let whole = try hashing.finish()
    #expect(hashing.byteCount == length)
    let marks = found.withLock { $0 }
    #expect(marks.map(\.end) == [0] + ends)
    for mark in marks {
      let digest = unsafe content[..<mark.end].withUnsafeBytes { unsafe SHA256Digest(of: $0) }
      #expect(mark.digest == digest)
    }
    #expect(marks.last?.digest == whole)
  }

  @Test func textIsReadBack() {
    let abc = digest("abc")
    #expect(SHA256Digest(abc.description) == abc)
    #expect(SHA256Digest(hex: abc.hex.uppercased()) == abc)
  }

  @Test(arguments: ["", "sha256:", "sha1:ba78", "sha256:" + String(repeating: "g", count: 64), "sha256:ab"])
  func otherTextIsRefused(text: String) {
    #expect(SHA256Digest(text) == nil)
  }
}
