import Glibc
import MillraceCore

/// What one job says of itself in the ledger.
struct LedgerEntry: Sendable, Equatable {
  /// Its place in the order of coming; lower ones came before.
  var ticket: Int
  var job: String
  var process: Int
  /// What it was admitted with, or waits for.
  var wanted: ResourceShare
  /// What it takes now: no more than `wanted`.
  var share: ResourceShare
  var isRunning: Bool
  /// Of its work, 0 to 1.
  var fraction = 0.0
  /// For which it has been running when that fraction was done.
  var seconds = 0.0
  /// When this was written, in seconds of the steady clock.
  var written = 0.0

  /// Seconds until it ends, if it goes on as it did; nil when nothing is known.
  func remaining(now: Double) -> Double? {
    guard isRunning, fraction > 0.001, seconds > 0 else { return nil }
    return max(0, seconds / fraction - seconds - max(0, now - written))
  }
}

// MARK: As JSON

extension LedgerEntry {
  /// Bytes that the file of an entry has at most.
  static let longestText = 4096

  var json: JSONValue {
    .object([
      .init("version", .integer(1)), .init("job", .string(String(job.prefix(200)))),
      .init("process", .integer(process)), .init("cores", .integer(share.cores)),
      .init("memory", .integer(share.memory)), .init("wanted_cores", .integer(wanted.cores)),
      .init("wanted_memory", .integer(wanted.memory)), .init("running", .bool(isRunning)),
      .init("fraction", .number(String(fraction))), .init("seconds", .number(String(seconds))),
      .init("written", .number(String(written))),
    ])
  }

  /// Nil for what no ledger has written.
  init?(ticket: Int, json: JSONValue) {
    func natural(_ name: String, most: Int) -> Int? {
      json[name]?.integer.flatMap { (0...most).contains($0) ? $0 : nil }
    }
    func real(_ name: String, most: Double) -> Double? {
      guard case .number(let text) = json[name], let value = Double(text), value >= 0, value <= most else { return nil }
      return value
    }
    guard json["version"]?.integer == 1, let job = json["job"]?.text, case .bool(let isRunning) = json["running"],
      let process = natural("process", most: 1 << 31),
      let cores = natural("cores", most: ResourceShare.greatestCores),
      let memory = natural("memory", most: ResourceShare.greatestMemory),
      let wantedCores = natural("wanted_cores", most: ResourceShare.greatestCores),
      let wantedMemory = natural("wanted_memory", most: ResourceShare.greatestMemory),
      let fraction = real("fraction", most: 1), let seconds = real("seconds", most: 1e12),
      let written = real("written", most: 1e15)
    else { return nil }
    self.init(
      ticket: ticket, job: printable(String(job.prefix(200))), process: process,
      wanted: ResourceShare(cores: wantedCores, memory: wantedMemory),
      share: ResourceShare(cores: cores, memory: memory), isRunning: isRunning, fraction: fraction, seconds: seconds,
      written: written)
  }
}

/// What a file of the ledger holds.
enum LedgerFileContent: Equatable {
  case missing
  /// Why it is no entry.
  case damaged(String)
  case entry(LedgerEntry)

  init(path: String, ticket: Int) {
    let descriptor = unsafe open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else {
      self = errno == ENOENT ? .missing : .damaged(systemErrorText(errno))
      return
    }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_uid == geteuid() else {
      self = .damaged("expected a file of this user, found something else")
      return
    }
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: LedgerEntry.longestText + 1) { buffer, count in
      count = max(0, retryingInterrupted { unsafe read(descriptor, buffer.baseAddress, buffer.count) })
    }
    guard bytes.count <= LedgerEntry.longestText else {
      self = .damaged("larger than an entry can be")
      return
    }
    do throws(Failure) {
      let json = try JSONValue.parse(String(decoding: bytes, as: UTF8.self), maximumDepth: 4)
      self = LedgerEntry(ticket: ticket, json: json).map { .entry($0) } ?? .damaged("not an entry of this version")
    } catch {
      self = .damaged(error.message)
    }
  }
}
