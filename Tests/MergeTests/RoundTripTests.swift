import Chunks
import Glibc
import Support
import Testing

private let chunk = Executable("chunk")
private let merge = Executable("merge")

/// `chunk` then `merge` gives back the input byte for byte.
struct RoundTripTests {
  private static let rules = [
    ["-n", "1"], ["-n", "7"], ["-n", "1000"], ["--bytes", "1"], ["--bytes", "300"], ["--bytes", "64K"],
    ["--parts", "1"],
    ["--parts", "5"],
  ]

  @Test(arguments: TableGenerator.Kind.allCases) func everyTableComesBack(kind: TableGenerator.Kind) throws {
    var generator = TableGenerator(random: SeededGenerator())
    for round in 0..<60 {
      let seed = generator.random.seed
      let table = generator.table(kind)
      let folder = TemporaryFolder()
      let input = folder.write("input", table)
      let rule = Self.rules[round % Self.rules.count]
      let compression = ["none", "gzip", "zstd"][round / 3 % 3]
      let format = kind == .csv ? "csv" : kind == .tsv ? "tsv" : "ndjson"
      let cut = chunk.run(rule + ["--from", format, "--compress", compression, "-d", folder("parts"), input])
      try #require(cut.status == 0, "seed \(seed), round \(round): \(cut.errorText)")
      let merged = merge.run(["--from", format], input: .bytes(cut.output))
      #expect(merged.errorText == "", "seed \(seed), round \(round)")
      let isSame = merged.output == table
      let text = String(decoding: table, as: UTF8.self)
      try #require(isSame, "seed \(seed), round \(round), \(rule): \(text.debugDescription)")
    }
  }

  @Test func compressedInputComesBackAsItWasBefore() throws {
    let folder = TemporaryFolder()
    let text = "a,b\n" + (0..<5000).map { "\($0),\($0 * 7)\n" }.joined()
    let plain = folder.write("in.csv", text)
    let made = Executable("/bin/sh").run(["-c", "gzip -c '\(plain)' > '\(folder("in.csv.gz"))'"])
    try #require(made.status == 0)
    let cut = chunk.run(["--parts", "3", "-d", folder("parts"), folder("in.csv.gz")])
    #expect(cut.status == 0)
    #expect(merge.run([], input: .bytes(cut.output)).outputText == text)
  }

  @Test func blocksAreCutAnywhere() throws {
    // Larger than a block of the reader, with long quoted records across the cuts.
    var random = SeededGenerator()
    let seed = random.seed
    var text = "id,text\r\n"
    for number in 0..<9000 {
      let length = Int.random(in: 0...400, using: &random)
      text += "\(number),\"\(String(repeating: "\"\"\r\n,", count: length / 4))\"\r\n"
    }
    let folder = TemporaryFolder()
    let input = folder.write("in.csv", text)
    for rule in [["-n", "999"], ["--bytes", "100K"], ["--parts", "7"]] {
      let cut = chunk.run(rule + ["-d", folder("parts"), input])
      #expect(cut.status == 0)
      let merged = merge.run([], input: .bytes(cut.output))
      #expect(merged.output == Array(text.utf8), "seed \(seed), \(rule)")
    }
  }

  /// At whatever instant chunk is killed: no half file, the folder is known to be unfinished, and running again gives
  /// the same bytes.
  @Test func killedAnywhereItStartsAgain() throws {
    let folder = TemporaryFolder()
    let input = folder.write("in.csv", "a\n" + (0..<400_000).map { "\($0)\n" }.joined())
    let arguments = ["-n", "2000", "-d", folder("parts"), input]
    let whole = chunk.run(arguments)
    try #require(whole.status == 0)
    let names = folder.names(in: "parts").filter { $0 != ".prov" }
    let files = names.map { folder.read("parts/\($0)") }
    let seconds = whole.elapsed
    for round in 0..<20 {
      let running = chunk.start(arguments)
      usleep(UInt32(seconds * 1e6 * Double(round) / 20))
      running.send(SIGKILL)
      _ = running.wait()
      let left = folder.names(in: "parts")
      for name in left where name.hasPrefix("chunk-") {
        #expect(folder.read("parts/\(name)") == files[names.firstIndex(of: name) ?? 0], "round \(round): \(name)")
      }
      let merged = merge.run([folder("parts")])
      if left.contains(ChunkManifest.fileName) {
        #expect(merged.output == readFile(input))
      } else {
        #expect(merged.status == 66)
        #expect(merged.output == [])
      }
    }
    #expect(chunk.run(arguments).output == whole.output)
    // A hidden file of a killed run is swept a minute later.
    #expect(folder.names(in: "parts").filter { !$0.hasPrefix(".") } == names)
    #expect(names.map { folder.read("parts/\($0)") } == files)
  }
}
