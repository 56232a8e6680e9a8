import MillraceCore

/// What Slurm says of the tasks of a job's arrays: the one report of squeue, and for what that does not list accounting and
/// the controller.
struct SlurmTasks {
  /// A task, by the job's own count of arrays.
  struct Place: Hashable, Sendable {
    var array: Int
    var task: Int
  }

  private var jobs: [Place: SlurmJob] = [:]
  /// Of each array what waits without an entry of its own.
  private var waiting: [Int: [SlurmJob]] = [:]
  /// Slurm's numbers of arrays, as far as it told them.
  private(set) var numbers: [Int: Int] = [:]

  /// Takes entries in, newer ones over older ones of the same task, and those that may still do something over all.
  ///
  /// - Parameter array: which array an entry belongs to; nil for none.
  mutating func add(_ entries: [SlurmJob], array: (SlurmJob) -> Int?) {
    for entry in entries {
      guard let array = array(entry) else { continue }
      if let number = entry.array { numbers[array] = max(numbers[array] ?? 0, number) }
      guard let task = entry.task else {
        if entry.waiting != nil { waiting[array, default: []].append(entry) }
        continue
      }
      let place = Place(array: array, task: task)
      if let known = jobs[place], !known.state.isFinal || (entry.state.isFinal && known.identifier > entry.identifier) {
        continue
      }
      jobs[place] = entry
    }
  }

  /// What is known of a task; nil when Slurm has not said anything.
  func job(at place: Place) -> SlurmJob? {
    if let job = jobs[place] { return job }
    return waiting[place.array]?.first { $0.waiting?.contains(place.task) == true }
  }
}

extension SlurmCommands {
  /// Asks for tasks, one source after the other until nothing is left to ask.
  ///
  /// - Parameters:
  ///   - marks: what the marks of all of the job's arrays begin with.
  ///   - known: Slurm's numbers of arrays, as far as they were heard.
  ///   - hasAccounting: set to false when there is none, so that nobody asks again.
  /// - Throws: `.serviceUnavailable` when Slurm does not answer.
  func tasks(
    _ places: Set<SlurmTasks.Place>, marks: String, known: [Int: Int], hasAccounting: inout Bool
  ) throws(Failure) -> SlurmTasks {
    func array(of text: String) -> Int? { text.hasPrefix(marks) ? Int(text.dropFirst(marks.count)) : nil }
    var tasks = SlurmTasks()
    let listed = try jobs { array(of: $0) != nil || array(of: $1) != nil }
    tasks.add(listed ?? []) { array(of: $0.name) ?? array(of: $0.comment) }
    let numbers = known.merging(tasks.numbers) { $1 }
    func missing() -> [Int: Int] {
      let arrays = Set(places.filter { tasks.job(at: $0) == nil }.map(\.array))
      return numbers.filter { arrays.contains($0.key) }
    }
    var rest = missing()
    if hasAccounting, !rest.isEmpty {
      if let entries = accounting(Array(rest.values)) {
        let arrays = Dictionary(rest.map { ($1, $0) }) { first, _ in first }
        tasks.add(entries) { entry in
          // Numbers are used again when an accounting data base outlives a cluster.
          (array(of: entry.name)).flatMap { number in entry.array.flatMap { arrays[$0] } == number ? number : nil }
        }
      } else {
        hasAccounting = false
      }
      rest = missing()
    }
    for (array, number) in rest.sorted(by: { $0.key < $1.key }) {
      tasks.add(try job(number)) { $0.name == "\(marks)\(array)" ? array : nil }
    }
    return tasks
  }
}
