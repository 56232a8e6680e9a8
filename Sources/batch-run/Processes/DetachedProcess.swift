import Glibc
import MillraceCore

/// This program once more, in a session of its own: it goes on when this process and its terminal are gone.
enum DetachedProcess {
  /// - Parameters:
  ///   - arguments: without the program's name.
  ///   - log: the file that what it says is appended to.
  /// - Throws: `.serviceUnavailable` when it cannot be started.
  static func start(arguments: [String], log: String) throws(Failure) {
    let program = try pathOfThisProgram()
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    unsafe posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    unsafe posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    unsafe sigemptyset(&none)
    unsafe posix_spawnattr_setsigmask(&attributes, &none)
    // POSIX_SPAWN_SETSID, which Swift does not import.
    unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK) | 0x80)
    var words: [UnsafeMutablePointer<CChar>?] = unsafe ([program] + arguments).map { unsafe strdup($0) } + [nil]
    defer { unsafe words.forEach { unsafe free($0) } }
    var process: pid_t = 0
    let error = unsafe posix_spawn(&process, program, &actions, &attributes, &words, environ)
    guard error == 0 else {
      throw .system(.serviceUnavailable, "cannot start the program", errorNumber: error, at: Place(file: program))
    }
  }
}
