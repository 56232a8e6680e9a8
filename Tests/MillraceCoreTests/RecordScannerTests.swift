import CRecordIndex
import Support
import Testing

@testable import MillraceCore

/// A byte-by-byte reading of the rules, to check the vector paths against.
private struct SlowScanner {
  var ends: [Int] = []
  var insideQuotes = false

  init(_ bytes: [UInt8], format: RecordFormat) {
    var hasContent = false
    var state = MILLRACE_FIELD_START
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      if format == .ndjson {
        if byte == 10 {
          if hasContent { ends.append(index + 1) }
          hasContent = false
        } else if byte != 13 && byte != 32 && byte != 9 {
          hasContent = true
        }
      } else if state == MILLRACE_QUOTED {
        if byte == 34 { state = MILLRACE_AFTER_QUOTE }
      } else if byte == 10 || byte == 13 {
        let isPair = byte == 13 && index + 1 < bytes.count && bytes[index + 1] == 10
        if isPair { index += 1 }
        if hasContent { ends.append(index + 1) }
        hasContent = false
        state = MILLRACE_FIELD_START
      } else {
        hasContent = true
        if byte == 44 {
          state = MILLRACE_FIELD_START
        } else if byte == 34 && state != MILLRACE_UNQUOTED {
          state = MILLRACE_QUOTED
        } else {
          state = MILLRACE_UNQUOTED
        }
      }
      index += 1
    }
    insideQuotes = state == MILLRACE_QUOTED
  }
}

/// Serialized: the portable path is switched for the whole process.
@Suite(.serialized) struct RecordScannerTests {
  private func ends(
    of bytes: [UInt8], format: RecordFormat, pieces: [Int], maximum: Int
  ) -> (ends: [Int], insideQuotes: Bool) {
    var scanner = RecordScanner(format: format)
    var ends: [Int] = []
    var pending: [UInt8] = []
    var origin = 0
    var start = 0
    for (number, piece) in (pieces + [bytes.count]).enumerated() {
      let stop = min(bytes.count, start + piece)
      let isLast = number == pieces.count
      pending += bytes[start..<stop]
      start = stop
      while true {
        let padded = pending + [UInt8](repeating: UInt8(ascii: "\""), count: 64)
        let step = unsafe padded.withUnsafeBytes {
          unsafe scanner.scan(.init(rebasing: $0[..<pending.count]), isLast: isLast, maximumRecords: maximum)
        }
        if maximum == 1, step.records == 1 { ends.append(origin + step.lastEnd) }
        if maximum > 1, step.records > 0 { ends.append(step.records) }
        pending.removeFirst(step.consumed)
        origin += step.consumed
        if step.consumed == 0 || step.records < maximum { break }
      }
    }
    return (ends, scanner.isInsideQuotes)
  }

  @Test(arguments: [RecordFormat.csv, .ndjson], [false, true])
  func agreesWithByteByByte(format: RecordFormat, portable: Bool) {
    millrace_use_portable_path(portable)
    defer { millrace_use_portable_path(false) }
    var random = SeededGenerator()
    let alphabet: [UInt8] = Array("ab,,\"\"\"\n\n\r \t".utf8)
    for round in 0..<4_000 {
      let count = Int.random(in: 0...300, using: &random)
      // Long runs of plain bytes between the special ones move them over word boundaries.
      let bytes = (0..<count).map { _ in
        Int.random(in: 0..<4, using: &random) < round % 4
          ? UInt8(ascii: "x") : alphabet[Int.random(in: alphabet.indices, using: &random)]
      }
      let expected = SlowScanner(bytes, format: format)
      let pieces = (0..<Int.random(in: 0...4, using: &random)).map { _ in Int.random(in: 0...100, using: &random) }
      let one = ends(of: bytes, format: format, pieces: pieces, maximum: 1)
      #expect(one.ends == expected.ends, "seed \(random.seed): \(bytes) in pieces \(pieces)")
      #expect(one.insideQuotes == expected.insideQuotes, "\(bytes)")
      let all = ends(of: bytes, format: format, pieces: pieces, maximum: .max)
      #expect(all.ends.reduce(0, +) == expected.ends.count, "seed \(random.seed): \(bytes) in pieces \(pieces)")
    }
  }

  @Test func tellsWhereAQuoteWasOpened() {
    let text = "a,b\r\n\"1\n2\",\"3\"\"\r\n\n4"
    var scanner = RecordScanner(format: .csv)
    let padded = Array(text.utf8) + [UInt8](repeating: 0, count: 64)
    _ = unsafe padded.withUnsafeBytes { unsafe scanner.scan(.init(rebasing: $0[..<text.utf8.count]), isLast: true) }
    #expect(scanner.isInsideQuotes)
    #expect(scanner.quoteLine == 3)
    #expect(scanner.lines == 4)
  }

  /// A doubled quote may lie across two words or two buffers, wherever the field was opened.
  @Test(arguments: [false, true]) func tellsWhereAQuoteWasOpenedInAnyPieces(portable: Bool) {
    millrace_use_portable_path(portable)
    defer { millrace_use_portable_path(false) }
    for length in 0...70 {
      let text = Array("a\n\(String(repeating: "b", count: length)),\"c\"\"d\"\"\n".utf8)
      for cut in 0...text.count {
        var scanner = RecordScanner(format: .csv)
        for piece in [text[..<cut], text[cut...]] {
          let padded = Array(piece) + [UInt8](repeating: 0, count: 64)
          _ = unsafe padded.withUnsafeBytes {
            unsafe scanner.scan(.init(rebasing: $0[..<piece.count]), isLast: piece.endIndex == text.count)
          }
        }
        #expect(scanner.isInsideQuotes && scanner.quoteLine == 2, "\(length) bytes, cut at \(cut)")
      }
    }
  }
}
