import ArgumentParser
import Chunks
import MillraceCore

/// Puts chunks together again.
@main
struct Merge: FilterCommand {
  static let configuration = CommandConfiguration(
    commandName: programName,
    abstract: "Merge chunk files, or any files of records, into one table.",
    discussion: """
      Put together what chunk took apart, after every chunk has been checked against the manifest:
        $ chunk -n 10000 -d parts -o parts.manifest reads.csv
        $ merge -o reads.csv < parts.manifest

      An input is a manifest, the folder of chunk files (which keeps a copy of the manifest) or a file of records; what \
      it is is found from its first bytes. The chunks of a manifest are looked for beside it, at their paths from the \
      current folder, and in the folder that the manifest names.

      The output begins with the first header. Files of CSV whose columns stand in another order are merged by name; other \
      differences are refused without --union.
      """,
    version: Millrace.versionText)

  @OptionGroup(title: "Input") var input: InputOptions

  @Flag(name: .customLong("no-verify"), help: "Do not compare sizes and digests of chunks with the manifest.")
  var noVerify = false

  @Flag(help: "Merge what is there; name what is missing and end with status 1.")
  var allowMissing = false

  @Flag(help: "Take the columns of all files of CSV, and leave empty what a file lacks.")
  var union = false

  @OptionGroup(title: "Format") var format: FormatOptions
  @OptionGroup var common: CommonOptions

  var parameters: [JSONValue.Member] {
    input.parameters + format.parameters + [
      .init("no-verify", .bool(noVerify)), .init("allow-missing", .bool(allowMissing)), .init("union", .bool(union)),
    ]
  }

  func run(in stage: Stage) throws(Failure) {
    let parts = try Parts(input.paths, stage)
    if let bytes = parts.bytes { stage.progress.expect(bytes: bytes) } else { stage.expect(input.paths) }
    if let first = parts.missing.first {
      guard allowMissing else { throw Self.failure(first, missing: parts.missing.count) }
      for failure in parts.missing { stage.diagnostics.warning("left out: \(failure)") }
      stage.exitStatus = .no
    }
    if !noVerify { try Verification.check(parts.present, jobs: stage.jobs) }
    let plan = try MergePlan(parts.present, options: input.reading, isUnion: union)
    let isConverted = format.to != nil && format.to != plan.first?.dialect.format
    if plan.first == nil || (plan.isUniform && !isConverted && !looksIntoRows) {
      let file = try stage.openOutput(compression: format.compress.compression)
      let rows = try ByteMerge.run(plan, options: input.reading, isVerified: !noVerify, stage, into: file)
      try stage.finish(file, rowsIn: rows, rowsOut: rows)
    } else {
      try RowMerge.run(plan, input: input, format: format, isVerified: !noVerify, stage)
    }
  }

  /// Bad or ragged rows are to be treated, where bytes would be copied otherwise.
  private var looksIntoRows: Bool { input.onError != .fail || input.ragged != .fail }

  private static func failure(_ first: Failure, missing count: Int) -> Failure {
    var failure = first
    if count > 1 { failure.message += "; \(count - 1) more cannot be read" }
    failure.advice = "--allow-missing merges what is there, with status 1"
    return failure
  }
}
