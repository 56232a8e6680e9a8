import MillraceCore
import Support
import Testing

@testable import synth_gen

/// Model files: what is written is read again, and what nobody wrote is refused.
@Suite struct ModelFileTests {
  let desk = LearnDesk()

  @Test(arguments: ["bayes", "copula", "none"]) func whatIsWrittenIsReadAgain(dependence: String) throws {
    desk.learn(LearnTests.orders(300), ["--dependence", dependence])
    let bytes = ByteBuffer(try #require(desk.folder.read("m.json")))
    let model = try ModelReader(file: "m.json").read(bytes)
    let again = ByteBuffer()
    try model.write(to: again)
    let second = ByteBuffer()
    try ModelReader(file: "m.json").read(again).write(to: second)
    #expect(unsafe again.bytes.elementsEqual(second.bytes))
    #expect(model.columns.map(\.name) == ["id", "country", "currency", "amount", "placed", "note"])
    #expect(model.sampleRows == 300)
    #expect(model.dependence.rawValue == dependence)
  }

  private static let whole = """
    {"format":"synth-gen model","version":1,"sample_rows":4,"dependence":"bayes","privacy":null,"columns":[
    {"name":"a","type":"category","outcomes":["x","y"],"weights":[1,1],"levels":{"fine":[0,1],"coarse":[0,1]}},
    {"name":"n","type":"integer","grid":{"decimals":0,"least_decimals":0,"from":"5","step":5},"outcomes":[5,{"range":[10,20]},null],
    "weights":[1,2,1],"depends_on":[0],"weights_given":[[1,0,0],[0,2,1]]}]}
    """

  @Test func aModelWrittenByHand() {
    desk.folder.write("m.json", Self.whole)
    let rows = desk.rows(400)
    #expect(rows.allSatisfy { $0[0] == "x" ? $0[1] == "5" : ["10", "15", "20", ""].contains($0[1]) })
    #expect(Set(rows.map { $0[1] }) == ["5", "10", "15", "20", ""])
  }

  @Test(arguments: [
    ("\"synth-gen model\"", "\"something\"", "not a model of synth-gen learn"),
    ("\"version\":1", "\"version\":2", "a model of version 2, where this program reads version 1"),
    ("\"sample_rows\":4", "\"sample_rows\":-4", "\"sample_rows\" is no number of rows"),
    ("\"bayes\"", "\"magic\"", "\"dependence\" is not one of bayes, copula, none"),
    ("\"columns\":[", "\"columns\":3,\"more\":[", "\"columns\" is no list of at most 100000 columns"),
    ("\"name\":\"a\",", "", "column 1: it has no name"),
    ("\"type\":\"integer\",", "", "column 2, \"n\": it has no type"),
    ("\"weights\":[1,1]", "\"weights\":[1]", "column 1, \"a\": \"weights\" is no list of 2 weights"),
    ("\"weights\":[1,1]", "\"weights\":[1,-1]", "column 1, \"a\": \"weights\" is no list of 2 weights"),
    ("\"weights\":[1,1]", "\"weights\":[0,0]", "column 1, \"a\": \"weights\" is no list of 2 weights"),
    ("\"step\":5", "\"step\":0", "column 2, \"n\": \"grid\" is no grid of numbers or moments"),
    ("\"decimals\":0", "\"decimals\":16", "column 2, \"n\": \"grid\" is no grid of numbers or moments"),
    (
      "{\"range\":[10,20]}", "{\"range\":[20,10]}",
      "column 2, \"n\": outcome 2 is none that this program knows: {\"range\":[20,10]}"
    ),
    ("{\"range\":[10,20]}", "{\"range\":[11,20]}", "column 2, \"n\": outcome 2 is none that this program knows"),
    ("{\"range\":[10,20]}", "{\"made\":{\"kind\":\"shell\",\"unique\":true}}", "column 2, \"n\": outcome 2 is none"),
    ("\"coarse\":[0,1]", "\"coarse\":[0,7]", "column 1, \"a\": \"levels\" does not fit its outcomes"),
    ("\"fine\":[0,1]", "\"fine\":[0,2]", "column 1, \"a\": \"levels\" does not fit its outcomes"),
    ("\"depends_on\":[0]", "\"depends_on\":[1]", "column 2, \"n\": \"depends_on\" names no one or two other columns"),
    (
      "\"depends_on\":[0]", "\"depends_on\":[99999]",
      "column 2, \"n\": \"depends_on\" names no one or two other columns"
    ),
    ("[[1,0,0],[0,2,1]]", "[[1,0,0]]", "column 2, \"n\": 1 lists of weights for 2 combinations"),
    ("[[1,0,0],[0,2,1]]", "[[1,0,0],[0,2]]", "column 2, \"n\": \"weights_given\" 2 is no list of 3 weights"),
    (",\"levels\":{\"fine\":[0,1],\"coarse\":[0,1]}", "", "column 2, \"n\", depends on column 1, which has no levels"),
    ("]}]}", "]}", "not a model: byte"),
  ]) func whatIsWrongIsSaid(part: String, replacement: String, message: String) {
    #expect(Self.whole.contains(part))
    desk.folder.write("m.json", Self.whole.replacing(part, with: replacement))
    let outcome = desk.make(10)
    #expect(outcome.status == 65)
    #expect(outcome.errorText.hasPrefix("synth-gen: m.json: \(message)"), "\(outcome.errorText)")
    #expect(outcome.output.isEmpty)
  }

  @Test func circlesAreRefused() {
    let model = Self.whole.replacing(
      "\"weights\":[1,1],", with: "\"weights\":[1,1],\"depends_on\":[1],\"weights_given\":[[1,1]],"
    )
    .replacing("\"weights\":[1,2,1],", with: "\"weights\":[1,2,1],\"levels\":{\"fine\":[0,0,0],\"coarse\":[0]},")
    desk.folder.write("m.json", model)
    let outcome = desk.make(10)
    #expect(outcome.status == 65)
    #expect(
      outcome.errorText
        == "synth-gen: m.json: columns depend on each other in a circle (synth-gen learn makes models)\n")
  }

  @Test func deepNestingIsRefused() {
    desk.folder.write("m.json", String(repeating: "[", count: 100_000))
    #expect(desk.make(10).status == 65)
  }

  @Test func randomChangesNeverCrash() throws {
    desk.learn(LearnTests.orders(60))
    let text = desk.model
    var random = SeededGenerator()
    for _ in 0..<300 {
      var bytes = Array(text.utf8)
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        let digits = Array("0123456789-,.[]{}\"en".utf8)
        bytes[place] = digits.randomElement(using: &random) ?? 0x30
      }
      guard let model = try? ModelReader(file: "m").read(ByteBuffer(bytes)) else { continue }
      let table = LearnedTable(model, key: RandomKey(seed: 1))
      let draft = table.makeDraft()
      for row in [0, 1, 1 << 33, UInt64(1) << 50] { table.make(row: row, in: draft) }
    }
  }
}
