import MillraceCore

/// What a table is to hold, in a person's words.
struct TableDescription: Sendable, Equatable {
  /// In bytes: some pages. What is longer is no description but data.
  static let longest = 8 << 10

  /// With single spaces between the words.
  let text: String

  /// - Throws: a usage failure for one that says nothing, or too much.
  init(_ text: String) throws(Failure) {
    let words = text.split {
      $0.isWhitespace || $0.unicodeScalars.allSatisfy { $0.properties.generalCategory == .control }
    }
    guard !words.isEmpty else {
      throw Failure(
        .usage, "the description is empty", advice: "say what the rows are: \(programName) \"e-commerce product data\"")
    }
    self.text = words.joined(separator: " ")
    guard self.text.utf8.count <= Self.longest else {
      throw Failure(
        .usage, "a description of \(self.text.utf8.count) bytes, where \(Self.longest) are the most",
        advice: "say in a few sentences what the rows are")
    }
  }
}
