import Glibc
import MillraceCore
import Support
import Testing

@testable import batch_run

@Suite struct PipelineRunTests {
  private let desk = PipelineDesk()

  @Test func stepsRunInOrderAndLeaveTheirOutputs() throws {
    desk.write(
      """
      - {name: last, needs: [up, check], command: "tr 5 x", input: up.csv, output: last.csv}
      - {name: make, command: [seq, "5"], output: rows.csv}
      - {name: up, kind: batch, needs: make, command: cat, output: up.csv, options: {workers: 1}}
      - {name: check, needs: up, rows: {min: 4, same-as: make}}
      """)
    let outcome = desk.run(["run", "p.yaml"])
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(desk.folder.text("last.csv") == "1\n2\n3\n4\nx\n")
    #expect(try desk.states() == ["last": "Completed", "make": "Completed", "up": "Completed", "check": "Completed"])
    #expect(try desk.history().first?["state"]?.text == "Completed")
    // Its own tool has left its sidecar, and nobody knows seq.
    #expect(desk.folder.names.contains("up.csv.prov"))
    #expect(!desk.folder.names.contains("rows.csv.prov"))
    #expect(!desk.folder.names.contains { $0.hasPrefix(".millrace") })
  }

  /// A command's standard output has no name yet while a tool of ours writes to it.
  @Test func anOutputOfOneOfOurToolsHasItsSidecar() throws {
    desk.folder.write("rows.csv", "a\n1\n2\n")
    desk.folder.write("copy.csv.prov", "of what was there before")
    desk.write(
      "- {name: c, command: [\(PipelineDesk.program.path), run, -q, --, cat], input: rows.csv, output: copy.csv}")
    let outcome = desk.run(["run", "p.yaml"])
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(desk.folder.text("copy.csv") == "a\n1\n2\n")
    let sidecar = desk.folder.text("copy.csv.prov") ?? ""
    #expect(sidecar.contains("\"tool\":\"batch-run\""))
    #expect(sidecar.contains("\"completeness\":\"verified\"") || sidecar.contains("\"completeness\":\"content-match\""))
  }

  @Test func aFailedStepStopsWhatNeedsItAndNothingElse() throws {
    desk.write(
      """
      - {name: bad, command: [sh, -c, "echo half; echo why >&2; exit 3"], output: bad.csv, retries: 1}
      - {name: behind, needs: bad, command: "true"}
      - {name: farther, needs: [behind, good], command: "true"}
      - {name: good, command: [sh, -c, "sleep 0.3; echo whole"], output: good.csv}
      - {name: gone, command: no-such-program}
      """)
    let outcome = desk.run(["run", "-q", "p.yaml"])
    #expect(outcome.status == 1)
    let message =
      "batch-run: the steps bad, gone failed; behind, farther did not run (batch-run pipeline resume RUN goes on from there)\n"
    #expect(try desk.plain(outcome.errorText) == message)
    #expect(desk.folder.text("good.csv") == "whole\n")
    #expect(desk.folder.text("bad.csv") == nil)
    let states = ["bad": "Failed", "behind": "Skipped", "farther": "Skipped", "good": "Completed", "gone": "Failed"]
    #expect(try desk.states() == states)
    let log = desk.folder.text("state/pipelines/p/\(try desk.newestRun())/stderr/bad") ?? ""
    let lines = log.split(separator: "\n").map { $0.hasPrefix("--- attempt") ? String($0.prefix(13)) : String($0) }
    #expect(lines == ["--- attempt 1", "why", "--- attempt 2", "why"])
    let reasons = try desk.history().first?["steps"]?.elements?.map { $0["reason"]?.text }
    #expect(
      reasons == [
        "exited with status 3", "it needs \"bad\", which did not complete",
        "it needs \"behind\", which did not complete",
        nil, "no-such-program: there is no such command (it is in no folder of PATH)",
      ])
  }

  @Test func resumeRunsWhatIsLeftAlone() throws {
    desk.write(
      """
      - {name: a, command: [sh, -c, "echo a >> a.log; echo 1"], output: a.csv}
      - {name: b, needs: a, command: [sh, -c, "cat; test -e ok"], input: a.csv, output: b.csv}
      - {name: c, needs: b, command: cat, input: b.csv, output: c.csv}
      """)
    #expect(desk.run(["run", "p.yaml"]).status == 1)
    let run = try desk.newestRun()
    desk.folder.write("ok", "")
    #expect(desk.run(["resume", run]).status == 0)
    #expect(desk.folder.text("c.csv") == "1\n")
    #expect(desk.folder.text("a.log") == "a\n")
    #expect(try desk.history().map { $0["state"]?.text } == ["Completed"])
    let again = desk.run(["resume", desk.folder("state/pipelines/p/\(run)")])
    #expect(again.status == 0)
    #expect(try desk.plain(again.errorText) == "batch-run: note: all steps of the run RUN have completed\n")
  }

  @Test func whatHasChangedIsNoticedOnResume() throws {
    let steps = """
      - {name: a, command: cat, input: in.csv, output: a.csv}
      - {name: b, needs: a, command: [sh, -c, "cat; test -e ok"], input: a.csv, output: b.csv}
      """
    desk.folder.write("in.csv", "1\n")
    desk.write(steps)
    #expect(desk.run(["run", "p.yaml"]).status == 1)
    let run = try desk.newestRun()
    func refusal() throws -> String {
      let outcome = desk.run(["resume", "-q", run])
      #expect(outcome.status == 78)
      return try desk.plain(outcome.errorText)
    }
    // The same bytes, written anew, are the same.
    desk.folder.write("in.csv", "1\n")
    #expect(desk.run(["resume", "-q", run]).status == 1)
    desk.folder.write("in.csv", "2\n")
    #expect(
      try refusal()
        == "batch-run: in.csv: the file has changed since the completed step \"a\" read or wrote it (run the pipeline anew, or put the file back)\n"
    )
    desk.folder.write("in.csv", "1\n")
    removeTree(desk.folder("a.csv"))
    #expect(
      try refusal()
        == "batch-run: a.csv: the file is gone, which the completed step \"a\" left for others to read (run the pipeline anew)\n"
    )
    desk.folder.write("a.csv", "1\n")
    desk.write(steps + "\n- {name: c, command: \"true\"}\n")
    #expect(
      try refusal()
        == "batch-run: p.yaml: the pipeline is not the one that the run began with: added step c (batch-run pipeline run p.yaml runs the new one from its beginning)\n"
    )
    desk.write(steps.split(separator: "cat,").joined(separator: "\"tr a b\","))
    #expect(try refusal().contains("began with: changed step a ("))
    desk.write(steps, head: "environment: {A: b}\n")
    #expect(try refusal().contains("began with: its directory or environment ("))
    // Comments, the schedule and the order of lines say nothing about the steps.
    desk.write("# Two steps\n" + steps, head: "schedule: \"@daily\"\n")
    desk.folder.write("ok", "")
    #expect(desk.run(["resume", run]).status == 0)
  }

  @Test func aPipelineFileThatIsGone() throws {
    desk.write("- {name: a, command: [test, -e, ok]}")
    #expect(desk.run(["run", "p.yaml"]).status == 1)
    removeTree(desk.folder("p.yaml"))
    desk.folder.write("ok", "")
    let outcome = desk.run(["resume", try desk.newestRun()])
    #expect(outcome.status == 0)
    #expect(
      try desk.plain(outcome.errorText).hasPrefix(
        "batch-run: warning: p.yaml is gone: the run goes on by the copy that it began with\n"))
  }

  @Test func runsThatAreNotThere() throws {
    desk.write("- {name: a, command: \"true\"}")
    #expect(desk.run(["run", "p.yaml"]).status == 0)
    let run = try desk.newestRun()
    let near = desk.run(["resume", run.dropLast() + "?"])
    #expect(near.status == 66)
    #expect(try desk.plain(near.errorText).hasSuffix("(did you mean RUN?)\n"))
    let none = desk.run(["resume", "yesterday"])
    #expect(none.errorText == "batch-run: there is no run \"yesterday\" (batch-run pipeline history lists them)\n")
    let folder = desk.run(["resume", "/etc"])
    #expect(folder.status == 66)
    let path = desk.run(["resume", "./nowhere"])
    #expect(path.errorText == "batch-run: ./nowhere: not the folder of a run\n")
    desk.folder.write("state/pipelines/p/\(run)/run.json", "{\"version\":2}")
    let version = desk.run(["resume", run])
    #expect(version.status == 78)
    #expect(
      try desk.plain(version.errorText)
        == "batch-run: state/pipelines/p/RUN/run.json: not a run that this version of batch-run knows (run the pipeline anew)\n"
    )
    #expect(desk.run(["history"]).outputText.contains("Unreadable"))
  }

  @Test func runsOfOnePipelineDoNotOverlap() async throws {
    desk.write("- {name: a, command: [sh, -c, \"touch started; while ! test -e go; do sleep 0.05; done\"]}")
    let first = desk.start(["run", "p.yaml"])
    #expect(eventually { desk.folder.names.contains("started") })
    let run = try desk.newestRun()
    #expect(try desk.history().first?["state"]?.text == "Running")
    let second = desk.run(["run", "-q", "p.yaml"])
    #expect(second.status == 75)
    #expect(
      second.errorText
        == "batch-run: a run of the pipeline \"p\" is under way: process \(first.processID) on \(hostName()) has it (wait for its end; overlap: allow lets runs go side by side)\n"
    )
    let resumed = desk.run(["resume", run])
    #expect(resumed.status == 75)
    #expect(
      resumed.errorText
        == "batch-run: the run \(run) is under way: process \(first.processID) on \(hostName()) has it (wait for its end)\n"
    )
    desk.write(
      "- {name: a, command: [sh, -c, \"touch started; while ! test -e go; do sleep 0.05; done\"]}",
      head: "overlap: allow\n")
    let third = desk.start(["run", "p.yaml"])
    #expect(eventually { (try? desk.history().count) == 2 })
    desk.folder.write("go", "")
    #expect(await first.end().status == 0)
    #expect(await third.end().status == 0)
  }

  @Test func aSignalEndsTheChildrenAndTheRunGoesOnLater() async throws {
    desk.write(
      """
      - {name: a, command: [sh, -c, "echo $$ > pid; echo half; sleep 60 & wait"], output: a.csv}
      - {name: b, needs: a, command: "true"}
      """)
    for signal in [SIGTERM, SIGINT] {
      removeTree(desk.folder("pid"))
      let program = desk.start(["run", "p.yaml"])
      #expect(eventually { desk.folder.text("pid")?.hasSuffix("\n") ?? false })
      let child = pid_t(desk.folder.text("pid")?.split(separator: "\n").first ?? "") ?? 0
      program.send(signal)
      let outcome = await program.end()
      #expect(outcome.signal == signal)
      #expect(kill(child, 0) != 0)
      #expect(desk.folder.text("a.csv") == nil)
      #expect(try desk.history().first?["state"]?.text == "Cancelled")
    }
    #expect(try desk.states() == ["a": "Cancelled", "b": "Waiting"])
  }

  @Test func aStepThatTakesTooLong() throws {
    desk.write("- {name: a, command: [sh, -c, \"sleep 3000 & wait\"], timeout: 0.3s}")
    let outcome = desk.run(["run", "p.yaml"])
    #expect(outcome.status == 1)
    #expect(try desk.history().first?["steps"]?.elements?.first?["reason"]?.text == "not done within 0.3s")
  }

  @Test func anInputThatChangesMeanwhile() throws {
    desk.folder.write("in.csv", "1\n")
    desk.write("- {name: a, command: [sh, -c, \"cat; echo 2 >> in.csv\"], input: in.csv, output: a.csv}")
    #expect(desk.run(["run", "p.yaml"]).status == 1)
    let reason = try desk.history().first?["steps"]?.elements?.first?["reason"]?.text ?? ""
    #expect(try desk.plain(reason) == "in.csv: the input changed while the step ran")
  }

  @Test func secretsComeFromTheEnvironmentAndStayThere() throws {
    desk.write(
      "- {name: a, command: [sh, -c, \"test ${#KEY} = 6\"]}", head: "environment: {KEY: \"${MY_KEY}\"}\n")
    let without = desk.run(["run", "-q", "p.yaml"])
    #expect(without.status == 78)
    #expect(
      without.errorText == "batch-run: p.yaml:3: the variable MY_KEY is not set (export MY_KEY=… before the run)\n")
    #expect(desk.run(["run", "p.yaml"], environment: ["MY_KEY": "s3cret"]).status == 0)
    let kept = Executable("/bin/grep").run(["-r", "s3cret", desk.folder.path])
    #expect(kept.status == 1, "\(kept.outputText)")
  }

  /// A message of a step, a run's failure and its recovery, each as the command gets it.
  @Test func peopleAreTold() throws {
    try desk.program("tell", "cat >> \(desk.folder("told"))")
    desk.write(
      "- {name: hello, message: the genes are ready}\n- {name: a, command: [test, -e, ok]}\n- {name: b, command: [test, -e, ok]}",
      head: "notify: {command: tell}\n")
    func told() throws -> [[String]] {
      defer { removeTree(desk.folder("told")) }
      let lines = (desk.folder.text("told") ?? "").split(separator: "\n")
      return try lines.map { try JSONValue.parse(String($0)) }.map { alert in
        [alert["event"]?.text ?? "", alert["message"]?.text ?? ""]
      }
    }
    #expect(desk.run(["run", "--jobs", "1", "p.yaml"]).status == 1)
    #expect(
      try told() == [
        ["notice", "the genes are ready"],
        ["failed", "the pipeline p failed: a: exited with status 1; b: exited with status 1"],
      ])
    desk.folder.write("ok", "")
    #expect(desk.run(["resume", try desk.newestRun()]).status == 0)
    #expect(try told() == [["recovered", "the pipeline p has recovered"]])
    #expect(desk.run(["run", "--jobs", "1", "p.yaml"]).status == 0)
    #expect(try told().last == ["completed", "the pipeline p completed"])
    // A channel that does not work changes nothing about the run, and a step that tells nobody has failed.
    try desk.program("tell", "echo no >&2; exit 1")
    let deaf = desk.run(["run", "p.yaml"])
    #expect(deaf.status == 1)
    #expect(deaf.errorText.contains("warning: the alert did not reach command tell: it ended with status 1: no\n"))
    desk.write("- {name: hello, message: hello}")
    #expect(desk.run(["run", "p.yaml"]).status == 1)
    let reason = try desk.history().first?["steps"]?.elements?.first?["reason"]?.text
    #expect(reason == "there is nobody to tell: notify names no channel")
  }

  @Test func aDryRunRunsNothing() throws {
    desk.write(
      "- {name: make, command: [touch, a b]}\n- {name: up, kind: batch, needs: make, command: cat, input: in.csv, output: up.csv, options: {workers: 2}}"
    )
    let outcome = desk.run(["run", "-q", "--dry-run", "p.yaml"])
    #expect(outcome.status == 0)
    #expect(
      try desk.plain(outcome.outputText) == """
        make (command)
          touch 'a b'
        up (batch, after make)
          batch-run --workers=2 -- cat
          reads in.csv
          writes up.csv

        """)
    #expect(desk.folder.names == ["p.yaml"] || desk.folder.names == ["p.yaml", "state"])
  }

  @Test func historyIsATableForPeople() throws {
    desk.write("- {name: a, command: \"false\"}\n- {name: b, command: \"false\"}")
    #expect(desk.run(["run", "p.yaml"]).status == 1)
    desk.write("- {name: a, command: \"true\"}", name: "other")
    #expect(desk.run(["run", "p.yaml"]).status == 0)
    let all = desk.run(["history"]).outputText.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    #expect(all.count == 3)
    #expect(all[0] == ["RUN", "PIPELINE", "STARTED", "TOOK", "STATE", "FAILED"])
    #expect(Set(all.dropFirst().map { $0[1] }) == ["p", "other"])
    let ofOne = desk.run(["history", "p"]).outputText
    #expect(ofOne.split(separator: "\n").count == 2)
    #expect(ofOne.hasSuffix("Failed  a, b\n"))
    #expect(desk.run(["history", "p.yaml", "--last", "1"]).outputText.split(separator: "\n").count == 2)
  }

  @Test func aBadFileEndsWithStatus65AndAllErrors() throws {
    desk.write("- {name: a, comand: x}\n- {name: b, command: x, foo: 1}")
    for command in ["validate", "run", "activate"] {
      let outcome = desk.run([command, "p.yaml"])
      #expect(outcome.status == 65)
      #expect(outcome.errorText.split(separator: "\n").count == 2)
    }
    #expect(desk.run(["validate", "nowhere.yaml"]).status == 66)
    desk.write("- {name: a, command: x}")
    let good = desk.run(["validate", "p.yaml"])
    #expect(good.status == 0)
    #expect(good.errorText == "batch-run: note: p.yaml: the pipeline \"p\" of 1 step is well-formed\n")
  }

  /// What a step may say is what the command knows.
  @Test func theOptionsOfABatchAreThoseOfTheCommand() throws {
    let help = Executable("batch-run").run(["--experimental-dump-help"]).outputText
    for name in PipelineParser.batchOptionNames {
      #expect(help.contains("\"name\" : \"\(name)\""), "\(name)")
    }
  }
}
