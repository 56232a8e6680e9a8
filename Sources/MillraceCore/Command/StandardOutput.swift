import Glibc

/// What a command prints, where its output is no table.
public enum StandardOutput {
  /// - Throws: `Failure.brokenPipe` when the reader is gone, else `.inputOutput`.
  public static func write(_ text: String) throws(Failure) {
    try writeText(text, to: STDOUT_FILENO, named: "standard output")
  }

  public static func write(_ bytes: ByteBuffer) throws(Failure) {
    unsafe try writeAll(bytes.bytes, to: STDOUT_FILENO, named: "standard output")
  }

  public static func writeLine(_ line: String) throws(Failure) { try write(line + "\n") }
}
