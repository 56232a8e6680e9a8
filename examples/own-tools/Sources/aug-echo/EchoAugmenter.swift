import MillraceCore

/// Asks an echo service: `GET echo?text=…`, which answers with that text.
struct EchoAugmenter: Augmenter {
  let place: ServiceAddress
  let cached: CachedService
  let field: FieldName

  var origin: AnswerOrigin { AnswerOrigin(name: "Echo", address: place.text, licence: nil) }
  var service: CachedService? { cached }
  var addedFields: [FieldName] { [FieldName("status"), FieldName("echo")] }

  func check(_ table: Table) throws(Failure) { try table.requireColumn(field) }

  /// Nil for a row whose field is empty: it asks nothing.
  func question(of row: RecordCursor) throws(Failure) -> String? {
    let text = try row.text(of: field)
    return text.isEmpty ? nil : text
  }

  func answers(to questions: [String?], policy: RefusalPolicy) async throws(Failure) -> [Answered<String?>] {
    try await policy.answers(to: questions, describe: { "\"\($0)\"" }) { text throws(Service.Refusal) in
      let query = FormParameters([("text", text)]).encoded
      return try await cached.ask(
        HTTPRequest(.get, place.url("echo?\(query)")), kind: "echo", key: "\(place.text) \(query)", judge: judge)
    }
  }

  /// Reads an answer, or tells what is wrong with it: whether the row is to be asked again, or given up, or the whole run.
  private func judge(_ response: HTTPResponse) throws(ServiceFault) -> String {
    switch response.status {
    case 200:
      guard let text = String(validating: response.body, as: UTF8.self) else {
        throw .transient("the answer is not UTF-8")
      }
      return text
    case 429: throw .tooFast("status 429")
    case 400..<500: throw .permanent("status \(response.status)")
    default: throw .transient("status \(response.status)")
    }
  }

  func makeWriter() -> EchoWriter { EchoWriter() }

  func plannedAnswers(to questions: [String?]) -> [Answered<String?>] { questions.map { _ in Answered(nil) } }
  var plan: String { "would send the field \(field) of each row, as far as the cache lacks its answer" }
}

/// Writes rows with what was answered. One thread uses a writer.
final class EchoWriter: AnswerWriter {
  private let values = AddedValues()

  func write(
    _ row: RecordCursor, _ answer: Answered<String?>, to writer: RowWriter?
  ) throws(Failure) -> [JSONValue.Member] {
    let word = answer.refusal?.rowStatus ?? (answer.asksNothing ? "no_text" : "ok")
    values.removeAll()
    values.append(text: word)
    values.append(text: answer.value)
    try writer?.write(row, adding: values.all)
    return [.init("status", .string(word))]
  }
}
