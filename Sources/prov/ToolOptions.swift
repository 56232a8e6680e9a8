/// What the options of a tool mean to who compares or repeats its runs: which words name inputs, and which outputs.
///
/// A test compares this with what the tools say about themselves, so that no option is forgotten.
struct ToolOptions: Sendable {
  enum Role: Sendable {
    case flag
    case value
    /// Files, or folders, up to the next option.
    case inputs
    /// A file that the tool reads, or another word.
    case input
    /// A file or folder that the tool writes.
    case output
    /// A value that may be `quarantine=FILE`.
    case errorPolicy
    /// Where a service is asked, which is sent the key of whoever runs the tool.
    case address
  }

  /// By name, with the hyphens.
  let roles: [String: Role]
  let subcommands: Set<String>
  /// Behind two dashes stands a command that the tool runs.
  let runsCommands: Bool
  /// What stands beside options is no file, but a description say.
  let takesWords: Bool

  private init(
    _ own: [String: Role], subcommands: Set<String> = [], runsCommands: Bool = false, takesWords: Bool = false
  ) {
    roles = Self.common.merging(own) { _, own in own }
    self.subcommands = subcommands
    self.runsCommands = runsCommands
    self.takesWords = takesWords
  }

  /// The tools whose runs can be repeated, by the name in records.
  static let tools: [String: ToolOptions] = [
    "chunk": ToolOptions([
      "-n": .value, "--records": .value, "--bytes": .value, "--parts": .value, "--by": .value, "-d": .output,
      "--directory": .output, "--checksum": .value,
    ]),
    "merge": ToolOptions(["--no-verify": .flag, "--allow-missing": .flag, "--union": .flag]),
    "aug-finance": ToolOptions(
      [
        "--field": .value, "--start": .value, "--end": .value, "--start-field": .value, "--end-field": .value,
        "--at-field": .value, "--align": .value, "--period": .value, "--source": .value, "--datatype": .value,
        "--requests-per-minute": .value, "--requests-per-day": .value, "--fields": .value, "--explode": .flag,
        "--summarise": .flag, "--adjusted": .flag, "--adjusted-by": .value, "--prefix": .value,
      ].merging(network) { own, _ in own }, subcommands: ["augment", "cache"]),
    "aug-pubmed": ToolOptions(
      [
        "--query": .value, "--field": .value, "--pmid-field": .value, "--xml": .inputs, "--max-articles": .value,
        "--all": .flag, "--since": .value, "--until": .value, "--date-type": .value, "--sort": .value,
        "--fields": .value, "--markup": .value, "--explode": .flag, "--prefix": .value, "--email": .value,
      ].merging(network) { own, _ in own }, subcommands: ["augment", "cache", "parse"]),
    "batch-run": ToolOptions(
      [
        "--chunk-bytes": .value, "--chunk-records": .value, "--result": .value, "--accept-status": .value,
        "--same-rows": .flag, "--workers": .value, "--memory-per-worker": .value, "--load-limit": .value,
        "--chunk-timeout": .value, "--retries": .value, "--split-on-oom": .flag, "--no-split-on-oom": .flag,
        "--on-failure": .value, "--max-failed": .value, "--durable": .flag, "--no-durable": .flag,
        "--backend": .value, "--slurm-options": .value, "--chunks-per-task": .value, "--notify": .value,
        "--notify-mail": .value, "--notify-command": .value, "--job": .output, "--hand-over": .flag,
        "--json": .flag, "--follow": .flag, "--timeout": .value, "--all": .flag, "--chunk": .value, "--failed": .flag,
        "--older-than": .value, "--force": .flag,
      ],
      subcommands: [
        "run", "submit", "resume", "retry", "status", "wait", "cancel", "list", "logs", "report", "purge", "pipeline",
        "task",
      ], runsCommands: true),
    "synth-gen": ToolOptions(
      [
        "--schema": .input, "--model": .input, "--locale": .value, "--as-of": .value, "--base-url": .address,
        "--timeout": .value, "--require-llm": .flag, "--cache": .output, "--refresh": .flag, "--no-cache": .flag,
        "--offline": .flag, "-n": .value, "--rows": .value, "--first-row": .value, "--table": .value,
        "--out-dir": .output, "--given": .value, "--json": .flag, "--real": .input, "--synthetic": .input,
        "--holdout": .input, "--metadata": .input, "--types": .value, "--missing": .value, "--html": .output,
        "--fail-under": .value, "--target": .value, "--no-efficacy": .flag, "--no-privacy": .flag,
        "--max-pairs": .value, "--dependence": .value, "--marginals": .value, "--sample-rows": .value,
        "--privacy": .flag, "-k": .value, "--k": .value, "--epsilon": .value,
      ], subcommands: ["generate", "schema", "generators", "learn", "evaluate"], takesWords: true),
  ]

  /// Of the tools that ask a service.
  private static let network: [String: Role] = [
    "--base-url": .address, "--interval": .value, "--timeout": .value, "--cache": .output, "--cache-age": .value,
    "--refresh": .flag, "--no-cache": .flag, "--offline": .flag,
  ]

  /// Of the option groups that the tools share.
  private static let common: [String: Role] = [
    "--from": .value, "--delimiter": .value, "--no-header": .flag, "--id-field": .value, "--ragged": .value,
    "--max-record-bytes": .value, "--on-error": .errorPolicy, "--to": .value, "--compress": .value,
    "--infer-types": .flag, "--flatten": .flag, "--unflatten": .flag, "--columns": .value, "-o": .output,
    "--output": .output, "--provenance": .output, "--no-provenance": .flag, "--context": .value,
    "--require-upstream": .flag, "--verify": .flag, "--jobs": .value, "--seed": .value, "--progress": .value,
    "--log-format": .value, "-v": .flag, "--verbose": .flag, "-q": .flag, "--quiet": .flag, "--dry-run": .flag,
  ]

  /// For tools that this version does not know.
  static let unknownTool = ToolOptions([:])

  /// The parameter of a record that an option's value becomes, when the option names an output.
  func isOutputParameter(_ name: String) -> Bool {
    if case .output = roles["--\(name)"] { true } else { false }
  }
}

extension ToolOptions {
  /// The arguments with `…` in place of the names of outputs, in which two runs always differ.
  func withoutOutputNames(_ arguments: [String]) -> [String] {
    var result: [String] = []
    var isOutputNext = false
    for argument in arguments {
      if isOutputNext {
        result.append("…")
        isOutputNext = false
        continue
      }
      let name = argument.prefix { $0 != "=" }
      if case .output = roles[String(name)] {
        isOutputNext = name.endIndex == argument.endIndex
        result.append(isOutputNext ? argument : "\(name)=…")
      } else {
        result.append(argument)
      }
    }
    return result
  }
}
