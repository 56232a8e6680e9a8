import MillraceCore
import Support

/// A folder with files of PubMed XML and of rows, in which aug-pubmed runs as a person runs it.
struct Desk {
  let folder = TemporaryFolder()

  init() {
    folder.write(
      "one.xml", Self.set(Self.article(1, "First <i>title</i>"), Self.article(2, "Second"), Self.article(3, "Third")))
    folder.write("two.xml", Self.set(Self.article(2, "Second, corrected", version: 2), Self.deletion(3)))
    folder.write("rows.csv", "gene,pmid,note\r\nA,1,\"x, \"\"y\"\" z\"\r\nB,2;3,\r\nC,77,\r\nD,,\r\n")
  }

  @discardableResult func run(_ arguments: String..., input: Executable.Input = .none) -> Outcome {
    run(arguments, input: input)
  }

  @discardableResult func run(
    _ arguments: [String], input: Executable.Input = .none, environment: [String: String?] = [:]
  ) -> Outcome {
    Executable("aug-pubmed").run(
      arguments, input: input, environment: variables.merging(environment) { $1 }, workingDirectory: folder.path)
  }

  /// Runs a command line with bash, as it is typed.
  @discardableResult func shell(_ line: String) -> Outcome {
    Executable("/bin/bash").run(["-c", line], environment: variables, workingDirectory: folder.path)
  }

  /// The records of a sidecar.
  func records(_ name: String) throws -> [JSONValue] {
    try (folder.text(name) ?? "").split(separator: "\n").map { try JSONValue.parse(String($0)) }
  }

  private var variables: [String: String?] {
    [
      "MILLRACE_PROVENANCE_DIR": folder("store"), "MILLRACE_PROVENANCE": nil, "TMPDIR": folder.path,
      "PATH": "\(Executable.buildFolder):/usr/bin:/bin",
    ]
  }

  static func set(_ records: String...) -> String { "<PubmedArticleSet>\(records.joined())</PubmedArticleSet>\n" }

  static func article(_ pmid: Int, _ title: String, version: Int = 1) -> String {
    "<PubmedArticle><MedlineCitation><PMID Version=\"\(version)\">\(pmid)</PMID><Article><ArticleTitle>\(title)"
      + "</ArticleTitle></Article></MedlineCitation></PubmedArticle>"
  }

  static func deletion(_ pmid: Int) -> String {
    "<DeleteCitation><PMID Version=\"1\">\(pmid)</PMID></DeleteCitation>"
  }
}
