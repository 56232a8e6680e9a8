import MillraceCore
import Testing

@testable import batch_run

/// What squeue, scontrol and sacct print, as versions 22.05 and 23.11 do.
@Suite struct SlurmReportTests {
  private func queue(_ text: String, mark: String = "millrace-x.1") throws -> [SlurmJob] {
    let bytes = ByteBuffer(capacity: text.utf8.count)
    bytes.append(text)
    return try unsafe SlurmQueueReport.jobs(in: bytes.bytes) { name, comment in name == mark || comment == mark }
  }

  @Test func aTaskAsVersion22TellsIt() throws {
    let job = try queue(
      """
      {"meta": {}, "errors": [], "jobs": [
       {"job_id": 6, "array_job_id": 3, "array_task_id": 1, "array_task_string": "", "job_state": "FAILED",
        "state_reason": "NonZeroExitCode", "exit_code": 256, "comment": "rewritten by the site", "name": "millrace-x.1",
        "nodes": "n1", "batch_host": "n1", "start_time": 1795285748, "end_time": 1795285751, "time_limit": 10,
        "memory_per_node": null, "memory_per_cpu": 100, "tres_alloc_str": "cpu=1,mem=100M,node=1,billing=1"},
       {"job_id": 9, "array_job_id": 0, "name": "another", "comment": "", "job_state": "RUNNING"}]}
      """
    ).first
    #expect(job?.label == "3_1")
    #expect(job?.state == .failed)
    #expect(job?.exit == SlurmExit(status: 1, signal: 0))
    #expect(job?.timeLimit == 600)
    #expect(job?.memoryPerNode == nil)
    #expect(job?.memoryPerCore == 100)
    #expect(job?.elapsed == 3)
    #expect(job?.outcomeWithoutReceipt == .exited(1))
    #expect(job?.node == "n1")
  }

  @Test func aTaskAsVersion23TellsIt() throws {
    let text = """
      {"jobs": [{"job_id": 6, "array_job_id": {"set": true, "infinite": false, "number": 3},
        "array_task_id": {"set": true, "infinite": false, "number": 0}, "array_task_string": "",
        "job_state": ["COMPLETED", "COMPLETING"], "comment": {"administrator": "", "job": "millrace-x.1", "system": ""},
        "name": "renamed", "nodes": "n1",
        "exit_code": {"status": ["SIGNALED"], "return_code": {"set": false, "infinite": false, "number": 0},
          "signal": {"id": {"set": true, "infinite": false, "number": 125}, "name": ""}},
        "time_limit": {"set": true, "infinite": true, "number": 0},
        "memory_per_node": {"set": true, "infinite": false, "number": 50},
        "memory_per_cpu": {"set": false, "infinite": false, "number": 0}}]}
      """
    let jobs = try queue(text)
    #expect(jobs.map(\.label) == ["3_0"])
    #expect(jobs[0].state == .completed)
    #expect(jobs[0].exit == SlurmExit(status: 0, signal: 125))
    #expect(jobs[0].timeLimit == nil)
    #expect(jobs[0].memoryPerNode == 50)
    #expect(jobs[0].outcomeWithoutReceipt == .outOfMemory("Slurm says so (0:125)"))
  }

  @Test func tasksThatWaitTogether() throws {
    let job = try queue(
      """
      {"jobs": [{"job_id": 4, "array_job_id": 4, "array_task_id": null, "array_task_string": "2-9:2,20%2",
        "job_state": "PENDING", "name": "millrace-x.1"}]}
      """
    ).first
    #expect(job?.label == "4")
    #expect(job?.task == nil)
    #expect((0...21).filter { job?.waiting?.contains($0) == true } == [2, 4, 6, 8, 20])
  }

  @Test(arguments: ["", "{}", "[]", "{\"jobs\": 3}", "{\"jobs\": [", "slurm_load_jobs error: Socket timed out"])
  func whatIsNoReport(_ text: String) {
    #expect(throws: Failure.self) { try queue(text) }
  }

  @Test func entriesThatMakeNoSense() throws {
    let jobs = try queue(
      """
      {"jobs": [null, 3, {"name": "millrace-x.1"}, {"name": "millrace-x.1", "job_id": -4},
        {"name": "millrace-x.1", "job_id": 1e9}, {"name": ["millrace-x.1"], "job_id": 5},
        {"name": "millrace-x.1", "job_id": 7, "job_state": 12, "exit_code": -1, "array_job_id": 99999999999999999999,
         "time_limit": 9223372036854775807, "start_time": 5, "end_time": -9223372036854775808,
         "array_task_string": "9-1", "comment": {"job": 3}}]}
      """)
    #expect(jobs.map(\.identifier) == [7])
    #expect(jobs[0].state == .unknown(""))
    #expect(jobs[0].outcomeWithoutReceipt == nil)
    #expect(jobs[0].timeLimit == nil)
  }

  @Test func whatScontrolShows() {
    let jobs = SlurmJobLines.jobs(
      in: """
        JobId=4 ArrayJobId=3 ArrayTaskId=2 ArrayTaskThrottle=2 JobName=millrace-x.1 UserId=root(0) JobState=NODE_FAIL \
        Reason=NodeDown Dependency=(null) ExitCode=0:0 RunTime=00:01:30 TimeLimit=1-02:00:00 NodeList=(null) \
        BatchHost=n7 TRES=cpu=1,mem=50M,node=1 MinMemoryNode=1.50G Comment=a JobState=COMPLETED b
        JobId=3 ArrayJobId=3 ArrayTaskId=5-8%2 JobName=millrace-x.1 JobState=PENDING TimeLimit=UNLIMITED MinMemoryCPU=100M
        slurm_load_jobs error: Invalid job id specified
        JobId=abc JobName=x

        """)
    #expect(jobs.map(\.label) == ["3_2", "3"])
    #expect(jobs[0].state == .nodeFail)
    #expect(jobs[0].node == "n7")
    #expect(jobs[0].elapsed == 90)
    #expect(jobs[0].timeLimit == 93_600)
    #expect(jobs[0].memoryPerNode == 1536)
    #expect(jobs[0].outcomeWithoutReceipt == .lost("Slurm says NODE_FAIL on n7"))
    #expect(jobs[1].waiting?.contains(6) == true)
    #expect(jobs[1].timeLimit == nil)
    #expect(jobs[1].memoryPerCore == 100)
  }

  @Test func whatAccountingKnows() {
    let jobs = SlurmAccountingLines.jobs(
      in: """
        3_1|millrace-x.1|OUT_OF_MEMORY|0:125|12||n1|cpu=1,mem=50M
        3_1.batch|batch|OUT_OF_MEMORY|0:125|12|51200K|n1|cpu=1,mem=50M
        3_1.extern|extern|COMPLETED|0:0|12|1K|n1|cpu=1
        3_2|millrace-x.1|CANCELLED by 1000|0:15|3||n1|cpu=1
        3_[4-7%2]|millrace-x.1|PENDING|0:0|0||None assigned|
        8|a|name|with|bars|and|more|than|eight
        x|y|FAILED|1:0|3|||
        9|short

        """)
    #expect(jobs.map(\.label) == ["3_1", "3_2", "3"])
    #expect(jobs[0].peakMemory == 51_200 * 1024)
    #expect(jobs[0].elapsed == 12)
    #expect(jobs[1].state == .cancelled)
    #expect(jobs[1].outcomeWithoutReceipt == .cancelled)
    #expect(jobs[2].waiting?.contains(7) == true)
  }

  @Test func statesAndOutcomes() {
    func outcome(_ word: String, _ exit: String, reason: String = "") -> AttemptOutcome? {
      var job = SlurmJob(identifier: 5, name: "", comment: "", state: SlurmState(word))
      job.exit = SlurmExit(exit)
      job.reason = reason
      job.timeLimit = 60
      return job.outcomeWithoutReceipt
    }
    #expect(outcome("FAILED", "7:0") == .exited(7))
    #expect(outcome("FAILED", "0:9") == .signalled(9))
    #expect(outcome("FAILED", "0:9", reason: "JobLaunchFailure") == .lost("Slurm says JobLaunchFailure"))
    #expect(outcome("COMPLETED", "0:0") == .lost("the task 5 ended without a receipt"))
    #expect(outcome("COMPLETED", "0:125") == .outOfMemory("Slurm says so (0:125)"))
    #expect(outcome("OUT_OF_ME+", "0:125") == .outOfMemory("Slurm says so (0:125)"))
    #expect(outcome("OUT_OF_MEMORY", "0:0") == .outOfMemory("Slurm says OUT_OF_MEMORY"))
    #expect(outcome("TIMEOUT", "0:15") == .timedOut(60))
    #expect(outcome("DEADLINE", "0:0") == .timedOut(60))
    #expect(outcome("PREEMPTED", "0:0") == .lost("Slurm says PREEMPTED"))
    #expect(outcome("BOOT_FAIL", "0:0") == .lost("Slurm says BOOT_FAIL"))
    #expect(outcome("CANCELLED by 0", "0:15") == .cancelled)
    for word in ["PENDING", "RUNNING", "COMPLETING", "REQUEUED", "SUSPENDED", "NEVER_HEARD_OF", ""] {
      #expect(outcome(word, "0:0") == nil)
    }
    #expect(SlurmState(words: ["COMPLETING", "FAILED"]) == .running)
    #expect(SlurmState(words: ["POWER_UP_NODE", "RUNNING"]) == .running)
    #expect(SlurmState(words: []) == .unknown(""))
  }

  @Test func exits() {
    #expect(SlurmExit(waitStatus: 253) == SlurmExit(status: 0, signal: 125))
    #expect(SlurmExit(waitStatus: 9) == SlurmExit(status: 0, signal: 9))
    for text in ["", ":", "1", "1:2:3", "-1:0", "a:b"] { #expect(SlurmExit(text) == nil) }
  }

  @Test func setsOfTasks() throws {
    #expect(try #require(SlurmTaskSet("0-2,7,9-...")).contains(12345))
    #expect(try !#require(SlurmTaskSet("0-2,7")).contains(3))
    #expect(try #require(SlurmTaskSet("9223372036854775806-9223372036854775807")).contains(.max))
    for text in ["", ",", "a", "3-", "-3", "5-4", "1-2-3", "1:0", "1:2:3", "99999999999999999999", "%2"] {
      #expect(SlurmTaskSet(text) == nil, "\(text)")
    }
  }

  @Test func amounts() {
    #expect(SlurmAmounts.mebibytes("100") == 100)
    #expect(SlurmAmounts.mebibytes("4G") == 4096)
    #expect(SlurmAmounts.mebibytes("1500k") == 2)
    #expect(SlurmAmounts.mebibytes("0") == nil)
    #expect(SlurmAmounts.bytes("1.50G") == 3 << 29)
    for text in ["", "G", "4X", "-1", ".5", "1e9", "99999999999999999999P", "4GG"] {
      #expect(SlurmAmounts.bytes(text) == nil, "\(text)")
    }
    #expect(SlurmAmounts.seconds("90") == 5400)
    #expect(SlurmAmounts.seconds("1:30") == 90)
    #expect(SlurmAmounts.seconds("02:00:00") == 7200)
    #expect(SlurmAmounts.seconds("1-12") == 129_600)
    #expect(SlurmAmounts.seconds("1-0:1") == 86_460)
    #expect(SlurmAmounts.seconds("1-01:01:01") == 90_061)
    for text in ["", "0", "UNLIMITED", "-5", "1-2-3", "1:2:3:4", "1::2", "a", "9999999999", "Partition_Limit"] {
      #expect(SlurmAmounts.seconds(text) == nil, "\(text)")
    }
    #expect(SlurmAmounts.minutes(ofSeconds: 0) == 1)
    #expect(SlurmAmounts.minutes(ofSeconds: 61) == 2)
  }
}
