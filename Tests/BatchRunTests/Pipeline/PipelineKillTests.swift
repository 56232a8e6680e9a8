import Glibc
import MillraceCore
import Support
import Testing

@testable import batch_run

@Suite struct PipelineKillTests {
  /// Killed again and again at random instants and resumed, a run ends with the bytes of an undisturbed one, and no step
  /// runs once it has completed.
  @Test func aRunThatIsKilledGoesOn() async throws {
    var generator = SeededGenerator()
    let desk = PipelineDesk()
    let slow = "for i in 1 2 3 4; do sleep 0.05; echo $i; done"
    desk.write(
      """
      - {name: a, command: [sh, -c, "echo begun >> a.log; echo id; \(slow); echo ended >> a.log"], output: a.csv}
      - {name: b, command: [sh, -c, "echo begun >> b.log; \(slow); echo ended >> b.log"], output: b.csv}
      - {name: c, kind: batch, needs: a, command: [sh, -c, "sleep 0.05; cat"], output: c.csv, options: {chunk-records: 1, workers: 2}}
      - {name: check, needs: c, rows: {same-as: a}}
      - {name: d, needs: [check, b], command: [sh, -c, "cat b.csv -"], input: c.csv, output: d.csv}
      """)
    var status: Int32?
    var kills = 0
    var program = desk.start(["run", "-q", "p.yaml"])
    for _ in 0..<200 {
      let patience = kills < 25 ? Double.random(in: 0.01...0.6, using: &generator) : 300
      let outcome = await program.end(timeLimit: patience)
      status = outcome.status
      if outcome.signal == nil { break }
      kills += 1
      let run = try desk.newestRun()
      let state = try desk.history().first?["state"]?.text
      #expect(state != "Running")
      program = desk.start(run.isEmpty ? ["run", "-q", "p.yaml"] : ["resume", "-q", run])
    }
    #expect(status == 0, "seed \(generator.seed)")
    #expect(desk.folder.text("d.csv") == "1\n2\n3\n4\nid\n1\n2\n3\n4\n", "seed \(generator.seed)")
    #expect(try desk.history().count == 1)
    let journal = desk.folder.text("state/pipelines/p/\(try desk.newestRun())/journal.ndjson") ?? ""
    for step in ["a", "b", "c", "check", "d"] {
      let ends = journal.split(separator: "\n").filter {
        $0.contains("step-ended") && $0.contains("\"step\":\"\(step)\"") && $0.contains("Completed")
      }
      #expect(ends.count == 1, "\(step), seed \(generator.seed)")
    }
    #expect(!desk.folder.names.contains { $0.hasPrefix(".millrace") })
  }

  /// A journal whose last line was cut short is read up to there, and goes on behind it.
  @Test func anUnfinishedLineOfTheJournal() throws {
    let desk = PipelineDesk()
    desk.write("- {name: a, command: [sh, -c, \"echo a >> a.log\"]}\n- {name: b, needs: a, command: [test, -e, ok]}")
    #expect(desk.run(["run", "p.yaml"]).status == 1)
    let path = "state/pipelines/p/\(try desk.newestRun())/journal.ndjson"
    let whole = desk.folder.text(path) ?? ""
    let lines = whole.split(separator: "\n")
    let cut = lines.prefix(3).joined(separator: "\n") + "\n" + (lines.last?.prefix(20) ?? "")
    desk.folder.write(path, cut)
    desk.folder.write("ok", "")
    #expect(try desk.history().first?["state"]?.text == "Interrupted")
    #expect(desk.run(["resume", try desk.newestRun()]).status == 0)
    #expect(desk.folder.text("a.log") == "a\n")
    for line in (desk.folder.text(path) ?? "").split(separator: "\n") {
      _ = try JSONValue.parse(String(line))
    }
  }
}
