import ArgumentParser
import MillraceCore

/// What is said of the columns of tables that are compared.
struct EvaluatedColumnOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Types of columns in the form of SDV's metadata (JSON). Found in the real table where not said.",
      valueName: "file"),
    completion: .file())
  var metadata: String?

  @Option(
    help: ArgumentHelp(
      "Types of single columns: numerical, categorical, boolean, datetime, id or text.", valueName: "a=type,b=type"),
    transform: StatedTypes.init)
  var types: [StatedTypes] = []

  @Option(
    help: ArgumentHelp(
      "Spellings of a missing value beside the empty text. Those that pandas knows by default; an empty list is none.",
      valueName: "NA,null"))
  var missing: String?

  /// What pandas takes for missing values.
  private static let usualSpellings: Set<String> = [
    "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA", "NULL",
    "NaN", "None", "n/a", "nan", "null",
  ]

  init() {}

  var missingSpellings: Set<String> {
    missing.map { Set($0.split(separator: ",").map(String.init)) } ?? Self.usualSpellings
  }

  /// What counts more than the metadata; of two words on one column the later one.
  var statedTypes: [String: ColumnType] {
    types.reduce(into: [:]) { all, some in all.merge(some.types) { $1 } }
  }

  func readMetadata(_ stage: Stage) throws(Failure) -> TableMetadata? {
    guard let metadata else { return nil }
    let input = try stage.open(metadata)
    let bytes = ByteBuffer(capacity: 64 << 10)
    let piece = ByteBuffer(capacity: 64 << 10)
    while true {
      piece.removeAll()
      guard try input.read(into: piece) > 0 else { break }
      unsafe bytes.append(piece.bytes)
      guard bytes.count <= TableMetadata.mostBytes else {
        throw Failure(.badConfiguration, "metadata of more than 64 MiB", at: Place(file: input.name))
      }
    }
    try input.finish()
    let document: JSONValue
    do throws(Failure) {
      document = try unsafe JSONValue.parse(bytes.bytes, maximumDepth: 32)
      withExtendedLifetime(bytes) {}
    } catch {
      throw Failure(.badConfiguration, "no JSON: \(error.message)", at: Place(file: input.name))
    }
    return try TableMetadata(document, file: input.name)
  }

  var parameters: [JSONValue.Member] {
    var members: [JSONValue.Member] = []
    if let metadata { members.append(.init("metadata", .string(metadata))) }
    if !types.isEmpty { members.append(.init("types", .array(types.map { .string($0.text) }))) }
    members.append(.init("missing", .array(missingSpellings.sorted().map { .string($0) })))
    return members
  }
}

/// What is measured and where it goes.
struct FigureOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("A page with the figures and both tables side by side.", valueName: "file"), completion: .file())
  var html: String?

  @Option(help: ArgumentHelp("Format of the figures.", valueName: "csv|tsv|ndjson"))
  var to = RecordFormat.ndjson

  @Option(help: ArgumentHelp("End with 1 when the overall score is lower.", valueName: "0…1"))
  var failUnder: Double?

  @Option(
    help: ArgumentHelp(
      "A column that models are to predict from the others; can be repeated. The three best predicted ones by default.",
      valueName: "name"))
  var target: [String] = []

  @Flag(name: .customLong("no-efficacy"), help: "Train no models.")
  var hasNoEfficacy = false

  @Flag(name: .customLong("no-privacy"), help: "Measure no distances between rows.")
  var hasNoPrivacy = false

  @Option(
    help: ArgumentHelp(
      "Pairs of columns to compare; of more, so many are drawn by the seed.", valueName: "number"))
  var maxPairs = 20_000

  init() {}

  func validate() throws {
    if let failUnder, !(0...1).contains(failUnder) {
      throw ValidationError("--fail-under must be between 0 and 1, not \(failUnder)")
    }
    if maxPairs < 0 { throw ValidationError("--max-pairs must be at least 0, not \(maxPairs)") }
    if hasNoEfficacy, !target.isEmpty { throw ValidationError("--target and --no-efficacy exclude each other") }
    if html == "" || html == "-" { throw ValidationError("--html must name a file") }
  }

  func options(seed: UInt64, jobs: Int) -> Evaluation.Options {
    var options = Evaluation.Options()
    options.seed = seed
    options.jobs = jobs
    options.mostPairs = maxPairs
    options.measuresPrivacy = !hasNoPrivacy
    options.measuresEfficacy = !hasNoEfficacy
    options.targets = target
    return options
  }

  var parameters: [JSONValue.Member] {
    var members: [JSONValue.Member] = [.init("to", .string(to.rawValue))]
    if let html { members.append(.init("html", .string(html))) }
    if let failUnder { members.append(.init("fail-under", .number("\(failUnder)"))) }
    members.append(.init("target", .array(target.map { .string($0) })))
    members.append(.init("efficacy", .bool(!hasNoEfficacy)))
    members.append(.init("privacy", .bool(!hasNoPrivacy)))
    members.append(.init("max-pairs", .integer(maxPairs)))
    return members
  }
}
