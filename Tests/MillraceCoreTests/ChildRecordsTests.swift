import Glibc
import Support
import Testing

@testable import MillraceCore

@Suite struct ChildRecordsTests {
  let folder = TemporaryFolder()
  private let parent = "01a1fd83-4061-7c7b-9e46-889d0d93a96f"

  private func identifier(_ number: Int) -> String { "01a1fd83-4061-7c7b-9e46-\(padded(number, 12))" }

  /// The sidecar of a child, with so many context records.
  private func write(_ number: Int, contexts: Int = 1, tool: String = "aug-pubmed", arguments: [String] = ["--all"])
    -> String
  {
    let digest = SHA256Digest(of: "\(number)")
    let stage = identifier(number)
    let item = padded(number, 5)
    let words = JSONValue.array(arguments.map { .string($0) }).json
    var lines = [
      #"{"kind":"pipeline","schema":1,"output":"\#(digest)","bytes":10,"records":1,"stage":"\#(stage)","depth":1,"command":"\#(tool)","completeness":"verified"}"#,
      #"{"kind":"stage","id":"\#(stage)","tool":"\#(tool)","version":"1.0","commit":"unknown","arguments":\#(words),"parameters":{"max-articles":200,"since":null,"fields":["pmid","title","journal"],"on-error":"fail","max-record-bytes":16777216},"start":"2026-11-21T18:53:42.109+00:00","end":"2026-11-21T18:53:42.\#(padded(number % 1000, 3))+00:00","status":0,"host":"node","user":"me","process":{"id":\#(number),"session":1},"directory":"/home/me","environment":{"MILLRACE_PARENT":"\#(parent)/\#(item)"},"inputs":[{"name":"standard input","path":"job/input/\#(item).csv","sha256":"\#(digest.hex)","bytes":10,"link":"verified","parent":"\#(parent)/\#(item)"}],"output":{"sha256":"\#(digest.hex)","bytes":10,"records":1},"rows":{"in":1,"out":1,"dropped":0},"context":{"level":"rows","rows":1},"resources":{"elapsed":0.1,"cpu":0.2,"memory":\#(30_000_000 + number)}}"#,
    ]
    for row in 0..<contexts {
      lines.append(
        #"{"kind":"context","stage":"\#(stage)","item":"\#(row)","source":"x","fields":["a"],"time":"2026-11-21T18:53:42.109+00:00"}"#
      )
    }
    return folder.write("\(item).prov", lines.map { $0 + "\n" }.joined())
  }

  private func reader(_ path: String) throws -> ProvenanceReader { try #require(try ProvenanceReader(path: path)) }

  private func lines(_ records: ChildRecords) throws -> [JSONValue] {
    let path = folder("lines")
    let file = try AtomicFile(path: path)
    try ChainWriter.write(to: file) { writer throws(Failure) in try records.copy(to: &writer) }
    return try (folder.text("lines") ?? "").split(separator: "\n").map { try JSONValue.parse(String($0)) }
  }

  @Test func aStageIsReadBackAsItWas() throws {
    var records = ChildRecords(parent: parent, spill: RecordSpill(folder: folder.path))
    var paths: [String] = []
    for number in 0..<5 {
      // The last two differ in more than times.
      paths.append(
        write(
          number, tool: number == 4 ? "merge" : "aug-pubmed", arguments: number == 3 ? ["--since", "1"] : ["--all"]))
      #expect(try records.take(reader(paths[number]), item: padded(number, 5), resultBytes: 10) == (.whole, true))
    }
    #expect(records.completeness == .verified)
    let lines = try lines(records)
    var children = ChildRecordReader()
    let read = lines.compactMap { children.child($0) }
    #expect(read.count == 5)
    for (number, child) in read.enumerated() {
      let source = try reader(paths[number])
      var stages: [JSONValue] = []
      while try source.next() { if source.kind == .stage { stages.append(try source.value()) } }
      func sorted(_ value: JSONValue) -> [String] {
        (value.members ?? []).map { "\($0.name) \($0.value.json)" }.sorted()
      }
      #expect(child.stages?.map(sorted) == stages.map(sorted))
      #expect(child.stages?.allSatisfy { child.ran($0) } == true)
      #expect(child.item == padded(number, 5) && child.parent == parent && child.writer == identifier(number))
    }
    // Alike in all but times: a fraction of the first.
    let sizes = lines.filter { $0["kind"]?.text == "child" }.map { $0.json.utf8.count }
    #expect(sizes[1] < sizes[0] * 3 / 4, "\(sizes)")
    #expect(lines.count { $0["kind"]?.text == "context" } == 5)
  }

  @Test func whatIsTooMuchIsReferredTo() throws {
    let size = try #require(fileStatus(write(0, contexts: 20), followingLinks: true)).st_size
    var records = ChildRecords(parent: parent, spill: RecordSpill(folder: folder.path), greatestSize: Int(size) * 2)
    var embeddings: [ChildEmbedding] = []
    for number in 0..<20 {
      let path = write(number, contexts: 20)
      embeddings.append(try records.take(reader(path), item: padded(number, 5), resultBytes: 10).embedding)
    }
    // First there is no more room for what was done to which row, then for stages.
    #expect(embeddings.first == .whole && embeddings.last == .reference)
    #expect(embeddings == embeddings.sorted { rank($0) < rank($1) })
    #expect(Set(embeddings).count == 3)
    let lines = try lines(records)
    let children = lines.filter { $0["kind"]?.text == "child" }
    #expect(children.count == 20)
    for (number, child) in children.enumerated() where embeddings[number] != .whole {
      #expect(child["sidecar"]?.text == (try reader(folder("\(padded(number, 5)).prov")).digest().description))
      #expect((child["stages"] == nil) == (embeddings[number] == .reference))
      #expect((child["context"]?.text == "omitted") == (embeddings[number] == .withoutContexts))
    }
    let summary = JSONValue.object(records.summary)
    #expect(summary["children"]?.integer == 20)
    #expect(summary["contexts_omitted"]?.integer == embeddings.count { $0 == .withoutContexts })
    #expect(summary["referred"]?.integer == embeddings.count { $0 == .reference })
    #expect(summary["tools"]?.json == #"["aug-pubmed 1.0"]"#)
  }

  private func rank(_ embedding: ChildEmbedding) -> Int {
    switch embedding {
    case .none: 0
    case .whole: 1
    case .withoutContexts: 2
    case .reference: 3
    }
  }

  @Test func theWeakestLinkOfAChildCountsUnlessItIsInFrontOfIt() throws {
    for (link, expected) in [
      ("unknown-upstream", Completeness.verified), ("upstream-died", .upstreamDied), ("concat", .concat),
    ] {
      var records = ChildRecords(parent: parent, spill: nil)
      let path = write(1)
      let text = try #require(folder.text("00001.prov"))
      folder.write("00001.prov", text.replacing("\"completeness\":\"verified\"", with: "\"completeness\":\"\(link)\""))
      _ = try records.take(reader(path), item: "00001", resultBytes: 10)
      #expect(records.completeness == expected)
    }
    var records = ChildRecords(parent: parent, spill: nil)
    #expect(try records.take(reader(write(1)), item: "00001", resultBytes: 11) == (.whole, false))
    #expect(records.completeness == .mismatch)
  }

  @Test(arguments: ["", "{\"kind\":\"stage\"}\n", "{\"kind\":\"pipeline\"}\n", "[]\n", "{\"kind\":\"pipeline\""])
  func aDamagedSidecarIsNotTakenOver(_ text: String) throws {
    var records = ChildRecords(parent: parent, spill: RecordSpill(folder: folder.path))
    let failure = #expect(throws: Failure.self) {
      try records.take(reader(folder.write("bad.prov", text)), item: "1", resultBytes: 0)
    }
    #expect(failure?.status == .badData)
    #expect(records.summary.isEmpty && records.size == 0)
  }

  @Test func aParentIsMarkedAndRead() {
    let mark = ParentMark(stage: parent, item: "00042.0")
    #expect(ParentMark("\(parent)/00042.0") == mark)
    #expect(mark.names(file: "job/input/00042.0.csv") && mark.names(file: "00042.0"))
    #expect(!mark.names(file: "job/input/00042.csv") && !mark.names(file: "00042.01"))
    for text in ["", "x/00042", parent, "/00042"] { #expect(ParentMark(text) == nil) }
  }

  @Test func aTraceIsPassedOnOrBegun() {
    let given = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    #expect(TraceContext.parent(given: given, stage: parent) == given)
    let begun = "00-01a1fd8340617c7b9e46889d0d93a96f-9e46889d0d93a96f-01"
    #expect(TraceContext.isWellFormed(begun))
    for bad in [
      nil, "", "nonsense", "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
      "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
      "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
      "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", given + "-00",
    ] {
      #expect(TraceContext.parent(given: bad, stage: parent) == begun)
    }
    // A later version may have more behind the flags.
    let later = "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what"
    #expect(TraceContext.parent(given: later, stage: parent) == later)
  }
}
