import Glibc
import Support
import Testing

/// The folders of the library stand one on the other, as `docs/decisions/0008-basics.md` has them.
@Suite struct FolderTests {
  private static let order = ["Basics", "Storage", "Records", "Provenance", "Cache", "Network", "Report", "Command"]

  /// A Swift file without its comments and the text of its strings.
  private struct Source {
    let path: String
    let folder: Int
    let words: Set<Substring>
    /// The types that it declares, but for those that are private.
    let types: [Substring]

    init(_ path: String, folder: Int) throws {
      self.path = path
      self.folder = folder
      let code = try #require(text(path)).replacing(/\/\/[^\n]*/, with: "").replacing(/"(?:\\.|[^"\\\n])*"/) { string in
        // What is put into a string is code.
        string.output.matches(of: /\\\(([^)]*)\)/).map { " \($0.1) " }.joined()
      }
      words = Set(code.matches(of: /\w+/).map(\.output))
      let declaration =
        /^(?:@\w+ )*(?:public |package |final |indirect |@safe )*(?:struct|class|enum|protocol|actor|typealias) (\w+)/
      types = code.split(separator: "\n").compactMap { $0.prefixMatch(of: declaration)?.1 }
    }
  }

  private static func swiftFiles(in folder: String) -> [String] {
    guard let entries = unsafe opendir("\(root)/\(folder)") else { return [] }
    defer { unsafe closedir(entries) }
    var files: [String] = []
    while let entry = unsafe readdir(entries) {
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name.hasSuffix(".swift") {
        files.append("\(folder)/\(name)")
      } else if !name.hasPrefix(".") {
        files += swiftFiles(in: "\(folder)/\(name)")
      }
    }
    return files.sorted()
  }

  @Test func noFolderRefersToOneThatStandsOnIt() throws {
    var sources: [Source] = []
    for (number, folder) in Self.order.enumerated() {
      let files = Self.swiftFiles(in: "Sources/MillraceCore/\(folder)")
      #expect(!files.isEmpty, "\(folder)")
      sources += try files.map { try Source($0, folder: number) }
    }
    #expect(Self.swiftFiles(in: "Sources/MillraceCore").count == sources.count, "a folder is not in the order")
    var home: [Substring: Int] = [:]
    for source in sources { for type in source.types { home[type] = source.folder } }
    #expect(home.count > 100)
    for source in sources {
      for (type, folder) in home where folder > source.folder && source.words.contains(type) {
        Issue.record("\(source.path) refers to \(type) of \(Self.order[folder])")
      }
    }
  }
}
