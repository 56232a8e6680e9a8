import MillraceCore

/// The jobs that have their folders where jobs have them when nobody says otherwise.
struct JobHome {
  let path: String
  private let environment: [String: String]

  init(_ environment: [String: String]) {
    path = JobFolder.home(environment)
    self.environment = environment
  }

  struct Job {
    var folder: JobFolder
    var specification: JobSpecification
  }

  /// A folder in which no job can be read, and why.
  struct Damage {
    var name: String
    var failure: Failure
  }

  /// The jobs, the newest first, and what is damaged.
  ///
  /// - Throws: `.inputOutput` when the folder cannot be read; one that is not there holds no jobs.
  func contents() throws(Failure) -> (jobs: [Job], damaged: [Damage]) {
    guard isFolder(path) else { return ([], []) }
    var jobs: [Job] = []
    var damaged: [Damage] = []
    for name in try namesInFolder(path).sorted() where !name.hasPrefix(".") {
      do throws(Failure) {
        let folder = try JobFolder(finding: "\(path)/\(name)", environment: environment)
        jobs.append(Job(folder: folder, specification: try folder.specification()))
      } catch {
        damaged.append(Damage(name: name, failure: error))
      }
    }
    jobs.sort { one, other in
      let (mine, theirs) = (one.specification, other.specification)
      if mine.created == theirs.created { return mine.identifier > theirs.identifier }
      return theirs.created < mine.created
    }
    return (jobs, damaged)
  }

  /// The job that was made last.
  ///
  /// - Throws: `.noInput` when there is none.
  func newest() throws(Failure) -> JobFolder {
    let (jobs, damaged) = try contents()
    if let job = jobs.first { return job.folder }
    throw Failure(
      .noInput, damaged.isEmpty ? "there are no jobs" : "there is no job that can be read", at: Place(file: path),
      advice: damaged.isEmpty ? "name the folder of one that lies elsewhere" : "batch-run list tells of each")
  }

  /// Whether the job's folder lies here.
  func contains(_ folder: JobFolder) -> Bool { folderPart(of: folder.path) == resolvedPath(path) ?? path }

  /// What a person types to mean the job: its id, or its folder when that lies elsewhere.
  func name(of folder: JobFolder) -> String {
    printable(contains(folder) ? nameInFolder(folder.path) : CommandLineText.quoting([folder.path]))
  }
}
