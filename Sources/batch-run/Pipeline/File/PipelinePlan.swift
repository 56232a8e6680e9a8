import MillraceCore
import YAMLDocuments

/// A pipeline whose file was read, with paths from the root, and all that is wrong with it.
struct PipelinePlan: Sendable {
  var pipeline: Pipeline
  /// The file's path from the root.
  var path: String
  /// Of the file's bytes.
  var text: [UInt8]
  /// Where steps run, from the root.
  var directory: String
  /// What steps are started with.
  var environment: [String: String]
  /// In the order of the file.
  var steps: [Step]
  /// What makes the pipeline useless.
  var errors: [Failure]
  /// What may be meant so.
  var warnings: [Failure]

  struct Step: Sendable {
    var step: PipelineStep
    /// Positions of the steps that it needs.
    var needs: [Int]
    /// From the root.
    var input: String?
    /// From the root.
    var output: String?
    /// For `rows: same-as`: the file whose rows are counted.
    var compared: String?
    /// Whom a notify step tells.
    var channels: FilledChannels
  }

  /// Channels with the values of their variables. They may hold secrets.
  struct FilledChannels: Sendable, Equatable {
    var urls: [String] = []
    var mail: [String] = []
    var commands: [[String]] = []
  }

  /// Reads a pipeline file.
  ///
  /// - Throws: `.noInput` when it cannot be read. What is wrong in it is in `errors`.
  init(file: String, environment processEnvironment: [String: String]) throws(Failure) {
    let text = try Self.text(of: file)
    let path = resolvedPath(file) ?? file
    self.init(file: file, path: path, text: text, environment: processEnvironment)
  }

  /// - Parameters:
  ///   - file: what messages call the file.
  ///   - path: where it lies, from the root: relative paths in it begin in its folder.
  init(file: String, path: String, text: [UInt8], environment processEnvironment: [String: String]) {
    var parser = PipelineParser(file: file)
    pipeline = parser.parse(text)
    errors = parser.errors
    self.path = path
    self.text = text
    warnings = []
    steps = []
    environment = processEnvironment
    directory = folderPart(of: path)
    fillEnvironment(file: file)
    if let directory = pipeline.directory {
      self.directory = absolute(fill(directory, line: 1, file: file))
      if !isFolder(self.directory) {
        errors.append(
          Failure(
            .badData, "directory: there is no folder \(self.directory)", at: Place(file: file),
            advice: "mkdir -p \(self.directory)"))
      }
    }
    // What steps have to do with each other can be told when all are known.
    if !parser.lacksSteps { makeSteps(file: file) }
    checkChannels(pipeline.notify, line: 1, file: file)
    for step in pipeline.steps {
      if case .notify(let work) = step.work { checkChannels(work.channels, line: step.line, file: file) }
    }
  }

  /// The bytes of a pipeline file.
  ///
  /// - Throws: `.noInput` when it cannot be read, `.badData` when it is far too long to be one.
  static func text(of file: String) throws(Failure) -> [UInt8] {
    guard let bytes = try FileSource(path: file).readToEnd(limit: YAMLParser.longestDocument + 1) else {
      throw Failure(.badData, "longer than \(YAMLParser.longestDocument) bytes", at: Place(file: file))
    }
    return unsafe Array(bytes.bytes)
  }

  private mutating func fillEnvironment(file: String) {
    let before = environment
    for variable in pipeline.environment {
      do throws(Failure) {
        environment[variable.name] = try variable.value.filled(
          from: before, at: Place(file: file, line: variable.line))
      } catch {
        warnings.append(error)
      }
    }
  }

  /// The text with its variables; one that is not set stays as it is written, and is warned of.
  private mutating func fill(_ template: Template, line: Int, file: String) -> String {
    do throws(Failure) {
      return try template.filled(from: environment, at: Place(file: file, line: line))
    } catch {
      if !warnings.contains(error) { warnings.append(error) }
      return template.source
    }
  }

  private func absolute(_ path: String) -> String {
    normalisedPath(path.hasPrefix("/") ? path : "\(directory)/\(path)")
  }

  private mutating func makeSteps(file: String) {
    let graph = StepGraph(pipeline.steps)
    for (index, step) in pipeline.steps.enumerated() {
      let input = step.input.map { absolute(fill($0, line: step.line, file: file)) }
      let output = step.output.map { absolute(fill($0, line: step.line, file: file)) }
      steps.append(
        Step(
          step: step, needs: graph.needs(of: index), input: input, output: output, compared: nil,
          channels: filled(channels(of: step), line: step.line, file: file)))
    }
    var check = PlanCheck(file: file, steps: steps, graph: graph)
    steps = check.checked()
    errors += check.errors
    warnings += check.warnings
  }

  /// Tells of what can be no channel; of what variables hold that are not set, nothing can be told.
  private mutating func checkChannels(_ channels: Pipeline.Channels, line: Int, file: String) {
    let templates = channels.urls + channels.mail
    let filled = filled(channels, line: line, file: file)
    guard templates.flatMap(\.variables).allSatisfy({ environment[$0] != nil }) else { return }
    do throws(Failure) {
      _ = try filled.opened(environment)
    } catch {
      let message = error.message.hasPrefix("--") ? String(error.message.dropFirst(2)) : error.message
      errors.append(Failure(.badData, message, at: Place(file: file, line: line), advice: error.advice))
    }
  }

  private func channels(of step: PipelineStep) -> Pipeline.Channels {
    guard case .notify(let work) = step.work else { return Pipeline.Channels() }
    return work.channels.isEmpty ? pipeline.notify : work.channels
  }

  private mutating func filled(_ channels: Pipeline.Channels, line: Int, file: String) -> FilledChannels {
    var result = FilledChannels(commands: channels.commands)
    for url in channels.urls { result.urls.append(fill(url, line: line, file: file)) }
    for mail in channels.mail { result.mail.append(fill(mail, line: line, file: file)) }
    return result
  }

  /// Whom the end of a run is told.
  mutating func channelsOfRun(file: String) -> FilledChannels { filled(pipeline.notify, line: 1, file: file) }

  /// The first variable that the run needs and that is not set.
  var missingVariable: Failure? { warnings.first { $0.status == .badConfiguration } }
}
