import MillraceCore

/// Makes a lineage of the records about a file, in time linear in their number.
struct LineageBuilder {
  private(set) var lineage = Lineage()
  private let chain: ProvenanceChain
  private var stageNumbers: [String: Int] = [:]
  /// Further files, by their stage and digest.
  private var files: [String: [Int]] = [:]
  /// Files that no stage of the chain wrote, by path and digest.
  private var origins: [String: Int] = [:]

  init(_ subject: ExportSubject) throws(Failure) {
    chain = subject.chain
    lineage.command = chain.parts.first?.pipeline["command"]?.text ?? ""
    lineage.contextCount = chain.contextCount
    var lastStages: [Int] = []
    for part in chain.parts.reversed() {
      let completeness = part.pipeline["completeness"]?.text.flatMap { Completeness(rawValue: $0) }
      lineage.completeness = max(lineage.completeness, completeness ?? .unknownUpstream)
      let files = Dictionary(grouping: part.files) { $0["stage"]?.text ?? "" }
      for record in part.stages {
        let stage = try Lineage.Stage(record, source: chain.source)
        if stageNumbers[stage.id] == nil { add(stage, record, files: files[stage.id] ?? []) }
      }
      guard let last = part.pipeline["stage"]?.text.flatMap({ stageNumbers[$0] }) else {
        throw Failure(
          .badData, "the stage that wrote the output is missing", at: Place(file: chain.source),
          advice: "the provenance is damaged")
      }
      lastStages.append(last)
    }
    chooseResults(of: lastStages, subject)
  }

  // MARK: Stages

  private mutating func add(_ stage: Lineage.Stage, _ record: JSONValue, files fileRecords: [JSONValue]) {
    let number = lineage.stages.count
    stageNumbers[stage.id] = number
    var stage = stage
    for (index, input) in (record["inputs"]?.elements ?? []).enumerated() {
      stage.used.append(usage(of: input, number: index, by: stage))
    }
    stage.generated.append(
      add(
        Lineage.Artifact(
          identifier: "\(stage.id)/output", name: "output of \(stage.tool)", host: stage.host,
          content: StreamContent(record["output"]), producer: number)))
    for (index, file) in fileRecords.enumerated() {
      guard let path = file["path"]?.text, let content = StreamContent(file) else { continue }
      let artifact = add(
        Lineage.Artifact(
          identifier: "\(stage.id)/files/\(index)", name: path, host: stage.host, path: absolute(path, stage.directory),
          givenPath: path, content: content, producer: number))
      stage.generated.append(artifact)
      if let digest = content.digest { files[key(stage.id, digest), default: []].append(artifact) }
    }
    lineage.stages.append(stage)
  }

  private mutating func add(_ artifact: Lineage.Artifact) -> Int {
    lineage.artifacts.append(artifact)
    return lineage.artifacts.count - 1
  }

  private func key(_ text: String, _ digest: SHA256Digest) -> String { "\(digest.hex) \(text)" }

  private mutating func usage(of input: JSONValue, number: Int, by stage: Lineage.Stage) -> Lineage.Usage {
    let link = input["link"]?.text.flatMap { Completeness(rawValue: $0) } ?? .unknownUpstream
    let name = input["name"]?.text ?? "unnamed input"
    let producers = (input["upstream"]?.elements ?? []).compactMap(\.text)
    let content = StreamContent(input)
    let givenPath = input["path"]?.text
    let path = givenPath.flatMap { absolute($0, stage.directory) }
    let found: Int
    if let output = produced(by: producers, content, link, name: givenPath ?? name) {
      found = output
      if lineage.artifacts[found].path == nil, let path {
        lineage.artifacts[found].path = path
        lineage.artifacts[found].givenPath = givenPath
        lineage.artifacts[found].name = name
      }
    } else if let path, let digest = content?.digest, let known = origins[key(path, digest)] {
      found = known
    } else {
      var artifact = Lineage.Artifact(
        identifier: "\(stage.id)/inputs/\(number)", name: name, host: stage.host, path: path, givenPath: givenPath,
        content: content, sidecar: input["sidecar"]?.text)
      if link == .concat { artifact.parts = producers.compactMap { output(of: $0) } }
      found = add(artifact)
      if let path, let digest = content?.digest { origins[key(path, digest)] = found }
    }
    return Lineage.Usage(
      artifact: found, name: name, link: link,
      candidates: (input["candidates"]?.elements ?? []).compactMap { $0["stage"]?.text })
  }

  private func output(of stage: String) -> Int? {
    stageNumbers[stage].flatMap { lineage.stages[$0].generated.first }
  }

  /// The output, or further file, of a stage in the chain that an input is.
  private func produced(
    by producers: [String], _ content: StreamContent?, _ link: Completeness, name: String
  ) -> Int? {
    guard producers.count == 1, let content, link < .unknownUpstream, let output = output(of: producers[0]) else {
      return nil
    }
    guard let digest = content.digest else {
      return lineage.artifacts[output].content?.bytes == content.bytes ? output : nil
    }
    let written = files[key(producers[0], digest)] ?? []
    let sameName = written.first { nameInFolder(lineage.artifacts[$0].name) == nameInFolder(name) }
    return sameName ?? (lineage.artifacts[output].digest == digest ? output : written.first)
  }

  /// A path from the root, `.` and `..` taken out.
  private func absolute(_ path: String, _ folder: String?) -> String? {
    guard path.hasPrefix("/") || folder?.hasPrefix("/") == true else { return nil }
    return normalisedPath(path.hasPrefix("/") ? path : "\(folder ?? "")/\(path)")
  }

  // MARK: Results

  private mutating func chooseResults(of stages: [Int], _ subject: ExportSubject) {
    guard let last = stages.last else { return }
    let generated = lineage.stages[last].generated
    switch subject.kind {
    case .folder(let folder):
      lineage.results = Array(generated.dropFirst())
      for result in lineage.results { place(result, "\(folder)/\(nameInFolder(lineage.artifacts[result].name))") }
    case .fileInFolder(let path):
      lineage.results = generated.dropFirst().filter {
        nameInFolder(lineage.artifacts[$0].name) == nameInFolder(path)
      }
      for result in lineage.results { place(result, path) }
    case .file(let path):
      var result = generated[0]
      if stages.count > 1 {
        result = add(
          Lineage.Artifact(
            identifier: "\(lineage.stages[last].id)/file", name: path, host: lineage.stages[last].host,
            content: subject.content, producer: last, parts: stages.map { lineage.stages[$0].generated[0] }))
        lineage.stages[last].generated.append(result)
      }
      lineage.results = [result]
      place(result, path)
    }
  }

  /// The records do not tell the name of an output: it is the file that the export was asked for.
  private mutating func place(_ result: Int, _ path: String) {
    let folder = folderPart(of: path)
    lineage.artifacts[result].name = nameInFolder(path)
    lineage.artifacts[result].givenPath = nameInFolder(path)
    lineage.artifacts[result].path = resolvedPath(folder).map { "\($0 == "/" ? "" : $0)/\(nameInFolder(path))" }
  }
}
