import Glibc
import MillraceCore
import Support
import Testing

@testable import batch_run

@Suite struct SlurmManifestTests {
  private let folder = TemporaryFolder()

  private func attempt(_ index: Int, _ attempt: Int = 1) -> ChunkTry {
    ChunkTry(
      cut: CutChunk(
        identifier: ChunkIdentifier(index), firstRecord: index * 10, records: 10, bytes: 200, inputEnd: index * 200),
      attempt: attempt)
  }

  private func manifest(_ tasks: [[ChunkTry]]) -> SlurmManifest {
    SlurmManifest(
      command: ["sed", "s/a/b/;\n", "é"],
      table: JobTable(format: .csv, delimiter: UInt8(ascii: ";"), hasHeader: true, headerBytes: 4),
      chunkTimeout: 90.5, memory: 1 << 30, isDurable: true, tasks: tasks)
  }

  private func write(_ text: String) -> String { folder.write("00001.tasks", text) }

  private func message(_ path: String, task: Int? = nil) -> String {
    do throws(Failure) {
      _ = try SlurmManifest(path, task: task)
      return ""
    } catch {
      return error.status == .badConfiguration
        ? error.description.replacing(folder.path + "/", with: "") : "\(error)"
    }
  }

  @Test func whatIsWrittenIsRead() throws {
    let written = manifest([[attempt(0), attempt(1, 3)], [attempt(2)]])
    let text = written.text
    let path = folder.write("00001.tasks", unsafe Array(text.bytes))
    #expect(try SlurmManifest(path) == written)
    #expect(try SlurmManifest(path, task: 1).tasks == [[attempt(2)]])
    #expect(message(path, task: 2) == "00001.tasks: the manifest has no task 2")
    #expect(message(path, task: -1) == "00001.tasks: the manifest has no task -1")
  }

  @Test func whatIsNoManifest() {
    let text = manifest([[attempt(0)]]).text
    let written = unsafe String(decoding: text.bytes, as: UTF8.self)
    let lines = written.split(separator: "\n").map(String.init)
    #expect(message(write("")) == "00001.tasks: not what batch-run writes: no manifest of tasks")
    #expect(
      message(write(String(written.dropLast()))) == "00001.tasks: not what batch-run writes: no manifest of tasks")
    #expect(message(write("[]\n")) == "00001.tasks:1: not what batch-run writes: an object was expected")
    #expect(message(write("{\"version\":2}\n")).hasPrefix("00001.tasks:1: field \"version\": missing, or not"))
    #expect(
      message(write(lines[0] + "\nrm -rf\n"))
        == "00001.tasks:2: not what batch-run writes: a list of chunks was expected")
    #expect(
      message(write(lines[0] + "\n" + lines[1].replacing("\"attempt\":1", with: "\"attempt\":0") + "\n"))
        .hasPrefix("00001.tasks:2: field \"attempt\": missing, or not"))
  }

  @Test func arrays() {
    let tries = (0..<10).map { (attempt($0), SlurmDemand(outOfMemory: $0 == 4 ? 1 : 0)) }
    let arrays = SlurmArray.plan(tries, chunksPerTask: 2, mostTasks: 3)
    #expect(arrays.map { $0.tasks.map(\.count) } == [[2, 2, 2], [2, 1], [1]])
    #expect(arrays.map(\.demand.outOfMemory) == [0, 0, 1])
    #expect(arrays[0].range(throttle: nil) == "0-2")
    #expect(arrays[2].range(throttle: 8) == "0-0%8")
    #expect(SlurmArray.plan([], chunksPerTask: 1, mostTasks: 1) == [])
  }

  @Test func attemptsAreClaimedOnceAndLeaveOneReceipt() throws {
    let path = folder("job")
    for name in ["job", "job/receipts", "job/results"] { _ = unsafe mkdir(folder(name), 0o700) }
    let specification = """
      {"version":1,"id":"x","created":"2026-11-21T09:05:15.042Z","command":["cat"],"directory":"/","input":{"name":"-",\
      "path":null,"version":null,"format":null,"delimiter":null,"no_header":false,"max_record_bytes":1000},\
      "chunk":{"records":1},"result":"auto","accepted_statuses":[0],"same_rows":false,"output":null,\
      "settings":\(JobSettings().json.json)}

      """
    folder.write("job/job.json", specification)
    let slurm = SlurmFolder(job: try JobFolder(finding: path, environment: [:]))
    let first = attempt(7, 2)
    #expect(try slurm.claim(first, owner: "4711_3 on n1"))
    #expect(try !slurm.claim(first, owner: "4711_3 on n2"))
    #expect(slurm.claimant(of: first) == "4711_3 on n1")
    #expect(try slurm.attempts() == (["00007-2"], []))
    let end = AttemptEnd(
      chunk: ChunkIdentifier(7), attempt: 2, outcome: .exited(3), start: Timestamp(seconds: 1),
      end: Timestamp(seconds: 2), host: "n1", worker: 3, processorSeconds: 0.5, peakMemory: 7)
    try slurm.leave(end, of: first)
    #expect(try slurm.attempts() == (["00007-2"], ["00007-2"]))
    #expect(try slurm.receipt(of: first) == end)
    folder.write("job/receipts/00007-3.json", folder.read("job/receipts/00007-2.json") ?? [])
    #expect {
      try slurm.receipt(of: attempt(7, 3))
    } throws: { error in
      (error as? Failure)?.message == "the receipt is of another attempt"
    }
    #expect(slurm.claimant(of: attempt(8)) == nil)
    #expect(slurm.arrays() == [])
    try slurm.make()
    try slurm.keep(slurmJob: 4711, of: 12)
    #expect(slurm.slurmJob(of: 12) == 4711)
    #expect(slurm.slurmJob(of: 13) == nil)
    folder.write("job/slurm/00012.tasks", "")
    #expect(slurm.arrays() == [12])
  }
}

@Suite struct SlurmTasksTests {
  private let marks = "millrace-x."

  private func entry(_ array: Int, _ task: Int, _ state: String, id: Int = 9) -> String {
    """
    {"job_id": \(id), "array_job_id": \(100 + array), "array_task_id": \(task), "job_state": "\(state)",
     "name": "\(marks)\(array)", "comment": ""}
    """
  }

  private func tasks(
    _ slurm: ScriptedSlurm, _ places: [SlurmTasks.Place], known: [Int: Int] = [:]
  ) throws -> (SlurmTasks, Bool) {
    var hasAccounting = true
    let tasks = try slurm.commands.tasks(Set(places), marks: marks, known: known, hasAccounting: &hasAccounting)
    return (tasks, hasAccounting)
  }

  @Test func theQueueIsAskedFirstAndAlone() throws {
    let report = "{\"jobs\": [\(entry(1, 0, "RUNNING")), \(entry(2, 0, "FAILED"))]}"
    let slurm = ScriptedSlurm(["squeue": [.init(output: report)]])
    let (tasks, _) = try tasks(slurm, [.init(array: 1, task: 0), .init(array: 2, task: 0)])
    #expect(tasks.job(at: .init(array: 1, task: 0))?.state == .running)
    #expect(tasks.job(at: .init(array: 2, task: 0))?.state == .failed)
    #expect(tasks.numbers == [1: 101, 2: 102])
    #expect(slurm.asked.count == 1)
  }

  @Test func whatTheQueueForgotIsKnownToAccountingOrTheController() throws {
    let slurm = ScriptedSlurm([
      "squeue": [.init(output: "{\"jobs\": []}")],
      "sacct": [.init(output: "101_0|millrace-x.1|TIMEOUT|0:15|70||n1|\n101_1|another|FAILED|1:0|70||n1|\n")],
      "scontrol": [
        .init(output: "JobId=8 ArrayJobId=101 ArrayTaskId=1 JobName=millrace-x.1 JobState=NODE_FAIL ExitCode=0:0\n")
      ],
    ])
    let places = (0...2).map { SlurmTasks.Place(array: 1, task: $0) }
    let (tasks, hasAccounting) = try tasks(slurm, places, known: [1: 101])
    #expect(tasks.job(at: places[0])?.state == .timeout)
    #expect(tasks.job(at: places[1])?.state == .nodeFail)
    #expect(tasks.job(at: places[2]) == nil)
    #expect(hasAccounting)
    #expect(slurm.asked.map(\.[0]) == ["squeue", "sacct", "scontrol"])
  }

  @Test func withoutAccountingNobodyAsksAgain() throws {
    let slurm = ScriptedSlurm([
      "squeue": [.init(error: "squeue: unrecognized option '--json'", status: 1)],
      "sacct": [.init(error: "Slurm accounting storage is disabled", status: 1)],
      "scontrol": [.init(error: "slurm_load_jobs error: Invalid job id specified", status: 1)],
    ])
    let (tasks, hasAccounting) = try tasks(slurm, [.init(array: 1, task: 0)], known: [1: 101])
    #expect(tasks.job(at: .init(array: 1, task: 0)) == nil)
    #expect(!hasAccounting)
    #expect(slurm.asked.last == ["scontrol", "--oneliner", "show", "job", "101"])
  }

  @Test func anEntryThatMayStillDoSomethingCountsBeforeOneThatHasEnded() throws {
    for order in [["FAILED", "RUNNING"], ["RUNNING", "FAILED"]] {
      let entries = order.enumerated().map { entry(1, 0, $1, id: $0 + 1) }.joined(separator: ",")
      let (tasks, _) = try tasks(
        ScriptedSlurm(["squeue": [.init(output: "{\"jobs\": [\(entries)]}")]]), [.init(array: 1, task: 0)])
      #expect(tasks.job(at: .init(array: 1, task: 0))?.state == .running)
    }
    let entries = [entry(1, 0, "FAILED", id: 1), entry(1, 0, "TIMEOUT", id: 2)].joined(separator: ",")
    let (tasks, _) = try tasks(
      ScriptedSlurm(["squeue": [.init(output: "{\"jobs\": [\(entries)]}")]]), [.init(array: 1, task: 0)])
    #expect(tasks.job(at: .init(array: 1, task: 0))?.state == .timeout)
  }

  @Test func tasksThatWaitTogether() throws {
    let report = """
      {"jobs": [{"job_id": 101, "array_job_id": 101, "array_task_id": null, "array_task_string": "1-2",
       "job_state": "PENDING", "name": "millrace-x.1"}, \(entry(1, 0, "RUNNING"))]}
      """
    let (tasks, _) = try tasks(
      ScriptedSlurm(["squeue": [.init(output: report)]]), [.init(array: 1, task: 0), .init(array: 1, task: 2)])
    #expect(tasks.job(at: .init(array: 1, task: 2))?.state == .pending)
    #expect(tasks.job(at: .init(array: 1, task: 3)) == nil)
  }
}
