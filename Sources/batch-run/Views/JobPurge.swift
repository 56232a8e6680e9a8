import Glibc
import MillraceCore

/// Removes folders of jobs, and nothing else.
struct JobPurge {
  let home: JobHome
  let environment: [String: String]
  /// Seconds without an event.
  var olderThan: Double?
  /// Unfinished jobs and damaged ones go, too.
  var isForced = false
  var isDryRun = false
  var clock = Clock.system

  struct Outcome {
    var removed = 0
    /// Of the removed files.
    var bytes = 0
    /// What could not be removed, and why.
    var failures: [Failure] = []
  }

  /// - Parameters:
  ///   - names: ids or folders; empty for all jobs in their usual place, of which unfinished and damaged ones are passed
  ///     over.
  ///   - tell: takes a line for each folder that goes.
  func remove(_ names: [String], tell: (String) throws(Failure) -> Void) throws(Failure) -> Outcome {
    var outcome = Outcome()
    if names.isEmpty {
      for job in try home.contents().jobs {
        guard let record = try? job.folder.record(), record.state.isFinal, isOldEnough(record), job.folder.owner == nil
        else { continue }
        do throws(Failure) {
          try remove(job.folder, record.state.rawValue, into: &outcome, tell)
        } catch {
          if error == .brokenPipe { throw error }
          outcome.failures.append(error)
        }
      }
      if !isDryRun { removeRemains() }
      return outcome
    }
    for name in names {
      do throws(Failure) {
        let folder = try JobFolder(finding: name, environment: environment)
        guard let state = try state(of: folder) else { continue }
        try remove(folder, state, into: &outcome, tell)
      } catch {
        if error == .brokenPipe { throw error }
        outcome.failures.append(error)
      }
    }
    return outcome
  }

  private func isOldEnough(_ record: JobRecord) -> Bool {
    olderThan.map { clock.now().since(record.lastTime) >= $0 } ?? true
  }

  /// The state in words of a job that may be removed; nil for one that is too young.
  ///
  /// - Throws: `.no` for one that must stay.
  private func state(of folder: JobFolder) throws(Failure) -> String? {
    let place = Place(file: home.name(of: folder))
    func busy(_ who: String) -> Failure {
      Failure(.no, "the job is being worked on by \(printable(who))", at: place, advice: "batch-run cancel ends it")
    }
    if let owner = folder.owner { throw busy(owner) }
    let overview: JobOverview
    do throws(Failure) {
      var watch = try JobWatch(folder, clock: clock)
      overview = try watch.look(countsReceipts: false)
    } catch {
      // Elsewhere other programs may have files of that name.
      guard home.contains(folder) else {
        throw Failure(
          error.status, "the job cannot be read: \(error.message)", at: place, advice: "remove the folder by hand")
      }
      guard isForced else {
        throw Failure(
          error.status, "the job cannot be read: \(error.message)", at: place, advice: "--force removes it all the same"
        )
      }
      return olderThan == nil ? "damaged" : nil
    }
    switch overview.ownership {
    case .owned(let who): throw busy(who)
    case .onSlurm(let jobs) where !isForced: throw busy("Slurm, \(namingFirst(jobs))")
    case .onSlurm, .abandoned, .ended: break
    }
    let record = overview.record
    guard isOldEnough(record) else { return nil }
    guard record.state.isFinal || isForced else {
      throw Failure(
        .no, "the job is \(record.state.rawValue), not ended", at: place,
        advice: "batch-run resume goes on with it, --force removes it all the same")
    }
    return record.state.rawValue
  }

  /// Removes a folder as its owner, so that nobody goes on with the job meanwhile.
  private func remove(
    _ folder: JobFolder, _ state: String, into outcome: inout Outcome, _ tell: (String) throws(Failure) -> Void
  ) throws(Failure) {
    let lock = isDryRun ? nil : try folder.own()
    defer { withExtendedLifetime(lock) {} }
    let bytes = Self.bytes(in: folder.path)
    if !isDryRun { try remove(folder.path) }
    try tell("\(home.name(of: folder))  \(state)  \(decimal(Double(bytes), "B"))  \(printable(folder.path))\n")
    outcome.removed += 1
    outcome.bytes += bytes
  }

  /// The folder goes in one step, and then what was in it: a kill leaves no job of which half is missing.
  private func remove(_ path: String) throws(Failure) {
    let remains = "\(folderPart(of: path))/.\(nameInFolder(path))\(Self.remainsSuffix)"
    guard unsafe rename(path, remains) == 0 else {
      throw .system(.cannotCreate, "cannot remove the folder", errorNumber: errno, at: Place(file: path))
    }
    removeTree(remains)
    guard !isThere(remains) else {
      throw Failure(.inputOutput, "not all of it could be removed", at: Place(file: remains), advice: "remove the rest")
    }
  }

  private static let remainsSuffix = ".purged"

  /// What an earlier run was killed over.
  private func removeRemains() {
    for name in (try? namesInFolder(home.path)) ?? [] where name.hasPrefix(".") && name.hasSuffix(Self.remainsSuffix) {
      removeTree("\(home.path)/\(name)")
    }
  }

  /// Of all files below a folder, as far as they can be seen; links are not followed.
  private static func bytes(in path: String) -> Int {
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else { return 0 }
    guard status.st_mode & S_IFMT == S_IFDIR else { return Int(status.st_size) }
    return ((try? namesInFolder(path)) ?? []).reduce(0) { $0 + bytes(in: "\(path)/\($1)") }
  }
}
