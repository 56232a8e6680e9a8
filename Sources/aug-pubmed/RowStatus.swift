/// What became of a row, in its field `status`.
enum RowStatus: String, Sendable, CaseIterable {
  case ok
  // Of a query
  /// Nothing matches the query.
  case noHits = "no_hits"
  /// PubMed does not know a part of the query and answered the rest.
  case partialQuery = "partial_query"
  /// More articles match and were wanted than PubMed gives.
  case truncated
  /// A field of the query is empty.
  case noQuery = "no_query"
  // Of PMIDs
  case partlyFound = "partly_found"
  case notFound = "not_found"
  case noPMID = "no_pmid"
  // Of the service
  /// The service failed in spite of all retries; another run may bring an answer.
  case failedTransient = "failed_transient"
  /// The service refuses what the row asks.
  case failedPermanent = "failed_permanent"

  var isFailure: Bool { self == .failedTransient || self == .failedPermanent }

  /// Of PMIDs that were looked up.
  init(found: Int, of asked: Int) {
    self = asked == 0 ? .noPMID : found == asked ? .ok : found == 0 ? .notFound : .partlyFound
  }
}
