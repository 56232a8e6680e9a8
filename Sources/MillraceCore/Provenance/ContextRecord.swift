/// What is written down about single rows.
public enum ContextLevel: String, Sendable, CaseIterable {
  /// A record for each row.
  case rows
  /// Sums over all rows.
  case summary
  case none
}

/// Writes context records: what a stage did to one row.
///
/// A value that any worker thread may use: it writes to the worker's own buffer, and `StageRecorder.appendContexts` takes
/// the buffer in the order of the rows.
public struct ContextFormatter: Sendable {
  private let prefix: String
  private let now: @Sendable () -> Timestamp

  init(stage: String, now: @escaping @Sendable () -> Timestamp) {
    prefix = "{\"kind\":\"context\",\"stage\":\"\(stage)\",\"item\":"
    self.now = now
  }

  /// One try to get an answer from a source.
  public struct Attempt: Sendable, Equatable {
    /// HTTP status, or how it ended in a word.
    public var status: String
    /// Seconds waited before the try.
    public var waited: Double
    /// What was asked for, in a word, where a row takes several requests.
    public var request: String?
    /// What else there is to say of the try: where it was made, what it took.
    public var details: [JSONValue.Member]

    public init(status: String, waited: Double, request: String? = nil, details: [JSONValue.Member] = []) {
      self.status = status
      self.waited = waited
      self.request = request
      self.details = details
    }

    /// As records have it.
    package var json: JSONValue {
      .object(
        (request.map { [JSONValue.Member("request", .string($0))] } ?? []) + [
          .init("status", .string(status)), .init("waited", .number(milliseconds(waited))),
        ] + details)
    }
  }

  /// Where an answer came from when it was not asked for anew.
  public enum CacheUse: Sendable, Equatable {
    /// Seconds since the answer was kept.
    case hit(age: Double)
    case miss
  }

  /// Appends one record and its end of line.
  ///
  /// - Parameters:
  ///   - item: the id field's value as text, or the record number.
  ///   - source: what the values were taken from: a service, a file.
  ///   - fields: names of the fields that were added or changed.
  ///   - details: an object of the tool's own (query, pmids, snippet, …).
  public func append(
    to output: ByteBuffer, item: String, source: String, fields: [String], details: JSONValue? = nil,
    attempts: [Attempt] = [], cache: CacheUse? = nil
  ) {
    output.append(prefix)
    JSONValue.write(item, to: output)
    output.append(",\"source\":")
    JSONValue.write(source, to: output)
    output.append(",\"fields\":[")
    for (index, field) in fields.enumerated() {
      if index > 0 { output.append(UInt8(ascii: ",")) }
      JSONValue.write(field, to: output)
    }
    output.append("]")
    if let details {
      output.append(",\"details\":")
      details.write(to: output)
    }
    if !attempts.isEmpty {
      output.append(",\"attempts\":")
      JSONValue.array(attempts.map(\.json)).write(to: output)
    }
    switch cache {
    case .hit(let age): output.append(",\"cache\":{\"hit\":true,\"age\":\(age)}")
    case .miss: output.append(",\"cache\":{\"hit\":false}")
    case nil: break
    }
    output.append(",\"time\":\"")
    output.append(now().localText)
    output.append("\"}\n")
  }
}

/// Seconds to the millisecond, as a JSON number.
private func milliseconds(_ seconds: Double) -> String { String((seconds * 1000).rounded() / 1000) }
