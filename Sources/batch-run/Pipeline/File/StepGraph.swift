import MillraceCore

/// Which step needs which.
struct StepGraph: Sendable {
  private let steps: [PipelineStep]
  private let indices: [String: Int]

  /// Of steps with equal names, the first counts.
  init(_ steps: [PipelineStep]) {
    self.steps = steps
    indices = Dictionary(steps.enumerated().map { ($1.name, $0) }) { first, _ in first }
  }

  func index(of name: String) -> Int? { indices[name] }

  /// The positions of the steps that one needs; names of no step are left out.
  func needs(of step: Int) -> [Int] { steps[step].needs.compactMap { indices[$0] } }

  /// All steps that come before one, whatever lies between.
  func ancestors(of step: Int) -> Set<Int> {
    var found: Set<Int> = []
    var open = needs(of: step)
    while let next = open.popLast() {
      if found.insert(next).inserted { open += needs(of: next) }
    }
    return found
  }

  /// Steps that need each other in a circle, each once and the first one again at the end; nil when there is none.
  func cycle() -> [String]? {
    enum Mark { case open, done }
    var marks: [Mark?] = Array(repeating: nil, count: steps.count)
    for start in steps.indices where marks[start] == nil {
      // Depth-first, with the way here in `path` and the needs not yet looked at beside each step on it.
      var path: [(step: Int, rest: ArraySlice<Int>)] = [(start, needs(of: start)[...])]
      marks[start] = .open
      while let last = path.indices.last {
        guard let next = path[last].rest.popFirst() else {
          marks[path[last].step] = .done
          path.removeLast()
          continue
        }
        switch marks[next] {
        case .done: continue
        case .open:
          let circle = path.drop { $0.step != next }.map { steps[$0.step].name }
          return circle + [steps[next].name]
        case nil:
          marks[next] = .open
          path.append((next, needs(of: next)[...]))
        }
      }
    }
    return nil
  }
}
