/// Adds to rows what a service, or files, know of them.
///
/// An augmenter says what a row asks, answers the questions of many rows together, and writes a row with its answer.
/// `Stage.augment` does all the rest: order, bad rows, dry runs, context records, what is told at the end, exit status.
///
/// ```swift
/// try stage.augment(Prices(…), reading: input, writing: format)
/// ```
public protocol Augmenter: Sendable {
  /// What a row asks.
  associatedtype Question: Sendable
  /// What is known of a row.
  associatedtype Value: Sendable
  associatedtype Writer: AnswerWriter where Writer.Value == Value

  var origin: AnswerOrigin { get }
  /// Nil where nothing is sent.
  var service: CachedService? { get }
  /// The fields that each row gets, in this order.
  var addedFields: [FieldName] { get }

  /// Rows that are answered together at first: the first output comes soon.
  var rowsAtFirst: Int { get }
  /// Rows that are answered together later.
  var rowsAtOnce: Int { get }

  /// Tells before anything is asked that the columns of the first input do not do.
  func check(_ table: Table) throws(Failure)

  /// What a row asks. Any thread may call it.
  ///
  /// - Throws: bad data with the row's place for a row that cannot ask.
  func question(of row: RecordCursor) throws(Failure) -> Question

  /// An answer for each question, in their order. May read and write files on the calling thread.
  ///
  /// - Parameter policy: what it means for the run that the service gives no answer.
  /// - Throws: what ends the run, as the policy has it.
  func answers(to questions: [Question], policy: RefusalPolicy) async throws(Failure) -> [Answered<Value>]

  /// Called once on each thread that writes rows.
  func makeWriter() throws(Failure) -> Writer

  /// In a dry run, where there is a service, instead of `answers`: notes what would be asked.
  func plannedAnswers(to questions: [Question]) -> [Answered<Value>]
  /// What a dry run would ask for, as a sentence without a full stop.
  var plan: String { get }

  /// Tells in the end what a person should know about the rows, beside those that the service failed.
  func report(to diagnostics: Diagnostics)
}

extension Augmenter {
  public var rowsAtFirst: Int { 20 }
  /// Requests for two hundred items each are full then, and output still flows.
  public var rowsAtOnce: Int { 500 }
  public func report(to diagnostics: Diagnostics) {}
}

/// Where answers come from.
public struct AnswerOrigin: Sendable, Equatable {
  /// In messages: "PubMed".
  public var name: String
  /// In provenance records; without secrets.
  public var address: String
  /// The terms under which its data are given.
  public var licence: String?

  public init(name: String, address: String, licence: String?) {
    self.name = name
    self.address = address
    self.licence = licence
  }
}

/// What came of a row's question.
public struct Answered<Value: Sendable>: Sendable {
  public var value: Value
  /// Tries of the requests that were made for this row first.
  public var attempts: [ContextFormatter.Attempt]
  /// Seconds since the oldest part of the answer was kept, when nothing was asked for the row.
  public var age: Double?
  /// Why there is no answer.
  public var refusal: Service.Refusal?
  /// The row had nothing to ask of the service.
  public var asksNothing: Bool

  public init(
    _ value: Value, attempts: [ContextFormatter.Attempt] = [], age: Double? = nil, refusal: Service.Refusal? = nil,
    asksNothing: Bool = false
  ) {
    self.value = value
    self.attempts = attempts
    self.age = age
    self.refusal = refusal
    self.asksNothing = asksNothing
  }

  public func map<Other>(_ change: (Value) -> Other) -> Answered<Other> {
    Answered<Other>(change(value), attempts: attempts, age: age, refusal: refusal, asksNothing: asksNothing)
  }
}

/// Writes rows with what is known of them. One thread uses a writer.
public protocol AnswerWriter<Value> {
  associatedtype Value: Sendable

  /// Writes the row, once or several times.
  ///
  /// - Parameter writer: nil when the row goes elsewhere because the service failed it.
  /// - Returns: What the context record tells of the row; the failure, where there is one, is added to it.
  func write(_ row: RecordCursor, _ answer: Answered<Value>, to writer: RowWriter?) throws(Failure) -> [JSONValue
    .Member]
}

extension RefusalPolicy {
  /// Asks each different question of the rows once, a few at a time, and gives every row the answer to its own. The tries
  /// stand in the record of the first row that asks.
  ///
  /// - Parameters:
  ///   - questions: of each row; nil for a row that asks nothing.
  ///   - inOrder: puts the different questions into the order in which they are asked.
  ///   - describe: names a question in a message, such as "the symbol IBM".
  /// - Returns: An answer for each row, whose value is nil where there is none.
  /// - Throws: what ends the run.
  public func answers<Question: Hashable & Sendable, Value: Sendable>(
    to questions: [Question?], inOrder: ([Question]) -> [Question] = { $0 },
    describe: (Question) -> String,
    _ ask: @escaping @Sendable (Question) async throws(Service.Refusal) -> CachedService.Answer<Value>
  ) async throws(Failure) -> [Answered<Value?>] {
    var seen: Set<Question> = []
    let different = questions.compactMap(\.self).filter { seen.insert($0).inserted }
    let outcomes = try await askEachOnce(inOrder(different)) { question in
      do throws(Service.Refusal) {
        return Result<CachedService.Answer<Value>, Service.Refusal>.success(try await ask(question))
      } catch {
        return .failure(error)
      }
    } reasonToStop: { question, outcome in
      guard case .failure(let refusal) = outcome else { return nil }
      return reasonToStop(refusal, about: describe(question))
    }
    var told: Set<Question> = []
    return questions.map { question in
      guard let question, let outcome = outcomes[question] else { return Answered(nil, asksNothing: true) }
      let isFirst = told.insert(question).inserted
      switch outcome {
      case .success(let answer):
        return Answered(answer.value, attempts: isFirst ? answer.attempts : [], age: answer.age)
      case .failure(let refusal):
        return Answered(nil, attempts: isFirst ? refusal.attempts : [], refusal: refusal)
      }
    }
  }
}
