import MillraceCore

/// OpenLineage run events (specification 2-0-2): for each stage a START, and a COMPLETE or a FAIL.
struct ExportOpenLineage {
  private static let specification = "https://openlineage.io/spec"

  let lineage: Lineage

  /// Writes the events of a stage, in the order in which they happened. The inputs may be many: each is made and written.
  func writeEvents(of stage: Lineage.Stage, to output: ExportOutput) throws(Failure) {
    try output.line(
      event("START", at: stage.start, stage) + [.init("inputs", .array([])), .init("outputs", .array([]))], [])
    try output.line(
      event(stage.status == 0 ? "COMPLETE" : "FAIL", at: stage.end, stage),
      [
        .init(name: "inputs", count: stage.used.count) { input(stage.used[$0]) },
        .init(name: "outputs", count: stage.generated.count) { self.output(stage.generated[$0]) },
      ])
  }

  private func event(_ type: String, at moment: Lineage.Moment, _ stage: Lineage.Stage) -> [JSONValue.Member] {
    [
      .init("eventType", .string(type)), .init("eventTime", .string(moment.text)),
      .init("run", .object(["runId": .string(stage.id), "facets": runFacets(stage)])),
      .init(
        "job",
        .object([
          "namespace": .string("millrace://\(stage.host)"), "name": .string(stage.tool), "facets": jobFacets(stage),
        ])), .init("producer", .string(SoftwareName.exporter)),
      .init("schemaURL", .string("\(Self.specification)/2-0-2/OpenLineage.json#/$defs/RunEvent")),
    ]
  }

  // MARK: Facets

  /// - Parameter version: of the facet's schema; nil for one of our own.
  private func facet(
    _ name: String, _ version: String?, _ members: KeyValuePairs<String, JSONValue?>
  ) -> JSONValue {
    let schema =
      version.map { "\(Self.specification)/facets/\($0)/\(name).json#/$defs/\(name)" }
      ?? "\(SoftwareName.exporter)#docs/schemas/openlineage-facets.schema.json#/$defs/\(name)"
    return .object(
      [.init("_producer", .string(SoftwareName.exporter)), .init("_schemaURL", .string(schema))]
        + members.compactMap { name, value in value.map { JSONValue.Member(name, $0) } })
  }

  private func runFacets(_ stage: Lineage.Stage) -> JSONValue {
    .object([
      "processing_engine": facet(
        "ProcessingEngineRunFacet", "1-1-1",
        [
          "version": .string(stage.version), "name": .string("Millrace \(stage.tool)"),
          "openlineageAdapterVersion": .string(Millrace.version),
        ]),
      "environmentVariables": stage.environment.isEmpty
        ? nil
        : facet(
          "EnvironmentVariablesRunFacet", "1-0-0",
          [
            "environmentVariables": .array(
              stage.environment.map { .object(["name": .string($0.name), "value": $0.value]) })
          ]),
      "errorMessage": stage.status == 0
        ? nil
        : facet(
          "ErrorMessageRunFacet", "1-0-1",
          ["message": .string("exit status \(stage.status)"), "programmingLanguage": .string("Swift")]),
      "millrace_stage": facet(
        "StageRunFacet", nil,
        [
          "commit": .string(stage.commit), "arguments": .strings(stage.arguments),
          "parameters": .object(stage.parameters), "seed": stage.seed, "user": .string(stage.user),
          "status": .integer(stage.status), "completeness": .string(stage.completeness.rawValue),
          "inputsOmitted": stage.inputsOmitted > 0 ? .integer(stage.inputsOmitted) : nil, "rows": stage.rows,
          "sources": stage.sources.isEmpty ? nil : .array(stage.sources),
        ]),
    ])
  }

  private func jobFacets(_ stage: Lineage.Stage) -> JSONValue {
    .object([
      "jobType": facet(
        "JobTypeJobFacet", "2-0-4",
        [
          "processingType": .string("BATCH"), "integration": .string("MILLRACE"), "jobType": .string("COMMAND"),
        ]),
      "sourceCode": facet(
        "SourceCodeJobFacet", "1-0-1", ["language": .string("shell"), "sourceCode": .string(stage.command)]),
    ])
  }

  // MARK: Datasets

  private func input(_ usage: Lineage.Usage) -> JSONValue {
    let artifact = lineage.artifacts[usage.artifact]
    let link = facet(
      "LinkDatasetFacet", nil,
      [
        "link": .string(usage.link.rawValue),
        "candidates": usage.candidates.isEmpty ? nil : .strings(usage.candidates),
        "sidecar": artifact.sidecar.map { .string($0) },
      ])
    return dataset(
      artifact, link: link, "inputFacets", "inputStatistics", "InputStatisticsInputDatasetFacet", version: "1-0-0")
  }

  private func output(_ index: Int) -> JSONValue {
    dataset(
      lineage.artifacts[index], link: nil, "outputFacets", "outputStatistics", "OutputStatisticsOutputDatasetFacet",
      version: "1-0-2")
  }

  /// Files are named by where they lie, as OpenLineage asks; what went through a pipe by the stage that wrote it.
  private func dataset(
    _ artifact: Lineage.Artifact, link: JSONValue?, _ facets: String, _ member: String, _ statistics: String,
    version: String
  ) -> JSONValue {
    let digest = artifact.digest.map { digest in
      facet("DatasetVersionDatasetFacet", "1-0-1", ["datasetVersion": .string(digest.description)])
    }
    let counts = artifact.content.map { content in
      facet(
        statistics, version,
        [
          "rowCount": content.records.map { .integer($0) }, "size": .integer(content.bytes),
          "fileCount": artifact.path == nil ? nil : .integer(1),
        ])
    }
    return .object([
      "namespace": .string(artifact.path == nil ? "millrace" : "file://\(artifact.host)"),
      "name": .string(artifact.path ?? artifact.identifier),
      "facets": .object(["version": digest, "millrace_link": link]),
      facets: .object(counts.map { [.init(member, $0)] } ?? []),
    ])
  }
}
