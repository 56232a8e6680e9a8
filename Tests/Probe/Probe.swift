import ArgumentParser
import Glibc
import MillraceCore

/// Does one thing with the library in a process of its own, for the library's tests.
@main
struct Probe: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "probe", subcommands: [WriteForever.self, HoldLock.self])
}

/// Writes to an atomic file until it is killed.
struct WriteForever: ParsableCommand {
  @Argument var path: String

  func run() throws {
    let file = try AtomicFile(path: path)
    let bytes = [UInt8](repeating: UInt8(ascii: "x"), count: 4096)
    while true {
      unsafe try bytes.withUnsafeBytes { try unsafe file.write($0) }
      say("written")
    }
  }
}

/// Takes a lock, says so, and sleeps until it is killed.
struct HoldLock: ParsableCommand {
  @Argument var path: String

  func run() throws {
    let lock = try FileLock.acquire(path)
    say("locked")
    withExtendedLifetime(lock) { while true { pause() } }
  }
}

/// Prints at once: the test waits for it.
private func say(_ text: String) {
  var text = text + "\n"
  text.withUTF8 { _ = unsafe write(STDOUT_FILENO, $0.baseAddress, $0.count) }
}
