import Glibc
import Support
import Testing

@testable import MillraceCore

/// A command as a person meets it: arguments in, text and status out.
@Suite struct CommandTests {
  let probe = Executable("probe")

  @Test func helpAndVersionGoToStandardOutput() {
    let help = probe.run(["--help"])
    #expect(help.status == 0)
    #expect(help.outputText.contains("USAGE: probe <subcommand>"))
    #expect(help.errorText.isEmpty)
    let version = probe.run(["--version"])
    #expect(version.status == 0)
    #expect(version.outputText == "probe (Millrace) \(Millrace.version), commit \(Millrace.buildCommit)\n")
  }

  @Test func speaksOfItselfByTheNameItWasStartedUnder() {
    let folder = TemporaryFolder()
    unsafe symlink(probe.path, folder("mill-probe"))
    let renamed = Executable(folder("mill-probe"))
    #expect(renamed.run(["--help"]).outputText.contains("USAGE: mill-probe <subcommand>"))
    #expect(
      renamed.run(["fail", "--frobnicate"]).errorText
        == "mill-probe: unknown option '--frobnicate'. See 'mill-probe fail --help'.\n")
  }

  @Test(arguments: [
    (["fail", "--frobnicate"], "unknown option '--frobnicate'. See 'probe fail --help'."),
    (["fail", "--jobs", "0"], "--jobs must be at least 1, not 0. See 'probe fail --help'."),
    (
      ["fail", "--jobs", "9223372036854775807"],
      "--jobs must be at most 4096, not 9223372036854775807. See 'probe fail --help'."
    ),
    (["fail", "-v", "-q"], "--verbose and --quiet exclude each other. See 'probe fail --help'."),
    (["hold-lock"], "missing expected argument '<path>'. See 'probe hold-lock --help'."),
    (
      ["fail", "--progress", "often"],
      "the value 'often' is invalid for '--progress <auto|always|never>'. Please provide one of 'auto', 'always' or 'never'. "
        + "See 'probe fail --help'."
    ),
  ]) func usageErrors(arguments: [String], text: String) {
    let outcome = probe.run(arguments)
    #expect(outcome.status == 64)
    #expect(outcome.errorText == "probe: \(text)\n")
    #expect(outcome.output.isEmpty)
  }

  @Test func failureIsOneLineAndItsStatus() {
    let outcome = probe.run(["fail"])
    #expect(outcome.status == 65)
    #expect(
      outcome.errorText == #"probe: genes.csv:17: field "price": not a number: "n/a\u{1B}\n" "#
        + "(--on-error skip drops such rows)\n")
  }

  @Test func failureAsJSON() throws {
    let outcome = probe.run(["fail", "--log-format", "json"])
    #expect(outcome.status == 65)
    #expect(outcome.errorText.split(separator: "\n").count == 1)
    let value = try JSONValue.parse(outcome.errorText)
    #expect(value.members?.map(\.name) == ["error", "message", "details", "timestamp"])
    #expect(value["error"]?.text == "bad data")
    #expect(value["message"]?.text == "not a number: \"n/a\u{1B}\n\"")
    let details = try #require(value["details"])
    #expect(details["status"]?.integer == 65)
    #expect(details["file"]?.text == "genes.csv")
    #expect(details["line"]?.integer == 17)
    #expect(details["field"]?.text == "price")
    #expect(details["advice"]?.text == "--on-error skip drops such rows")
    #expect(value["timestamp"]?.text?.hasSuffix("Z") == true)
  }

  @Test(arguments: [["--log-format=json", "--frobnicate"], ["--frobnicate", "--log-format", "json"]])
  func usageErrorAsJSON(arguments: [String]) throws {
    let outcome = probe.run(["fail"] + arguments)
    #expect(outcome.status == 64)
    let value = try JSONValue.parse(outcome.errorText)
    #expect(value["message"]?.text == "unknown option '--frobnicate'. See 'probe fail --help'.")
  }

  @Test func anHonestNoIsSilent() {
    let outcome = probe.run(["fail", "--no"])
    #expect(outcome.status == 1)
    #expect(outcome.errorText.isEmpty)
    #expect(outcome.output.isEmpty)
  }

  @Test func fullStandardOutput() {
    let outcome = probe.run(["--help"], outputFile: "/dev/full")
    #expect(outcome.status == 74)
    #expect(outcome.errorText == "probe: standard output: cannot write: no space left on device\n")
  }

  @Test(arguments: ["flood", "--help"]) func brokenPipeIsQuiet(argument: String) {
    // The pipe has no reader from the start for --help, which writes once.
    let outcome = Executable("/bin/bash").run(
      ["-c", "{ sleep 0.2; '\(probe.path)' \(argument); echo $? >&2; } | true"])
    #expect(outcome.errorText == "141\n")
  }
}

@Suite struct SignalTests {
  let folder = TemporaryFolder()

  @Test(arguments: [SIGINT, SIGTERM, SIGHUP], [false, true])
  func stopsCleanly(signal: Int32, hidden: Bool) throws {
    folder.write("out", "old")
    let program = Executable("probe").start(["write-forever", folder("out")] + (hidden ? ["--hidden"] : []))
    try #require(eventually { !program.outputSoFar.isEmpty })
    #expect(folder.names.count == (hidden ? 2 : 1))
    program.send(signal)
    let outcome = program.wait()
    #expect(outcome.signal == signal)
    // The writer goes on while the hook runs.
    #expect(outcome.outputText.split(separator: "\n").contains("stopped by \(signal)"))
    #expect(outcome.errorText.isEmpty)
    #expect(folder.names == ["out"])
    #expect(folder.text("out") == "old")
  }

  @Test func ignoredSignalStaysIgnored() throws {
    let ready = folder("ready")
    let program = Executable("/bin/bash").start(
      ["-c", "trap '' INT; exec '\(Executable("probe").path)' hold-lock '\(ready)'"])
    try #require(eventually { !program.outputSoFar.isEmpty })
    program.send(SIGINT)
    usleep(100_000)
    program.send(SIGTERM)
    #expect(program.wait().signal == SIGTERM)
  }
}

@Suite struct ProgressTests {
  let probe = Executable("probe")

  @Test(.enabled(if: hasTerminals, "no terminal to be had")) func barOnATerminal() {
    let outcome = probe.run(["show-progress"], errorsOnTerminal: true)
    #expect(outcome.status == 0)
    // The note stands on a line of its own, the bar is drawn anew behind it, and removed in the end.
    #expect(outcome.errorText.contains("\r\u{1B}[Kprobe: note: half of it\r\n"))
    #expect(outcome.errorText.contains(" % [#"))
    #expect(outcome.errorText.contains("-] "))
    #expect(outcome.errorText.hasSuffix("\r\u{1B}[K"))
    let draws = outcome.errorText.split(separator: "\r\u{1B}[K")
    #expect((2...Int(outcome.elapsed * 10) + 3).contains(draws.count), "ten times a second for half a second and more")
    #expect(draws.flatMap { $0.split(separator: "\r\n") }.allSatisfy { $0.utf8.count < 80 })
  }

  @Test func noBarOffATerminal() {
    #expect(probe.run(["show-progress"]).errorText == "probe: note: half of it\n")
    #expect(probe.run(["show-progress", "-v"]).errorText == "probe: note: half of it\nprobe: debug: done\n")
    #expect(probe.run(["show-progress", "-q"]).errorText.isEmpty)
  }

  @Test(.enabled(if: hasTerminals, "no terminal to be had")) func noBarOnATerminalThatDoesNotWantIt() {
    #expect(probe.run(["show-progress", "-q", "--progress", "always"], errorsOnTerminal: true).errorText.isEmpty)
    #expect(
      probe.run(["show-progress", "--progress", "never"], errorsOnTerminal: true).errorText.contains("%") == false)
  }

  @Test func linesInALog() throws {
    let arguments = ["show-progress", "--progress", "always", "--steps", "105"]
    let asJSON = probe.start(arguments + ["--log-format", "json"])
    let asText = probe.start(arguments)
    let outcome = asText.wait()
    let lines = outcome.errorText.split(separator: "\n")
    #expect((2...Int(outcome.elapsed / 5) + 1).contains(lines.count), "one in five seconds, and the note")
    #expect(lines.last?.hasPrefix("probe: note: ") == true)
    #expect(lines.last?.hasSuffix(" left") == true)
    let json = try asJSON.wait().errorText.split(separator: "\n").map { try JSONValue.parse(String($0)) }
    let details = try #require(json.lazy.compactMap { $0["details"] }.first { $0["records"] != nil })
    #expect((1...105).contains(details["records"]?.integer ?? 0))
    #expect(details["total_bytes"]?.integer == 1000)
    #expect(try #require(details["elapsed_seconds"]?.integer) >= 5)
  }

  @Test func meter() {
    var meter = ProgressMeter(totalBytes: 10_000_000)
    meter.update(bytes: 0, records: 0, elapsed: 1)
    #expect(meter.remaining == nil)
    meter = ProgressMeter(totalBytes: 10_000_000)
    meter.update(bytes: 2_500_000, records: 1000, elapsed: 1)
    #expect(meter.fraction == 0.25)
    #expect(meter.remaining == 3)
    #expect(meter.line == "2.5 MB, 1000 records, 2.5 MB/s, 0:03 left")
    #expect(meter.bar(width: 80) == "25 % [#######-----------------------] 2.5 MB, 1000 records, 2.5 MB/s, 0:03 left")
    #expect(meter.bar(width: 30) == "25 % 2.5 MB, 1000 records, 2.")
    meter.update(bytes: 2_500_000, records: 1000, elapsed: 4)
    #expect(abs(meter.rate - 2_500_000 / 2.718281828) < 1, "the past weighs 1/e after 3 s")
    var unknown = ProgressMeter(totalBytes: nil)
    unknown.update(bytes: 999, records: 7, elapsed: 3661)
    #expect(unknown.bar(width: 80) == "999 B, 7 records, 0 B/s, 1:01:01")
    #expect(unknown.details.map(\.name) == ["bytes", "records", "bytes_per_second", "elapsed_seconds"])
  }
}

@Suite struct DiagnosticsTests {
  @Test func timestamps() {
    #expect(Timestamp(seconds: 0).description == "1970-01-01T00:00:00.000Z")
    #expect(Timestamp(seconds: 951_782_399, nanoseconds: 7_999_999).description == "2000-02-28T23:59:59.007Z")
  }

  @Test func warningsAsJSONUseTheClock() throws {
    let folder = TemporaryFolder()
    folder.write("log", "")
    let descriptor = unsafe open(folder("log"), O_WRONLY)
    defer { close(descriptor) }
    let diagnostics = Diagnostics(
      tool: "chunk", format: .json, descriptor: descriptor, clock: Clock { Timestamp(seconds: 1) })
    diagnostics.warning("a row was \"dropped\"", details: [.init("row", .integer(3))])
    diagnostics.debug("not under normal verbosity")
    #expect(
      folder.text("log")
        == #"{"level":"warning","message":"a row was \"dropped\"","details":{"row":3},"timestamp":"1970-01-01T00:00:01.000Z"}"#
        + "\n")
  }
}
