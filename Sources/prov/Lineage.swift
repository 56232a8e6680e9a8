import MillraceCore

/// Stages and the things that passed between them, as the records of a file tell: what every export is made from.
struct Lineage {
  /// Bytes that a stage read or wrote: a file, or what went through a pipe.
  struct Artifact {
    /// The same in every export of a run: a stage's identifier, and what the thing was to that stage.
    let identifier: String
    /// As the user named it.
    var name: String
    /// The machine on which a stage wrote or read it.
    let host: String
    /// From the root, without links; nil for what is no file, or one whose place no record tells.
    var path: String?
    /// As the user named the file, seen from the folder that the stage ran in.
    var givenPath: String?
    var content: StreamContent?
    /// The number of the stage that wrote it, if the records tell.
    var producer: Int?
    /// What it was put together from: by several producers of one pipe, or by runs that appended.
    var parts: [Int] = []
    /// Digest of the file's own sidecar, where the chain goes on.
    var sidecar: String?

    var digest: SHA256Digest? { content?.digest }
    /// It went into the pipeline from outside.
    var isOrigin: Bool { producer == nil && parts.isEmpty }
  }

  /// What a stage read.
  struct Usage {
    let artifact: Int
    /// As the user of this stage named it.
    let name: String
    /// How well its producer is known.
    let link: Completeness
    /// Identifiers of the stages among which the producer is, when no more is known.
    let candidates: [String]
  }

  /// A time with the offset that its user lived by: RFC 3339 with milliseconds.
  struct Moment {
    let text: String
    let time: Timestamp

    init?(_ value: JSONValue?) {
      guard let text = value?.text, let time = Timestamp(localText: text) else { return nil }
      self.text = text
      self.time = time
    }
  }

  /// One run of a tool.
  struct Stage {
    /// A UUID.
    let id: String
    let tool: String
    let version: String
    let commit: String
    let arguments: [String]
    let parameters: [JSONValue.Member]
    let seed: JSONValue?
    let start: Moment
    let end: Moment
    /// The exit status.
    let status: Int
    let host: String
    let user: String
    let directory: String?
    let environment: [JSONValue.Member]
    let inputsOmitted: Int
    let rows: JSONValue?
    let sources: [JSONValue]
    var used: [Usage] = []
    /// The output first, then further files.
    var generated: [Int] = []

    /// The command line, for a shell.
    var command: String { CommandLineText.quoting([tool] + arguments) }

    /// The weakest link to what it read.
    var completeness: Completeness { used.map(\.link).reduce(.verified, max) }
  }

  /// Upstream first, each once.
  var stages: [Stage] = []
  /// In the order in which the stages read and wrote them.
  var artifacts: [Artifact] = []
  /// What the export is about: the file, or all files of a folder.
  var results: [Int] = []
  /// The pipeline as one line for a shell; of a file that was appended to, the latest.
  var command = ""
  /// The weakest link of all.
  var completeness = Completeness.verified
  /// Records about single rows.
  var contextCount = 0

  /// Artifacts that no stage wrote: what went into the pipeline from outside.
  var origins: [Artifact] { artifacts.filter(\.isOrigin) }

  /// The earliest start of a stage.
  var start: Moment? { stages.map(\.start).min { $0.time < $1.time } }
  /// The latest end of a stage.
  var end: Moment? { stages.map(\.end).max { $0.time < $1.time } }

  /// "NAME", or "NAME and N more files".
  var title: String {
    guard let first = results.first else { return "nothing" }
    return artifacts[first].name + (results.count > 1 ? " and \(results.count - 1) more files" : "")
  }
}

extension Lineage.Stage {
  /// - Throws: `.badData` for what no tool writes, so that the formats can rely on identifiers and times.
  init(_ record: JSONValue, source: String) throws(Failure) {
    func damaged(_ message: String) -> Failure {
      Failure(.badData, message, at: Place(file: source), advice: "the provenance is damaged")
    }
    func text(_ name: String) -> String { record[name]?.text ?? "unknown" }
    id = text("id")
    guard isIdentifier(id) else { throw damaged("the identifier of a stage is no UUID") }
    guard let start = Lineage.Moment(record["start"]), let end = Lineage.Moment(record["end"]) else {
      throw damaged("stage \(id): expected the times of its start and end")
    }
    self.start = start
    self.end = end
    tool = text("tool")
    version = text("version")
    commit = text("commit")
    arguments = record["arguments"]?.elements?.compactMap(\.text) ?? []
    parameters = record["parameters"]?.members ?? []
    seed = record["seed"]
    status = record["status"]?.integer ?? 0
    host = text("host")
    user = text("user")
    directory = record["directory"]?.text
    environment = record["environment"]?.members?.filter { $0.value.text != nil } ?? []
    inputsOmitted = record["inputs_omitted"]?.integer ?? 0
    rows = record["rows"]
    sources = record["sources"]?.elements?.filter { $0["url"]?.text != nil } ?? []
  }

  /// What users tell apart: the tool, its version and the commit of its build.
  var software: SoftwareName { SoftwareName(tool: tool, version: version, commit: commit) }
}

/// A build of a tool.
struct SoftwareName: Hashable {
  let tool: String
  let version: String
  let commit: String

  /// A package URL.
  var url: String {
    let base = "\(Self.namespace)/\(percentEncoded(tool))@\(percentEncoded(version))"
    return commit == "unknown" ? base : "\(base)?commit=\(percentEncoded(commit))"
  }

  /// The toolkit as a package URL, without a version; what this program says itself has its names under it.
  static let namespace = "pkg:generic/millrace"
  /// This program as a package URL.
  static let exporter = "\(namespace)@\(Millrace.version)"

  /// The digits of the commit, if it is one and nothing was changed.
  var cleanCommit: String? {
    commit.utf8.count == 40 && commit.utf8.allSatisfy { hexadecimalDigits.contains($0) } ? commit : nil
  }
}

private let hexadecimalDigits = Set("0123456789abcdef".utf8)

/// The text with everything but letters, digits, `-._~` and the kept bytes as `%HH` (RFC 3986).
func percentEncoded(_ text: String, keeping kept: String = "") -> String {
  let digits = Array("0123456789ABCDEF".utf8)
  var result: [UInt8] = []
  for byte in text.utf8 {
    if isUnreserved(byte) || kept.utf8.contains(byte) {
      result.append(byte)
    } else {
      result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
  }
  return String(decoding: result, as: UTF8.self)
}

private func isUnreserved(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
    UInt8(ascii: "~"):
    true
  default: false
  }
}

extension JSONValue {
  /// An object of the members that have a value.
  static func object(_ members: KeyValuePairs<String, JSONValue?>) -> JSONValue {
    .object(members.compactMap { name, value in value.map { Member(name, $0) } })
  }

  static func strings(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }
}
