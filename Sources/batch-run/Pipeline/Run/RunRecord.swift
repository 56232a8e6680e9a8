import MillraceCore

/// What a run's journal says, summed up.
struct RunRecord: Sendable {
  var specification: RunSpecification
  var state: RunState
  /// When the first process took it up.
  var began: Timestamp?
  /// When the last one ended it.
  var ended: Timestamp?
  /// In the order of the file.
  var steps: [Step]

  struct Step: Sendable {
    var name: String
    var state = StepState.waiting
    var began: Timestamp?
    var end: StepEnd?
    var failedAttempts = 0
  }

  init(_ folder: RunFolder) throws(Failure) {
    try self.init(specification: folder.specification(), events: RunJournal.events(of: folder.journal))
    guard state == .running, !folder.isOwned else { return }
    state = .interrupted
    for index in steps.indices where steps[index].state == .running { steps[index].state = .interrupted }
  }

  init(specification: RunSpecification, events: [RunEvent]) {
    self.specification = specification
    state = .running
    steps = specification.steps.map { Step(name: $0.name) }
    let indices = Dictionary(steps.enumerated().map { ($1.name, $0) }) { first, _ in first }
    for event in events {
      switch event {
      case .began(_, _, let time):
        began = began ?? time
        ended = nil
        state = .running
        // What an earlier process had under way is done again.
        for index in steps.indices where steps[index].state != .completed {
          steps[index] = Step(name: steps[index].name)
        }
      case .stepBegan(let step, let time):
        guard let index = indices[step] else { continue }
        steps[index].state = .running
        steps[index].began = time
      case .attemptFailed(let step, _, _, _):
        if let index = indices[step] { steps[index].failedAttempts += 1 }
      case .stepEnded(let step, let end):
        guard let index = indices[step] else { continue }
        steps[index].state = end.state
        steps[index].end = end
      case .ended(let state, let time):
        self.state = state
        ended = time
        // A signal leaves no time for each to tell its end.
        for index in steps.indices where steps[index].state == .running { steps[index].state = .cancelled }
      }
    }
  }

  func names(of state: StepState) -> [String] { steps.filter { $0.state == state }.map(\.name) }

  var completed: [String: StepEnd] {
    var ends: [String: StepEnd] = [:]
    for step in steps where step.state == .completed { ends[step.name] = step.end }
    return ends
  }
}
