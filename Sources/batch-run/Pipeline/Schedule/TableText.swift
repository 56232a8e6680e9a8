import MillraceCore

/// The text of a user's crontab, in which each scheduled pipeline has lines of its own between two comments. All other lines
/// stay as they are, byte for byte.
struct TableText: Equatable {
  private(set) var bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  private static func firstLine(_ name: String) -> String {
    "# BEGIN pipeline \(name) (batch-run pipeline deactivate removes these lines)"
  }
  private static func lastLine(_ name: String) -> String { "# END pipeline \(name)" }

  /// The pipeline's own lines, between the comments; nil when it has none.
  func lines(of name: String) throws(Failure) -> [String]? {
    guard let range = try range(of: name) else { return nil }
    let text = String(decoding: bytes[range], as: UTF8.self)
    return text.split(separator: "\n").dropFirst().dropLast().map(String.init)
  }

  /// Puts lines in the place of the pipeline's earlier ones, or behind all others.
  mutating func set(_ lines: [String], for name: String) throws(Failure) {
    let all = [Self.firstLine(name)] + lines + [Self.lastLine(name)]
    let block = Array(all.map { $0 + "\n" }.joined().utf8)
    if let range = try range(of: name) {
      bytes.replaceSubrange(range, with: block)
    } else {
      if let last = bytes.last, last != 0x0a { bytes.append(0x0a) }
      bytes += block
    }
  }

  /// Removes the pipeline's lines and their comments.
  mutating func remove(_ name: String) throws(Failure) {
    if let range = try range(of: name) { bytes.removeSubrange(range) }
  }

  /// From the first comment to behind the last one's line end.
  private func range(of name: String) throws(Failure) -> Range<Int>? {
    guard let first = lineRange(Self.firstLine(name), from: 0) else { return nil }
    guard let last = lineRange(Self.lastLine(name), from: first.upperBound) else {
      throw Failure(
        .badData, "the crontab has a line \"\(Self.firstLine(name))\", and no \"\(Self.lastLine(name))\" behind it",
        advice: "crontab -e: remove the pipeline's lines, or put the last one back")
    }
    return first.lowerBound..<last.upperBound
  }

  private func lineRange(_ line: String, from start: Int) -> Range<Int>? {
    let wanted = Array(line.utf8)
    var position = start
    while position < bytes.count {
      let end = bytes[position...].firstIndex(of: 0x0a) ?? bytes.count
      let next = min(end + 1, bytes.count)
      if bytes[position..<end].elementsEqual(wanted) { return position..<next }
      position = next
    }
    return nil
  }
}

extension ScheduledPipeline {
  /// The lines of a crontab(5). The shell gets quoted words, and cron no bare percent sign, which would end the command.
  ///
  /// - Throws: `.badData` when the line is longer than crons read.
  func crontabLines() throws(Failure) -> [String] {
    let command = shellCommand.split(separator: "%", omittingEmptySubsequences: false).joined(separator: "\\%")
    guard command.utf8.count < 990 else {
      throw Failure(
        .badData, "the command is \(command.utf8.count) bytes long, and cron reads 990",
        advice: "activate with a shorter PATH: PATH=/usr/local/bin:/usr/bin:/bin \(program) pipeline activate …")
    }
    return ["\(schedule.text) \(command)"]
  }

  /// The lines of a scrontab(1): options for the job, then the entry.
  func scrontabLines(slurmOptions: String?) throws(Failure) -> [String] {
    if let slurmOptions, slurmOptions.contains(where: \.isNewline) {
      throw Failure(.usage, "--slurm-options must be on one line")
    }
    let options = ["--job-name=pipeline-\(name)"] + [slurmOptions].compactMap { $0 }
    return options.map { "#SCRON \($0)" } + ["\(schedule.text) \(shellCommand)"]
  }

  private var shellCommand: String {
    let variables = environment.map { "\($0.name)=\($0.value)" }
    return CommandLineText.quoting(["/usr/bin/env"] + variables + command)
  }
}
