import MillraceCore

/// What a run runs: enough to tell whether the pipeline file is still the one that it began with.
struct RunSpecification: Sendable, Equatable {
  static let version = 1

  var identifier: String
  var pipeline: String
  /// The pipeline file, from the root.
  var file: String
  var created: Timestamp
  /// Of what the file says for all steps: directory and environment.
  var head: SHA256Digest
  var steps: [Step]

  struct Step: Sendable, Equatable {
    var name: String
    var digest: SHA256Digest
  }

  init(identifier: String, plan: PipelinePlan, created: Timestamp) {
    self.identifier = identifier
    self.created = created
    pipeline = plan.pipeline.name
    file = plan.path
    head = plan.pipeline.headDigest
    steps = plan.steps.map { Step(name: $0.step.name, digest: $0.step.digest) }
  }

  /// What is not as it was in a pipeline of today; nil when all that matters to the run is.
  func difference(to plan: PipelinePlan) -> String? {
    if plan.pipeline.name != pipeline { return "its name" }
    if plan.pipeline.headDigest != head { return "its directory or environment" }
    let now = Dictionary(plan.steps.map { ($0.step.name, $0.step.digest) }) { first, _ in first }
    let before = Dictionary(steps.map { ($0.name, $0.digest) }) { first, _ in first }
    let changed = steps.map(\.name).filter { now[$0] != nil && now[$0] != before[$0] }
    let gone = steps.map(\.name).filter { now[$0] == nil }
    let new = plan.steps.map(\.step.name).filter { before[$0] == nil }
    let parts = [("changed", changed), ("removed", gone), ("added", new)].filter { !$0.1.isEmpty }
    guard !parts.isEmpty else { return nil }
    return parts.map { "\($0.0) \($0.1.count == 1 ? "step" : "steps") \(namingFirst($0.1, most: 5))" }
      .joined(separator: ", ")
  }

  var json: JSONValue {
    .object([
      .init("version", .integer(Self.version)), .init("id", .string(identifier)), .init("pipeline", .string(pipeline)),
      .init("file", .string(file)), .init("created", .string(created.localText)),
      .init("head", .string(head.description)),
      .init(
        "steps",
        .array(
          steps.map { .object([.init("name", .string($0.name)), .init("definition", .string($0.digest.description))]) })
      ),
    ])
  }

  init?(_ json: JSONValue) {
    guard json["version"]?.integer == Self.version, let identifier = json["id"]?.text,
      let pipeline = json["pipeline"]?.text, let file = json["file"]?.text,
      let created = json["created"]?.text.flatMap({ Timestamp(localText: $0) }),
      let head = json["head"]?.text.flatMap({ SHA256Digest($0) }), let steps = json["steps"]?.elements
    else { return nil }
    self.identifier = identifier
    self.pipeline = pipeline
    self.file = file
    self.created = created
    self.head = head
    self.steps = []
    for step in steps {
      guard let name = step["name"]?.text, let digest = step["definition"]?.text.flatMap({ SHA256Digest($0) })
      else { return nil }
      self.steps.append(Step(name: name, digest: digest))
    }
  }
}

extension Pipeline {
  /// Of directory and environment as the file has them.
  var headDigest: SHA256Digest {
    let variables = environment.map { JSONValue.Member($0.name, .string($0.value.source)) }
    let head = JSONValue.object([
      .init("directory", directory.map { .string($0.source) } ?? .null), .init("environment", .object(variables)),
    ])
    return SHA256Digest(of: head.json)
  }
}
