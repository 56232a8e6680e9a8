import MillraceCore
import Support

/// A folder with a store of its own, in which command lines run as a person types them.
struct Shell {
  let folder = TemporaryFolder()

  init() { folder.write("in.txt", "hello\n") }

  /// Runs a script with bash; `probe stage` copies its input, with `--add TEXT` in front.
  @discardableResult
  func callAsFunction(_ script: String, environment: [String: String?] = [:]) -> Outcome {
    var variables: [String: String?] = [
      "MILLRACE_PROVENANCE_DIR": folder("store"), "MILLRACE_PROVENANCE": nil, "SLURM_JOB_ID": nil,
      "PATH": "\(Executable.buildFolder):/usr/bin:/bin",
    ]
    for (name, value) in environment { variables[name] = value }
    return Executable("/bin/bash").run(["-c", script], environment: variables, workingDirectory: folder.path)
  }

  /// Ninety-five rows in in.csv, and articles for `augment`.
  func writeGenes() {
    folder.write("in.csv", "id,name\n" + (1...95).map { "\($0),gene \($0)\n" }.joined())
    folder.write(
      "a.xml",
      """
      <PubmedArticleSet><PubmedArticle><MedlineCitation><PMID Version="1">42</PMID><Article>\
      <ArticleTitle>One</ArticleTitle></Article></MedlineCitation></PubmedArticle></PubmedArticleSet>
      """)
  }

  /// Adds to a chunk of such rows the one article that there is.
  static let augment = "aug-pubmed -q --xml a.xml --pmid-field id --fields pmid,title"

  /// The records of a sidecar.
  func records(_ name: String) throws -> [JSONValue] {
    try (folder.text(name) ?? "").split(separator: "\n").map { try JSONValue.parse(String($0)) }
  }

  func completeness(_ name: String) throws -> String? {
    try records(name).first?["completeness"]?.text
  }

  func tools(_ name: String) throws -> [String] {
    try records(name).filter { $0["kind"]?.text == "stage" }.map { stage in
      (stage["arguments"]?.elements ?? []).compactMap(\.text).joined(separator: " ")
    }
  }
}
