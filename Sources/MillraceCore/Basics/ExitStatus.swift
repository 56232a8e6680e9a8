/// What a tool tells its caller when it ends: sysexits(3), with 1 as the honest "no".
public enum ExitStatus: Int32, Sendable {
  case success = 0
  /// The tool worked and the answer is no: a digest differs, a gate failed, some rows were dropped.
  case no = 1
  case usage = 64
  case badData = 65
  case noInput = 66
  case serviceUnavailable = 69
  case internalError = 70
  case cannotCreate = 73
  case inputOutput = 74
  /// Stopped early, and the same command goes on from there.
  case stoppedEarly = 75
  case badConfiguration = 78
}
