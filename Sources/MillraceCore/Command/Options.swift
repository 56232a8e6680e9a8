import ArgumentParser

/// How the bytes of a table are read.
public struct TableOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Format of the input. Found from its first bytes by default.", valueName: "csv|tsv|ndjson"))
  public var from: RecordFormat?

  @Option(
    help: ArgumentHelp(
      "What stands between CSV fields: one character, or tab, comma, semicolon, pipe.", valueName: "character"),
    completion: .list(FieldDelimiter.names.map(\.name)), transform: FieldDelimiter.init)
  public var delimiter: FieldDelimiter?

  @Flag(name: .customLong("no-header"), help: "The first CSV record is data; columns are column_1, column_2 and so on.")
  public var hasNoHeader = false

  @Option(
    help: ArgumentHelp(
      "Longest record; a longer one is bad input, often a quote that is never closed. 16M by default.",
      valueName: "bytes"),
    transform: ByteCount.init)
  public var maxRecordBytes = ByteCount(16 << 20)

  public init() {}

  public func validate() throws {
    // Offsets within a block have 31 bits.
    guard (1...1 << 30).contains(maxRecordBytes.bytes) else {
      throw ValidationError("--max-record-bytes must be between 1 and 1G")
    }
  }
}

/// Where records come from and how they are to be read.
public struct InputOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "Inputs instead of standard input; - is standard input.",
      discussion: "Compressed input (gzip, zstd) is recognised by its content.", valueName: "file"),
    completion: .file())
  public var files: [String] = []

  @OptionGroup public var table: TableOptions

  @Option(
    help: ArgumentHelp("The row's identity in context records. Its number by default.", valueName: "name"))
  public var idField: String?

  @Option(
    help: ArgumentHelp(
      "CSV rows with too few or too many values: stop at the first, fill up with empty values, or also drop surplus ones.",
      valueName: "fail|fill|trim"))
  public var ragged = RaggedRows.fail

  @Option(
    help: ArgumentHelp(
      "A bad row stops the run (fail), is dropped and counted (skip), or goes to FILE with its reason (quarantine=FILE).",
      valueName: "fail|skip|quarantine=FILE"))
  public var onError = ErrorPolicy.fail

  public init() {}
}

/// How records are written.
public struct FormatOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Format of the output. That of the input by default.", valueName: "csv|tsv|ndjson"))
  public var to: RecordFormat?

  @Option(help: ArgumentHelp("Compression of the output.", valueName: "none|gzip|zstd"))
  public var compress = OutputCompression.none

  @Flag(
    help:
      "From CSV to NDJSON: write text that is a JSON number, true, false, object or array as such, and no text as null."
  )
  public var inferTypes = false

  @Flag(help: "From NDJSON to CSV: a column for each nested value, named by its dotted path, not one of JSON text.")
  public var flatten = false

  @Flag(help: "From CSV to NDJSON: make nested values of columns with dotted names.")
  public var unflatten = false

  @Option(
    help: ArgumentHelp(
      "Columns of the output when NDJSON becomes CSV. The keys of the first record by default.", valueName: "a,b,c"),
    transform: ColumnList.init)
  public var columns: ColumnList?

  public init() {}

  public func validate() throws {
    if flatten, unflatten { throw ValidationError("--flatten and --unflatten exclude each other") }
    if to != .ndjson, inferTypes || unflatten {
      throw ValidationError(
        "\(inferTypes ? "--infer-types" : "--unflatten") is for CSV that becomes NDJSON: add --to ndjson")
    }
    if to != .csv && to != .tsv, flatten || columns != nil {
      throw ValidationError("\(flatten ? "--flatten" : "--columns") is for NDJSON that becomes CSV: add --to csv")
    }
  }
}

/// What every filter is asked, whatever it does: where the output goes, what is written down, how the run goes.
public struct CommonOptions: ParsableArguments {
  @OptionGroup(title: "Output") public var output: OutputOptions
  @OptionGroup(title: "Provenance") public var provenance: ProvenanceOptions
  @OptionGroup(title: "Run") public var run: RunOptions

  public init() {}
}

/// Where the output goes.
public struct OutputOptions: ParsableArguments {
  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp(
      "Output instead of standard output; takes the place of FILE only when it is whole.", valueName: "file"),
    completion: .file())
  public var output: String?

  public init() {}

  public func validate() throws {
    if output == "" { throw ValidationError("--output must name a file") }
  }

  /// The output's file; nil for standard output, which `-` stands for too.
  var path: String? { output == "-" ? nil : output }
}

/// What is written down about the run.
public struct ProvenanceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Where the provenance sidecar goes. Beside the output by default.", valueName: "file"),
    completion: .file())
  public var provenance: String?

  @Flag(name: .customLong("no-provenance"), help: "Write no provenance.")
  public var noProvenance = false

  @Option(
    help: ArgumentHelp(
      "What is written about single rows: a record each, sums, or nothing.", valueName: "rows|summary|none"))
  public var context: ContextLevel?

  @Flag(help: "Fail with status 1 unless it is certain which tool made the input.")
  public var requireUpstream = false

  @Flag(help: "Compute the digests of the input again instead of trusting the tool that made it.")
  public var verify = false

  public init() {}

  public func validate() throws {
    if noProvenance, provenance != nil { throw ValidationError("--provenance and --no-provenance exclude each other") }
    if noProvenance, requireUpstream {
      throw ValidationError("--require-upstream and --no-provenance exclude each other")
    }
  }
}

/// How the run goes and what it says.
public struct RunOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Number of workers. The cores that this process may use by default.", valueName: "number"))
  public var jobs: Int?

  @Option(help: ArgumentHelp("Seed of anything random.", valueName: "number"))
  public var seed: UInt64?

  @Option(help: ArgumentHelp("When to show progress.", valueName: "auto|always|never"))
  public var progress = ProgressMode.auto

  @Option(help: ArgumentHelp("Form of diagnostics on standard error.", valueName: "text|json"))
  public var logFormat = LogFormat.text

  @Flag(name: .shortAndLong, help: "Say more.")
  public var verbose = false

  @Flag(name: .shortAndLong, help: "Say nothing but errors.")
  public var quiet = false

  @Flag(help: "Check everything, say what would be done, and touch nothing.")
  public var dryRun = false

  /// More threads than any machine has cores for.
  private static let mostJobs = 4096

  public init() {}

  public func validate() throws {
    if let jobs, jobs < 1 { throw ValidationError("--jobs must be at least 1, not \(jobs)") }
    if let jobs, jobs > Self.mostJobs { throw ValidationError("--jobs must be at most \(Self.mostJobs), not \(jobs)") }
    if verbose, quiet { throw ValidationError("--verbose and --quiet exclude each other") }
  }
}

extension RunOptions {
  /// How many workers there are to be.
  public var workers: Int { jobs ?? availableCores() }

  public func makeDiagnostics() -> Diagnostics {
    Diagnostics(format: logFormat, verbosity: verbose ? .verbose : quiet ? .quiet : .normal)
  }
}
