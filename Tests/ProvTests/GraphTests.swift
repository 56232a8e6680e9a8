import MillraceCore
import Support
import Testing

@testable import prov

/// The pictures that `prov graph` draws.
@Suite struct GraphTests {
  let shell = Shell()

  init() { shell.folder.write("in.csv", "id\n" + (1...1000).map { "\($0)\n" }.joined()) }

  private static let hasPython =
    Executable("/usr/bin/env").run(["python3", "-c", "import xml.dom.minidom"]).status == 0

  /// The texts of an SVG as a parser of XML by others reads them, one a line; nil when it is not well formed.
  private func texts(_ svg: String) -> [String]? {
    shell.folder.write("picture", svg)
    let script = """
      import sys, xml.dom.minidom
      document = xml.dom.minidom.parse(sys.argv[1])
      for text in document.getElementsByTagName("text"): print(text.firstChild.data)
      """
    let outcome = Executable("/usr/bin/env").run(["python3", "-c", script, shell.folder("picture")])
    return outcome.status == 0 ? outcome.outputText.split(separator: "\n").map(String.init) : nil
  }

  @Test(.enabled(if: hasPython, "python3 reads the XML")) func aPipelineIsDrawnWithItsCounts() throws {
    shell(
      """
      (cat in.csv; echo 7,8) > bad.csv
      merge --on-error skip bad.csv | probe stage --contexts 3 | merge --from csv -o out
      """)
    let found = try #require(texts(shell("prov graph out").outputText))
    let version = Millrace.version
    for text in [
      "bad.csv", "1,001 records, 3,900 bytes", "merge \(version)", "--on-error skip bad.csv",
      "rows 1,001 in, 1,000 out",
      "1 dropped: bad row", "ended with status 1", "probe 1.0", "context of 1 row", "out", "verified",
      "1,000 records, 3,896 bytes",
    ] {
      #expect(found.contains(text), "\(text): \(found)")
    }
    let digest = shell("sha256sum out | cut -c1-12").outputText.dropLast()
    #expect(found.contains("sha256:\(digest)"))
    // Three links in the pipeline and the legend.
    #expect(found.count { $0 == "verified" } == 4)
  }

  @Test(
    .enabled(if: hasPython, "python3 reads the XML"),
    arguments: [
      ("chunk --parts 3 -d p in.csv | merge -o out", ["p/chunk-00000.csv", "p/chunk-00001.csv", "p/chunk-00002.csv"]),
      (
        "chunk -n 1 -d p in.csv > m; merge -o out < m",
        ["m", "1,000 inputs", "p/chunk-00000.csv …", "… p/chunk-00999.csv"]
      ),
      ("cat in.csv | merge -o out", ["unknown program", "unknown-upstream"]),
      ("merge in.csv | cat | merge -o out", ["content-match"]),
      ("merge in.csv | merge | cat | merge -o out", ["one of 2 stages", "ambiguous", "merge in.csv"]),
      ("probe stage --add A --killed in.csv | merge --from csv -o out", ["a program that died", "upstream-died"]),
      ("{ merge in.csv; merge in.csv; } | merge --from ndjson -o out", ["concat"]),
      ("{ merge in.csv; echo 7; } | merge -o out", ["mismatch"]),
      ("merge in.csv > out; merge in.csv >> out", ["written by 2 runs, one be…nd the other", "from byte 3,896"]),
      (
        "for i in 1 2 3 4 5 6 7 8 9; do cp in.csv $i; done; merge -o out [1-9]",
        ["9 inputs", "9,000 records, 35,064 bytes"]
      ),
      ("chunk --parts 3 -d out in.csv", ["out: 4 files"]),
    ])
  func everyLinkHasItsWord(_ script: String, _ expected: [String]) throws {
    shell(script)
    let outcome = shell("prov graph out")
    #expect(outcome.status == 0, "\(outcome.errorText)")
    let found = try #require(texts(outcome.outputText))
    for text in expected { #expect(found.contains(text), "\(text): \(found)") }
    #expect(shell("prov graph out -o page.html").status == 0)
    let page = try #require(shell.folder.text("page.html"))
    #expect(page.contains("<table>") && page.contains("<svg "))
    // Nothing is loaded: the only address is the name space of SVG.
    #expect(!page.replacing("http://www.w3.org/2000/svg", with: "").contains("http:"))
    #expect(!page.contains("<script") && !page.contains("url("))
  }

  @Test(.enabled(if: hasPython, "python3 reads the XML")) func hostileTextStaysText() throws {
    let evil = "</text><script>alert(1)</script>\\u0000\\u001b\\u202e]]>&\\\"' onload=x"
    shell.folder.write(
      "in.txt.prov",
      """
      {"kind":"pipeline","schema":1,"output":"sha256:\(evil)","bytes":1,"stage":"y","command":"\(evil)","completeness":"\(evil)"}
      {"kind":"stage","id":"y","tool":"\(evil)","version":"\(evil)","arguments":["\(evil)"],"rows":{"in":"\(evil)","out":-1,\
      "dropped":3,"reasons":{"\(evil)":"\(evil)"}},"inputs":[{"name":"\(evil)","path":"\(evil)","link":"\(evil)","upstream":["y"]},\
      {"name":7,"link":"ambiguous","candidates":[{"command":"\(evil)"}]}],"output":{"sha256":"\(evil)"},"start":"\(evil)"}

      """)
    let svg = shell("prov graph in.txt")
    #expect(svg.status == 0, "\(svg.errorText)")
    #expect(texts(svg.outputText) != nil)
    let page = shell("prov graph in.txt -o page.html; cat page.html")
    for text in [svg.outputText, page.outputText] {
      #expect(!text.contains("<script") && !text.contains("\"'") && !text.contains("' onload"))
      #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" || $0.value == 0x202E })
    }
  }

  @Test func errorsAreTold() throws {
    let name = shell("prov graph in.csv -o picture.png")
    #expect(name.status == 64)
    #expect(
      name.errorText == "prov: --output must end with .svg or .html, not \"picture.png\". See 'prov graph --help'.\n")
    let missing = shell("prov graph in.csv")
    #expect(missing.status == 66)
    #expect(missing.errorText.hasPrefix("prov: in.csv: no sidecar, and no record of its content in the store "))
    shell("merge in.csv -o out")
    #expect(shell("prov graph out -o no/out.svg").errorText.hasPrefix("prov: no/out.svg: cannot create the file: "))
    #expect(shell("prov graph out -o no/out.svg").status == 73)
    let stage = "{\"kind\":\"stage\",\"id\":\"x\",\"tool\":\"t\"}\n"
    shell.folder.write(
      "in.txt.prov",
      "{\"kind\":\"pipeline\",\"schema\":1,\"output\":null,\"bytes\":1,\"stage\":\"y\",\"command\":\"\"}\n"
        + String(repeating: stage, count: 2001))
    let many = shell("prov graph in.txt")
    #expect(many.status == 65)
    #expect(
      many.errorText
        == "prov: in.txt.prov: the chain has more than 2000 stages and files to draw (prov show tells them)\n")
  }

  // MARK: Layout and words

  @Test func boxesDoNotOverlapAndEdgesLeadDown() {
    var random = SeededGenerator()
    for _ in 0..<100 {
      let count = Int.random(in: 1...30, using: &random)
      let sizes = (0..<count).map { _ in
        (width: Double.random(in: 40...300, using: &random), height: Double.random(in: 20...90, using: &random))
      }
      let edges = (0..<Int.random(in: 0...2 * count, using: &random)).compactMap { _ -> (from: Int, to: Int)? in
        let ends = [Int.random(in: 0..<count, using: &random), Int.random(in: 0..<count, using: &random)].sorted()
        return ends[0] == ends[1] ? nil : (ends[0], ends[1])
      }
      let layout = GraphLayout(sizes: sizes, edges: edges, labels: edges.map { _ in 50 })
      for (index, box) in layout.boxes.enumerated() {
        #expect(box.x >= -0.01 && box.y >= 0 && box.x + box.width <= layout.width + 0.01, "seed \(random.seed)")
        for other in layout.boxes[..<index] {
          let isApart =
            box.x >= other.x + other.width || other.x >= box.x + box.width || box.y >= other.bottom
            || other.y >= box.bottom
          #expect(isApart, "seed \(random.seed)")
        }
      }
      for (edge, route) in zip(edges, layout.routes) {
        #expect(layout.boxes[edge.from].bottom < layout.boxes[edge.to].y, "seed \(random.seed)")
        #expect(route.first?.y == layout.boxes[edge.from].bottom && route.last?.y == layout.boxes[edge.to].y)
        #expect(zip(route, route.dropFirst()).allSatisfy { $0.y <= $1.y }, "seed \(random.seed)")
      }
    }
  }

  @Test(arguments: [
    ("short.csv", 12, "short.csv"), ("exactly12.cs", 12, "exactly12.cs"), ("a_long_name.csv", 12, "a_long_….csv"),
    ("基因基因基因基因", 9, "基因…因"), ("", 5, ""),
  ])
  func longNamesLoseTheirMiddle(_ text: String, _ columns: Int, _ expected: String) {
    #expect(ellipsised(text, columns: columns) == expected)
  }
}
