/// By which a runner tells a child what it works on: `MILLRACE_PARENT` in its environment, `STAGE/ITEM`.
struct ParentMark: Sendable, Equatable, CustomStringConvertible {
  static let variable = "MILLRACE_PARENT"

  /// The runner's stage.
  let stage: String
  /// The chunk.
  let item: String

  init(stage: String, item: String) {
    self.stage = stage
    self.item = item
  }

  /// Nil for a text of another form.
  init?(_ text: String) {
    let parts = text.split(separator: "/", maxSplits: 1)
    guard parts.count == 2, isIdentifier(parts[0]) else { return nil }
    (stage, item) = (String(parts[0]), String(parts[1]))
  }

  var description: String { "\(stage)/\(item)" }

  /// The file is the item's: it bears its name, as in `input/00042.csv`.
  func names(file path: String) -> Bool {
    let name = nameInFolder(path)
    return name == item || name.hasPrefix("\(item).")
  }
}

/// The stage that runs programs on parts of its input, as they are told of it.
public struct ParentStage: Sendable, Equatable {
  /// The stage's identity in provenance; nil where none is kept.
  public var stage: String?
  /// The value of `TRACEPARENT`.
  public var trace: String

  public init(stage: String?, trace: String) {
    self.stage = stage
    self.trace = trace
  }

  /// What the environment of a child says of the run that it belongs to.
  ///
  /// - Parameter item: what the child works on, a chunk.
  public func environment(for item: String) -> [String: String] {
    guard let stage else { return ["MILLRACE_PROVENANCE": "off", TraceContext.variable: trace] }
    return [ParentMark.variable: ParentMark(stage: stage, item: item).description, TraceContext.variable: trace]
  }
}

/// The trace that a run belongs to, as other tracers know it: W3C Trace Context, level 1, section 3.2.
enum TraceContext {
  static let variable = "TRACEPARENT"

  /// What a runner passes on to its children: the trace that it was given; else one that its stage begins, the same
  /// whenever it is asked for.
  ///
  /// - Parameters:
  ///   - given: of the runner's environment.
  ///   - stage: the runner's stage.
  static func parent(given: String?, stage: String) -> String {
    if let given, isWellFormed(given) { return given }
    // Identifier of the trace: 128 bits, of the span: 64 bits. A UUID has as many, the last 62 of them random.
    let digits = stage.filter { $0 != "-" }
    return "00-\(digits)-\(digits.suffix(16))-01"
  }

  /// `00-`, 32 digits of the trace, 16 of the span, 2 of flags, in lower case and not all 0.
  static func isWellFormed(_ text: String) -> Bool {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count >= 4, parts[0] != "ff", parts.count == 4 || parts[0] != "00" else { return false }
    return zip(parts, [2, 32, 16, 2]).allSatisfy { part, length in
      part.utf8.count == length
        && part.utf8.allSatisfy {
          (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
        }
    } && parts[1].contains { $0 != "0" } && parts[2].contains { $0 != "0" }
  }
}
