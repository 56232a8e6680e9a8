import MillraceCore

/// A word, number, text or symbol of a formula.
struct FormulaToken: Equatable {
  enum Kind: Equatable {
    case number(Double)
    case text(String)
    case word(String)
    /// A field's name between backticks.
    case quotedName(String)
    case symbol(String)
  }

  let kind: Kind

  /// Words that no field can go by without backticks.
  static let reserved: Set<String> = ["and", "or", "not", "in", "is", "true", "false", "null", "none", "row"]
  static let longestFormula = 4096

  var shown: String {
    switch kind {
    case .number(let number): "\(number)"
    case .text(let text): "'\(printable(text))'"
    case .word(let word), .quotedName(let word): "\"\(printable(word))\""
    case .symbol(let symbol): printable(symbol)
    }
  }

  func isWord(_ word: String) -> Bool {
    if case .word(let own) = kind { own.lowercased() == word } else { false }
  }

  static func tokens(of source: String) throws(Failure) -> [FormulaToken] {
    guard source.utf8.count <= longestFormula else {
      throw Failure(.badData, "a formula of \(source.utf8.count) bytes, where \(longestFormula) is the most")
    }
    func failure(_ message: String) -> Failure {
      Failure(.badData, "the formula \"\(printable(source))\": \(message)")
    }
    var tokens: [FormulaToken] = []
    var rest = Substring(source)
    while let first = rest.first {
      if first.isWhitespace {
        rest.removeFirst()
      } else if first.isASCII, first.isNumber || (first == "." && rest.dropFirst().first?.isNumber == true) {
        var text = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        rest = rest.dropFirst(text.count)
        if rest.first == "e" || rest.first == "E" {
          let exponent = rest.dropFirst().prefix { $0.isASCII && ($0.isNumber || $0 == "+" || $0 == "-") }
          if exponent.contains(where: \.isNumber) {
            text = Substring(text + "e" + exponent)
            rest = rest.dropFirst(exponent.count + 1)
          }
        }
        guard let number = Double(text), number.isFinite else { throw failure("\"\(text)\" is not a number") }
        tokens.append(FormulaToken(kind: .number(number)))
      } else if first == "_" || first.isLetter {
        let word = rest.prefix { $0 == "_" || $0.isLetter || $0.isNumber }
        rest = rest.dropFirst(word.count)
        tokens.append(FormulaToken(kind: .word(String(word))))
      } else if "'\"`".contains(first) {
        rest.removeFirst()
        var text = ""
        var isClosed = false
        while let character = rest.popFirst() {
          if character == first {
            // A quote in a text is doubled.
            guard rest.first == first else {
              isClosed = true
              break
            }
            rest.removeFirst()
          }
          text.append(character)
        }
        guard isClosed else { throw failure("a quote \(first) is never closed") }
        tokens.append(FormulaToken(kind: first == "`" ? .quotedName(text) : .text(text)))
      } else {
        let symbols = ["<=", ">=", "==", "!=", "<>", "&&", "||", "**"] + "+-*/%^()=<>!,".map(String.init)
        guard let symbol = symbols.first(where: { rest.hasPrefix($0) }) else {
          throw failure("\"\(printable(String(first)))\" means nothing in a formula")
        }
        rest = rest.dropFirst(symbol.count)
        tokens.append(FormulaToken(kind: .symbol(symbol)))
      }
    }
    return tokens
  }
}
