import ArgumentParser
import MillraceCore
import YAMLDocuments

extension PipelineParser {
  /// The options of `batch-run` that a step may name, without their dashes.
  static let batchOptionNames = [
    "workers", "memory-per-worker", "load-limit", "chunk-timeout", "retries", "split-on-oom", "on-failure",
    "max-failed",
    "durable", "backend", "slurm-options", "chunks-per-task", "chunk-bytes", "chunk-records", "result", "accept-status",
    "same-rows", "from", "delimiter", "no-header", "max-record-bytes", "provenance", "no-provenance", "context",
    "require-upstream", "verify",
  ]
  /// Options that are there or not.
  private static let flags: Set = [
    "split-on-oom", "durable", "same-rows", "no-header", "no-provenance", "require-upstream", "verify",
  ]
  /// Those among them that can be taken back in so many words.
  private static let invertedFlags: Set = ["split-on-oom", "durable"]
  /// Options that the pipeline itself sets, and what says the same in a step.
  private static let ownOptions = [
    "job": "the run keeps it in its own folder", "output": "the step's output says where results go",
    "notify": "the pipeline's notify says whom to tell", "notify-mail": "the pipeline's notify says whom to tell",
    "notify-command": "the pipeline's notify says whom to tell",
  ]

  /// Reads `options:` of a batch step: names with values, as they will stand on the command line.
  mutating func batchOptions(_ value: YAMLValue, _ what: String) -> [String] {
    guard case .map(let entries) = value.content else {
      report("\(what): expected options with values, found \(value.found)", value.line)
      return []
    }
    var arguments: [String] = []
    var seen: Set<String> = []
    for entry in entries {
      let name = entry.key.hasPrefix("--") ? String(entry.key.dropFirst(2)) : entry.key
      guard Self.batchOptionNames.contains(name) else {
        let own = Self.ownOptions[name]
        let near = nearestName(to: name, among: Self.batchOptionNames).map { "did you mean \"\($0)\"?" }
        report(
          own == nil ? "\(what): unknown option \"\(name)\"" : "\(what): \"\(name)\" is not for a step to say",
          entry.keyLine, advice: own ?? near ?? "batch-run --help lists them")
        continue
      }
      if !seen.insert(name).inserted { report("\(what): the option \"\(name)\" is there twice", entry.keyLine) }
      if Self.flags.contains(name) {
        switch word(entry.value, "\(what): \(name)", of: ["true", "false"]) {
        case "true": arguments.append("--\(name)")
        case "false" where Self.invertedFlags.contains(name): arguments.append("--no-\(name)")
        default: break
        }
      } else if let text = text(entry.value, "\(what): \(name)") {
        arguments.append("--\(name)=\(text)")
      }
    }
    checkValues(arguments, what, line: value.line)
    return arguments
  }

  /// Has the values looked at by the command that will take them.
  private mutating func checkValues(_ arguments: [String], _ what: String, line: Int) {
    do {
      _ = try Run.parse(arguments + ["--", "true"])
    } catch {
      let text = Run.message(for: error).split(separator: "\n").joined(separator: " ")
      report("\(what): \(text)", line)
    }
  }
}
