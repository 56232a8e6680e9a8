/// The file that bad rows go to, each with its reason.
final class Quarantine {
  private let file: OutputFile
  private var lines = ByteBuffer()

  init?(_ policy: ErrorPolicy, output: String?, isDryRun: Bool) throws(Failure) {
    guard case .quarantine(let path) = policy else { return nil }
    guard path != "-", output.map({ !reachSameFile(path, $0) }) ?? true else {
      throw Failure(
        .usage, "bad rows cannot go where the good ones go", advice: "--on-error quarantine=FILE names another file")
    }
    file = try OutputFile(path: isDryRun ? "/dev/null" : path)
  }

  /// `{"file":…,"line":…,"reason":…,"record":…}`; a record that is not UTF-8 has its bad bytes replaced.
  func take(_ row: DroppedRow) {
    var members: [JSONValue.Member] = []
    if let place = row.failure.place {
      members.append(.init("file", .string(place.file)))
      if let line = place.line { members.append(.init("line", .integer(line))) }
      if let field = place.field { members.append(.init("field", .string(field))) }
    }
    members.append(.init("reason", .string(row.failure.message)))
    members.append(.init("record", .string(String(decoding: row.bytes, as: UTF8.self))))
    JSONValue.object(members).write(to: lines)
    lines.append("\n")
  }

  func write() throws(Failure) {
    guard lines.count > 0 else { return }
    try file.write(ByteSlice(lines))
    lines = ByteBuffer()
  }

  func finish() throws(Failure) { _ = try file.finish() }
}
