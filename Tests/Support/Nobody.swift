import Glibc

/// Runs an executable without root's right to read and write everything.
public enum Nobody {
  /// Whether that can be done here: it takes root to become somebody else, and an executable that everybody may run.
  public static func canRun(_ executable: Executable) -> Bool {
    geteuid() == 0 && run(executable, ["--version"]).status == 0
  }

  public static func run(_ executable: Executable, _ arguments: [String], input: Executable.Input = .none) -> Outcome {
    Executable("/usr/bin/setpriv").run(
      ["--reuid", "65534", "--regid", "65534", "--clear-groups", executable.path] + arguments, input: input)
  }
}
