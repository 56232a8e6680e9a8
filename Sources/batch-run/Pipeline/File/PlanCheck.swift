import MillraceCore

/// Looks at what steps have to do with each other: names, needs, and the files between them.
struct PlanCheck {
  private let file: String
  private var steps: [PipelinePlan.Step]
  private let graph: StepGraph
  private(set) var errors: [Failure] = []
  private(set) var warnings: [Failure] = []

  init(file: String, steps: [PipelinePlan.Step], graph: StepGraph) {
    self.file = file
    self.steps = steps
    self.graph = graph
  }

  /// The steps with the inputs that follow from their needs.
  mutating func checked() -> [PipelinePlan.Step] {
    checkNames()
    checkNeeds()
    if let circle = graph.cycle() {
      let line = graph.index(of: circle[0]).map { steps[$0].step.line } ?? 1
      report("steps need each other in a circle: \(circle.joined(separator: " -> "))", line)
      return steps
    }
    checkOutputs()
    for index in steps.indices {
      takeInputFromNeeds(index)
      checkInput(index)
      compareRows(index)
    }
    return steps
  }

  private mutating func report(_ message: String, _ line: Int, advice: String? = nil) {
    errors.append(Failure(.badData, message, at: Place(file: file, line: line), advice: advice))
  }

  private mutating func checkNames() {
    for (index, step) in steps.enumerated() {
      guard let first = graph.index(of: step.step.name), first != index else { continue }
      report(
        "two steps are called \"\(step.step.name)\"; the first is on line \(steps[first].step.line)", step.step.line)
    }
  }

  private mutating func checkNeeds() {
    let names = steps.map(\.step.name)
    for step in steps.map(\.step) {
      for need in step.needs where graph.index(of: need) == nil {
        let near = nearestName(to: need, among: names)
        report(
          "step \"\(step.name)\" needs \"\(need)\", and there is no such step", step.line,
          advice: near.map { "did you mean \"\($0)\"?" } ?? "the steps are \(namingFirst(names))")
      }
    }
  }

  private mutating func checkOutputs() {
    var writers: [String: String] = [:]
    for step in steps {
      guard let output = step.output else { continue }
      if let other = writers[output] {
        report("the steps \"\(other)\" and \"\(step.step.name)\" both write \(output)", step.step.line)
      }
      writers[output] = step.step.name
      if step.input == output {
        report("step \"\(step.step.name)\" writes \(output), which it reads", step.step.line)
      }
    }
  }

  /// A batch or a check that names no input reads the output of the one step that it needs.
  private mutating func takeInputFromNeeds(_ index: Int) {
    let step = steps[index].step
    guard steps[index].input == nil, step.kind == .batch || step.kind == .validate else { return }
    // An unknown need has been reported.
    guard step.needs.allSatisfy({ graph.index(of: $0) != nil }) else { return }
    let inputs = steps[index].needs.compactMap { givenFile($0) }
    guard inputs.count == 1, let input = inputs.first else {
      let found = inputs.isEmpty ? "no step that it needs writes an output" : "the steps that it needs write several"
      report(
        "step \"\(step.name)\": what does it read? It names no input, and \(found)", step.line,
        advice: "add input: FILE")
      return
    }
    steps[index].input = input
  }

  /// The file that a step leaves to those that need it; a check hands on what it has checked.
  private func givenFile(_ index: Int) -> String? {
    steps[index].output ?? (steps[index].step.kind == .validate ? steps[index].input ?? inheritedInput(index) : nil)
  }

  private func inheritedInput(_ index: Int) -> String? {
    let files = steps[index].needs.compactMap { givenFile($0) }
    return files.count == 1 ? files.first : nil
  }

  private mutating func checkInput(_ index: Int) {
    guard let input = steps[index].input else { return }
    let name = steps[index].step.name
    let line = steps[index].step.line
    if let writer = steps.indices.first(where: { steps[$0].output == input && $0 != index }) {
      let other = steps[writer].step.name
      if !graph.ancestors(of: index).contains(writer) {
        report(
          "step \"\(name)\" reads \(input), which \"\(other)\" writes, and does not need that step", line,
          advice: "add needs: [\(other)]")
      }
    } else if !isThere(input) {
      warnings.append(
        Failure(
          .noInput, "step \"\(name)\" reads \(input), which is not there and no step's output",
          at: Place(file: file, line: line)))
    }
  }

  private mutating func compareRows(_ index: Int) {
    guard case .validate(let work) = steps[index].step.work, let other = work.rows.sameAs else { return }
    let (name, line) = (steps[index].step.name, steps[index].step.line)
    guard let otherIndex = graph.index(of: other) else {
      let near = nearestName(to: other, among: steps.map(\.step.name))
      report(
        "step \"\(name)\": rows: same-as: there is no step \"\(other)\"", line,
        advice: near.map { "did you mean \"\($0)\"?" })
      return
    }
    guard let file = givenFile(otherIndex) else {
      report("step \"\(name)\": rows: same-as: step \"\(other)\" has no output", line)
      return
    }
    if !graph.ancestors(of: index).contains(otherIndex) {
      report(
        "step \"\(name)\": rows: same-as: it does not need \"\(other)\", which may not have run by then", line,
        advice: "add needs: [\(other)]")
    }
    steps[index].compared = file
  }
}
