import ArgumentParser

/// A filter: takes records, writes records, and leaves a record of what it did.
///
/// A command declares its option groups and `run(in:)`; everything that all filters promise (provenance, digests,
/// temporary names, diagnostics, exit status) is the stage's. docs/new-filter.md shows the smallest.
public protocol FilterCommand: MillraceCommand {
  var common: CommonOptions { get }

  /// The options with the values they have after defaults, for provenance.
  var parameters: [JSONValue.Member] { get }

  /// The tool in provenance records, whatever prefix it was installed with; the module's name when nothing else is said.
  static var toolName: String { get }

  /// What is written about single rows when `--context` does not say.
  static var defaultContext: ContextLevel { get }

  func run(in stage: Stage) throws(Failure)
}

extension FilterCommand {
  public static var toolName: String {
    // As in `aug_pubmed.Augment`.
    String(String(reflecting: Self.self).prefix { $0 != "." }.map { $0 == "_" ? "-" : $0 })
  }

  public static var defaultContext: ContextLevel { .summary }

  public mutating func run() throws {
    let stage = try Stage(self)
    do throws(Failure) {
      try run(in: stage)
    } catch {
      stage.fail(error)
      throw error
    }
    if stage.exitStatus != .success { throw ExitCode(stage.exitStatus) }
  }
}

extension InputOptions {
  /// The inputs in order, "-" for standard input.
  public var paths: [String] { files.isEmpty ? ["-"] : files }

  public var reading: ReadingOptions {
    var options = table.reading
    options.ragged = ragged
    return options
  }

  public var parameters: [JSONValue.Member] {
    var members = table.parameters
    if let idField { members.append(.init("id-field", .string(idField))) }
    members.append(.init("ragged", .string(ragged.rawValue)))
    members.append(.init("on-error", .string(onError.defaultValueDescription)))
    return members
  }
}

extension TableOptions {
  public var reading: ReadingOptions {
    var options = ReadingOptions()
    options.format = from
    options.delimiter = delimiter?.byte
    options.hasHeader = !hasNoHeader
    options.maximumRecordBytes = maxRecordBytes.bytes
    return options
  }

  public var parameters: [JSONValue.Member] {
    var members: [JSONValue.Member] = []
    if let from { members.append(.init("from", .string(from.rawValue))) }
    if let delimiter { members.append(.init("delimiter", .string(String(UnicodeScalar(delimiter.byte))))) }
    members.append(.init("no-header", .bool(hasNoHeader)))
    members.append(.init("max-record-bytes", .integer(maxRecordBytes.bytes)))
    return members
  }
}

extension FormatOptions {
  public var writing: WritingOptions {
    var options = WritingOptions()
    options.format = to
    options.infersTypes = inferTypes
    options.flattens = flatten
    options.unflattens = unflatten
    options.columns = columns?.names.map { FieldName($0) }
    return options
  }

  public var parameters: [JSONValue.Member] {
    var members: [JSONValue.Member] = []
    if let to { members.append(.init("to", .string(to.rawValue))) }
    members.append(.init("compress", .string(compress.rawValue)))
    members.append(.init("infer-types", .bool(inferTypes)))
    members.append(.init("flatten", .bool(flatten)))
    members.append(.init("unflatten", .bool(unflatten)))
    if let columns { members.append(.init("columns", .array(columns.names.map { .string($0) }))) }
    return members
  }
}
