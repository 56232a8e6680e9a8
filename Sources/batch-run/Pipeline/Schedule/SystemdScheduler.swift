import Glibc
import MillraceCore

/// Schedules that are a timer and a service of the user's systemd.
struct SystemdScheduler: Scheduler {
  private let folder: String

  /// - Parameter environment: names the folder of the user's units.
  init(environment: [String: String]) {
    let configuration = environment["XDG_CONFIG_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
    folder = "\(configuration ?? "\(environment["HOME"] ?? "")/.config")/systemd/user"
  }

  func text(_ pipeline: ScheduledPipeline) throws(Failure) -> String {
    units(pipeline).map { "# \(folder)/\($0.name)\n\($0.text)" }.joined(separator: "\n")
  }

  func install(_ pipeline: ScheduledPipeline) throws(Failure) {
    let units = units(pipeline)
    let before = units.map { try? readFile(path($0.name), limit: 1 << 20) }
    if let earlier = before.first ?? nil {
      let owner = unsafe String(decoding: earlier.bytes.prefix { $0 != 0x0a }, as: UTF8.self)
      if owner != mark(pipeline.file) { throw nameIsTaken(pipeline.name, by: owner) }
    }
    try makeFolders()
    do throws(Failure) {
      for unit in units { try AtomicFile.write(ByteBuffer(unit.text), to: path(unit.name)) }
      _ = try runScheduler(["systemctl", "--user", "daemon-reload"])
      _ = try runScheduler(["systemctl", "--user", "enable", "--now", timer(pipeline.name)])
    } catch {
      // Nothing is left that was not there.
      for (unit, bytes) in zip(units, before) {
        if let bytes { try? AtomicFile.write(bytes, to: path(unit.name)) } else { removeTree(path(unit.name)) }
      }
      throw error
    }
  }

  func remove(_ name: String) throws(Failure) -> Bool {
    guard try has(name) else { return false }
    _ = try runScheduler(["systemctl", "--user", "disable", "--now", timer(name)])
    for path in paths(name) { removeTree(path) }
    _ = try runScheduler(["systemctl", "--user", "daemon-reload"])
    return true
  }

  func has(_ name: String) throws(Failure) -> Bool { paths(name).contains(where: isThere) }

  private func paths(_ name: String) -> [String] { [path(service(name)), path(timer(name))] }
  private func path(_ unit: String) -> String { "\(folder)/\(unit)" }
  private func service(_ name: String) -> String { "millrace-\(name).service" }
  private func timer(_ name: String) -> String { "millrace-\(name).timer" }
  private func mark(_ file: String) -> String { "# Written by batch-run pipeline activate for \(file)" }

  private func units(_ pipeline: ScheduledPipeline) -> [(name: String, text: String)] {
    let variables = pipeline.environment.map { "Environment=\(quoted("\($0.name)=\($0.value)"))\n" }.joined()
    let command = pipeline.command.map { quoted($0, inCommand: true) }.joined(separator: " ")
    let service = """
      \(mark(pipeline.file))
      [Unit]
      Description=Pipeline \(pipeline.name)

      [Service]
      Type=oneshot
      \(variables)ExecStart=\(command)

      """
    let timer = """
      \(mark(pipeline.file))
      [Unit]
      Description=Schedule of the pipeline \(pipeline.name)

      [Timer]
      \(pipeline.schedule.onCalendar.map { "OnCalendar=\($0)\n" }.joined())AccuracySec=1s

      [Install]
      WantedBy=timers.target

      """
    return [(self.service(pipeline.name), service), (self.timer(pipeline.name), timer)]
  }

  /// A word as systemd.service(5) reads it back: no specifiers, and in commands no variables.
  private func quoted(_ word: String, inCommand: Bool = false) -> String {
    var text = ""
    for letter in word {
      switch letter {
      case "\"": text += "\\\""
      case "%": text += "%%"
      case "$" where inCommand: text += "$$"
      default: text.append(letter)
      }
    }
    return "\"\(text)\""
  }

  private func makeFolders() throws(Failure) {
    var path = ""
    for part in folder.split(separator: "/") {
      path += "/\(part)"
      if unsafe mkdir(path, 0o755) != 0, errno != EEXIST, !isFolder(path) {
        throw .system(.cannotCreate, "cannot make the folder", errorNumber: errno, at: Place(file: path))
      }
    }
  }
}
