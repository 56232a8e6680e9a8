import MillraceCore
import Testing

@testable import synth_gen

/// The lists of a locale as the tests read them: by sections, without what the program makes of them.
struct LocaleLists {
  let locale: String
  private let sections: Resource.Sections?

  init(_ locale: String) {
    self.locale = locale
    sections = Resource("locales/\(locale).txt")?.sections()
  }

  func rows(_ section: String) -> [[String]] { sections?.rows(section) ?? [] }

  func names(_ section: String) -> Set<String> { Set(rows(section).map { $0[0] }) }

  func fact(_ key: String) -> String { rows("locale").first { $0[0] == key }?[1] ?? "" }

  /// Lines of `[places]` with this city.
  func places(_ city: String) -> [[String]] { rows("places").filter { $0[0] == city } }
}

/// Whether a postcode is one of a list of ranges and patterns such as `10115|10117-10119|SW1A #@@`.
func isPostcode(_ postcode: String, of list: String) -> Bool {
  list.split(separator: "|").contains { spec in
    let ends = spec.split(separator: "-")
    if ends.allSatisfy({ $0.allSatisfy(\.isNumber) && $0.count == ends[0].count }), ends.count <= 2, ends[0].count > 3 {
      return postcode.count == ends[0].count && postcode >= String(ends[0]) && postcode <= String(ends[ends.count - 1])
    }
    return postcode.count == spec.count
      && zip(postcode, spec).allSatisfy { character, pattern in
        switch pattern {
        case "#": character.isASCII && character.isNumber
        case "%": character.isASCII && character.isNumber && character != "0"
        case "@": character.isASCII && character.isUppercase
        default: character == pattern
        }
      }
  }
}

extension SchemaDesk {
  /// The values of one field that are lists or objects.
  func json(_ generator: String, count: Int = 200) -> [JSONValue] {
    let outcome = run("fields:\n  x: \(generator)\n", ["-n", "\(count)", "--to", "ndjson"])
    #expect(outcome.status == 0, "\(outcome.errorText)")
    let values = outcome.outputText.split(separator: "\n").compactMap { try? JSONValue.parse(String($0))["x"] }
    #expect(values.count == count)
    return values
  }
}
