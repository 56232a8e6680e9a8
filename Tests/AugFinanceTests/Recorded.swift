import Support
import Testing

@testable import aug_finance

/// Recorded answers of the service, in a folder that the environment names.
enum Recorded {
  static let folder = environmentVariable("MILLRACE_FIXTURES").map { "\($0)/pubmed" }
  static var isThere: Bool { folder != nil }

  static func bytes(_ name: String) throws -> [UInt8] {
    let folder = try #require(folder)
    return try #require(readFile("\(folder)/\(name)"))
  }
}

extension String {
  var bytes: [UInt8] { Array(utf8) }
}

/// An answer that was refused as unreadable: why.
func unreadable<Value>(_ read: () throws(PriceAnswer.Problem) -> Value) -> String? {
  do throws(PriceAnswer.Problem) {
    _ = try read()
    return nil
  } catch {
    guard case .unreadable(let text) = error else { return "a message, not an unreadable answer: \(error)" }
    return text
  }
}
