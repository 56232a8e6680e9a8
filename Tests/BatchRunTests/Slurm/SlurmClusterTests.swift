import Glibc
import Support
import Testing

/// Everything that needs a real Slurm: one cluster, and one test at a time.
@Suite(
  .serialized, .enabled(if: SlurmCluster.isAvailable, "\(SlurmCluster.obstacle ?? "")"),
  .disabled(if: Sanitizer.current == .address, "the sanitizer takes more memory than the tasks are given"))
struct SlurmClusterTests {
  /// Started by the first test that needs it; it ends with the tests.
  static let cluster = SlurmCluster()
  private let folder = TemporaryFolder()
  private static let rows = 60
  private let input = "n,word\n" + (1...rows).map { "\($0),x\n" }.joined()

  /// What `sed s/x/y/` makes of the input.
  private let expected = "n,word\n" + (1...rows).map { "\($0),y\n" }.joined()

  private var job: String { folder("job") }

  private func start(
    _ arguments: [String], input: String? = nil, cluster: SlurmCluster = cluster
  ) -> RunningProgram {
    var environment = cluster.environment
    environment["MILLRACE_STATE_DIR"] = folder("state")
    environment["MILLRACE_SLURM_POLL"] = "0.2"
    return Executable("batch-run").start(
      arguments, input: .text(input ?? self.input), environment: environment, workingDirectory: folder.path)
  }

  /// Runs a command on Slurm, six chunks in tasks of their own.
  private func run(_ options: [String] = [], _ command: [String], limit: Double = 300) -> Outcome {
    start(arguments(options, command)).wait(timeLimit: limit)
  }

  private func arguments(_ options: [String], _ command: [String]) -> [String] {
    ["run", "--backend", "slurm", "--job", job, "--chunk-records", "10"] + options + ["--"] + command
  }

  private func resume(_ arguments: [String] = []) -> Outcome {
    start(["resume", job] + arguments, input: "").wait()
  }

  private var journal: String { folder.text("job/journal.ndjson") ?? "" }

  private func count(_ text: String) -> Int { journal.split(separator: "\n").count { $0.contains(text) } }

  /// A shell's command that waits for a file before it goes on with the chunk.
  private func waiting(for name: String) -> [String] {
    ["sh", "-c", "while [ ! -e '\(folder(name))' ]; do sleep 0.1; done; sed s/x/y/"]
  }

  private func squeue(_ format: String) -> String { Self.cluster.ask("squeue", "-h", "-r", "-o", format).outputText }

  // MARK: The cluster itself

  @Test func twoClustersStandBesideEachOther() throws {
    let other = SlurmCluster(nodes: 1)
    #expect(other.nodes.count == 1)
    #expect(Self.cluster.nodes.count == 2)
    #expect(other.ask("sinfo", "-h", "-N", "-o", "%N %t").outputText == "\(other.nodes[0]) idle\n")
    let submitted = other.ask("sbatch", "--parsable", "-o", "/dev/null", "--wrap", "exec sleep 1000")
    #expect(submitted.outputText == "1\n")
    #expect(eventually { other.ask("squeue", "-h", "-o", "%t").outputText == "R\n" })
    other.killController()
    other.startController()
    #expect(other.ask("scontrol", "ping").outputText.contains("is UP"))
    #expect(Self.cluster.ask("squeue", "-h").outputText == "")
    other.stop()
    #expect(other.environment["SLURM_CONF"].map { readFile($0 ?? "") == nil } == true)
  }

  // MARK: Jobs

  @Test func anArrayGivesTheResultInOrder() {
    let outcome = run(["--workers", "4"], ["sed", "s/x/y/"])
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(outcome.outputText == expected)
    #expect(count("\"event\":\"submitted\"") == 1)
    #expect(count("\"outcome\":\"completed\"") == 6)
    for detail in ["slurm_job_id", "slurm_array_task_id", "slurm_node", "slurm_partition", "slurm_cpus"] {
      #expect(count("\"\(detail)\":") == 6)
    }
  }

  @Test func severalChunksATask() {
    let outcome = run(["--chunks-per-task", "4", "--memory-per-worker", "64M"], ["sed", "s/x/y/"])
    #expect(outcome.outputText == expected)
    #expect(count("\"slurm_array_task_id\":0") == 4)
    #expect(count("\"slurm_array_task_id\":1") == 2)
    #expect(count("\"slurm_memory_per_node\":64") == 6)
  }

  @Test func aFailingTaskIsTriedAgain() {
    // Fails once, on one chunk, after it has written something.
    let flag = folder("failed")
    let script =
      "sed s/x/y/; if [ $MILLRACE_CHUNK = 00002 ] && [ ! -e '\(flag)' ]; then >'\(flag)'; echo no >&2; exit 7; fi"
    let outcome = run([], ["sh", "-c", script])
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(outcome.outputText == expected)
    #expect(count("\"outcome\":\"exited\",\"status\":7") == 1)
    #expect(count("\"event\":\"submitted\"") == 2)
    #expect(folder.text("job/stderr/00002")?.contains("no\n") == true)
  }

  @Test func aTaskThatFailsForGoodEndsTheJob() {
    let outcome = run(["--retries", "0"], ["sh", "-c", "cat; [ $MILLRACE_CHUNK != 00003 ]"])
    #expect(outcome.status == 75)
    #expect(!outcome.outputText.contains("31,"))
    #expect(outcome.errorText.contains("chunk 00003 ended with status 1"), "\(outcome.errorText)")
    #expect(folder.text("job/failed/00003/input")?.contains("31,x") == true)
    #expect(squeue("%i") == "")
  }

  @Test func commandsThatAreNotThereAndOptionsThatSlurmRefuses() {
    let refused = run(["--slurm-options=--partition=nowhere"], ["cat"])
    #expect(refused.status == 69)
    #expect(
      refused.errorText.contains("sbatch: Slurm says: Batch job submission failed: Invalid partition name specified"),
      "\(refused.errorText)")
    let owned = run(["--slurm-options=--array=0-3"], ["cat"])
    #expect(owned.status == 64)
    #expect(owned.errorText.contains("--array is not for --slurm-options: batch-run sets it itself"))
    _ = unsafe symlink("/bin/cat", folder("cat"))
    let elsewhere = Executable("batch-run").run(
      ["--backend", "slurm", "--job", folder("other"), "--", "cat"], input: .text(input),
      environment: ["PATH": folder.path])
    #expect(elsewhere.status == 69)
    #expect(
      elsewhere.errorText.contains("scontrol: there is no such command (it is in no folder of PATH)"),
      "\(elsewhere.errorText)")
  }

  /// The memory limit that a task is given holds the command; with control groups Slurm ends what takes more.
  @Test func whatRunsOutOfMemoryGetsMore() {
    let script = """
      if [ $MILLRACE_CHUNK = 00001 ]; then head -c 60000000 /dev/zero | tail -c 60000000 >/dev/null || exit 1; fi; sed s/x/y/
      """
    let outcome = run(["--slurm-options=--mem=30M"], ["sh", "-c", script])
    #expect(outcome.status == 0, "\(outcome.errorText)\n\(journal)")
    #expect(outcome.outputText == expected)
    #expect(count("\"outcome\":\"out_of_memory\"") >= 1, "\(journal)")
    #expect(count("\"slurm_memory_per_node\":60") + count("\"slurm_memory_per_node\":120") >= 1, "\(journal)")
  }

  @Test func cancelling() {
    let running = start(arguments([], waiting(for: "never")))
    #expect(eventually { self.count("\"event\":\"started\"") == 6 })
    folder.write("job/cancel", "")
    let outcome = running.wait()
    #expect(outcome.status == 75)
    #expect(outcome.errorText.contains("cancelled: batch-run cancel asked for it"), "\(outcome.errorText)")
    #expect(eventually { self.squeue("%i") == "" })
    folder.write("never", "")
    let resumed = resume()
    #expect(resumed.status == 0, "\(resumed.errorText)")
    #expect(resumed.outputText == expected)
  }

  @Test func aSignalCancelsTheTasks() {
    let running = start(arguments([], waiting(for: "go")))
    #expect(eventually { self.count("\"event\":\"started\"") == 6 })
    running.send(SIGTERM)
    let outcome = running.wait()
    #expect(outcome.signal == SIGTERM || outcome.status == 143)
    #expect(eventually { self.squeue("%i") == "" })
    folder.write("go", "")
    let resumed = resume()
    #expect(resumed.status == 0, "\(resumed.errorText)")
    #expect(resumed.outputText == expected)
  }

  @Test func afterScancelTheJobCanBeResumed() {
    let running = start(arguments([], waiting(for: "go")))
    #expect(eventually { self.count("\"event\":\"started\"") == 6 })
    let number = squeue("%F").split(separator: "\n").first.map(String.init) ?? ""
    #expect(Self.cluster.ask("scancel", number).status == 0)
    let outcome = running.wait()
    #expect(outcome.status == 75)
    #expect(outcome.errorText.contains("was cancelled on Slurm"), "\(outcome.errorText)")
    folder.write("go", "")
    let resumed = resume()
    #expect(resumed.status == 0, "\(resumed.errorText)")
    #expect(resumed.outputText == expected)
  }

  @Test func anOwnerThatIsKilledLeavesTheTasksToTheNext() {
    let running = start(arguments([], waiting(for: "go")))
    #expect(eventually { self.count("\"event\":\"started\"") == 6 })
    running.send(SIGKILL)
    running.wait()
    folder.write("go", "")
    let resumed = resume()
    #expect(resumed.status == 0, "\(resumed.errorText)")
    #expect(resumed.outputText == expected)
    #expect(count("\"event\":\"submitted\"") == 1, "\(journal)")
    #expect(count("\"outcome\":\"completed\"") == 6)
  }

  @Test func aRetryWithAnotherCommandTakesNothingFromTasksOfTheFirst() {
    let running = start(arguments([], ["sh", "-c", "sleep 1000; cat"]))
    #expect(eventually { self.count("\"event\":\"started\"") == 6 })
    running.send(SIGKILL)
    running.wait(timeLimit: 10)
    let retried = start(["retry", job, "--", "sed", "s/x/y/"], input: "").wait(timeLimit: 100)
    #expect(retried.status == 0, "\(retried.errorText)")
    #expect(retried.outputText == expected)
    #expect(squeue("%i") == "")
    #expect(count("\"outcome\":\"completed\"") == 6)
  }

  /// The finishing job takes in what came, submits what failed once more with another finishing job behind it, and merges.
  @Test func aSubmittedJobFinishesByItself() {
    let flag = folder("failed")
    let script = "if [ $MILLRACE_CHUNK = 00002 ] && [ ! -e '\(flag)' ]; then >'\(flag)'; exit 7; fi; sed s/x/y/"
    let submitted = start(
      [
        "submit", "--backend", "slurm", "--job", job, "--chunk-records", "10", "-o", "out.csv", "--", "sh", "-c",
        script,
      ]
    ).wait()
    #expect(submitted.status == 0, "\(submitted.errorText)")
    #expect(submitted.outputText.split(separator: "\n").count == 1)
    let waited = start(["wait", job], input: "").wait()
    #expect(waited.status == 0, "\(waited.errorText)\n\(folder.text("job/slurm/finish.log") ?? "")\n\(journal)")
    #expect(folder.text("out.csv") == expected)
    #expect(count("\"outcome\":\"exited\",\"status\":7") == 1)
    // An array and a finishing job, then one more of both.
    #expect(count("\"event\":\"submitted\"") == 4, "\(journal)")
  }

  @Test func aSubmittedJobThatFailsSaysSo() {
    let submitted = start(
      [
        "submit", "--backend", "slurm", "--job", job, "--chunk-records", "10", "--retries", "0", "-o", "out.csv", "--",
        "false",
      ]
    ).wait()
    #expect(submitted.status == 0, "\(submitted.errorText)")
    let waited = start(["wait", job], input: "").wait()
    #expect(waited.status == 1, "\(waited.errorText)\n\(journal)")
    #expect(folder.text("out.csv") == nil)
  }

  // MARK: Nodes and the controller

  @Test func aNodeThatIsDrainedInTheMiddleFinishesWhatItHas() {
    let running = start(arguments([], waiting(for: "go")))
    #expect(eventually { self.count("\"event\":\"started\"") == 6 })
    let node = squeue("%N").split(separator: "\n").first.map(String.init) ?? ""
    defer { Self.cluster.ask("scontrol", "update", "nodename=\(node)", "state=resume") }
    Self.cluster.ask("scontrol", "update", "nodename=\(node)", "state=drain", "reason=test")
    folder.write("go", "")
    let outcome = running.wait()
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(outcome.outputText == expected)
    #expect(count("\"event\":\"submitted\"") == 1)
  }

  @Test func tasksOfANodeThatFailsRunElsewhere() {
    let running = start(arguments(["--retries", "0"], waiting(for: "go")))
    #expect(eventually { self.count("\"event\":\"started\"") == 6 })
    let nodes = squeue("%N").split(separator: "\n").map(String.init)
    let node = nodes.first ?? ""
    let there = nodes.count { $0 == node }
    defer { Self.cluster.ask("scontrol", "update", "nodename=\(node)", "state=resume") }
    Self.cluster.ask("scontrol", "update", "nodename=\(node)", "state=down", "reason=test")
    #expect(eventually { self.count("\"outcome\":\"lost\"") == there }, "\(journal)")
    folder.write("go", "")
    let outcome = running.wait()
    #expect(outcome.status == 0, "\(outcome.errorText)\n\(journal)")
    #expect(outcome.outputText == expected)
    #expect(count("Slurm says NODE_FAIL on \(node)") == there, "\(journal)")
  }

  @Test func aControllerThatForgetsLosesNothing() {
    let cluster = SlurmCluster(nodes: 1)
    let running = start(arguments([], waiting(for: "go")), cluster: cluster)
    #expect(eventually { self.count("\"event\":\"started\"") >= 1 })
    // What it was told in the last seconds is not in its files.
    cluster.killController()
    cluster.startController()
    folder.write("go", "")
    let outcome = running.wait()
    #expect(outcome.status == 0, "\(outcome.errorText)\n\(journal)\n\(cluster.log)")
    #expect(outcome.outputText == expected)
    #expect(count("\"outcome\":\"completed\"") == 6)
  }

  /// The only test that waits for a real time limit: Slurm rounds up to a minute, and looks every 30 seconds.
  @Test func aTaskThatTakesTooLongGetsMoreTime() {
    let flag = folder("slept")
    let script = "if [ $MILLRACE_CHUNK = 00004 ] && [ ! -e '\(flag)' ]; then >'\(flag)'; sleep 1000; fi; sed s/x/y/"
    let outcome = run(["--slurm-options=--time=1"], ["sh", "-c", script], limit: 150)
    #expect(outcome.status == 0, "\(outcome.errorText)\n\(journal)")
    #expect(outcome.outputText == expected)
    #expect(count("\"outcome\":\"timed_out\",\"seconds\":60.0") == 1, "\(journal)")
    #expect(count("\"slurm_state\":\"TIMEOUT\"") == 1)
  }
}
