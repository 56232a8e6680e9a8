import ArgumentParser
import MillraceCore

/// Compares a synthetic table with the real one that it stands for.
struct Evaluate: FilterCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Say how like a real table a synthetic one is, and how far it gives real rows away.",
    discussion: """
      Figures as NDJSON, and a page that shows both tables side by side:
        $ synth-gen evaluate --real sample.csv --synthetic synthetic.csv --html report.html > quality.ndjson

      A gate in a pipeline, which ends with 1 when the overall score is lower:
        $ synth-gen evaluate --real sample.csv --synthetic synthetic.csv --fail-under 0.9

      The overall score and what it is made of are defined as in the QualityReport of SDMetrics 0.32: the mean of \
      column_shapes (Kolmogorov and Smirnov's distance, total variation) and column_pair_trends (correlation, contingency). \
      Both tables are held in memory. Privacy is measured best with --holdout: real rows that the synthetic table was not \
      learned from.
      """)

  @Option(help: ArgumentHelp("The real table; - is standard input.", valueName: "file"), completion: .file())
  var real: String

  @Option(help: ArgumentHelp("The synthetic table, with the same columns.", valueName: "file"), completion: .file())
  var synthetic: String

  @Option(
    help: ArgumentHelp("Real rows that the synthetic table was not learned from.", valueName: "file"),
    completion: .file())
  var holdout: String?

  @OptionGroup(title: "Input") var table: TableOptions
  @OptionGroup(title: "Columns") var columns: EvaluatedColumnOptions
  @OptionGroup(title: "Figures") var figures: FigureOptions
  @OptionGroup var common: CommonOptions

  var parameters: [JSONValue.Member] {
    var members: [JSONValue.Member] = [.init("real", .string(real)), .init("synthetic", .string(synthetic))]
    if let holdout { members.append(.init("holdout", .string(holdout))) }
    return members + table.parameters + columns.parameters + figures.parameters
  }

  func validate() throws {
    let inputs = [real, synthetic, holdout, columns.metadata].compactMap { $0 }
    if inputs.contains("") { throw ValidationError("--real, --synthetic and --holdout must name a file") }
    if inputs.count(where: { $0 == "-" }) > 1 {
      throw ValidationError("only one of the tables can be read from standard input")
    }
    if let html = figures.html, html == common.output.output {
      throw ValidationError("--html and --output name the same file")
    }
  }

  func run(in stage: Stage) throws(Failure) {
    let paths = [real, synthetic] + (holdout.map { [$0] } ?? [])
    stage.expect(paths)
    if let html = figures.html, !stage.isDryRun { try AtomicFile.check(html) }
    let metadata = try columns.readMetadata(stage)
    var tables = EncodedTables(missing: columns.missingSpellings)
    let open = stage.opener
    for path in paths {
      try tables.read(path, options: table.reading) { path throws(Failure) in try open(path) }
    }
    try tables.requireSameColumns()
    let compared = try tables.comparedColumns(
      metadata: metadata, metadataFile: columns.metadata, types: columns.statedTypes)
    let evaluation = try Evaluation(
      compared, keys: metadata?.keys, options: figures.options(seed: common.run.seed ?? 0, jobs: stage.jobs))
    if let html = figures.html, !stage.isDryRun {
      let page = QualityPage(evaluation, tables: tables.tables.map { .init(name: $0.name, rows: $0.rows) })
      try AtomicFile.write(ByteBuffer(page.html), to: html)
    }
    // The status is part of what is recorded, so it is settled first.
    judge(evaluation, stage)
    try write(evaluation.records, rows: tables.tables.reduce(0) { $0 + $1.rows }, stage)
  }

  private func write(_ records: [QualityRecord], rows: Int, _ stage: Stage) throws(Failure) {
    let buffer = ByteBuffer(capacity: 64 << 10)
    let delimiter: UInt8? =
      switch figures.to {
      case .ndjson: nil
      case .csv: UInt8(ascii: ",")
      case .tsv: UInt8(ascii: "\t")
      }
    if let delimiter { QualityRecord.appendHeader(to: buffer, delimiter: delimiter) }
    for record in records {
      if let delimiter { record.appendCSV(to: buffer, delimiter: delimiter) } else { record.appendJSON(to: buffer) }
    }
    let output = try stage.openOutput()
    try output.write(ByteSlice(buffer))
    try stage.finish(output, rowsIn: rows, rowsOut: records.count)
  }

  private func judge(_ evaluation: Evaluation, _ stage: Stage) {
    guard let least = figures.failUnder else { return }
    if let overall = evaluation.overall, overall >= least { return }
    let score = evaluation.overall.map { percentage($0) } ?? "not defined"
    stage.diagnostics.warning("the overall score is \(score), below the \(percentage(least)) of --fail-under")
    stage.exitStatus = .no
  }
}
