import Glibc
import MillraceCore
import Support
import Testing

/// Pipelines by the thousand, several at a time in one store: what every link must say, it must always say.
///
/// MILLRACE_HANDOVERS says how many pipelines of three stages are run.
@Suite(.serialized) struct HandOverTests {
  let folder = TemporaryFolder()
  static let pipelines = environmentVariable("MILLRACE_HANDOVERS").flatMap { Int($0) } ?? 1000
  /// Shells at a time: more than cores, so that stages are interrupted anywhere.
  static let shells = 6

  /// Three stages; `$i` is the number of the pipeline, whose rows no other has.
  static let whole: [(shells: [String], script: String)] = [
    (["bash", "dash"], "merge in$i | merge --to ndjson | merge --to csv -o out$i"),
    (["bash", "dash"], "chunk -n 2 -d parts$i < in$i | merge | merge > out$i"),
    // The reader is late: its producer is gone before it starts.
    (
      ["bash", "dash"],
      "merge in$i | (sleep 0.02; exec merge --to ndjson) | (sleep 0.04; exec merge --to csv -o out$i)"
    ),
    (
      ["bash", "dash"],
      "mkfifo p$i q$i; merge in$i > p$i & merge --to ndjson < p$i > q$i & merge --to csv -o out$i < q$i; wait"
    ),
    // A FIFO is used again, and named as an argument.
    (
      ["bash", "dash"],
      """
      mkfifo p$i; merge in$i > p$i & merge -o other$i < p$i; wait
      merge in$i > p$i & chunk -n 2 -d parts$i p$i | merge -o out$i; wait
      """
    ),
    (["bash"], "merge --to csv -o out$i < <(merge --to ndjson < <(merge in$i))"),
    (["bash"], "merge -o out$i < <(chunk -n 2 -d parts$i <(merge in$i))"),
    (
      ["bash"],
      """
      merge in$i > >(merge --to ndjson > >(merge --to csv -o out$i))
      for try in {1..20000}; do [[ -e out$i.prov ]] && break; sleep 0.01; done
      """
    ),
  ]

  /// Runs `script` for every number in shells of the given kind, and returns what they said on standard error.
  func run(_ script: String, _ numbers: [Int], in shell: String) -> RunningProgram {
    let numbered = numbers.map(String.init).joined(separator: " ")
    return Executable("/bin/\(shell)").start(
      ["-c", "for i in \(numbered); do\nprintf 'id,name\\n%s,a\\n1,%s\\n2,c\\n' $i $i > in$i\n\(script)\ndone"],
      environment: [
        "MILLRACE_PROVENANCE_DIR": folder("store"), "MILLRACE_PROVENANCE": nil, "SLURM_JOB_ID": nil,
        "PATH": "\(Executable.buildFolder):/usr/bin:/bin",
      ], workingDirectory: folder.path)
  }

  /// Deals the numbers out to shells that run at the same time.
  @discardableResult
  func runAll(_ jobs: [(shell: String, script: String, numbers: [Int])]) -> [String] {
    var errors: [String] = []
    var running: [RunningProgram] = []
    for job in jobs {
      if running.count == Self.shells { errors.append(running.removeFirst().wait(timeLimit: 300).errorText) }
      running.append(run(job.script, job.numbers, in: job.shell))
    }
    return errors + running.map { $0.wait(timeLimit: 300).errorText }
  }

  /// The stages of the sidecar of `name`, and its completeness.
  private func chain(_ name: String) throws -> (completeness: String?, stages: [JSONValue]) {
    let records = try (folder.text("\(name).prov") ?? "").split(separator: "\n").map { try JSONValue.parse(String($0)) }
    return (records.first?["completeness"]?.text, records.filter { $0["kind"]?.text == "stage" })
  }

  // MARK: Whole pipelines

  @Test func everyLinkOfAThousandPipelinesIsVerified() throws {
    let kinds = Self.whole.flatMap { kind in kind.shells.map { (shell: $0, script: kind.script) } }
    // Of each kind two shells, so that the kinds overlap.
    let jobs = (0..<2 * kinds.count).map { job in
      let numbers = (0..<Self.pipelines).filter { $0 % (2 * kinds.count) == job }
      return (shell: kinds[job % kinds.count].shell, script: kinds[job % kinds.count].script, numbers: numbers)
    }
    let errors = runAll(jobs).filter { !$0.isEmpty }
    #expect(errors == [])
    var verified = 0
    for job in jobs {
      for number in job.numbers {
        let note = Comment(rawValue: "pipeline \(number), \(job.shell): \(job.script)")
        #expect(
          folder.text("out\(number)") == "id,name\n\(number),a\n1,\(number)\n2,c\n", note)
        let (completeness, stages) = try chain("out\(number)")
        #expect(completeness == "verified", note)
        #expect(stages.count == 3, note)
        guard stages.count == 3 else { continue }
        let links = stages.flatMap { $0["inputs"]?.elements ?? [] }.map { $0["link"]?.text }
        #expect(Set(links) == ["verified"], note)
        for (producer, reader) in zip(stages, stages.dropFirst()) {
          let input = try #require(reader["inputs"]?.elements?.first)
          #expect(input["upstream"] == .array([try #require(producer["id"])]), note)
          #expect(input["sha256"] != nil && input["sha256"] == producer["output"]?["sha256"], note)
        }
        if completeness == "verified", stages.count == 3, links.allSatisfy({ $0 == "verified" }) { verified += 1 }
      }
    }
    #expect(verified == Self.pipelines)
    // What was handed over is gone.
    let left = Executable("/usr/bin/find").run([folder("store/links"), "-type", "f"]).outputText
    #expect(left == "")
  }

  // MARK: Foreign programs in between

  @Test(arguments: ["cat", "tee copy$i"]) func behindAForeignProgramNothingIsVerified(_ program: String) throws {
    let scripts = [
      "merge in$i | \(program) | merge --to ndjson -o out$i",
      "merge in$i | merge --to ndjson | \(program) | merge --to csv -o out$i",
      // The bytes are the same all the way: two stages have written them.
      "merge in$i | merge | \(program) | merge -o out$i",
      "mkfifo p$i; (merge in$i | \(program) > p$i) & merge -o out$i < p$i; wait",
    ]
    let jobs = (0..<8).map { job in
      (shell: job < 4 ? "bash" : "dash", script: scripts[job % 4], numbers: (0..<25).map { job * 25 + $0 })
    }
    #expect(runAll(jobs).filter { !$0.isEmpty } == [])
    for job in jobs {
      for number in job.numbers {
        let completeness = try chain("out\(number)").completeness
        let expected = job.script == scripts[2] ? "ambiguous" : "content-match"
        #expect(completeness == expected, "pipeline \(number), \(job.shell): \(job.script)")
      }
    }
  }

  // MARK: Death

  /// The producer kills itself behind its first bytes: there is no instant at which the reader may miss it.
  @Test func aKilledProducerIsAlwaysReported() throws {
    let scripts = [
      "probe stage --add $i --killed in$i | merge --from csv -o out$i",
      "probe stage --add $i --killed in$i | (sleep 0.02; exec merge --from csv -o out$i)",
      "merge in$i | probe stage --add $i --killed | merge --from csv -o out$i",
      "mkfifo p$i; probe stage --add $i --killed in$i > p$i & merge --from csv -o out$i < p$i; wait",
    ]
    let jobs = (0..<8).map { job in
      (shell: job < 4 ? "bash" : "dash", script: scripts[job % 4], numbers: (0..<25).map { job * 25 + $0 })
    }
    let errors = runAll(jobs)
    for job in jobs {
      for number in job.numbers {
        let completeness = try chain("out\(number)").completeness
        #expect(completeness == "upstream-died", "pipeline \(number), \(job.shell): \(job.script)")
      }
    }
    let told = errors.joined().split(separator: "\n").count {
      $0.contains("did not finish: probe ended before it was done")
    }
    #expect(told == 200)
  }

  /// Wherever the kill meets the producer: what its reader made is not called verified unless it is whole. Every other
  /// producer is killed at a random instant from its start on, be it at work, done, or not even begun; the others have
  /// written thousands of bytes, of rows without end.
  @Test func aProducerKilledAnywhereIsReported() throws {
    let rows = "id,name\n" + (0..<20_000).map { "\($0),name\($0)\n" }.joined()
    folder.write("rows.csv", rows)
    var random = SeededGenerator()
    for round in 0..<100 {
      let isUnderWay = round % 4 >= 2
      let moment = Double.random(in: 0...(isUnderWay ? 0.01 : 0.05), using: &random)
      let outcome = run(
        """
        mkfifo p$i
        \(isUnderWay ? "mkfifo f$i; (while cat rows.csv; do :; done > f$i) &" : "")
        merge --from csv < \(isUnderWay ? "f$i" : "rows.csv") > p$i & victim=$!
        merge --from csv -o out$i < p$i & reader=$!
        \(isUnderWay ? "until ! kill -0 $victim || grep -Eq '^wchar: [0-9]{5}' /proc/$victim/io; do :; done 2>/dev/null" : "")
        sleep \(moment); kill -KILL $victim
        # A victim that was killed before it opened the FIFO leaves the reader waiting for one that does.
        (while :; do exec 3<>p$i; exec 3>&-; sleep 0.01; done) & opener=$!
        wait $reader; kill $opener
        """, [round], in: round % 2 == 0 ? "bash" : "dash"
      ).wait()
      let completeness = try chain("out\(round)").completeness ?? "no sidecar"
      let note = Comment(rawValue: "seed \(random.seed), round \(round), \(moment) s: \(outcome.errorText)")
      switch completeness {
      case "verified" where !isUnderWay:
        let isWhole = folder.text("out\(round)") == rows
        #expect(isWhole, note)
      case "upstream-died": #expect(outcome.errorText.contains("did not finish: merge ended before it was done"), note)
      // Killed before it began: it wrote nothing. Or the last row is cut off, which is an error of its own.
      case "unknown-upstream" where !isUnderWay: #expect(folder.text("out\(round)") == "", note)
      case "no sidecar":
        #expect(outcome.errorText.contains("did not finish: merge ended before it was done"), note)
        #expect(folder.read("out\(round)") == nil, note)
      default: Issue.record("\(completeness): \(note)")
      }
    }
  }
}
