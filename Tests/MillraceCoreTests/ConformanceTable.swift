import Glibc
import Support
import Testing

@testable import MillraceCore

/// The folder of the conformance suites; nil without real input.
let conformanceSuites = environmentVariable("MILLRACE_FIXTURES").map { "\($0)/records" }

/// What each file of the suites is decided to give, one line a file in Tests/MillraceCoreTests/Conformance: its path, then
/// outcomes, with tabs between. MILLRACE_WRITE_CONFORMANCE=1 writes the tables anew, to be read before they are committed.
struct ConformanceTable {
  /// The outcomes by path, in the tables' order.
  private(set) var rows: [(path: String, outcomes: [String])] = []

  private static func file(_ name: String) -> String {
    "/" + #filePath.split(separator: "/").dropLast().joined(separator: "/") + "/Conformance/\(name).tsv"
  }

  init(_ name: String) throws {
    let bytes = try #require(readFile(Self.file(name)))
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") where !line.hasPrefix("#") {
      let cells = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      rows.append((cells[0], Array(cells.dropFirst())))
    }
  }

  /// Compares what was found with the table called `name`, or writes it.
  static func check(_ found: [(path: String, outcomes: [String])], against name: String) throws {
    if environmentVariable("MILLRACE_WRITE_CONFORMANCE") != nil {
      let head = readFile(file(name)).map { String(decoding: $0, as: UTF8.self) } ?? ""
      var text = head.split(separator: "\n").filter { $0.hasPrefix("#") }.joined(separator: "\n") + "\n"
      for row in found { text += ([row.path] + row.outcomes).joined(separator: "\t") + "\n" }
      let output = unsafe fopen(file(name), "w")
      let stream = try unsafe #require(output)
      unsafe fputs(text, stream)
      unsafe fclose(stream)
      return
    }
    let table = try ConformanceTable(name)
    #expect(table.rows.map(\.path) == found.map(\.path), "each file is decided, and each decision has its file")
    for (expected, found) in zip(table.rows, found) {
      #expect(found.outcomes == expected.outcomes, "\(expected.path)")
    }
  }

  /// The files below some of the suites' folders, as paths relative to the suites, sorted by their bytes.
  static func files(below folders: [String], where isCase: (String) -> Bool) -> [String] {
    func search(_ folder: String) -> [String] {
      names(ofFolder: "\(conformanceSuites ?? "")/\(folder)").flatMap { name -> [String] in
        let path = "\(folder)/\(name)"
        var status = stat()
        guard unsafe stat("\(conformanceSuites ?? "")/\(path)", &status) == 0 else { return [] }
        return status.st_mode & S_IFMT == S_IFDIR ? search(path) : isCase(name) ? [path] : []
      }
    }
    return folders.flatMap(search).sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
  }

  static func content(_ path: String) throws -> [UInt8] {
    try #require(readFile("\(conformanceSuites ?? "")/\(path)"))
  }
}

/// An outcome as a table holds it: without what a failure quotes from the file.
func tableCell(_ outcome: String) -> String {
  let parts = outcome.split(separator: "\"", omittingEmptySubsequences: false)
  return parts.enumerated().map { $0.offset % 2 == 0 ? String($0.element) : "\"…\"" }.joined()
}
