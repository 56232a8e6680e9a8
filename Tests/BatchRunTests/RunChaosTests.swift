import Glibc
import Support
import Testing

@testable import batch_run

/// SIGKILL at random instants, of batch-run and of what it started, until a job is done: the result is that of a run that
/// nobody disturbed, and no finished chunk ran twice.
///
/// MILLRACE_KILLS says how many kills there are; `make soak` takes 300.
@Suite struct RunChaosTests {
  private static let kills = environmentVariable("MILLRACE_KILLS").flatMap { Int($0) } ?? 40

  /// The last chunk waits until there were enough kills. Each looks into the journal whether it was finished before.
  private static func script(lastChunk: String) -> String {
    """
    grep -q '"ended".*"chunk":"'$MILLRACE_CHUNK'".*"outcome":"completed"' job/journal.ndjson && echo $MILLRACE_CHUNK >> again
    if [ $MILLRACE_CHUNK = \(lastChunk) ]; then while [ ! -e gate ]; do sleep 0.02; done; fi
    sleep 0.02
    sed 's/x/y/'
    """
  }

  @Test func killsAtAnyInstantLoseNothing() throws {
    var random = SeededGenerator()
    let chunks = 4 * Self.kills
    let desk = RunDesk(records: 5 * chunks)
    let last = ChunkIdentifier(chunks - 1).description
    let command = desk.arguments("--job job", chunkRecords: 5) + ["--", "sh", "-c", Self.script(lastChunk: last)]
    var kills = 0
    var outcome: Outcome
    repeat {
      let resumes = Bool.random(using: &random) && desk.folder.read("job/job.json") != nil
      let running = desk.start(resumes ? ["resume", "job", "--quiet"] : command)
      while kills < Self.kills, !running.hasEnded {
        usleep(UInt32.random(in: 0..<150_000, using: &random))
        let below = descendants(of: running.processID)
        let target = Int.random(in: 0..<10, using: &random) < 6 ? below.randomElement(using: &random) : nil
        guard !running.hasEnded, kill(target ?? running.processID, SIGKILL) == 0 else { continue }
        kills += 1
      }
      if kills == Self.kills { desk.folder.write("gate", "") }
      outcome = running.wait()
      // A chunk whose command was killed too often fails; that can be gone on with.
      #expect(
        outcome.signal == SIGKILL || [0, 75].contains(outcome.status),
        "seed \(random.seed): status \(String(describing: outcome.status)), \(outcome.errorText)")
    } while outcome.status != 0 && (outcome.signal == SIGKILL || outcome.status == 75)
    #expect(kills == Self.kills, "seed \(random.seed)")
    #expect(outcome.outputText == desk.table.replacing("x", with: "y"), "seed \(random.seed)")
    #expect(try desk.repeated() == [], "seed \(random.seed)")
    #expect(desk.folder.text("again") == nil, "seed \(random.seed)")
    #expect(try desk.record().counts.completed == chunks, "seed \(random.seed)")
  }

  private func descendants(of process: pid_t) -> [pid_t] {
    var children: [pid_t: [pid_t]] = [:]
    for name in names(ofFolder: "/proc") {
      guard let child = pid_t(name), let text = KernelFiles.system.text("/proc/\(name)/stat"),
        let fields = text.lastIndex(of: ")").map({ text[$0...].split(separator: " ") }), fields.count > 2,
        let parent = pid_t(fields[2])
      else { continue }
      children[parent, default: []].append(child)
    }
    var found: [pid_t] = []
    var rest = [process]
    while let next = rest.popLast() {
      found += children[next] ?? []
      rest += children[next] ?? []
    }
    return found
  }
}
