import ArgumentParser

/// What stands between the fields of CSV.
public struct FieldDelimiter: Sendable, Hashable {
  public let byte: UInt8

  static let names: [(name: String, byte: UInt8)] = [
    ("tab", UInt8(ascii: "\t")), ("comma", UInt8(ascii: ",")), ("semicolon", UInt8(ascii: ";")),
    ("pipe", UInt8(ascii: "|")),
  ]

  /// Reads a name, `\t`, or a single ASCII character.
  public init(_ text: String) throws(Failure) {
    if let known = Self.names.first(where: { $0.name == text }) {
      byte = known.byte
    } else if text == "\\t" {
      byte = UInt8(ascii: "\t")
    } else if let first = text.utf8.first, text.utf8.count == 1, first < 0x80 {
      guard first != UInt8(ascii: "\""), first != UInt8(ascii: "\n"), first != UInt8(ascii: "\r"), first != 0 else {
        throw Failure(.usage, "a quote, a line end or a zero byte cannot stand between fields")
      }
      byte = first
    } else {
      throw Failure(.usage, "expected one ASCII character, or tab, comma, semicolon or pipe")
    }
  }
}

/// What becomes of a bad row.
public enum ErrorPolicy: Sendable, Hashable {
  /// It stops the run.
  case fail
  /// It is dropped and counted.
  case skip
  /// It goes to a file with its reason.
  case quarantine(file: String)

  var quarantines: Bool { if case .quarantine = self { true } else { false } }
}

extension ErrorPolicy: ExpressibleByArgument {
  public static var allValueStrings: [String] { ["fail", "skip", "quarantine=FILE"] }

  public init?(argument: String) {
    let prefix = "quarantine="
    switch argument {
    case "fail": self = .fail
    case "skip": self = .skip
    case _ where argument.hasPrefix(prefix) && argument != prefix:
      self = .quarantine(file: String(argument.dropFirst(prefix.count)))
    default: return nil
    }
  }

  public var defaultValueDescription: String {
    switch self {
    case .fail: "fail"
    case .skip: "skip"
    case .quarantine(let file): "quarantine=\(file)"
    }
  }
}

/// How an output is compressed.
public enum OutputCompression: String, Sendable, CaseIterable {
  case none, gzip, zstd

  public var compression: Compression? {
    switch self {
    case .none: nil
    case .gzip: .gzip
    case .zstd: .zstd
    }
  }
}

/// Names of columns, in order, written with commas between them.
public struct ColumnList: Sendable, Hashable {
  public var names: [String]

  public init(_ text: String) throws(Failure) {
    names = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    var seen: Set<String> = []
    for name in names {
      guard !name.isEmpty else { throw Failure(.usage, "a column name is empty") }
      guard seen.insert(name).inserted else { throw Failure(.usage, "the column \"\(name)\" is there twice") }
    }
  }
}

extension RecordFormat: ExpressibleByArgument {}
extension RaggedRows: ExpressibleByArgument {}
extension OutputCompression: ExpressibleByArgument {}
extension ContextLevel: ExpressibleByArgument {}
extension ProgressMode: ExpressibleByArgument {}
extension LogFormat: ExpressibleByArgument {}
