import ArgumentParser
import MillraceCore

/// Draws how a job went.
struct Report: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Draw how a job went: chunks by worker over time, durations, memory, failures.",
    discussion: """
      Writes one HTML page that loads nothing from anywhere. Of a job with very many chunks it draws sums.
        $ batch-run report -o report.html 20261121-184503-k7q2
      """)

  @OptionGroup var job: JobArgument
  @Option(
    name: .shortAndLong, help: ArgumentHelp("The page instead of HTML on standard output.", valueName: "file"),
    completion: .file(extensions: ["html"]))
  var output: String?

  func run() throws {
    let folder = try job.folder()
    var watch = try JobWatch(folder)
    let report = JobReport(try watch.look(), name: JobHome(processEnvironment()).name(of: folder))
    guard let output, output != "-" else { return try StandardOutput.write(report.html) }
    try AtomicFile.write(ByteBuffer(report.html), to: output)
  }
}
