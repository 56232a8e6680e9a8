import MillraceCore

/// W3C PROV in its JSON form (member submission of 24 April 2013): artifacts are entities, stages are activities, users and
/// tools are agents.
struct ExportPROV {
  private let lineage: Lineage
  private let results: Set<Int>

  init(_ lineage: Lineage) {
    self.lineage = lineage
    results = Set(lineage.results)
  }

  /// Writes the document.
  ///
  /// - Parameters:
  ///   - contexts: gives the context records to a function, twice; each becomes an entity.
  ///   - children: gives the stages of programs that a runner ran over chunks to a function, twice; each becomes an
  ///     activity that the runner, whose identifier comes with those it started, gave its chunk to.
  func write(
    to output: ExportOutput, contexts: (_ take: (JSONValue) throws(Failure) -> Void) throws(Failure) -> Void,
    children: (_ take: (Lineage.Stage, String?) throws(Failure) -> Void) throws(Failure) -> Void
  ) throws(Failure) {
    var known = Set(lineage.stages.map(\.id))
    try output.document { () throws(Failure) in
      try output.section("prefix") { () throws(Failure) in
        for (prefix, name) in Self.prefixes { try output.put(prefix, .string(name)) }
      }
      try output.section("entity") { () throws(Failure) in
        for index in lineage.artifacts.indices { try output.put(entityName(index), entity(index)) }
        var number = 0
        try contexts { (record) throws(Failure) in
          try output.put(itemName(record, number), entity(of: record))
          number += 1
        }
      }
      try output.section("activity") { () throws(Failure) in
        for stage in lineage.stages { try output.put("run:\(stage.id)", activity(stage)) }
        try children { (stage, _) throws(Failure) in
          if known.insert(stage.id).inserted { try output.put("run:\(stage.id)", activity(stage)) }
        }
      }
      try output.section("agent") { () throws(Failure) in try writeAgents(to: output) }
      try writeRelations(to: output, contexts, known)
      try writeHandOvers(to: output, children, known)
    }
  }

  private static let prefixes = [
    ("run", "urn:uuid:"), ("data", "\(SoftwareName.namespace)#data/"), ("tool", "\(SoftwareName.namespace)/"),
    ("user", "\(SoftwareName.namespace)#user/"), ("millrace", "\(SoftwareName.namespace)#provenance/"),
  ]

  // MARK: Nodes

  private func entityName(_ index: Int) -> String { "data:\(lineage.artifacts[index].identifier)" }

  private func entity(_ index: Int) -> JSONValue {
    let artifact = lineage.artifacts[index]
    return .object([
      "prov:label": .string(artifact.name), "prov:location": artifact.path.map { .string($0) },
      "millrace:sha256": artifact.digest.map { .string($0.hex) },
      "millrace:bytes": artifact.content.map { .integer($0.bytes) },
      "millrace:records": artifact.content?.records.map { .integer($0) },
      "millrace:sidecar": artifact.sidecar.map { .string($0) },
      "millrace:completeness": results.contains(index) ? .string(lineage.completeness.rawValue) : nil,
    ])
  }

  private func activity(_ stage: Lineage.Stage) -> JSONValue {
    .object([
      "prov:label": .string(stage.command), "prov:startTime": .string(stage.start.text),
      "prov:endTime": .string(stage.end.text), "prov:location": .string(stage.host),
      "millrace:status": .integer(stage.status), "millrace:directory": stage.directory.map { .string($0) },
      "millrace:parameters": .string(JSONValue.object(stage.parameters).json), "millrace:seed": stage.seed,
      "millrace:environment": stage.environment.isEmpty ? nil : .string(JSONValue.object(stage.environment).json),
      "millrace:rows": stage.rows.map { .string($0.json) },
      "millrace:inputs_omitted": stage.inputsOmitted > 0 ? .integer(stage.inputsOmitted) : nil,
      "millrace:sources": stage.sources.isEmpty ? nil : .strings(stage.sources.map(\.json)),
      "millrace:completeness": .string(stage.completeness.rawValue),
    ])
  }

  private func entity(of context: JSONValue) -> JSONValue {
    func json(_ name: String) -> JSONValue? { context[name].map { .string($0.json) } }
    return .object([
      "prov:label": context["item"], "prov:type": .string("context"), "millrace:source": context["source"],
      "millrace:fields": context["fields"], "millrace:details": json("details"), "millrace:attempts": json("attempts"),
      "millrace:cache": json("cache"), "millrace:time": context["time"],
    ])
  }

  private func stageOf(_ context: JSONValue) -> String? {
    context["stage"]?.text.flatMap { isIdentifier($0) ? $0 : nil }
  }

  private func itemName(_ context: JSONValue, _ number: Int) -> String {
    "data:\(stageOf(context) ?? "unknown")/items/\(number)"
  }

  private func toolName(_ stage: Lineage.Stage) -> String {
    "tool:" + [stage.tool, stage.version, stage.commit].map { percentEncoded($0) }.joined(separator: "/")
  }

  private func userName(_ stage: Lineage.Stage) -> String {
    "user:\(percentEncoded(stage.host))/\(percentEncoded(stage.user))"
  }

  private func writeAgents(to output: ExportOutput) throws(Failure) {
    var known: Set<String> = []
    for stage in lineage.stages {
      if known.insert(toolName(stage)).inserted {
        try output.put(
          toolName(stage),
          .object([
            "prov:type": type("SoftwareAgent"), "prov:label": .string("\(stage.tool) \(stage.version)"),
            "millrace:commit": .string(stage.commit),
          ]))
      }
      if known.insert(userName(stage)).inserted {
        try output.put(
          userName(stage),
          .object(["prov:type": type("Person"), "prov:label": .string("\(stage.user) on \(stage.host)")]))
      }
    }
  }

  private func type(_ name: String) -> JSONValue {
    .object(["$": .string("prov:\(name)"), "type": .string("prov:QUALIFIED_NAME")])
  }

  // MARK: Relations

  private func writeRelations(
    to output: ExportOutput, _ contexts: (_ take: (JSONValue) throws(Failure) -> Void) throws(Failure) -> Void,
    _ known: Set<String>
  ) throws(Failure) {
    try output.section("used") { () throws(Failure) in
      var number = 0
      for stage in lineage.stages {
        for usage in stage.used {
          try output.put("_:u\(number)", used(usage, stage))
          number += 1
        }
      }
    }
    try output.section("wasGeneratedBy") { () throws(Failure) in
      var number = 0
      func generated(_ entity: String, _ stage: String) throws(Failure) {
        try output.put(
          "_:g\(number)", .object(["prov:entity": .string(entity), "prov:activity": .string("run:\(stage)")]))
        number += 1
      }
      for stage in lineage.stages {
        for artifact in stage.generated { try generated(entityName(artifact), stage.id) }
      }
      var item = 0
      try contexts { (record) throws(Failure) in
        if let stage = stageOf(record), known.contains(stage) { try generated(itemName(record, item), stage) }
        item += 1
      }
    }
    try output.section("wasDerivedFrom") { () throws(Failure) in try writeDerivations(to: output) }
    try output.section("wasAssociatedWith") { () throws(Failure) in
      for (index, stage) in lineage.stages.enumerated() {
        for (letter, agent) in [("t", toolName(stage)), ("p", userName(stage))] {
          try output.put(
            "_:\(letter)\(index)",
            .object(["prov:activity": .string("run:\(stage.id)"), "prov:agent": .string(agent)]))
        }
      }
    }
    try output.section("actedOnBehalfOf") { () throws(Failure) in
      for (index, stage) in lineage.stages.enumerated() {
        try output.put(
          "_:b\(index)",
          .object([
            "prov:delegate": .string(toolName(stage)), "prov:responsible": .string(userName(stage)),
            "prov:activity": .string("run:\(stage.id)"),
          ]))
      }
    }
  }

  private func writeHandOvers(
    to output: ExportOutput,
    _ children: (_ take: (Lineage.Stage, String?) throws(Failure) -> Void) throws(Failure) -> Void,
    _ known: Set<String>
  ) throws(Failure) {
    try output.section("wasInformedBy") { () throws(Failure) in
      var number = 0
      try children { (stage, runner) throws(Failure) in
        guard let runner, known.contains(runner) else { return }
        try output.put(
          "_:s\(number)",
          .object(["prov:informed": .string("run:\(stage.id)"), "prov:informant": .string("run:\(runner)")]))
        number += 1
      }
    }
  }

  private func used(_ usage: Lineage.Usage, _ stage: Lineage.Stage) -> JSONValue {
    .object([
      "prov:activity": .string("run:\(stage.id)"), "prov:entity": .string(entityName(usage.artifact)),
      "prov:label": .string(usage.name), "millrace:link": .string(usage.link.rawValue),
      "millrace:candidates": usage.candidates.isEmpty ? nil : .strings(usage.candidates),
    ])
  }

  /// Of a stage with many inputs and many outputs, what was used and generated says it all: to derive each from each would
  /// take the product of their numbers.
  private func writeDerivations(to output: ExportOutput) throws(Failure) {
    var number = 0
    func derived(_ entity: Int, from source: Int, by activity: String?) throws(Failure) {
      try output.put(
        "_:d\(number)",
        .object([
          "prov:generatedEntity": .string(entityName(entity)), "prov:usedEntity": .string(entityName(source)),
          "prov:activity": activity.map { .string("run:\($0)") },
        ]))
      number += 1
    }
    for stage in lineage.stages where stage.used.count == 1 || stage.generated.count == 1 {
      for artifact in stage.generated where lineage.artifacts[artifact].parts.isEmpty {
        for usage in stage.used { try derived(artifact, from: usage.artifact, by: stage.id) }
      }
    }
    for (index, artifact) in lineage.artifacts.enumerated() {
      for part in artifact.parts { try derived(index, from: part, by: nil) }
    }
  }
}
