import ArgumentParser
import MillraceCore

/// Learns a model from a sample.
struct Learn: FilterCommand {
  static let configuration = CommandConfiguration(
    abstract: "Learn a model from a sample, to make rows like its own.",
    discussion: """
      The model is JSON that can be read and handed on; it holds values and frequencies, and no rows of the sample:
        $ synth-gen learn sample.csv > model.json
        $ synth-gen --model model.json --rows 100000 > synthetic.csv
      Values that name things (keys, codes, names that no two rows share) are made anew. Other texts are in the model as they \
      are; with --privacy those that fewer than k rows have are not.
      """)

  @OptionGroup(title: "Input") var input: InputOptions
  @OptionGroup(title: "Model") var model: ModelOptions
  @OptionGroup var common: CommonOptions

  var parameters: [JSONValue.Member] { input.parameters + model.parameters }

  func run(in stage: Stage) throws(Failure) {
    let random = stage.surroundings.random
    let reader = SampleReader(
      seed: random(), ragged: input.ragged, dropsBadRows: input.onError != .fail, mostRows: model.sampleRows)
    let sample = try reader.read(stage.tables(input))
    tellDropped(reader, stage)
    if sample.columns.isEmpty {
      throw Failure(.badData, "the sample has no columns", advice: "it needs a header, or objects")
    }
    // Noise that can be made again could be taken off again: only who asks for a seed gets the same.
    var noise = RandomStream(RandomKey(seed: common.run.seed ?? 0), row: 0)
    let isSeeded = common.run.seed != nil
    let learned = try ModelLearner(options: model.options { isSeeded ? noise.next() : random() }).learn(sample)
    tell(learned, stage)
    let output = try stage.openOutput()
    let text = ByteBuffer(capacity: 1 << 16)
    try learned.write(to: text)
    try output.write(ByteSlice(text))
    try stage.finish(output, rowsIn: sample.rowCount, rowsOut: 1)
  }

  private func tellDropped(_ reader: SampleReader, _ stage: Stage) {
    guard reader.droppedCount > 0 else { return }
    for failure in reader.dropped { stage.diagnostics.warning("row left out: \(failure)") }
    stage.diagnostics.warning("\(counted(reader.droppedCount, "row")) left out")
    stage.recorder.addDropped(reader.droppedCount, reason: "bad row")
    stage.exitStatus = .no
  }

  /// Says what the model gives away, and records what was done about it.
  private func tell(_ learned: LearnedModel, _ stage: Stage) {
    for column in learned.columns where learned.privacy == nil {
      let texts = column.outcomes.count { if case .text = $0 { true } else { false } }
      if texts >= 50, texts * 3 > learned.sampleRows {
        stage.diagnostics.warning(
          "column \"\(column.name)\": \(texts) texts of the sample are in the model as they are (--privacy leaves out those that few rows have)"
        )
      }
    }
    var details: [JSONValue.Member] = [.init("dependence", .string(learned.dependence.rawValue))]
    if let privacy = learned.privacy {
      if let k = privacy.k { details.append(.init("privacy_k", .integer(k))) }
      if let epsilon = privacy.epsilon {
        details.append(.init("privacy_epsilon", .number("\(epsilon)")))
        details.append(.init("privacy_tables", .integer(privacy.noisyTables)))
      }
    }
    stage.recorder.addDetails(details)
  }
}

/// How a model is learned.
struct ModelOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "How columns hang together: a Bayesian network, a Gaussian copula over ranks, or not at all.",
      valueName: "bayes|copula|none"))
  var dependence = Dependence.bayes

  @Option(
    help: ArgumentHelp(
      "What numbers are drawn from: the quantiles of the sample, or the distribution of the textbook that is nearest to them.",
      valueName: "empirical|parametric"))
  var marginals = LearningOptions.Marginals.empirical

  @Option(
    help: ArgumentHelp("Learn from the first rows only.", valueName: "number"))
  var sampleRows = Int.max

  @Flag(help: "Leave out of the model what fewer than k rows have: categories become \"other\", numbers become ranges.")
  var privacy = false

  @Option(
    name: .customLong("k"),
    help: ArgumentHelp("For --privacy: rows that a value must have. 5 by default.", valueName: "number"))
  var k: Int?

  @Option(
    help: ArgumentHelp(
      "With --privacy: add Laplace noise to all counts, this budget of differential privacy together.",
      valueName: "number"))
  var epsilon: Double?

  func validate() throws {
    if !privacy, k != nil || epsilon != nil {
      throw ValidationError("\(k != nil ? "--k" : "--epsilon") is for --privacy")
    }
    if let k, !(2...1_000_000).contains(k) { throw ValidationError("--k must be between 2 and 1000000, not \(k)") }
    if let epsilon, !(epsilon > 0 && epsilon <= 1000) {
      throw ValidationError("--epsilon must be above 0 and at most 1000, not \(epsilon)")
    }
    if epsilon != nil, dependence == .copula {
      throw ValidationError(
        "--epsilon adds noise to counts, which a copula has none of: use --dependence bayes or none")
    }
    if sampleRows < 1 { throw ValidationError("--sample-rows must be at least 1, not \(sampleRows)") }
  }

  func options(random: @escaping () -> UInt64) -> LearningOptions {
    LearningOptions(
      dependence: dependence, marginals: marginals, k: privacy ? k ?? 5 : nil, epsilon: epsilon, random: random)
  }

  var parameters: [JSONValue.Member] {
    var members: [JSONValue.Member] = [
      .init("dependence", .string(dependence.rawValue)), .init("marginals", .string(marginals.rawValue)),
    ]
    if sampleRows != .max { members.append(.init("sample-rows", .integer(sampleRows))) }
    if privacy { members.append(.init("k", .integer(k ?? 5))) }
    if let epsilon { members.append(.init("epsilon", .number("\(epsilon)"))) }
    return members
  }
}

extension Dependence: ExpressibleByArgument {}
extension LearningOptions.Marginals: ExpressibleByArgument {}
