import MillraceCore

/// RO-Crate 1.1 with the Process Run Crate profile 0.5: a `CreateAction` for each stage, whose instrument is the tool.
///
/// Files of the crate are `File`s; what went through a pipe, and files that the crate does not hold, are `CreativeWork`s.
/// They are told apart by the stage that wrote them, and not by their digest: a filter may change nothing.
struct ExportROCrate {
  private static let profile = "https://w3id.org/ro/wfrun/process/0.5"
  /// The context of RO-Crate 1.1 is older than schema.org's own `sha256`.
  private static let digestTerm = "https://w3id.org/ro/terms/workflow-run#sha256"

  private let lineage: Lineage
  /// Where the crate holds files, relative to its root.
  private let places: [Int: String]
  /// The sidecar in the crate, and its size.
  private let sidecar: (path: String, bytes: Int)?
  private let licence: String?
  private let identifiers: [String]

  init(_ lineage: Lineage, places: [Int: String], sidecar: (path: String, bytes: Int)?, licence: String?) {
    self.lineage = lineage
    self.places = places
    self.sidecar = sidecar
    self.licence = licence
    identifiers = lineage.artifacts.enumerated().map { index, artifact in
      places[index].map(Self.relativeURL) ?? "#\(artifact.identifier)"
    }
  }

  /// The whole of ro-crate-metadata.json.
  var document: JSONValue {
    var graph = [descriptor, root, profileEntity]
    var known: Set<String> = []
    func add(_ entity: JSONValue) {
      if let id = entity["@id"]?.text, known.insert(id).inserted { graph.append(entity) }
    }
    if let licenceURL {
      add(
        .object([
          "@id": .string(licenceURL), "@type": .string("CreativeWork"), "name": .string(licenceURL),
          "description": .string("The licence of the data."),
        ]))
    }
    for index in lineage.artifacts.indices { add(entity(index)) }
    if let sidecar { add(sidecarEntity(sidecar)) }
    for stage in lineage.stages {
      add(software(stage))
      add(person(stage))
      for (index, parameter) in stage.parameters.enumerated() { add(self.parameter(parameter, index, stage)) }
      add(action(stage))
    }
    return .object([
      "@context": .array([
        .string("https://w3id.org/ro/crate/1.1/context"), .object(["sha256": .string(Self.digestTerm)]),
      ]),
      "@graph": .array(graph),
    ])
  }

  // MARK: The crate

  private var descriptor: JSONValue {
    .object([
      "@id": .string("ro-crate-metadata.json"), "@type": .string("CreativeWork"),
      "conformsTo": reference("https://w3id.org/ro/crate/1.1"), "about": reference("./"),
    ])
  }

  private var root: JSONValue {
    var parts = Array(Set(places.values).sorted())
    if let sidecar { parts.append(sidecar.path) }
    let last = lineage.stages.last
    return .object([
      "@id": .string("./"), "@type": .string("Dataset"), "name": .string(lineage.title),
      "description": .string(
        "Made by: \(lineage.command)\nHow well the chain of its making is known: \(lineage.completeness.rawValue)"),
      "datePublished": .string(lineage.end?.text ?? ""),
      "license": licenceURL.map { reference($0) }
        ?? .string(licence ?? "No licence is stated: ask the people named here before you use the data."),
      "conformsTo": reference(Self.profile), "author": last.map { reference(personIdentifier($0)) },
      "hasPart": compact(parts.map { reference(Self.relativeURL($0)) }),
      "mentions": compact(lineage.stages.map { reference(actionIdentifier($0)) }),
    ])
  }

  private var licenceURL: String? { licence.flatMap { $0.hasPrefix("https://") || $0.hasPrefix("http://") ? $0 : nil } }

  private var profileEntity: JSONValue {
    .object([
      "@id": .string(Self.profile), "@type": .string("CreativeWork"), "name": .string("Process Run Crate"),
      "version": .string("0.5"),
    ])
  }

  // MARK: What stages read and wrote

  private func entity(_ index: Int) -> JSONValue {
    let artifact = lineage.artifacts[index]
    let isFile = places[index] != nil
    return .object([
      "@id": .string(identifiers[index]), "@type": .string(isFile ? "File" : "CreativeWork"),
      "name": .string(artifact.name),
      "description": isFile
        ? nil : .string(artifact.path == nil ? "Bytes that went through a pipe." : "A file that is not in the crate."),
      "contentSize": artifact.content.map { .string(String($0.bytes)) },
      "sha256": artifact.digest.map { .string($0.hex) },
      "identifier": artifact.digest.map { .string($0.description) },
      "encodingFormat": isFile ? Self.mediaType(artifact.name).map { .string($0) } : nil,
      "hasPart": artifact.parts.isEmpty ? nil : compact(artifact.parts.map { reference(identifiers[$0]) }),
    ])
  }

  private func sidecarEntity(_ sidecar: (path: String, bytes: Int)) -> JSONValue {
    .object([
      "@id": .string(Self.relativeURL(sidecar.path)), "@type": .string("File"),
      "name": .string("Provenance of \(lineage.title)"), "contentSize": .string(String(sidecar.bytes)),
      "encodingFormat": .string("application/x-ndjson"),
      "description": .string("The records that this description was made from; see millrace-provenance(5)."),
      "about": compact(lineage.results.map { reference(identifiers[$0]) }),
    ])
  }

  /// What the name of a file says that it is.
  private static func mediaType(_ name: String) -> String? {
    let endings = [
      (".csv", "text/csv"), (".tsv", "text/tab-separated-values"), (".ndjson", "application/x-ndjson"),
      (".jsonl", "application/x-ndjson"), (".json", "application/json"), (".xml", "application/xml"),
      (".gz", "application/gzip"), (".zst", "application/zstd"), (".manifest", "application/x-ndjson"),
    ]
    return endings.first { name.hasSuffix($0.0) }?.1
  }

  // MARK: Stages

  private func actionIdentifier(_ stage: Lineage.Stage) -> String { "urn:uuid:\(stage.id)" }

  private func action(_ stage: Lineage.Stage) -> JSONValue {
    var objects: [JSONValue] = []
    var known: Set<String> = []
    for usage in stage.used where known.insert(identifiers[usage.artifact]).inserted {
      objects.append(reference(identifiers[usage.artifact]))
    }
    for index in stage.parameters.indices { objects.append(reference(parameterIdentifier(index, stage))) }
    known = []
    let results = stage.generated.map { identifiers[$0] }.filter { known.insert($0).inserted }
    let isComplete = stage.status == 0
    return .object([
      "@id": .string(actionIdentifier(stage)), "@type": .string("CreateAction"),
      "name": .string("Run of \(stage.tool)"), "description": .string(description(stage)),
      "instrument": reference(stage.software.url), "agent": reference(personIdentifier(stage)),
      "object": objects.isEmpty ? nil : compact(objects), "result": compact(results.map { reference($0) }),
      "startTime": .string(stage.start.text), "endTime": .string(stage.end.text),
      "actionStatus": .string("http://schema.org/\(isComplete ? "Completed" : "Failed")ActionStatus"),
      "error": isComplete ? nil : .string("exit status \(stage.status)"),
    ])
  }

  private func description(_ stage: Lineage.Stage) -> String {
    var text = "\(stage.command)\nHow well its inputs are known: \(stage.completeness.rawValue)"
    if stage.inputsOmitted > 0 { text += "\n\(stage.inputsOmitted) further inputs are not listed" }
    for source in stage.sources {
      text += "\nConsulted \(source["url"]?.text ?? "")\(source["licence"]?.text.map { ", licence \($0)" } ?? "")"
    }
    return text
  }

  private func software(_ stage: Lineage.Stage) -> JSONValue {
    .object([
      "@id": .string(stage.software.url), "@type": .string("SoftwareApplication"), "name": .string(stage.tool),
      "softwareVersion": .string("\(stage.version), commit \(stage.commit)"), "url": .string(stage.software.url),
    ])
  }

  private func personIdentifier(_ stage: Lineage.Stage) -> String {
    "#person/\(percentEncoded(stage.host))/\(percentEncoded(stage.user))"
  }

  private func person(_ stage: Lineage.Stage) -> JSONValue {
    .object([
      "@id": .string(personIdentifier(stage)), "@type": .string("Person"), "name": .string(stage.user),
      "description": .string("The user \(stage.user) on \(stage.host)."),
    ])
  }

  private func parameterIdentifier(_ index: Int, _ stage: Lineage.Stage) -> String {
    "#\(stage.id)/parameters/\(index)"
  }

  private func parameter(_ member: JSONValue.Member, _ index: Int, _ stage: Lineage.Stage) -> JSONValue {
    let value: JSONValue =
      switch member.value {
      case .string, .number, .bool: member.value
      default: .string(member.value.json)
      }
    return .object([
      "@id": .string(parameterIdentifier(index, stage)), "@type": .string("PropertyValue"),
      "name": .string(member.name), "value": value,
    ])
  }

  // MARK: JSON-LD

  private func reference(_ id: String) -> JSONValue { .object(["@id": .string(id)]) }

  /// RO-Crate asks for a single value to stand without its array.
  private func compact(_ values: [JSONValue]) -> JSONValue { values.count == 1 ? values[0] : .array(values) }

  static func relativeURL(_ path: String) -> String { percentEncoded(path, keeping: "/") }
}
