import Glibc
import Support
import Testing

/// Pipelines whose processes are all killed at random instants: nothing is half-written, and running again finishes the
/// job with the same bytes.
///
/// MILLRACE_KILLS says at how many instants each pipeline is killed; `make soak` takes 100 for each.
@Suite(.serialized) struct KillTests {
  private static let instants = environmentVariable("MILLRACE_KILLS").flatMap { Int($0) } ?? 10

  private static let pipelines = [
    // As an array job does it: every step reads and writes files.
    """
    chunk --parts 4 -d parts -o parts.manifest rows.csv
    for chunk in parts/chunk-*.csv; do
      aug-pubmed "$chunk" -q --id-field gene --pmid-field pmid -o "${chunk%.csv}.out" --xml articles.xml
    done
    merge -o merged.csv parts/*.out
    """,
    """
    aug-pubmed rows.csv -q --id-field gene --pmid-field pmid --xml articles.xml |
      chunk --require-upstream -n 250 -d parts -o parts.manifest
    merge -o merged.csv < parts.manifest
    """,
  ]

  @Test(arguments: pipelines) func killedAtAnyInstant(pipeline: String) throws {
    var random = SeededGenerator()
    let whole = Workplace()
    let outcome = whole.start(pipeline).wait()
    try #require(outcome.status == 0, "\(outcome.errorText)")
    let expected = whole.outputs()
    try #require(expected["merged.csv"]?.utf8.count ?? 0 > 100_000)
    for round in 0..<Self.instants {
      let instant = Double.random(in: 0..<outcome.elapsed * 1.05, using: &random)
      let note = "seed \(random.seed), round \(round), killed after \(instant) s"
      let place = Workplace()
      let running = place.start(pipeline)
      usleep(UInt32(instant * 1e6))
      running.send(SIGKILL, toGroup: true)
      _ = running.wait()
      try #require(eventually { kill(-running.processID, 0) != 0 }, "\(note)")

      for (name, bytes) in place.outputs() {
        let isWhole = expected[name] == bytes
        #expect(isWhole, "\(name): \(note)")
      }
      for name in place.sidecars() {
        let data = String(name.dropLast(".prov".count))
        // That of a folder lies in it.
        #expect(data.hasSuffix("/") || place.folder.read(data) != nil, "\(name) without its data: \(note)")
        #expect(place.folder.read(name)?.last == UInt8(ascii: "\n"), "\(name): \(note)")
      }

      let again = place.start(pipeline).wait()
      #expect(again.status == 0, "\(again.errorText): \(note)")
      let isSame = place.outputs() == expected
      #expect(isSame, "other files or bytes: \(note)")
      let verified = place.start("prov verify merged.csv").wait()
      #expect(verified.status == 0, "\(verified.outputText): \(note)")
      #expect(!verified.outputText.contains("broken"), "\(note)")
      // Where a file was to be replaced, the kill may leave a hidden one, until it is older than a minute.
      if !place.hidden().isEmpty {
        _ = place.start("find . -name '.millrace-*' -exec touch -d '2 minutes ago' {} +").wait()
        #expect(place.start(pipeline).wait().status == 0, "\(note)")
        #expect(place.hidden() == [], "\(note)")
      }
    }
  }
}

/// A folder with rows and XML, in which a pipeline runs.
private struct Workplace {
  let folder = TemporaryFolder()

  init() {
    folder.write("rows.csv", Self.rows)
    folder.write("articles.xml", Self.articles)
  }

  /// Starts a script with bash as the leader of a process group.
  func start(_ script: String) -> RunningProgram {
    Executable("/usr/bin/setsid").start(
      ["/bin/bash", "-c", "set -euo pipefail\n\(script)"],
      environment: [
        "MILLRACE_PROVENANCE_DIR": folder("store"), "MILLRACE_PROVENANCE": nil, "SLURM_JOB_ID": nil,
        "TMPDIR": folder.path, "PATH": "\(Executable.buildFolder):/usr/bin:/bin",
      ], workingDirectory: folder.path)
  }

  /// Everything that the pipeline wrote, by name; sidecars aside, which tell times. Manifests name the folder: it is
  /// replaced, so that two places compare.
  func outputs() -> [String: String] {
    var outputs: [String: String] = [:]
    for name in names() where !name.hasSuffix(".prov") && !Self.isHidden(name) {
      outputs[name] = folder.text(name)?.replacing(folder.path, with: "FOLDER")
    }
    return outputs
  }

  func sidecars() -> [String] { names().filter { $0.hasSuffix(".prov") && !Self.isHidden($0) } }

  func hidden() -> [String] { names().filter(Self.isHidden) }

  private func names() -> [String] {
    let parts = folder.names.contains("parts") ? folder.names(in: "parts").map { "parts/\($0)" } : []
    return folder.names.filter { !["parts", "store", "rows.csv", "articles.xml"].contains($0) } + parts
  }

  private static func isHidden(_ name: String) -> Bool {
    name.hasPrefix(".millrace-") || name.hasPrefix("parts/.millrace-")
  }

  private static let rows =
    "gene,pmid,note\n"
    + (0..<1500).map { "G\($0),\($0 % 7 == 0 ? "" : String($0 * 7919 % 900 + 1)),\"a \"\"note\"\"\"\n" }.joined()

  private static let articles =
    "<PubmedArticleSet>\n"
    + (1...800).map { number in
      """
      <PubmedArticle><MedlineCitation><PMID Version="1">\(number)</PMID><Article><ArticleTitle>Title \(number)\
      </ArticleTitle><Abstract><AbstractText>\(String(repeating: "Words of no weight. ", count: 20))</AbstractText>\
      </Abstract></Article></MedlineCitation></PubmedArticle>

      """
    }.joined() + "</PubmedArticleSet>\n"
}
