/// Where a job stands, or a chunk of it.
enum JobState: String, Sendable, CaseIterable {
  case created = "Created"
  /// Waits for cores, memory, or its turn.
  case queued = "Queued"
  case running = "Running"
  case completed = "Completed"
  case failed = "Failed"
  case cancelled = "Cancelled"

  /// Nothing more happens by itself.
  var isFinal: Bool { [.completed, .failed, .cancelled].contains(self) }
}
