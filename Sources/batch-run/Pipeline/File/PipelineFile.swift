import MillraceCore

/// What a pipeline file says.
struct Pipeline: Sendable, Equatable {
  var name: String
  var schedule: CronSchedule?
  /// A run may begin while another goes on.
  var allowsOverlap = false
  /// Where steps run and relative paths begin; nil for the folder of the file.
  var directory: Template?
  /// Set for all steps, beside what `batch-run` was started with.
  var environment: [Variable] = []
  var notify = Channels()
  /// As they stand in the file.
  var steps: [PipelineStep] = []

  struct Variable: Sendable, Equatable {
    var name: String
    var value: Template
    var line: Int
  }

  /// Whom an alert goes to.
  struct Channels: Sendable, Equatable {
    /// Addresses of webhooks.
    var urls: [Template] = []
    /// Addresses of people.
    var mail: [Template] = []
    /// Programs with their arguments.
    var commands: [[String]] = []

    var isEmpty: Bool { urls.isEmpty && mail.isEmpty && commands.isEmpty }
  }

  func step(_ name: String) -> PipelineStep? { steps.first { $0.name == name } }
}

struct PipelineStep: Sendable, Equatable {
  var name: String
  var line: Int
  /// Steps that must have completed before.
  var needs: [String]
  var work: Work
  /// Of what the file says about the step, however it is spelled.
  var digest: SHA256Digest

  enum Work: Sendable, Equatable {
    case command(CommandWork)
    case batch(BatchWork)
    case validate(ValidateWork)
    case notify(NotifyWork)
  }

  enum Kind: String, CaseIterable { case batch, command, validate, notify }

  var kind: Kind {
    switch work {
    case .command: .command
    case .batch: .batch
    case .validate: .validate
    case .notify: .notify
    }
  }

  /// The file that it reads, if the pipeline file names it.
  var input: Template? {
    switch work {
    case .command(let work): work.input
    case .batch(let work): work.input
    case .validate(let work): work.input
    case .notify: nil
    }
  }

  /// The file that it writes.
  var output: Template? {
    switch work {
    case .command(let work): work.output
    case .batch(let work): work.output
    case .validate, .notify: nil
    }
  }
}

/// A program that runs once.
struct CommandWork: Sendable, Equatable {
  var command: [String]
  /// Standard input; nil for none.
  var input: Template?
  /// Takes standard output; nil for a file of the run.
  var output: Template?
  /// Seconds; nil for ever.
  var timeout: Double?
  var retries = 0
}

/// A program that `batch-run` runs over chunks.
struct BatchWork: Sendable, Equatable {
  var command: [String]
  var input: Template?
  var output: Template?
  /// Of `batch-run`, as they stand on its command line.
  var options: [String]
}

/// Checks of a table.
struct ValidateWork: Sendable, Equatable {
  var input: Template?
  var rows = RowCount()
  var checks = TableChecks()

  struct RowCount: Sendable, Equatable {
    var minimum: Int?
    var maximum: Int?
    /// The step whose output has as many rows.
    var sameAs: String?

    var isEmpty: Bool { minimum == nil && maximum == nil && sameAs == nil }
  }
}

struct NotifyWork: Sendable, Equatable {
  var message: String
  /// The pipeline's where it has none of its own.
  var channels: Pipeline.Channels
}
