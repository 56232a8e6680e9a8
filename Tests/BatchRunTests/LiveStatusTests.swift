import MillraceCore
import Support
import Testing

@testable import batch_run

@Suite struct LiveStatusTests {
  private func status(_ queue: LiveStatus.Queue? = nil, total: Int? = 4000, remaining: Double? = 12.5) -> LiveStatus {
    LiveStatus(
      time: Timestamp(seconds: 1_795_286_703, nanoseconds: 42_000_000), workers: 3, targetWorkers: 4,
      reason: "memory pressure 12 %", memory: 1 << 30, load: 2.25, bytesRead: 3000, totalBytes: total, chunksDone: 5,
      chunksCut: 9, bytesDone: 1000, recordsDone: 77, rate: 1234.5, remainingSeconds: remaining, queue: queue)
  }

  private func write(_ text: String) -> (folder: TemporaryFolder, path: String) {
    let folder = TemporaryFolder()
    return (folder, folder.write("live.json", text))
  }

  @Test func whatIsWrittenIsReadAgain() throws {
    for value in [
      status(), status(total: nil, remaining: nil), status(.init(position: 2, estimatedWaitSeconds: nil)),
      status(.init(position: 1, estimatedWaitSeconds: 60)),
    ] {
      let (folder, path) = write(value.json.json)
      #expect(try LiveStatus.read(path) == value)
      _ = folder
    }
  }

  /// On Slurm the owner's machine does not do the work.
  @Test func whatIsNotKnownHereIsNull() throws {
    var value = status()
    (value.memory, value.load) = (nil, nil)
    #expect(value.json.json.contains("\"memory\":null,\"load\":null,"))
    let (folder, path) = write(value.json.json)
    #expect(try LiveStatus.read(path) == value)
    _ = folder
  }

  @Test func theLineHasTheNamesThatOthersRead() {
    let text = status(.init(position: 2)).json.json
    #expect(
      text == """
        {"time":"2026-11-21T18:45:03.042Z","workers":3,"target_workers":4,"reason":"memory pressure 12 %",\
        "memory":1073741824,"load":2.25,"bytes_read":3000,"total_bytes":4000,"chunks_done":5,"chunks_cut":9,\
        "bytes_done":1000,"records_done":77,"rate":1234.5,"remaining_seconds":12.5,\
        "queue":{"position":2,"estimated_wait_seconds":null}}
        """)
  }

  @Test func noNumbersAreWrittenForWhatIsNone() throws {
    var value = status(remaining: .infinity)
    value.rate = 0
    let (folder, path) = write(value.json.json)
    #expect(try LiveStatus.read(path)?.remainingSeconds == nil)
    _ = folder
  }

  @Test func noFileIsNoStatusAndADamagedOneIsTold() throws {
    let (folder, path) = write(#"{"time":"2026-11-21T18:45:03.042Z","workers":"three"}"#)
    #expect(try LiveStatus.read(folder("other.json")) == nil)
    #expect {
      try LiveStatus.read(path)
    } throws: { error in
      let failure = error as? Failure
      return failure?.status == .badConfiguration
        && failure?.description
          == "\(path): field \"workers\": missing, or not what batch-run writes (another version may have written it)"
    }
  }
}
