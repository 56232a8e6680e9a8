import CBuildInformation

/// What this build is.
public enum Millrace {
  public static let version = "0.1.0"

  /// The git commit of the build, "+changes" behind it when the tree was not clean, or "unknown".
  public static let buildCommit = unsafe String(cString: millrace_build_commit())

  /// What `--version` prints, as in `chunk (Millrace) 0.1.0, commit 1fe7a2b…`.
  public static let versionText = "\(programName) (Millrace) \(version), commit \(buildCommit)"
}

/// The name that the program was started under, without its folder: an installed tool may carry a prefix. Commands use
/// it as their `commandName`, so that help, man page and completions speak of the program as the user knows it.
public let programName: String = {
  let path = CommandLine.arguments.first ?? ""
  guard let slash = path.lastIndex(of: "/") else { return path }
  return String(path[path.index(after: slash)...])
}()
