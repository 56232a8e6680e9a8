import MillraceCore

/// An in-toto statement (version 1) about the file, with SLSA's provenance (version 1) as its predicate. It is not signed.
struct ExportInToto {
  let lineage: Lineage

  /// - Throws: when a digest is not known, which is the point of a statement.
  func document() throws(Failure) -> JSONValue {
    .object([
      "_type": .string("https://in-toto.io/Statement/v1"), "subject": .array(try subjects()),
      "predicateType": .string("https://slsa.dev/provenance/v1"),
      "predicate": .object(["buildDefinition": buildDefinition, "runDetails": runDetails]),
    ])
  }

  private func subjects() throws(Failure) -> [JSONValue] {
    var subjects: [JSONValue] = []
    for index in lineage.results {
      let artifact = lineage.artifacts[index]
      guard let digest = artifact.digest else {
        throw Failure(
          .noInput, "the records do not tell the digest of the file, and it is not there to compute it",
          at: Place(file: artifact.name), advice: "put the file beside its sidecar")
      }
      subjects.append(.object(["name": .string(artifact.name), "digest": sha256(digest)]))
    }
    return subjects
  }

  private func sha256(_ digest: SHA256Digest) -> JSONValue { .object(["sha256": .string(digest.hex)]) }

  // MARK: What was asked for

  private var buildDefinition: JSONValue {
    .object([
      "buildType": .string("\(SoftwareName.namespace)#pipeline/v1"),
      "externalParameters": .object([
        "pipeline": .string(lineage.command), "stages": .array(lineage.stages.map { parameters($0) }),
      ]),
      "internalParameters": .object([
        "completeness": .string(lineage.completeness.rawValue),
        "stages": .array(lineage.stages.map { surroundings($0) }),
      ]),
      "resolvedDependencies": .array(dependencies),
    ])
  }

  private func parameters(_ stage: Lineage.Stage) -> JSONValue {
    .object([
      "id": .string(stage.id), "tool": .string(stage.tool), "arguments": .strings(stage.arguments),
      "parameters": .object(stage.parameters), "seed": stage.seed,
    ])
  }

  private func surroundings(_ stage: Lineage.Stage) -> JSONValue {
    .object([
      "id": .string(stage.id), "version": .string(stage.version), "commit": .string(stage.commit),
      "start": .string(stage.start.text), "end": .string(stage.end.text), "status": .integer(stage.status),
      "host": .string(stage.host), "user": .string(stage.user),
      "environment": stage.environment.isEmpty ? nil : .object(stage.environment), "rows": stage.rows,
      "completeness": .string(stage.completeness.rawValue),
      "inputsOmitted": stage.inputsOmitted > 0 ? .integer(stage.inputsOmitted) : nil,
    ])
  }

  /// What went into the pipeline from outside, then services that were asked, then the tools.
  private var dependencies: [JSONValue] {
    var links: [Int: Lineage.Usage] = [:]
    for stage in lineage.stages {
      for usage in stage.used where links[usage.artifact] == nil { links[usage.artifact] = usage }
    }
    var result: [JSONValue] = []
    for (index, artifact) in lineage.artifacts.enumerated() where artifact.isOrigin {
      let usage = links[index]
      result.append(
        .object([
          "name": .string(artifact.name), "digest": artifact.digest.map { sha256($0) },
          "annotations": .object([
            "link": usage.map { .string($0.link.rawValue) }, "sidecar": artifact.sidecar.map { .string($0) },
            "bytes": artifact.content.map { .integer($0.bytes) },
            "candidates": usage.flatMap { $0.candidates.isEmpty ? nil : .strings($0.candidates) },
          ]),
        ]))
    }
    for source in lineage.stages.flatMap(\.sources) {
      result.append(
        .object([
          "uri": source["url"], "annotations": .object(["licence": source["licence"], "time": source["time"]]),
        ]))
    }
    var known: Set<SoftwareName> = []
    for stage in lineage.stages where known.insert(stage.software).inserted {
      result.append(
        .object([
          "name": .string(stage.tool), "uri": .string(stage.software.url),
          "digest": stage.software.cleanCommit.map { .object(["gitCommit": .string($0)]) },
        ]))
    }
    return result
  }

  // MARK: What happened

  private var runDetails: JSONValue {
    .object([
      // Nobody but the user's own account vouches for the run.
      "builder": .object(["id": .string(lineage.stages.last?.software.url ?? SoftwareName.namespace)]),
      "metadata": .object([
        "invocationId": lineage.stages.last.map { .string("urn:uuid:\($0.id)") },
        "startedOn": lineage.start.map { .string($0.time.description) },
        "finishedOn": lineage.end.map { .string($0.time.description) },
      ]),
      "byproducts": .array(byproducts),
    ])
  }

  /// What the stages wrote on the way.
  private var byproducts: [JSONValue] {
    let results = Set(lineage.results)
    return lineage.stages.flatMap(\.generated).compactMap { index in
      let artifact = lineage.artifacts[index]
      guard !results.contains(index), let digest = artifact.digest else { return nil }
      return .object([
        "name": .string(artifact.name), "digest": sha256(digest),
        "annotations": .object(["artifact": .string(artifact.identifier)]),
      ])
    }
  }
}
