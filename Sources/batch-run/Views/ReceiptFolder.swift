import MillraceCore

/// The receipts that tasks on Slurm have left, of which the journal may not tell yet.
struct ReceiptFolder {
  /// What was found at a look.
  struct Outcome: Sendable, Equatable {
    /// Receipts that the journal does not tell of.
    var new = 0
    /// Those that are not what batch-run writes.
    var damaged = 0
    /// Those that were left for the next look.
    var unread = 0
  }

  let path: String
  /// Those read so far, by name: a receipt never changes, but another attempt replaces it.
  private var known: [String: AttemptEnd] = [:]
  /// Receipts read at one look: each is a file of its own, perhaps on a server.
  private static let mostAtOnce = 20_000
  private static let largest = 1 << 20
  private static let suffix = ".json"

  init(_ path: String) { self.path = path }

  /// Has the attempts count that have ended and are not in the journal.
  mutating func apply(to record: inout JobRecord) -> Outcome {
    var outcome = Outcome()
    guard record.specification.settings.backend == .slurm, let names = try? namesInFolder(path) else { return outcome }
    var read = 0
    for name in names.sorted() where name.hasSuffix(Self.suffix) {
      // `00042-2.json` is of the second attempt.
      guard let chunk = ChunkIdentifier(String(name.dropLast(Self.suffix.utf8.count).prefix { $0 != "-" })),
        let there = record.chunks[chunk]
      else { continue }
      switch there.progress {
      case .waiting, .running: break
      default: continue
      }
      if known[name] == nil || there.attempts.contains(where: { $0.attempt == known[name]?.attempt }) {
        guard read < Self.mostAtOnce else {
          outcome.unread += 1
          continue
        }
        read += 1
        known[name] = receipt(name)
      }
      guard let receipt = known[name], receipt.chunk == chunk else {
        outcome.damaged += 1
        continue
      }
      guard !there.attempts.contains(where: { $0.attempt == receipt.attempt }) else { continue }
      record.apply(JournalLine(time: receipt.end, event: .ended(receipt)))
      outcome.new += 1
    }
    return outcome
  }

  private func receipt(_ name: String) -> AttemptEnd? {
    try? AttemptEnd(ObjectReader(file: "\(path)/\(name)", limit: Self.largest))
  }
}
