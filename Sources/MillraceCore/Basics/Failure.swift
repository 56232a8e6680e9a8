/// An error that ends a run or drops a row, told so that a person can act on it.
///
/// Its text reads `genes.csv:17: field "price": not a number: "n/a" (--on-error skip drops such rows)`: the place, what
/// was expected and found, and in parentheses what to do.
public struct Failure: Error, Sendable, Equatable {
  public var status: ExitStatus
  /// Expected and found, in one sentence without a full stop.
  public var message: String
  public var place: Place?
  /// What the person can do about it.
  public var advice: String?

  public init(_ status: ExitStatus, _ message: String, at place: Place? = nil, advice: String? = nil) {
    self.status = status
    self.message = message
    self.place = place
    self.advice = advice
  }

  /// The reader of an output went away. The command's main ends the process quietly by SIGPIPE, as `cat` ends.
  public static let brokenPipe = Failure(.inputOutput, "broken pipe")

  /// The whole diagnostic on one line, without the tool's name.
  public var description: String {
    var text = ""
    if let place { text += "\(place): " }
    text += message
    if let advice { text += " (\(advice))" }
    return text
  }
}

extension Failure: CustomStringConvertible {}

/// Where in the input something is wrong.
public struct Place: Sendable, Equatable, CustomStringConvertible {
  /// The file as the user named it; "standard input" for stdin.
  public var file: String
  /// 1 for the first line.
  public var line: Int?
  /// Bytes before the first wrong one, in the decompressed input.
  public var byteOffset: Int?
  public var field: String?

  public init(file: String, line: Int? = nil, byteOffset: Int? = nil, field: String? = nil) {
    self.file = file
    self.line = line
    self.byteOffset = byteOffset
    self.field = field
  }

  public var description: String {
    var text = file
    if let line { text += ":\(line)" }
    if let byteOffset { text += ": byte \(byteOffset)" }
    if let field { text += ": field \"\(field)\"" }
    return text
  }
}
