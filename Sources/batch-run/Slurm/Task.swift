import ArgumentParser
import MillraceCore

/// What a task of an array runs on its node.
struct RunTask: MillraceCommand {
  static let configuration = CommandConfiguration(
    commandName: "task", abstract: "Work on the chunks of one task of an array on Slurm.", shouldDisplay: false)

  @Argument(help: "The job's folder.")
  var job: String

  @Argument(help: "Which array of the job it is.")
  var array: Int

  func run() throws {
    let environment = processEnvironment()
    let diagnostics = Diagnostics()
    guard let number = environment["SLURM_ARRAY_TASK_ID"].flatMap({ Int($0) }) else {
      throw Failure(.usage, "SLURM_ARRAY_TASK_ID is not set: this is run by a task of an array on Slurm")
    }
    let folder = try JobFolder(finding: job, environment: environment)
    let manifest = try SlurmManifest(SlurmFolder(job: folder).manifestPath(array), task: number)
    try ChunkTask(
      folder: folder, specification: try folder.specification(), manifest: manifest, number: number,
      environment: environment, diagnostics: diagnostics, clock: .system
    ).run()
  }
}
