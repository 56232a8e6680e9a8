/// How well a stage, or a whole chain, knows where its bytes came from. Each is weaker than the one before it.
public enum Completeness: String, Sendable, CaseIterable, Comparable {
  /// Every link is a digest, or a pipe whose two ends agree on the bytes.
  case verified
  /// Several producers wrote to the pipe in turn, and the sum of their bytes is what was read.
  case concat
  /// The producer was found by the digest of the bytes, through a program that passed them on.
  case contentMatch = "content-match"
  /// Several stages wrote these very bytes: any of them may be the producer.
  case ambiguous
  /// No producer left a record: a foreign program, or a terminal.
  case unknownUpstream = "unknown-upstream"
  /// The producer began and never finished.
  case upstreamDied = "upstream-died"
  /// What was read is not what the record says was written.
  case mismatch

  public static func < (left: Completeness, right: Completeness) -> Bool { left.rank < right.rank }

  private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
