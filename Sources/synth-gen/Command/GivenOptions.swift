import ArgumentParser
import MillraceCore

/// What is known of rows that a learned model makes.
struct GivenOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "With a --model file: make only rows of which this is true: column=value, column=low..high for numbers and dates, column= for no value. Can be given several times.",
      valueName: "column=value"),
    transform: Evidence.init(option:))
  var given: [Evidence] = []

  var parameters: [JSONValue.Member] {
    given.isEmpty ? [] : [.init("given", .array(given.map { .string($0.text) }))]
  }
}

extension Evidence {
  init(option text: String) throws {
    guard let evidence = Evidence(text) else {
      throw ValidationError("\"\(printable(text))\" is no column=value")
    }
    self = evidence
  }
}

extension SchemaOptions {
  /// The file of a learned model; nil when the rows are made of a description or a schema.
  var modelFile: String? { words == nil && schema == nil ? model : nil }
}

extension Generate {
  /// Makes the rows of a learned model.
  func writeRows(ofModel path: String, in stage: Stage) throws(Failure) {
    if rows.outDir != nil || rows.table != nil {
      throw Failure(
        .usage, "a model has one table: \(rows.outDir != nil ? "--out-dir" : "--table") does not go with it")
    }
    let document = try stage.readDocument(path, kind: "a model", limit: LearnedModel.longestFile)
    let seed = common.run.seed ?? 0
    let model = try ModelReader(file: document.name).read(document.text).given(given.given)
    stage.tellFingerprint(ofModel: document.text, given: given.given, seed: seed)
    let first = rows.firstRow - 1
    let range = first..<first + (rows.rows ?? UInt64(model.sampleRows))
    try write(
      PlannedTable(name: "model", maker: LearnedTable(model, key: RandomKey(seed: seed)), rows: range), in: stage)
  }
}

extension Stage {
  fileprivate func tellFingerprint(ofModel text: ByteBuffer, given: [Evidence], seed: UInt64) {
    let parts: [JSONValue] = [
      .string(Millrace.version), .string(unsafe SHA256Digest(of: text.bytes).hex),
      .array(given.map { .string($0.text) }), .integer(seed),
    ]
    let fingerprint = String(SHA256Digest(of: JSONValue.array(parts).json).hex.prefix(16))
    diagnostics.note("fingerprint \(fingerprint)")
    recorder.addDetails([
      .init("schema_source", .string("model")), .init("fingerprint", .string(fingerprint)),
      .init("seed", .integer(seed)),
    ])
  }
}
