import AugmenterSupport
import MillraceCore
import Support
import Testing

/// Services that fail now and then, fail much, and stay down.
@Suite struct OnlineFaultTests {
  /// `make soak` takes more.
  private static let rows = environmentVariable("MILLRACE_ROWS").flatMap { Int($0) } ?? 200

  /// What a service on a bad day does.
  private static let badDay = [
    "429=0.02", "429-retry-after=0.015", "429-date=0.015", "502=0.02", "reset=0.005", "reset-midway=0.005",
    "stall=0.005", "stall-midway=0.005", "cut=0.005", "cut-agreeing=0.005", "error-200=0.01",
  ].flatMap { ["--fault", $0] }

  @Test func onABadDayEveryRowIsRightOrMarkedAndEveryTryOnRecord() async throws {
    var random = SeededGenerator()
    let seed = UInt32.random(in: 1...1_000_000, using: &random)
    let note = "seed \(random.seed)"
    // Articles follow from the seed too.
    let desk = OnlineDesk(["--seed", String(seed)] + Self.badDay)
    // Long lists of articles beside short ones, so that fetches fail too.
    desk.writeGenes(1...Self.rows, to: "genes.csv")
    let arguments = ["genes.csv", "--field", "gene", "--on-error", "skip"]
    let outcome = await desk.run(arguments + ["-o", "out.csv"])
    #expect(outcome.status == 0 || outcome.status == 1, "\(outcome.errorText) \(note)")
    let requests = try desk.requests()

    desk.replaceServer(["--seed", String(seed)])
    let right = await desk.run(arguments + ["-o", "right.csv", "--no-cache"])
    #expect(right.status == 0, "\(right.errorText) \(note)")
    expectRightOrMarked(desk, "out.csv", "right.csv", note)
    let failed = desk.statuses("out.csv").count { $0 == "failed_transient" }
    #expect(outcome.status == (failed > 0 ? 1 : 0), "\(note)")

    let questions = Dictionary(grouping: requests, by: \.question)
    let troubled = questions.values.filter { tries in tries.contains { !$0.isAnswered } }
    let recovered = troubled.filter { tries in tries.contains { $0.isAnswered } }
    #expect(troubled.count > Self.rows / 50, "\(note)")
    #expect(recovered.count * 100 >= troubled.count * 80, "\(recovered.count) of \(troubled.count), \(note)")
    try expectAttempts("out.csv.prov", of: desk, requests, note)
  }

  @Test func onAWorseDayRowsAreMarkedAndTheSameCommandCompletes() async throws {
    let desk = OnlineDesk([
      "--fault", "502=0.3", "--fault", "reset=0.2", "--fault", "error-200=0.2", "--script", "efetch:429",
    ])
    desk.writeGenes(1...32)
    let arguments = ["genes.csv", "--field", "gene", "--on-error", "skip"]
    let outcome = await desk.run(arguments + ["-o", "out.csv"])
    #expect(outcome.status == 1)
    let requests = try desk.requests()
    let failed = desk.statuses("out.csv").count { $0 == "failed_transient" }
    #expect(failed > 0)
    #expect(outcome.errorText.contains("PubMed gave no answer for \(failed) row"), "\(outcome.errorText)")
    try expectAttempts("out.csv.prov", of: desk, requests, "")

    desk.replaceServer()
    #expect(await desk.run(arguments + ["-o", "again.csv"]).status == 0)
    let later = Array(try desk.requests().dropFirst(requests.count))
    #expect(later.allSatisfy { $0.isAnswered })
    let answered = requests.filter { $0.isAnswered }
    #expect(Set(answered.compactMap(\.term)).isDisjoint(with: later.compactMap(\.term)))
    #expect(Set(answered.flatMap(\.pmids)).isDisjoint(with: later.flatMap(\.pmids)))
    #expect(Set((answered + later).compactMap(\.term)).count == 32)
    #expect(await desk.run(arguments + ["-o", "right.csv", "--no-cache"]).status == 0)
    expectRightOrMarked(desk, "out.csv", "right.csv", "")
    let isSame = desk.folder.read("again.csv") == desk.folder.read("right.csv")
    #expect(isSame)
    #expect(desk.statuses("again.csv").counts == ["ok": 32])
  }

  // MARK: A service that stays down

  /// Rows are all marked, and the service is spared: after five questions that failed in spite of all retries each
  /// further one is asked once at most. The runs go at the same time, as each waits for its retries.
  @Test func aServiceThatStaysDownEndsTheRun() async throws {
    let (desk, skippingDesk, deadDesk) = (
      OnlineDesk(["--always", "502"]), OnlineDesk(["--always", "502"]), OnlineDesk()
    )
    for desk in [desk, skippingDesk, deadDesk] { desk.writeGenes(1...300) }
    deadDesk.stopServer()
    let arguments = ["genes.csv", "--field", "gene", "-o", "out.csv"]
    let failing = desk.start(arguments)
    let skipping = skippingDesk.start(arguments + ["--on-error", "skip"])
    let dead = deadDesk.start(arguments)

    let outcome = await failing.end(timeLimit: 600)
    #expect(outcome.status == 69)
    #expect(try desk.requests().count <= Self.mostRequestsOfServiceDown(rows: 300))
    #expect(
      outcome.errorText.hasPrefix("aug-pubmed: PubMed gives no answer for the query \"GENE")
        && outcome.errorText.hasSuffix(
          "\": status 502 with an HTML page (tried 4 times) (what was answered is kept, so the same command goes on from "
            + "here; --on-error skip marks such rows and goes on)\n"),
      "\(outcome.errorText)")
    #expect(!desk.folder.names.contains("out.csv"))

    let skipped = await skipping.end(timeLimit: 600)
    #expect(skipped.status == 1)
    #expect(skippingDesk.statuses("out.csv").counts == ["failed_transient": 300])
    let tries = try skippingDesk.requests().compactMap(\.term).counts
    #expect(tries.values.count { $0 == 4 } >= 5, "what may pass is tried again")
    #expect(tries.values.count { $0 > 1 } <= 5 + Self.questionsAtOnce, "\(tries)")
    #expect(tries.values.reduce(0, +) <= Self.mostRequestsOfServiceDown(rows: 300))

    let alone = await dead.end(timeLimit: 600)
    #expect(alone.status == 69)
    #expect(alone.errorText.contains("no connection to 127.0.0.1:"), "\(alone.errorText)")
    #expect(alone.errorText.split(separator: "\n").count == 1)
  }

  /// The rows that were set aside are run again alone, as the manual shows it.
  @Test(
    .enabled(if: Executable("/bin/sh").run(["-c", "command -v jq"]).status == 0, "jq is not installed"),
    arguments: ["csv", "ndjson"])
  func rowsThatWereSetAsideAreRunAgainAlone(format: String) async throws {
    let answered = Array(repeating: "ok", count: 20).joined(separator: ",")
    let desk = OnlineDesk(["--script", "esearch:\(answered)", "--always", "esearch:502"])
    if format == "csv" {
      desk.folder.write("genes.csv", "note,gene\n" + (1...40).map { "\"n, \"\"\($0)\"\"\",GENE\($0)\n" }.joined())
    } else {
      desk.folder.write(
        "genes.ndjson", (1...40).map { "{\"gene\":\"GENE\($0)\",\"note\":\"n, \\\"\($0)\\\"\"}\n" }.joined())
    }
    let first = await desk.run([
      "genes.\(format)", "--field", "gene", "--on-error", "quarantine=failed.ndjson", "-o", "good.\(format)",
    ])
    #expect(first.status == 1, "\(first.errorText)")
    let isCSV = format == "csv"
    let good = try #require(desk.folder.text("good.\(format)"))
    #expect(good.split(separator: "\n").count == (isCSV ? 21 : 20))
    let aside = try #require(desk.folder.text("failed.ndjson")).split(separator: "\n")
    #expect(aside.count == 20)
    #expect(aside.allSatisfy { $0.contains("\"reason\":\"failed_transient: status 502 with an HTML page") })

    desk.replaceServer()
    let sent = try desk.requests().count
    let again = desk.shell(
      isCSV
        ? "{ head -n 1 genes.csv; jq -r .record failed.ndjson; } | aug-pubmed --base-url $URL --interval 0 --field gene -o rest.csv"
        : "jq -r .record failed.ndjson | aug-pubmed --base-url $URL --interval 0 --field gene -o rest.ndjson")
    #expect(again.status == 0, "\(again.errorText)")
    #expect(try desk.requests().dropFirst(sent).count { $0.utility == "esearch" } == 20)
    let all = await desk.run(["genes.\(format)", "--field", "gene", "-o", "all.\(format)"])
    #expect(all.status == 0)
    let rest = try #require(desk.folder.text("rest.\(format)"))
    let together = (good + rest).split(separator: "\n").filter { !$0.hasPrefix("note,gene") }
    let expected = try #require(desk.folder.text("all.\(format)")).split(separator: "\n").filter {
      !$0.hasPrefix("note,gene")
    }
    #expect(together.count == 40)
    #expect(together.sorted() == expected.sorted())
  }

  // MARK: Expectations

  /// Questions that are under way when the fifth fails.
  private static let questionsAtOnce = 8

  private static func mostRequestsOfServiceDown(rows: Int) -> Int { rows + 3 * (5 + questionsAtOnce) }

  /// Rows that are not marked as failed are those of a run without faults, byte for byte.
  private func expectRightOrMarked(_ desk: OnlineDesk, _ name: String, _ right: String, _ note: String) {
    let rows = (desk.folder.text(name) ?? "").split(separator: "\n")
    let rightRows = (desk.folder.text(right) ?? "").split(separator: "\n")
    #expect(rows.count == rightRows.count && rows.count > 1, "\(note)")
    for (row, right) in zip(rows, rightRows) where row != right {
      let gene = row.prefix { $0 != "," }
      #expect(
        row == "\(gene),failed_transient,[],[]"
          && (right.hasPrefix("\(gene),ok,") || right.hasPrefix("\(gene),no_hits,")), "\(row): \(note)")
    }
  }

  /// The records tell of the tries that the server saw: as many, and of each kind as many.
  private func expectAttempts(
    _ sidecar: String, of desk: OnlineDesk, _ requests: [LoggedRequest], _ note: String
  ) throws {
    let seen = requests.map { "\($0.utility) \($0.word)" }.counts
    #expect(try desk.attemptCounts(sidecar) == seen, "\(note)")
  }
}
