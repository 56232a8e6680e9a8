import Glibc

/// Prints the address that a server program listens on, and returns when the program should end: when standard input
/// ends (a pipe or terminal; a file is not looked at), when its parent does, or after `lifetime` seconds.
public func serve(at url: String, lifetime: Double) {
  let parent = getppid()
  let line = Array((url + "\n").utf8)
  _ = unsafe write(STDOUT_FILENO, line, line.count)
  let end = monotonicSeconds() + lifetime * Sanitizer.patience
  var status = stat()
  let isStream = unsafe fstat(STDIN_FILENO, &status) == 0 && [S_IFIFO, S_IFSOCK].contains(status.st_mode & S_IFMT)
  let isWatched = isStream || isatty(STDIN_FILENO) == 1
  var scratch = [UInt8](repeating: 0, count: 4096)
  // The parent is looked at now and then: the signal that Linux sends at a parent's death (PR_SET_PDEATHSIG) comes
  // already when the thread ends that started this process.
  while getppid() == parent {
    let rest = end - monotonicSeconds()
    guard rest > 0 else { return }
    var request = pollfd(fd: isWatched ? STDIN_FILENO : -1, events: Int16(POLLIN), revents: 0)
    guard unsafe poll(&request, 1, Int32(min(rest * 1000 + 1, 200))) > 0 else { continue }
    let count = unsafe scratch.withUnsafeMutableBytes { unsafe read(STDIN_FILENO, $0.baseAddress, $0.count) }
    if count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN) { return }
  }
}
