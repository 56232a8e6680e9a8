import Support

/// A way in which the server misbehaves.
public enum AlphaVantageFault: Sendable, Hashable {
  case tooMany, tooManySeconds, tooManyDate
  case badGateway, internalError, unavailable, forbidden, notFound
  case reset, resetMidway, stall, stallMidway, cut, cutAgreeing
  case htmlIn200, jsonIn200, emptyIn200, endless
  case redirectLoop, redirectElsewhere
  case slow, unordered
  /// A body that the service writes when it answers no data.
  case message(ServedMessage)
}

extension AlphaVantageFault: ServerFault {
  private static let plain: [(fault: AlphaVantageFault, name: String, explanation: String)] = [
    (.tooMany, "429", "429 with an HTML page, no Retry-After"),
    (.tooManySeconds, "429-retry-after", "429 with Retry-After: 1"),
    (.tooManyDate, "429-date", "429 with a Retry-After date one to two seconds ahead"),
    (.badGateway, "502", "502 with an HTML page"),
    (.internalError, "500", "500 with an HTML page"),
    (.unavailable, "503", "503 with an HTML page"),
    (.forbidden, "403", "403 with an HTML page"),
    (.notFound, "404", "404 with an HTML page"),
    (.reset, "reset", "the connection is reset before any byte"),
    (.resetMidway, "reset-midway", "the connection is reset in the middle of the body"),
    (.stall, "stall", "no byte comes, and the connection stays open"),
    (.stallMidway, "stall-midway", "half of the body comes, and the connection stays open"),
    (.cut, "cut", "half of the body, Content-Length names the whole"),
    (.cutAgreeing, "cut-agreeing", "half of the document, whole and valid as a transfer"),
    (.htmlIn200, "html-200", "a proxy's login page with status 200"),
    (.jsonIn200, "json-200", "JSON that is none of the service's, with status 200"),
    (.emptyIn200, "empty-200", "no body, status 200"),
    (.endless, "endless", "a body without end"),
    (.redirectLoop, "redirect-loop", "302 to a page that redirects to itself"),
    (.redirectElsewhere, "redirect-elsewhere", "302 to a page on another host name, localhost"),
    (.slow, "slow", "the right answer, late"),
    (.unordered, "unordered", "the right answer, its days of JSON in no order"),
  ]

  public static var allCases: [AlphaVantageFault] { plain.map(\.fault) + ServedMessage.allCases.map { .message($0) } }

  public init?(name: String) {
    if let message = ServedMessage(rawValue: name) {
      self = .message(message)
    } else if let entry = Self.plain.first(where: { $0.name == name }) {
      self = entry.fault
    } else {
      return nil
    }
  }

  public var name: String {
    if case .message(let message) = self { return message.rawValue }
    return Self.plain.first { $0.fault == self }?.name ?? ""
  }

  public var explanation: String {
    if case .message(let message) = self {
      let text = message.text(function: "…", key: "KEY")
      return "200 with " + (text.split(separator: "\n").dropFirst().first.map { $0.trimmed.prefix(72) + "…" } ?? text)
    }
    return Self.plain.first { $0.fault == self }?.explanation ?? ""
  }

  public func applies(to subjects: [String]) -> Bool { true }
}

extension Substring {
  fileprivate var trimmed: Substring { drop { $0 == " " } }
}
