import MillraceCore

@testable import aug_pubmed

/// Answers of the E-utilities, in one of many statuses: they are classed without harm, nothing of the key comes out, what
/// reads as a search's result holds together, and the records that are cut out of an answer lie in it one behind the other.
func fuzzEUtilities(_ bytes: UnsafeRawBufferPointer) {
  var input = unsafe FuzzInput(bytes)
  let statuses = [200, 200, 200, 400, 403, 404, 414, 429, 500, 502]
  let response = HTTPResponse(
    status: statuses[input.choose(UInt32(statuses.count))], url: EUtilities.usualBase, body: input.content)
  guard let utilities = try? EUtilities(base: EUtilities.usualBase, email: nil, key: "s3cretk3y") else { return }
  switch utilities.fault(of: response) {
  case .transient(let text), .tooFast(let text), .permanent(let text):
    require(!text.contains("s3cretk3y"), "the key comes out")
    require(text.count < 400, "a message without end")
  case .fatal(let failure): require(!failure.description.contains("s3cretk3y"), "the key comes out")
  case nil: break
  }
  if let result = try? SearchResult(input.content) {
    require(result.count >= result.pmids.count, "more PMIDs than counted")
  }
  var end = 0
  for record in ArticleSplitter.records(in: input.content) {
    require(record.lowerBound >= end && record.upperBound <= input.content.count, "records overlap")
    require(input.content[record].starts(with: Array("<Pubmed".utf8)), "no record begins here")
    end = record.upperBound
  }
}
