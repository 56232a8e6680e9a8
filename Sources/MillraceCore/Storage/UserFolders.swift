import Glibc

/// Where a user's caches lie: `$MILLRACE_CACHE_DIR`, else `$XDG_CACHE_HOME/millrace`, else `$HOME/.cache/millrace`, and
/// without a home `$TMPDIR/millrace-UID-cache`. What is lost here is only fetched again.
package func cacheFolder(_ environment: [String: String]) -> String {
  userFolder(environment, own: "MILLRACE_CACHE_DIR", base: "XDG_CACHE_HOME", inHome: ".cache", kind: "cache")
}

/// Where a user's processes keep what they tell each other and the next run: `$MILLRACE_STATE_DIR`, else
/// `$XDG_STATE_HOME/millrace`, else `$HOME/.local/state/millrace`, and without a home `$TMPDIR/millrace-UID-state`.
public func stateFolder(_ environment: [String: String]) -> String {
  userFolder(environment, own: "MILLRACE_STATE_DIR", base: "XDG_STATE_HOME", inHome: ".local/state", kind: "state")
}

/// `$TMPDIR`, or /tmp.
public func temporaryFolder(_ environment: [String: String] = processEnvironment()) -> String {
  guard let named = environment["TMPDIR"], !named.isEmpty else { return "/tmp" }
  return named
}

private func userFolder(
  _ environment: [String: String], own: String, base: String, inHome: String, kind: String
) -> String {
  if let named = environment[own], !named.isEmpty { return named }
  // The XDG Base Directory Specification has relative paths ignored.
  if let folder = environment[base], folder.hasPrefix("/") { return "\(folder)/millrace" }
  if let home = environment["HOME"], home.hasPrefix("/") { return "\(home)/\(inHome)/millrace" }
  return "\(temporaryFolder(environment))/millrace-\(geteuid())-\(kind)"
}
