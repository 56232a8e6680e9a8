import MillraceCore
import Testing

@testable import batch_run

@Suite struct SlurmOptionsTests {
  private func options(_ line: String) throws -> SlurmOptions { try SlurmOptions(words: SlurmOptions.split(line)) }

  private func message(_ line: String) -> String {
    do {
      _ = try options(line)
      return ""
    } catch {
      return (error as? Failure).map { $0.status == .usage ? $0.description : "" } ?? ""
    }
  }

  @Test func wordsAreSplitAsAShellSplitsThem() throws {
    #expect(
      try SlurmOptions.split(#" --a='x  y' "b\"c\d" e\ f '' $HOME*`id` "#) == [
        "--a=x  y", #"b"c\d"#, "e f", "", "$HOME*`id`",
      ])
    #expect(try SlurmOptions.split("") == [])
    #expect(try SlurmOptions.split("--mail-user=jörg@uni 👩‍🔬") == ["--mail-user=jörg@uni", "👩‍🔬"])
  }

  @Test func whatIsNotSplit() {
    #expect(message("--partition='long") == "--slurm-options: the quote ' is never closed")
    #expect(message("--partition=\"long") == "--slurm-options: the quote \" is never closed")
    #expect(message("--partition=long\\") == "--slurm-options: a backslash at the end escapes nothing")
    #expect(message("--x=\0") == "--slurm-options: a zero byte is in no option")
  }

  @Test func memoryAndTimeAreSetApart() throws {
    let options = try options("--partition=long -t 2:00:00 --gres gpu:1 --mem=4G -c2 -A project --exclusive")
    #expect(options.words == ["--partition=long", "--gres", "gpu:1", "-c2", "-A", "project", "--exclusive"])
    #expect(options.time == .init(seconds: 7200))
    #expect(options.memory == .init(option: "--mem", mebibytes: 4096))
    let others = try self.options("--mem-per-cpu 500 --time=UNLIMITED")
    #expect(others.memory == .init(option: "--mem-per-cpu", mebibytes: 500))
    #expect(others.time == .init(seconds: nil))
    #expect(try self.options("-t90").time == .init(seconds: 5400))
    #expect(try self.options("--mem=0").memory == .init(option: "--mem", mebibytes: nil))
  }

  @Test(arguments: [
    "--array=0-3", "-a 0-3", "--output=x", "-ox", "--dependency=afterok:1", "-d singleton", "--wrap=true", "--parsable",
    "-J name", "--job-name=x", "--comment=x", "--chdir=/", "--requeue", "--no-requeue", "--signal=USR1", "-W",
    "--arra=1",
    "--depend=afterany:3",
  ])
  func whatBatchRunSetsItself(_ line: String) {
    #expect(message(line).hasSuffix("is not for --slurm-options: batch-run sets it itself"), "\(message(line))")
  }

  @Test func otherRefusals() {
    #expect(
      message("--partition=long sleep 5")
        == "--slurm-options: expected options of sbatch, found \"sleep\" (as in '--partition=long --time=2:00:00')")
    #expect(message("-- x").hasPrefix("--slurm-options: expected options of sbatch, found \"--\""))
    #expect(message("--mem") == "--slurm-options: --mem needs a value")
    #expect(message("--mem=much") == "--slurm-options: --mem: expected an amount of memory such as 4G, found \"much\"")
    #expect(
      message("--time=soon")
        == "--slurm-options: --time: expected a time such as 90 (minutes), 2:00:00 or 1-12, found \"soon\"")
    #expect(
      message("-M other")
        == "--slurm-options: --clusters is not for --slurm-options: jobs go to the cluster that this machine belongs to"
    )
    #expect(message("--test-only").hasSuffix("nothing would be submitted"))
    #expect(message("-H").hasSuffix("the job would wait for ever"))
  }

  @Test func memoryAndTimeGrow() throws {
    func words(
      _ line: String, _ demand: SlurmDemand, memory: Int? = nil, timeout: Double? = nil, chunks: Int = 1,
      given: SlurmDemand.Given = .init()
    ) throws -> [String] {
      demand.words(
        try options(line), memoryPerWorker: memory, chunkTimeout: timeout, chunksPerTask: chunks, given: given)
    }
    #expect(try words("-p x", SlurmDemand()) == ["-p", "x"])
    #expect(try words("--mem=1G --time=30", SlurmDemand()) == ["--mem=1024M", "--time=30"])
    #expect(
      try words("--mem=1G --time=30", SlurmDemand(outOfMemory: 2, timedOut: 1)) == ["--mem=4096M", "--time=60"])
    #expect(try words("--mem-per-cpu=1G", SlurmDemand(outOfMemory: 1)) == ["--mem-per-cpu=2048M"])
    #expect(try words("", SlurmDemand(), memory: 2 << 30, timeout: 60, chunks: 4) == ["--mem=2048M", "--time=6"])
    #expect(try words("--mem=0", SlurmDemand(outOfMemory: 1), memory: 1 << 30) == ["--mem=0"])
    #expect(try words("--time=0", SlurmDemand(timedOut: 1)) == ["--time=UNLIMITED"])
    #expect(try words("", SlurmDemand(outOfMemory: 1, timedOut: 1)) == [])
    let given = SlurmDemand.Given(memoryPerNode: nil, memoryPerCore: 100, timeLimit: 600)
    #expect(
      try words("", SlurmDemand(outOfMemory: 1, timedOut: 1), given: given) == ["--mem-per-cpu=200M", "--time=20"])
    #expect(try words("--mem=1M", SlurmDemand(outOfMemory: 1000)) == ["--mem=64M"])
  }
}
