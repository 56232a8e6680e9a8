import MillraceCore

extension JobBoard {
  /// What all threads of a job share; `JobBoard` alone looks at it.
  struct State {
    var record: JobRecord
    var waiting: ChunkQueue
    /// Chunks of the input that wait until it was read up to them again: they, or parts of them, belong among those that wait.
    var heldBack: [ChunkIdentifier: [ChunkIdentifier]]
    /// Chunks whose attempts are used up.
    var exhausted: Set<ChunkIdentifier> = []
    /// Chunks that were taken and have not come back.
    var running: Set<ChunkIdentifier> = []
    var workers: Int
    /// Why no chunk is started for now, though there are workers: the machine's load.
    var isHeld = false
    var isCut = false
    /// Nothing is begun any more: the process is about to end.
    var isHalted = false
    var told: Set<Remark> = []
    var unsynced: [ChunkIdentifier] = []
    var phase = Phase.working
    var end: End?
  }

  enum Phase: Equatable {
    case working
    /// A chunk's attempts are used up and nothing more is begun; when the others have ended, it is tried once more.
    case draining
    case recovering
  }
}

extension ChunkRecord {
  /// Nothing more becomes of it.
  var isSettled: Bool {
    switch progress {
    case .completed, .failed: true
    default: false
    }
  }
}

extension JobRecord {
  /// A chunk, or what it was split into, in order; nil when there is no such chunk.
  func leaves(of chunk: ChunkIdentifier) -> [ChunkRecord]? {
    guard let record = chunks[chunk] else { return nil }
    guard record.progress == .split else { return [record] }
    let (first, second) = chunk.parts
    return (leaves(of: first) ?? []) + (leaves(of: second) ?? [])
  }
}
