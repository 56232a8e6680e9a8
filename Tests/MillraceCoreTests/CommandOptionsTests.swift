import ArgumentParser
import Support
import Testing

@testable import MillraceCore

@Suite struct OptionsTests {
  @Test func defaults() throws {
    let input = try InputOptions.parse([])
    #expect(input.files.isEmpty)
    #expect(input.table.from == nil)
    #expect(input.table.delimiter == nil)
    #expect(!input.table.hasNoHeader)
    #expect(input.ragged == .fail)
    #expect(input.table.maxRecordBytes.bytes == 16 << 20)
    #expect(input.onError == .fail)
    let run = try RunOptions.parse([])
    #expect(run.workers == availableCores())
    #expect(run.progress == .auto)
  }

  @Test func everyOption() throws {
    let input = try InputOptions.parse([
      "a.csv", "-", "--from", "tsv", "--delimiter", "semicolon", "--no-header", "--id-field", "gene", "--ragged",
      "trim", "--max-record-bytes", "1M", "--on-error", "quarantine=bad rows.csv",
    ])
    #expect(input.files == ["a.csv", "-"])
    #expect(input.table.from == .tsv)
    #expect(input.table.delimiter?.byte == UInt8(ascii: ";"))
    #expect(input.table.hasNoHeader)
    #expect(input.idField == "gene")
    #expect(input.ragged == .trim)
    #expect(input.table.maxRecordBytes.bytes == 1 << 20)
    #expect(input.onError == .quarantine(file: "bad rows.csv"))
    let format = try FormatOptions.parse(["--to", "ndjson", "--compress", "zstd", "--infer-types"])
    #expect(format.to == .ndjson)
    #expect(format.compress.compression == .zstd)
    #expect(format.inferTypes)
    #expect(try FormatOptions.parse(["--to", "csv", "--columns", "a,b"]).columns?.names == ["a", "b"])
    #expect(try OutputOptions.parse(["-o", "out"]).output == "out")
    let provenance = try ProvenanceOptions.parse(["--context", "rows", "--require-upstream", "--verify"])
    #expect(provenance.context == .rows)
    #expect(provenance.requireUpstream && provenance.verify && !provenance.noProvenance)
    let run = try RunOptions.parse([
      "--jobs", "3", "--seed", "18446744073709551615", "--log-format", "json", "--dry-run",
    ])
    #expect(run.workers == 3)
    #expect(run.seed == .max)
    #expect(run.logFormat == .json)
    #expect(run.dryRun)
  }

  func message<Options: ParsableArguments>(_ type: Options.Type, _ arguments: [String]) -> String {
    do {
      _ = try Options.parse(arguments)
      return "no error"
    } catch {
      return Options.message(for: error)
    }
  }

  @Test(arguments: [
    ("", "expected one ASCII character, or tab, comma, semicolon or pipe"),
    ("ab", "expected one ASCII character, or tab, comma, semicolon or pipe"),
    ("é", "expected one ASCII character, or tab, comma, semicolon or pipe"),
    ("\"", "a quote, a line end or a zero byte cannot stand between fields"),
  ]) func badDelimiter(text: String, problem: String) {
    #expect(
      message(InputOptions.self, ["--delimiter", text])
        == "The value '\(text)' is invalid for '--delimiter <character>': \(problem)")
  }

  @Test func otherBadValues() {
    #expect(
      message(InputOptions.self, ["--max-record-bytes", "12X"])
        == "The value '12X' is invalid for '--max-record-bytes <bytes>': "
        + "expected a number of bytes such as 4096, 512K, 64M or 1G")
    #expect(
      message(InputOptions.self, ["--on-error", "quarantine="])
        == "The value 'quarantine=' is invalid for '--on-error <fail|skip|quarantine=FILE>'. "
        + "Please provide one of 'fail', 'skip' or 'quarantine=FILE'.")
    #expect(message(FormatOptions.self, ["--columns", "a,,b"]).hasSuffix(": a column name is empty"))
    #expect(message(FormatOptions.self, ["--columns", "a,a"]).hasSuffix(": the column \"a\" is there twice"))
    #expect(
      message(FormatOptions.self, ["--flatten", "--unflatten"]) == "--flatten and --unflatten exclude each other")
    // What changes a conversion needs one.
    let forNDJSON = " is for CSV that becomes NDJSON: add --to ndjson"
    #expect(message(FormatOptions.self, ["--infer-types"]) == "--infer-types" + forNDJSON)
    #expect(message(FormatOptions.self, ["--to", "csv", "--unflatten"]) == "--unflatten" + forNDJSON)
    let forCSV = " is for NDJSON that becomes CSV: add --to csv"
    #expect(message(FormatOptions.self, ["--to", "ndjson", "--flatten"]) == "--flatten" + forCSV)
    #expect(message(FormatOptions.self, ["--columns", "a"]) == "--columns" + forCSV)
    #expect(
      message(ProvenanceOptions.self, ["--provenance", "p", "--no-provenance"])
        == "--provenance and --no-provenance exclude each other")
  }

  @Test(arguments: [
    ("0", 0), ("4096", 4096), ("512K", 512 << 10), ("64M", 64 << 20), ("64mb", 64 << 20), ("1GiB", 1 << 30),
    ("2t", 2 << 40), ("7B", 7),
  ]) func byteCounts(text: String, bytes: Int) throws {
    #expect(try ByteCount(text).bytes == bytes)
  }

  @Test(arguments: ["", "K", "-1", "1.5G", "1 G", "9223372036854775807", "99999999999999999999", "9000000T", "１"])
  func badByteCounts(text: String) {
    #expect(throws: Failure.self) { try ByteCount(text) }
  }

  @Test func byteCountsDescribeThemselves() {
    #expect(
      [0, 1000, 1024, 64 << 20, 1536, 3 << 40].map { ByteCount($0).description } == [
        "0", "1000", "1K", "64M", "1536", "3T",
      ])
  }
}

@Suite struct AvailableCoresTests {
  @Test func affinityMask() {
    #expect(allowedProcessors(inStatus: "Name:\tx\nCpus_allowed:\tff,00000003\nCpus_allowed_list:\t0-1\n") == 10)
    #expect(allowedProcessors(inStatus: "Name:\tx\n") == nil)
  }

  @Test func isBoundByAffinity() {
    let outcome = Executable("/usr/bin/taskset").run(["-c", "0", Executable("probe").path, "cores"])
    #expect(outcome.outputText == "1\n")
  }

  @Test func quotaOfVersion2CountsOnTheWayUp() {
    let folder = TemporaryFolder()
    Executable("/bin/mkdir").run(["-p", folder("job/step")])
    folder.write("job/cpu.max", "250000 100000\n")
    folder.write("job/step/cpu.max", "max 100000\n")
    #expect(ControlGroups(membership: "0::/job/step\n", root: folder.path).processorLimit == 3)
    #expect(ControlGroups(membership: "0::/\n", root: folder.path).processorLimit == nil)
  }

  @Test func quotaOfVersion1() {
    let folder = TemporaryFolder()
    Executable("/bin/mkdir").run(["-p", folder("cpu,cpuacct/job")])
    folder.write("cpu,cpuacct/job/cpu.cfs_quota_us", "50000\n")
    folder.write("cpu,cpuacct/job/cpu.cfs_period_us", "100000\n")
    folder.write("cpu,cpuacct/cpu.cfs_quota_us", "-1\n")
    #expect(ControlGroups(membership: "4:cpu,cpuacct:/job\n3:memory:/job\n", root: folder.path).processorLimit == 1)
    #expect(ControlGroups(membership: "4:cpu,cpuacct:/\n", root: folder.path).processorLimit == nil)
  }
}
