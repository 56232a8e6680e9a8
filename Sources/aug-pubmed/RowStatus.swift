/// What became of a row that was answered, in its field `status`; of others `Service.Refusal.rowStatus` tells.
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

  /// Of PMIDs that were looked up.
  init(found: Int, of asked: Int) {
    self = asked == 0 ? .noPMID : found == asked ? .ok : found == 0 ? .notFound : .partlyFound
  }
}
