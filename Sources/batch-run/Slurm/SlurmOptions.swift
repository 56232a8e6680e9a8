import MillraceCore

/// What `--slurm-options` asks of sbatch: its words, split as a shell splits them, with memory and time limit apart, since
/// attempts that ran out of either get more.
struct SlurmOptions: Sendable, Equatable {
  /// What goes to sbatch as it is.
  var words: [String] = []
  var memory: Memory?
  var time: Time?

  struct Memory: Sendable, Equatable {
    /// `--mem`, `--mem-per-cpu` or `--mem-per-gpu`.
    var option: String
    /// Nil for all memory of a node.
    var mebibytes: Int?
  }

  struct Time: Sendable, Equatable {
    /// Nil for no limit.
    var seconds: Int?
  }

  init() {}

  /// - Parameter words: `["--partition=long", "--mem", "4G"]`.
  /// - Throws: `.usage` for an option that batch-run gives itself, and for what is no option.
  init(words given: [String]) throws(Failure) {
    var rest = given[...]
    while let word = rest.popFirst() {
      guard word.hasPrefix("-"), word != "-", word != "--" else {
        throw Self.failure(
          "expected options of sbatch, found \"\(word)\"", advice: "as in '--partition=long --time=2:00:00'")
      }
      let name = Self.name(of: word)
      if let reason = Self.refused[name] { throw Self.failure("\(name) is not for --slurm-options: \(reason)") }
      switch name {
      case "--mem", "--mem-per-cpu", "--mem-per-gpu":
        let text = try Self.value(of: word, named: name, from: &rest)
        let mebibytes = SlurmAmounts.mebibytes(text)
        guard mebibytes != nil || SlurmAmounts.bytes(text) == 0 else {
          throw Self.failure("\(name): expected an amount of memory such as 4G, found \"\(text)\"")
        }
        memory = Memory(option: name, mebibytes: mebibytes)
      case "--time":
        let text = try Self.value(of: word, named: name, from: &rest)
        let seconds = SlurmAmounts.seconds(text)
        guard seconds != nil || ["unlimited", "infinite", "-1", "0"].contains(text.lowercased()) else {
          throw Self.failure("\(name): expected a time such as 90 (minutes), 2:00:00 or 1-12, found \"\(text)\"")
        }
        time = Time(seconds: seconds)
      default:
        words.append(word)
        // Its value, where it is a word of its own.
        if let next = rest.first, !next.hasPrefix("-"), !word.contains("="), word.hasPrefix("--") || word.count == 2 {
          words.append(next)
          rest = rest.dropFirst()
        }
      }
    }
  }

  /// The option's long name; `-p` and the like are spelled out where they matter here.
  private static func name(of word: String) -> String {
    if word.hasPrefix("--") {
      let name = String(word.prefix { $0 != "=" })
      // sbatch takes any unique beginning of a name.
      let matches = owned.filter { $0.hasPrefix(name) }
      return matches.contains(name) || matches.count != 1 || name.utf8.count < 5 ? name : matches[0]
    }
    return short[word.prefix(2).description] ?? word.prefix(2).description
  }

  private static func value(of word: String, named name: String, from rest: inout ArraySlice<String>) throws(Failure)
    -> String
  {
    if word.hasPrefix("--") {
      if let equals = word.firstIndex(of: "=") { return String(word[word.index(after: equals)...]) }
    } else if word.count > 2 {
      return String(word.dropFirst(2))
    }
    guard let next = rest.popFirst() else { throw failure("\(name) needs a value") }
    return next
  }

  private static let short = [
    "-a": "--array", "-o": "--output", "-e": "--error", "-i": "--input", "-d": "--dependency", "-J": "--job-name",
    "-D": "--chdir", "-W": "--wait", "-M": "--clusters", "-t": "--time", "-h": "--help", "-V": "--version",
    "-H": "--hold", "-Q": "--quiet", "-v": "--verbose",
  ]

  private static let ours = "batch-run sets it itself"

  private static let refused: [String: String] = {
    var refused: [String: String] = [:]
    for name in [
      "--array", "--output", "--error", "--input", "--open-mode", "--dependency", "--kill-on-invalid-dep", "--wrap",
      "--parsable", "--job-name", "--comment", "--chdir", "--signal", "--requeue", "--no-requeue", "--wait",
      "--wait-all-nodes",
    ] {
      refused[name] = ours
    }
    refused["--clusters"] = "jobs go to the cluster that this machine belongs to"
    refused["--test-only"] = "nothing would be submitted"
    refused["--hold"] = "the job would wait for ever"
    for name in ["--help", "--usage", "--version"] { refused[name] = "nothing would be submitted" }
    for name in ["--quiet", "--verbose"] { refused[name] = "batch-run reads what sbatch prints" }
    return refused
  }()

  private static let owned = Array(refused.keys) + ["--mem", "--mem-per-cpu", "--mem-per-gpu", "--time", "--time-min"]

  private static func failure(_ message: String, advice: String? = nil) -> Failure {
    Failure(.usage, "--slurm-options: \(message)", advice: advice)
  }
}

extension SlurmOptions {
  /// Splits a line into words as a shell does, quotes and backslashes heeded, but expands nothing: no variables, no
  /// patterns, no commands.
  static func split(_ line: String) throws(Failure) -> [String] {
    let words: [String]
    do throws(CommandWords.Problem) {
      words = try CommandWords.words(of: line, isBlank: \.properties.isWhitespace)
    } catch {
      switch error {
      case .backslash: throw failure("a backslash at the end escapes nothing")
      case .quote(let quote), .sign(let quote): throw failure("the quote \(quote) is never closed")
      }
    }
    guard !words.contains(where: { $0.utf8.contains(0) }) else { throw failure("a zero byte is in no option") }
    return words
  }
}

/// The words of `--slurm-options`, which were found to be options that a user may give.
struct SlurmWords: Sendable, Hashable {
  var words: [String]

  init(_ line: String) throws(Failure) {
    words = try SlurmOptions.split(line)
    _ = try SlurmOptions(words: words)
  }
}
