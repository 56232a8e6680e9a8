import Glibc
import MillraceCore
import Support
import Testing

@testable import batch_run

@Suite struct ListTests {
  @Test func newestFirstWithStateAndProgress() throws {
    let desk = try JobDesk()
    try desk.job("20261121-120000-aaaa").run().cut(2).attempt("00000", from: 1, to: 2)
    try desk.job("20261121-120500-bbbb", created: JobMaker.began + 300) { $0.command = ["score", "a b\u{1B}[2J"] }
      .at(301, .state(.completed, reason: nil))
    let outcome = desk.run("list")
    #expect(outcome.status == 0)
    #expect(
      outcome.outputText == """
        JOB                   STATE          DONE  CREATED               WHERE   COMMAND
        20261121-120500-bbbb  Completed      -     2026-11-21T12:05:00Z  here    score 'a b\\u{1B}[2J'
        20261121-120000-aaaa  Running, gone  50 %  2026-11-21T12:00:00Z  node17  sort -u

        """)
    let lines = try desk.run("list", "--json").outputText.split(separator: "\n").map { try JSONValue.parse(String($0)) }
    #expect(lines.map { $0["id"]?.text } == ["20261121-120500-bbbb", "20261121-120000-aaaa"])
    #expect(lines.last?["owner_gone"] == .bool(true))
    #expect(lines.first?["command"]?.elements?.last == .string("a b\u{1B}[2J"))
  }

  @Test func noJobsAreAnEmptyList() throws {
    let desk = try JobDesk()
    let outcome = desk.run("list")
    #expect(outcome.status == 0)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errorText == "")
  }

  @Test func damagedFoldersAreToldAndPassedOver() throws {
    let desk = try JobDesk()
    try desk.job("20261121-120000-aaaa")
    try desk.job("20261121-120000-bbbb").appendToJournal("{}\n")
    try desk.job("20261121-120000-cccc").write("job.json", "{")
    try makePrivateFolder(desk.path("empty"))
    let outcome = desk.run("list")
    #expect(outcome.status == 0)
    #expect(outcome.outputText.contains("20261121-120000-aaaa"))
    let warnings = outcome.errorText.split(separator: "\n")
    #expect(warnings.count == 3)
    #expect(warnings.contains { $0.contains("bbbb/journal.ndjson:1: field \"time\": missing") })
    #expect(warnings.contains { $0.contains("cccc/job.json: not what batch-run writes") })
    #expect(warnings.contains { $0.contains("empty: there is no such job (the folder has no job.json)") })
  }

  @Test func olderOnesAreLeftOutUnlessAllAreAskedFor() throws {
    let desk = try JobDesk()
    for index in 0..<23 {
      try desk.job("20261121-120000-\(padded(index, 4))", created: JobMaker.began + Double(index))
    }
    let outcome = desk.run("list")
    #expect(outcome.outputText.split(separator: "\n").count == 21)
    #expect(outcome.errorText == "batch-run: note: 3 older jobs: --all lists them\n")
    #expect(desk.run("list", "--all").outputText.split(separator: "\n").count == 24)
  }
}

@Suite struct LogsTests {
  private let id = "20261121-120000-k7q2"

  @Test func eventsAreLines() throws {
    let desk = try JobDesk()
    let job = try desk.job().run().cut(1)
    try job.attempt("00000", 1, .exited(3), from: 2, to: 2.5, words: "no column \u{1B}[2J")
    try job.at(3, .synced, .delivered(chunks: 1, bytes: 900), .state(.completed, reason: nil))
    let outcome = desk.run("logs", id)
    #expect(outcome.status == 0)
    #expect(
      outcome.outputText == """
        2026-11-21T12:00:01.000Z process 4711 on node17 works on the job
        2026-11-21T12:00:01.000Z the job is Running
        2026-11-21T12:00:01.000Z 2 workers: as asked for
        2026-11-21T12:00:01.000Z chunk 00000 was cut: 100 records, 1.0 kB
        2026-11-21T12:00:01.000Z the input has ended: 100 records, 1.0 kB
        2026-11-21T12:00:02.000Z chunk 00000 attempt 1 began on node17, worker 1
        2026-11-21T12:00:02.500Z chunk 00000 attempt 1 ended with status 3 after 0.5 s on node17, worker 1, \
        1.0 MB of memory: \
        no column \\u{1B}[2J
        2026-11-21T12:00:03.000Z the results of 1 chunk were written: 900 B
        2026-11-21T12:00:03.000Z the job is Completed

        """)
  }

  @Test func memoryThatNobodySawIsNotTold() throws {
    let desk = try JobDesk()
    try desk.job().run().cut(1).attempt("00000", from: 2, to: 2.5, memory: 0)
    #expect(desk.run("logs", id).outputText.hasSuffix("completed after 0.5 s on node17, worker 1\n"))
    #expect(!desk.run("status", id).outputText.contains("memory"))
  }

  @Test func whatTheCommandSaid() throws {
    let desk = try JobDesk()
    let job = try desk.job().run().cut(2).attempt("00000", from: 1, to: 2)
    try job.write("stderr/00000", "--- attempt 1\nhé\u{1B}[31m\tx\r\nlast")
    #expect(desk.run("logs", "--chunk", "0", id).outputText == "--- attempt 1\nhé\\u{1B}[31m\\tx\\r\nlast\n")
    #expect(desk.run("logs", "--chunk", "00000", id).outputText.hasPrefix("--- attempt 1\n"))
    let none = desk.run("logs", "--chunk", "00007", id)
    #expect(none.status == 66)
    #expect(
      none.errorText == "batch-run: \(id): the job has no chunk 00007 (its chunks are 00000 to 00001)\n")
    let waiting = desk.run("logs", "--chunk", "00001", id)
    #expect(waiting.status == 66)
    #expect(waiting.errorText == "batch-run: \(id): no attempt at chunk 00001 has ended yet\n")
    let bad = desk.run("logs", "--chunk", "../x", id)
    #expect(bad.status == 64)
    #expect(bad.errorText.contains("expected a chunk such as 00042, or a half of one, 00042.1"))
    #expect(desk.run("logs", "--chunk", "1", "--failed", id).status == 64)
  }

  @Test func whatFailedSaid() throws {
    let desk = try JobDesk()
    let job = try desk.job().run().cut(3)
    for index in [0, 2] {
      try job.attempt("0000\(index)", 1, .exited(2), from: 1, to: 2, words: "bad \(index)")
      try job.at(2, .failed(ChunkIdentifier(index), reason: "ended with status 2"))
    }
    try job.write("stderr/00000", "bad 0\n")
    // Of the second the quarantine alone has the words.
    try makePrivateFolder(job.folder.failedPath(ChunkIdentifier(2)))
    try job.write("failed/00002/stderr", "bad 2")
    #expect(
      desk.run("logs", "--failed", id).outputText == """
        ==> 00000 after 1 attempt: ended with status 2: bad 0 <==
        bad 0

        ==> 00002 after 1 attempt: ended with status 2: bad 2 <==
        bad 2

        """)
    let fine = try desk.job("20261121-120000-aaaa").run()
    #expect(desk.run("logs", "--failed", fine.folder.path).output.isEmpty)
  }

  @Test func longLinesAndSplitCharactersComeThrough() throws {
    let desk = try JobDesk()
    let job = try desk.job()
    // Characters of three bytes, so that blocks end within some.
    let line = String(repeating: "€", count: 200_000)
    try job.write("stderr/00000", line + "\nend\n")
    #expect(desk.run("logs", "--chunk", "0", id).outputText == line + "\nend\n")
    try job.folder.writePrivately(
      {
        let bytes = ByteBuffer(capacity: 1 << 17); bytes.append([UInt8](repeating: 0xFF, count: 100_000)); return bytes
      }(),
      to: "\(job.folder.path)/stderr/00000")
    let outcome = desk.run("logs", "--chunk", "0", id)
    #expect(outcome.outputText.unicodeScalars.count { $0 == "\u{FFFD}" } == 100_000)
  }
}

@Suite struct PurgeTests {
  private func ended(_ desk: JobDesk, _ id: String, after seconds: Double = 10) throws -> JobMaker {
    try desk.job(id).run().at(seconds, .state(.completed, reason: nil))
  }

  @Test func namedJobsGo() throws {
    let desk = try JobDesk()
    let job = try ended(desk, "20261121-120000-aaaa")
    let other = try ended(desk, "20261121-120000-bbbb")
    let dry = desk.run("purge", "--dry-run", "20261121-120000-aaaa")
    #expect(dry.status == 0)
    #expect(dry.outputText.hasPrefix("20261121-120000-aaaa  Completed  "))
    #expect(dry.errorText.hasPrefix("batch-run: note: would remove 1 job, "))
    #expect(isFolder(job.folder.path))
    let outcome = desk.run("purge", "20261121-120000-aaaa")
    #expect(outcome.status == 0)
    #expect(outcome.errorText.hasPrefix("batch-run: note: removed 1 job, "))
    #expect(desk.state.names(in: "jobs") == ["20261121-120000-bbbb"])
    #expect(isFolder(other.folder.path))
  }

  @Test func oldOnesGoAndOthersStay() throws {
    let desk = try JobDesk()
    let now = JobMaker.began + 100_000
    _ = try ended(desk, "20261121-120000-aaaa")
    _ = try ended(desk, "20261121-120000-bbbb", after: 99_000)
    try desk.job("20261121-120000-cccc").run()
    try desk.job("20261121-120000-dddd").write("job.json", "{")
    let remains = "\(desk.home.path)/.20261121-120000-eeee.purged"
    try makePrivateFolder(remains)
    let purge = JobPurge(
      home: desk.home, environment: desk.environment, olderThan: 86_400, clock: Clock { now })
    let outcome = try purge.remove([]) { (_) throws(Failure) in }
    #expect(outcome.removed == 1)
    #expect(outcome.failures.isEmpty)
    #expect(
      desk.state.names(in: "jobs") == ["20261121-120000-bbbb", "20261121-120000-cccc", "20261121-120000-dddd"])
  }

  @Test func unfinishedJobsStayUnlessForced() throws {
    let desk = try JobDesk()
    let job = try desk.job("20261121-120000-aaaa").run()
    let refused = desk.run("purge", "20261121-120000-aaaa")
    #expect(refused.status == 1)
    #expect(
      refused.errorText == """
        batch-run: 20261121-120000-aaaa: the job is Running, not ended (batch-run resume goes on with it, --force removes \
        it all the same)
        batch-run: note: removed 0 jobs, 0 B

        """)
    #expect(isFolder(job.folder.path))
    #expect(desk.run("purge", "--force", "20261121-120000-aaaa").status == 0)
    #expect(!isFolder(job.folder.path))
  }

  @Test func aJobThatIsWorkedOnStays() throws {
    let desk = try JobDesk()
    let job = try desk.job("20261121-120000-aaaa").run()
    let lock = try job.folder.own()
    let outcome = desk.run("purge", "--force", "20261121-120000-aaaa")
    _ = lock
    #expect(outcome.status == 1)
    #expect(
      outcome.errorText.hasPrefix(
        "batch-run: 20261121-120000-aaaa: the job is being worked on by process \(getpid()) on \(hostName()) (batch-run cancel ends it)\n"
      ))
    #expect(isFolder(job.folder.path))
  }

  @Test func whatIsNoJobStays() throws {
    let desk = try JobDesk()
    let elsewhere = TemporaryFolder()
    elsewhere.write("job.json", #"{"name":"another program's"}"#)
    elsewhere.write("thesis.tex", "x")
    let outcome = desk.run("purge", "--force", elsewhere.path)
    #expect(outcome.status == 78)
    #expect(outcome.errorText.contains("the job cannot be read: "))
    #expect(outcome.errorText.contains("(remove the folder by hand)"))
    #expect(elsewhere.names == ["job.json", "thesis.tex"])
    #expect(desk.run("purge", desk.state.path).status == 66)
    // A damaged one in the usual place goes when that is asked for.
    let damaged = try desk.job("20261121-120000-aaaa")
    try damaged.write("job.json", "{")
    #expect(desk.run("purge", "20261121-120000-aaaa").status == 78)
    #expect(isFolder(damaged.folder.path))
    #expect(desk.run("purge", "--force", "20261121-120000-aaaa").status == 0)
    #expect(!isFolder(damaged.folder.path))
  }

  @Test func linksAreNotFollowed() throws {
    let desk = try JobDesk()
    let job = try ended(desk, "20261121-120000-aaaa")
    let elsewhere = TemporaryFolder()
    elsewhere.write("precious", "x")
    #expect(unsafe symlink(elsewhere.path, "\(job.folder.path)/results/link") == 0)
    #expect(unsafe symlink(elsewhere("precious"), "\(job.folder.path)/header") == 0)
    #expect(desk.run("purge", "20261121-120000-aaaa").status == 0)
    #expect(!isFolder(job.folder.path))
    #expect(elsewhere.names == ["precious"])
  }

  @Test func badArguments() throws {
    let desk = try JobDesk()
    let nothing = desk.run("purge")
    #expect(nothing.status == 64)
    #expect(nothing.errorText.contains("name the jobs to remove, or say --older-than with a time such as 30d"))
    #expect(desk.run("purge", "--older-than", "forever").status == 64)
    #expect(desk.run("purge", "--older-than", "1d", "--force").errorText.contains("--force is for jobs that are named"))
    let missing = desk.run("purge", "no-such")
    #expect(missing.status == 66)
    #expect(missing.errorText.hasPrefix("batch-run: no-such: there is no such job (batch-run list shows the jobs)\n"))
  }
}
