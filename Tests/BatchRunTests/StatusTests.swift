import Glibc
import MillraceCore
import Support
import Testing

@testable import batch_run

@Suite struct StatusTests {
  /// What `status` prints of a job, looked at so many seconds after it was made.
  private func page(
    _ maker: JobMaker, after seconds: Double = 100, host: String = "node17", slurm: SlurmJobs = SlurmJobs(),
    desk: JobDesk
  ) throws -> String {
    let time = JobMaker.began + seconds
    var watch = try JobWatch(maker.folder, clock: Clock { time }, host: host, slurm: slurm)
    return StatusText(try watch.look(), name: desk.home.name(of: maker.folder)).page
  }

  private func live(_ seconds: Double, queue: LiveStatus.Queue? = nil) -> LiveStatus {
    LiveStatus(
      time: JobMaker.began + seconds, workers: 1, targetWorkers: 2, reason: "memory pressure 12 %", memory: 3_000_000,
      load: 2.44, bytesRead: 8000, totalBytes: 10_000, chunksDone: 2, chunksCut: 4, bytesDone: 2000, recordsDone: 200,
      rate: 500_000, remainingSeconds: 75, queue: queue)
  }

  @Test func aCompletedJob() throws {
    let desk = try JobDesk()
    let job = try desk.job().run().cut(2)
    try job.attempt("00000", from: 1, to: 3).attempt("00001", from: 1, to: 6, worker: 2)
      .at(11, .state(.completed, reason: nil))
    #expect(
      try page(job, desk: desk) == """
        job           20261121-120000-k7q2
        state         Completed at 2026-11-21T12:00:11.000Z, after 0:10
        command       sort -u
        folder        \(job.folder.path)
        progress      100 %, 2 of 2 chunks, 2.0 kB, 200 records, 200 B/s
        chunks        2 completed, 0 running, 0 waiting, 0 failed
        memory        1.0 MB at most in a chunk

        """)
  }

  @Test func aRunningJobTellsWhatItsOwnerSays() throws {
    let desk = try JobDesk()
    let job = try desk.job { $0.settings.memoryPerWorker = 2 << 30 }.run().cut(4, ends: false)
    try job.attempt("00000", from: 1, to: 3).attempt("00001", 1, .exited(2), from: 1, to: 2, worker: 2)
    try job.attempt("00001", 2, from: 3, to: 5).at(
      6, .started(StartedAttempt(chunk: ChunkIdentifier(2), attempt: 1, worker: 1, host: "node17")))
    job.folder.tell(live(30))
    let lock = try job.folder.own()
    let page = try page(job, after: 31, desk: desk)
    #expect(
      page.contains("state         Running since 2026-11-21T12:00:01.000Z, at work for 0:30\n"))
    #expect(page.contains("owner         process \(getpid()) on \(hostName())\n"))
    // 8 of 10 kB are cut, and half of the cut is done.
    #expect(page.contains("progress      40 %, 2 of 4+ chunks, 2.0 kB, 200 records, 500.0 kB/s, 1:15 left\n"))
    #expect(page.contains("chunks        2 completed, 1 running, 1 waiting, 0 failed; 1 retry\n"))
    #expect(page.contains("workers       1 of 2: memory pressure 12 %\n"))
    #expect(page.contains("memory        3.0 MB now, 1.0 MB at most in a chunk, limit 2G a worker; load 2.4\n"))
    _ = lock
  }

  @Test func aQueuedJobTellsItsPlace() throws {
    let desk = try JobDesk()
    let job = try desk.job().at(
      1, .owner(process: 1, host: "node17"), .state(.queued, reason: "2 cores are not free"))
    job.folder.tell(live(2, queue: .init(position: 3, estimatedWaitSeconds: 90)))
    let lock = try job.folder.own()
    let page = try page(job, desk: desk)
    #expect(page.contains("state         Queued since 2026-11-21T12:00:01.000Z: 2 cores are not free\n"))
    #expect(page.contains("queue         place 3, it starts in about 1:30\n"))
    _ = lock
  }

  @Test func aJobWhoseOwnerIsGone() throws {
    let desk = try JobDesk()
    let job = try desk.job().run().cut(2).attempt("00000", from: 1, to: 3)
    // What it said last counts no more.
    job.folder.tell(live(3))
    let page = try page(job, desk: desk)
    #expect(
      page.contains(
        """
        owner         its process is gone: batch-run resume 20261121-120000-k7q2 goes on (it was process 4711 on node17)

        """))
    #expect(!page.contains("left"))
    #expect(page.contains("state         Running since 2026-11-21T12:00:01.000Z, at work for 0:02\n"))
  }

  @Test func theTimeBetweenAStopAndAResumeDoesNotCount() throws {
    let desk = try JobDesk()
    let job = try desk.job().run().cut(1).at(11, .state(.cancelled, reason: nil))
    try job.at(1000, .owner(process: 5, host: "node17"), .state(.running, reason: nil))
    try job.at(1005, .state(.completed, reason: nil))
    #expect(try page(job, desk: desk).contains("Completed at 2026-11-21T12:16:45.000Z, after 0:15\n"))
  }

  @Test func theTimeBetweenAKillAndAResumeDoesNotCount() throws {
    let desk = try JobDesk()
    let job = try desk.job().run().cut(2).attempt("00000", from: 1, to: 11)
    try job.at(1000, .owner(process: 5, host: "node17"))
    try job.at(1001, .state(.running, reason: nil))
    try job.at(1006, .state(.completed, reason: nil))
    #expect(try page(job, desk: desk).contains("Completed at 2026-11-21T12:16:46.000Z, after 0:15\n"))
  }

  @Test func anOwnerElsewhereLivesAsLongAsItSpeaks() throws {
    let desk = try JobDesk()
    let job = try desk.job().run().cut(2)
    job.folder.tell(live(50))
    #expect(try page(job, after: 60, host: "login1", desk: desk).contains("owner         process 4711 on node17\n"))
    #expect(try page(job, after: 100, host: "login1", desk: desk).contains("its process is gone"))
    #expect(try page(job, after: 60, host: "node17", desk: desk).contains("its process is gone"))
  }

  @Test func failedAndSplitChunksAndTheRecovery() throws {
    let desk = try JobDesk()
    let job = try desk.job().run().cut(3)
    try job.attempt("00000", 1, .outOfMemory("killed at 2G"), from: 1, to: 2)
    try job.at(
      2,
      .split(
        ChunkIdentifier(0), JobMaker.cut(ChunkIdentifier("00000.0")!, records: 50, bytes: 500),
        JobMaker.cut(ChunkIdentifier("00000.1")!, first: 50, records: 50, bytes: 500)))
    try job.attempt("00000.0", from: 2, to: 3).attempt("00000.1", from: 3, to: 4)
    for (number, start) in [(1, 4.0), (2, 5.0)] {
      try job.attempt("00001", number, .exited(2), from: start, to: start + 1, words: "no column \u{1B}[31m\"x\"")
    }
    try job.at(6, .exhausted(ChunkIdentifier(1)), .recovery(.begun), .recovery(.failed))
    try job.at(7, .failed(ChunkIdentifier(1), reason: "ended with status 2"))
    try job.attempt("00002", from: 7, to: 8)
    try job.at(
      9, .alert(channel: "webhook", event: "failure", error: "status 500"),
      .state(.failed, reason: "1 chunk has failed"))
    let page = try page(job, desk: desk)
    #expect(page.contains("Failed at 2026-11-21T12:00:09.000Z, after 0:08: 1 chunk has failed\n"))
    #expect(page.contains("chunks        3 completed, 0 running, 0 waiting, 1 failed; 1 retry; 1 split\n"))
    #expect(
      page.contains("failed        00001 after 2 attempts: ended with status 2: no column \\u{1B}[31m\"x\"\n"))
    #expect(page.contains("note          the recovery attempt failed\n"))
    #expect(page.contains("note          an alert could not be sent by webhook: status 500\n"))
  }

  @Test func chunksThatMaySucceedYetAreTold() throws {
    let desk = try JobDesk()
    let job = try desk.job().run().cut(3).attempt("00000", 1, .exited(69), from: 1, to: 2, words: "no connection")
    try job.attempt("00001", 1, .exited(69), from: 1, to: 3, words: "no \u{1B}connection")
    try job.at(3, .started(StartedAttempt(chunk: ChunkIdentifier(0), attempt: 2, worker: 1, host: "node17")))
    let page = try page(job, desk: desk)
    #expect(
      page.contains(
        "failing       2 chunks so far; the last attempt, at chunk 00001: ended with status 69; "
          + "it said: no \\u{1B}connection\n"), "\(page)")
    // Nobody works on it any more.
    #expect(page.contains("chunks        0 completed, 1 cut off, 2 waiting, 0 failed\n"), "\(page)")
  }

  @Test func manyFailedChunksAreCutShort() throws {
    let desk = try JobDesk()
    let job = try desk.job().run().cut(30)
    for index in 0..<30 { try job.at(2, .failed(ChunkIdentifier(index), reason: "ended with status 2")) }
    let page = try page(job, desk: desk)
    #expect(page.contains("failed        00019 after 0 attempts: ended with status 2\n"))
    #expect(!page.contains("00020 after"))
    #expect(page.contains("failed        10 more: batch-run logs --failed 20261121-120000-k7q2\n"))
  }

  @Test func receiptsThatTheJournalDoesNotTellOfCount() throws {
    let desk = try JobDesk()
    let job = try desk.job { $0.settings.backend = .slurm }.run().cut(4)
    try job.at(2, .submitted(jobs: ["17"], chunks: 4)).attempt("00000", from: 2, to: 3)
    try job.receipt(JobMaker.end("00000", from: 2, to: 3))
    try job.receipt(JobMaker.end("00001", from: 2, to: 4))
    try job.receipt(JobMaker.end("00002", 1, .exited(2), from: 2, to: 4))
    try job.write("receipts/00003.json", "{")
    try job.write("receipts/notes.txt", "")
    let alive = SlurmJobs { (command) throws(Failure) in
      #expect(command.arguments == ["squeue", "--noheader", "--format=%T", "--jobs=17"])
      return ShortCommand.Outcome(status: .exited(0), output: Array("PENDING\n".utf8), error: "")
    }
    let page = try page(job, slurm: alive, desk: desk)
    #expect(page.contains("owner         Slurm, job 17\n"))
    #expect(page.contains("chunks        2 completed, 0 running, 2 waiting, 0 failed\n"))
    #expect(page.contains("note          1 receipts of tasks are damaged\n"))
  }

  @Test func aJobThatSlurmHasForgottenIsGone() throws {
    let desk = try JobDesk()
    let job = try desk.job { $0.settings.backend = .slurm }.run().cut(1).at(2, .submitted(jobs: ["17"], chunks: 1))
    let forgotten = SlurmJobs { (_) throws(Failure) in
      ShortCommand.Outcome(status: .exited(1), output: [], error: "slurm_load_jobs error: Invalid job id specified")
    }
    #expect(try page(job, slurm: forgotten, desk: desk).contains("its process is gone"))
    let away = SlurmJobs { (_) throws(Failure) in throw Failure(.serviceUnavailable, "there is no such command") }
    #expect(try page(job, slurm: away, desk: desk).contains("owner         Slurm, job 17\n"))
  }

  @Test func anUnfinishedLastLineAndEventsOfLaterVersionsArePassedOver() throws {
    let desk = try JobDesk()
    let job = try desk.job().run().cut(2)
    try job.appendToJournal(#"{"event":"moved","time":"2026-11-21T12:00:02.000Z","to":"the moon"}"# + "\n")
    try job.appendToJournal(#"{"event":"state","time":"2026-11-21T12:00:02.000Z","sta"#)
    #expect(try page(job, desk: desk).contains("state         Running"))
    // The next owner cuts it off and goes on.
    var watch = try JobWatch(job.folder)
    #expect(try watch.look().state == .running)
    let wholeBytes = try job.folder.read().wholeBytes
    let next = try JobJournal(path: job.folder.journalPath, wholeBytes: wholeBytes, clock: .system)
    try next.append([.state(.cancelled, reason: nil)])
    #expect(try watch.look().state == .cancelled)
  }

  @Test func asJSON() throws {
    let desk = try JobDesk()
    let job = try desk.job { $0.command = ["score", "--api-key", "hunter2"] }.run().cut(2)
    try job.at(2, .failed(ChunkIdentifier(1), reason: "ended with status 2")).at(3, .state(.failed, reason: nil))
    let outcome = desk.run("status", "--json")
    #expect(outcome.status == 0)
    let value = try JSONValue.parse(outcome.outputText)
    #expect(value["state"] == .string("Failed"))
    #expect(value["command"]?.elements?.last == .string("REDACTED"))
    #expect(value["owner"]?["kind"] == .string("none"))
    #expect(value["chunks"]?["failed"] == .number("1"))
    #expect(value["failed"]?.elements?.first?["chunk"] == .string("00001"))
    #expect(value["progress"] == .number("0.0"))
    #expect(outcome.outputText.filter { $0 == "\n" }.count == 1)
  }

  // MARK: The executable

  @Test func withoutAJobTheNewestIsTold() throws {
    let desk = try JobDesk()
    #expect(
      desk.run("status").errorText
        == "batch-run: \(desk.home.path): there are no jobs (name the folder of one that lies elsewhere)\n")
    #expect(desk.run("status").status == 66)
    _ = try desk.job("20261121-120000-aaaa")
    _ = try desk.job("20261121-120000-zzzz", created: JobMaker.began + -50)
    #expect(desk.run("status").outputText.hasPrefix("job           20261121-120000-aaaa\n"))
    #expect(desk.run("status", "20261121-120000-zzzz").outputText.hasPrefix("job           20261121-120000-zzzz\n"))
  }

  @Test func badFoldersAreTold() throws {
    let desk = try JobDesk()
    let missing = desk.run("status", "no-such")
    #expect(missing.status == 66)
    #expect(missing.errorText == "batch-run: no-such: there is no such job (batch-run list shows the jobs)\n")
    let job = try desk.job()
    try job.write("job.json", #"{"version":99}"#)
    let later = desk.run("status")
    #expect(later.status == 66)
    let named = desk.run("status", "20261121-120000-k7q2")
    #expect(named.status == 78)
    #expect(
      named.errorText
        == "batch-run: \(job.folder.path)/job.json: the job folder has version 99; this batch-run knows version 1 (use the batch-run that made it)\n"
    )
  }

  @Test func aJournalThatIsNoneIsTold() throws {
    let desk = try JobDesk()
    let job = try desk.job().run()
    try job.appendToJournal("hello\n")
    let outcome = desk.run("status", "20261121-120000-k7q2")
    #expect(outcome.status == 78)
    #expect(outcome.errorText.hasPrefix("batch-run: \(job.folder.path)/journal.ndjson:4: not what batch-run writes: "))
    #expect(outcome.output.isEmpty)
  }

  @Test func followingEndsWithTheJob() throws {
    let desk = try JobDesk()
    let job = try desk.job().run().cut(1)
    let lock = try job.folder.own()
    let follower = desk.start("status", "--follow")
    #expect(eventually { follower.outputSoFar.count > 0 })
    try job.attempt("00000", from: 1, to: 2).at(3, .state(.completed, reason: nil))
    let outcome = follower.wait()
    _ = lock
    #expect(outcome.status == 0)
    let lines = outcome.outputText.split(separator: "\n")
    #expect(lines.count == 2)
    #expect(lines.first?.contains(" Running, 0 %, 0 of 1 chunk, 0 B, 0 records") == true)
    #expect(lines.last?.contains(" Completed, 100 %, 1 of 1 chunk, 1.0 kB, 100 records") == true)
  }

  @Test func followingTellsAtItsInterval() throws {
    let desk = try JobDesk()
    let job = try desk.job().run().cut(1)
    let lock = try job.folder.own()
    var watch = try JobWatch(job.folder)
    var told: [JobState] = []
    try StatusFollower(interval: 0.05, pause: 0.01).follow(&watch) { (overview) throws(Failure) in
      told.append(overview.state)
      if told.count == 3 {
        do { try job.at(5, .state(.failed, reason: nil)) } catch { Issue.record(error) }
      }
    }
    _ = lock
    #expect(told == [.running, .running, .running, .failed])
  }

  @Test func followingAJobThatNobodyWorksOnEnds() throws {
    let desk = try JobDesk()
    _ = try desk.job().run().cut(1)
    let outcome = desk.run("status", "--follow")
    #expect(outcome.status == 0)
    #expect(outcome.outputText.contains("its process is gone: batch-run resume 20261121-120000-k7q2 goes on"))
  }

  @Test func aReaderThatGoesAwayEndsItQuietly() throws {
    let desk = try JobDesk()
    let job = try desk.job().run()
    for _ in 0..<3000 { try job.at(2, .note(String(repeating: "x", count: 100))) }
    let outcome = Executable("/bin/sh").run(
      ["-c", "\"$0\" logs 20261121-120000-k7q2 | head -n 1", Executable("batch-run").path],
      environment: ["MILLRACE_STATE_DIR": desk.state.path])
    #expect(outcome.status == 0)
    #expect(outcome.errorText == "")
    #expect(outcome.outputText.split(separator: "\n").count == 1)
  }

  @Test func lookingTakesTheJobFromNobody() throws {
    let desk = try JobDesk()
    let job = try desk.job().run()
    _ = try job.folder.own()
    let holder = FileLock.holder(of: "\(job.folder.path)/owner.lock")
    #expect(job.folder.owner == nil)
    #expect(desk.run("status").status == 0)
    #expect(FileLock.holder(of: "\(job.folder.path)/owner.lock") == holder)
  }
}
