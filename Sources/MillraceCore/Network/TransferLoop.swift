import Glibc
import Synchronization

/// The client's thread: takes requests in, has libcurl make them, and gives the answers out.
final class TransferLoop: Sendable {
  private enum Message: Sendable {
    case submission(Submission)
    case cancellation(Ticket)
  }

  private struct Inbox {
    var messages: [Message] = []
    var isClosed = false
  }

  private let inbox = Mutex(Inbox())
  private let multi: CurlMulti
  private let userAgent: String
  private let authorities: CertificateAuthorities

  init(multi: CurlMulti, userAgent: String, authorities: CertificateAuthorities) {
    self.multi = multi
    self.userAgent = userAgent
    self.authorities = authorities
  }

  func submit(_ submission: Submission) { send(.submission(submission)) }

  func cancel(_ ticket: Ticket) {
    ticket.cancel()
    send(.cancellation(ticket))
  }

  /// Ends the thread. Nobody waits then: who waits for an answer holds the client.
  func close() {
    inbox.withLock { $0.isClosed = true }
    multi.wake()
  }

  private func send(_ message: Message) {
    inbox.withLock { $0.messages.append(message) }
    multi.wake()
  }

  /// The thread's whole life.
  func run() {
    blockBrokenPipeSignal()
    var queue = TransferQueue()
    var running: [CurlTransfer.ID: (transfer: HTTPTransfer, curl: CurlTransfer)] = [:]
    while true {
      let (messages, isClosed) = inbox.withLock { inbox in
        defer { inbox.messages = [] }
        return (inbox.messages, inbox.isClosed)
      }
      if isClosed { return }
      for message in messages {
        switch message {
        case .submission(let submission): queue.add(submission)
        case .cancellation(let ticket): cancel(ticket, &queue, &running)
        }
      }
      while let submission = queue.takeNext() { start(HTTPTransfer(submission), &queue, &running) }
      multi.perform()
      var hasNews = false
      while let (curl, end) = multi.takeEnded() {
        hasNews = true
        guard let (transfer, _) = running.removeValue(forKey: curl.id) else { continue }
        switch transfer.finish(end, curl.receiver) {
        case .goesOn: start(transfer, &queue, &running)
        case .ended(let result): finish(transfer.submission, result, &queue)
        }
      }
      // An end makes room for what waits; libcurl waits no longer than its own timers allow.
      if !hasNews { multi.wait(milliseconds: 60_000) }
    }
  }

  private func start(
    _ transfer: HTTPTransfer, _ queue: inout TransferQueue,
    _ running: inout [CurlTransfer.ID: (transfer: HTTPTransfer, curl: CurlTransfer)]
  ) {
    if let curl = transfer.start(userAgent: userAgent, authorities: authorities), multi.add(curl) {
      running[curl.id] = (transfer, curl)
    } else {
      let origin = transfer.submission.url.origin
      finish(
        transfer.submission,
        .failure(TransferError(.other, "libcurl cannot prepare the request to \(origin)", advice: "is memory scarce?")),
        &queue)
    }
  }

  private func cancel(
    _ ticket: Ticket, _ queue: inout TransferQueue,
    _ running: inout [CurlTransfer.ID: (transfer: HTTPTransfer, curl: CurlTransfer)]
  ) {
    if let waiting = queue.remove(ticket) {
      waiting.continuation.resume(returning: .failure(.cancelled))
    } else if let (id, entry) = running.first(where: { $0.value.transfer.submission.ticket === ticket }) {
      running[id] = nil
      multi.remove(entry.curl)
      finish(entry.transfer.submission, .failure(.cancelled), &queue)
    }
  }

  private func finish(
    _ submission: Submission, _ result: Result<HTTPResponse, TransferError>, _ queue: inout TransferQueue
  ) {
    queue.ended(submission)
    submission.continuation.resume(returning: result)
  }
}

/// Who waits for a connection, and how many have one, for each origin.
struct TransferQueue {
  static let maximumPerOrigin = 8

  private struct Line {
    /// Numbers of submissions in the order in which they came; those that were cancelled are no longer among the waiting.
    var order: [Int] = []
    var next = 0
    var running = 0
  }

  private var lines: [HTTPOrigin: Line] = [:]
  private var waiting: [Int: Submission] = [:]
  private var numbers: [ObjectIdentifier: Int] = [:]
  private var count = 0

  /// A submission that was cancelled on its way here is told so at once.
  mutating func add(_ submission: Submission) {
    guard !submission.ticket.isCancelled else {
      submission.continuation.resume(returning: .failure(.cancelled))
      return
    }
    lines[submission.url.origin, default: Line()].order.append(count)
    waiting[count] = submission
    numbers[ObjectIdentifier(submission.ticket)] = count
    count += 1
  }

  /// Takes out a submission that waits; nil when it does not.
  mutating func remove(_ ticket: Ticket) -> Submission? {
    numbers.removeValue(forKey: ObjectIdentifier(ticket)).flatMap { waiting.removeValue(forKey: $0) }
  }

  /// The first that waits for an origin that has room; it counts as running until `ended`.
  mutating func takeNext() -> Submission? {
    guard !waiting.isEmpty else { return nil }
    for origin in lines.keys {
      if let submission = takeNext(of: origin) { return submission }
    }
    return nil
  }

  mutating func ended(_ submission: Submission) {
    let origin = submission.url.origin
    lines[origin]?.running -= 1
    if let line = lines[origin], line.running == 0, line.next == line.order.count { lines[origin] = nil }
  }

  private mutating func takeNext(of origin: HTTPOrigin) -> Submission? {
    guard var line = lines.removeValue(forKey: origin) else { return nil }
    defer { lines[origin] = line }
    while line.running < Self.maximumPerOrigin, line.next < line.order.count {
      let number = line.order[line.next]
      line.next += 1
      if line.next == line.order.count || line.next > 1024 {
        line.order.removeFirst(line.next)
        line.next = 0
      }
      guard let submission = waiting.removeValue(forKey: number) else { continue }
      numbers[ObjectIdentifier(submission.ticket)] = nil
      line.running += 1
      return submission
    }
    return nil
  }
}

/// A connection that breaks while TLS writes to it must not end the process; blocked here, the signal is never delivered.
func blockBrokenPipeSignal() {
  var set = sigset_t()
  unsafe sigemptyset(&set)
  unsafe sigaddset(&set, SIGPIPE)
  unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
}
