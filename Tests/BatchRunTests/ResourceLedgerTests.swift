import Glibc
import MillraceCore
import Support
import Synchronization
import Testing

@testable import batch_run

/// A state folder, and the ledgers of many processes in it: each has its own files open, and so its own locks.
private final class LedgerDesk: Sendable {
  let folder = TemporaryFolder()
  let warnings = Mutex<[String]>([])

  var path: String { folder("state/ledger/node1") }

  func ledger(cores: Int = 4, gigabytes: Int = 8, host: String = "node1") -> ResourceLedger {
    ResourceLedger(
      environment: ["MILLRACE_STATE_DIR": folder("state")], host: host,
      machine: ResourceShare(cores: cores, memory: gigabytes << 30),
      warn: { warning in self.warnings.withLock { $0.append(warning) } })
  }

  /// Nil where it would have to wait.
  func tryRequest(_ cores: Int, gigabytes: Int = 0, job: String = "job") throws -> ResourceAdmission? {
    try ledger().request(ResourceShare(cores: cores, memory: gigabytes << 30), job: job) { _ in false }
  }
}

@Suite struct ResourceLedgerTests {
  @Test func twoThatFitAndOneThatWaits() throws {
    let desk = LedgerDesk()
    let first = try #require(try desk.tryRequest(2, gigabytes: 4, job: "one"))
    let second = try #require(try desk.tryRequest(2, gigabytes: 4, job: "two"))
    #expect(try desk.tryRequest(1) == nil)
    let entries = try desk.ledger().entries()
    #expect(entries.map(\.job) == ["one", "two"])
    #expect(entries.allSatisfy { $0.isRunning && $0.process == Int(getpid()) })
    second.release()
    second.release()
    let third = try #require(try desk.tryRequest(1, gigabytes: 4))
    #expect(try desk.tryRequest(1, gigabytes: 1) == nil)
    first.release()
    #expect(try desk.tryRequest(1, gigabytes: 1) != nil)
    third.release()
    #expect(names(ofFolder: desk.path) == ["queue.lock"])
    #expect(desk.warnings.withLock { $0 } == [])
  }

  @Test func whoWaitsIsToldWhereItStands() throws {
    let desk = LedgerDesk()
    let first = try #require(try desk.tryRequest(3, job: "one"))
    first.report(fraction: 0.01, seconds: 1)
    usleep(1_050_000)
    first.report(fraction: 0.5, seconds: 6000)
    let told = Mutex<[QueuePlace]>([])
    let worker = try Worker<Bool>("waits") { () throws(Failure) in
      let share = ResourceShare(cores: 2, memory: 0)
      return try desk.ledger().request(
        share, job: "two",
        waiting: { place in
          told.withLock { $0.append(place) }
          return true
        }) != nil
    }
    #expect(eventually { told.withLock { $0.count > 2 } })
    let place = try #require(told.withLock { $0.last })
    #expect(place.position == 1)
    #expect(place.running == ["one"])
    if case .about(let seconds) = place.estimate {
      #expect((5000...6000).contains(seconds))
    } else {
      Issue.record("\(place.estimate)")
    }
    let waiting = try desk.ledger().entries().last
    #expect(waiting?.job == "two")
    #expect(waiting?.isRunning == false)
    first.release()
    #expect(try worker.join())
  }

  @Test func thoseWhoWaitStartInTheirOrder() throws {
    let desk = LedgerDesk()
    let first = try #require(try desk.tryRequest(4))
    let started = Mutex<[Int]>([])
    var workers: [Worker<Void>] = []
    for number in 0..<6 {
      // The one in the middle wants all, and the small ones behind it do not pass.
      let share = ResourceShare(cores: number == 2 ? 4 : 1, memory: 0)
      workers.append(
        try Worker("waits \(number)") { () throws(Failure) in
          let admission = try desk.ledger().request(share, job: "\(number)") { _ in true }
          started.withLock { $0.append(number) }
          usleep(20_000)
          admission?.release()
        })
      let count = number + 2
      #expect(eventually { (try? desk.ledger().entries().count) == count })
    }
    first.release()
    for worker in workers { try worker.join() }
    let order = started.withLock { $0 }
    #expect(Set(order.prefix(2)) == [0, 1])
    #expect(order[2] == 2)
    #expect(Set(order.suffix(3)) == [3, 4, 5])
  }

  @Test func aShareShrinksAndGrows() throws {
    let desk = LedgerDesk()
    let first = try #require(try desk.tryRequest(4, gigabytes: 8))
    #expect(first.change(to: ResourceShare(cores: 2, memory: 4 << 30)))
    #expect(first.share == ResourceShare(cores: 2, memory: 4 << 30))
    let second = try #require(try desk.tryRequest(1, gigabytes: 4))
    // Three cores are free, but no memory.
    #expect(!first.change(to: ResourceShare(cores: 3, memory: 6 << 30)))
    #expect(first.change(to: ResourceShare(cores: 3, memory: 4 << 30)))
    #expect(!first.change(to: ResourceShare(cores: 4, memory: 4 << 30)))
    second.release()
    #expect(first.change(to: ResourceShare(cores: 4, memory: 8 << 30)))
    // Never more than it came with.
    #expect(!first.change(to: ResourceShare(cores: 5, memory: 0)))
    first.release()
    #expect(!first.change(to: ResourceShare(cores: 1, memory: 0)))
  }

  @Test func moreThanTheMachineHasIsRefused() {
    let desk = LedgerDesk()
    #expect {
      try desk.tryRequest(5, gigabytes: 16)
    } throws: { error in
      let failure = error as? Failure
      return failure?.status == .usage
        && failure?.description
          == "the job wants 5 cores and 16G, and this machine has 4 cores and 8G (--workers auto takes what the machine has)"
    }
    #expect(names(ofFolder: desk.path) == [])
  }

  @Test func hostsAreApart() throws {
    let desk = LedgerDesk()
    let here = try #require(try desk.tryRequest(4))
    let share = ResourceShare(cores: 4, memory: 0)
    let there = try desk.ledger(host: "../node2").request(share, job: "there") { _ in false }
    #expect(there != nil)
    #expect(names(ofFolder: desk.folder("state/ledger")).sorted() == ["-..-node2", "node1"])
    here.release()
  }

  @Test func aKilledProcessGivesItsShareBack() throws {
    let desk = LedgerDesk()
    try #require(try desk.tryRequest(1)).release()
    // Another program that keeps the ledger: a ticket's lock, and what it says.
    let holder = """
      import fcntl, json, sys, time
      lock = open(sys.argv[1] + "/7.lock", "a+")
      fcntl.flock(lock, fcntl.LOCK_EX)
      json.dump({"version": 1, "job": "other", "process": 1, "cores": 4, "memory": 0, "wanted_cores": 4,
        "wanted_memory": 0, "running": True, "fraction": 0, "seconds": 0, "written": time.monotonic()},
        open(sys.argv[1] + "/7.json", "w"))
      print("locked", flush=True)
      time.sleep(600)
      """
    let program = Executable("/usr/bin/env").start(["python3", "-c", holder, desk.path])
    #expect(eventually { !program.outputSoFar.isEmpty })
    #expect(try desk.tryRequest(1) == nil)
    #expect(try desk.ledger().entries().map(\.job) == ["other"])
    let worker = try Worker<Bool>("waits") { () throws(Failure) in
      try desk.ledger().request(ResourceShare(cores: 4, memory: 0), job: "next") { _ in true } != nil
    }
    #expect(eventually { (try? desk.ledger().entries().count) == 2 })
    program.send(SIGKILL)
    program.wait()
    #expect(try worker.join(), "or it would wait for ever")
    #expect(names(ofFolder: desk.path) == ["queue.lock"])
  }

  @Test func hostileFilesAreLeftOut() throws {
    let desk = LedgerDesk()
    let live = try #require(try desk.tryRequest(1))
    let locks = [3: "not JSON", 4: "{\"version\":2}", 5: String(repeating: "x", count: 10_000), 6: "{\"cores\":-4}"]
      .map { ticket, text in
        desk.folder.write("state/ledger/node1/\(ticket).json", text)
        return try? FileLock.tryAcquire(desk.path + "/\(ticket).lock")
      }
    let elsewhere = desk.folder.write("elsewhere", "{}")
    let linked = try FileLock.tryAcquire(desk.path + "/8.lock")
    unsafe symlink(elsewhere, desk.path + "/8.json")
    unsafe symlink(elsewhere, desk.path + "/9.lock")
    unsafe mkdir(desk.path + "/10.lock", 0o700)
    unsafe mkfifo(desk.path + "/11.json", 0o600)
    let fifo = try FileLock.tryAcquire(desk.path + "/11.lock")
    for name in ["0001.lock", "99999999999999999999.lock", "x.lock", "-1.lock", ".lock"] {
      desk.folder.write("state/ledger/node1/\(name)", "")
    }
    let other = try #require(try desk.tryRequest(3))
    let warnings = desk.warnings.withLock { $0.sorted() }
    #expect(warnings.count == 8)
    #expect(warnings.allSatisfy { $0.contains(": an entry of the ledger is left out: ") })
    #expect(
      warnings.contains(
        "\(desk.path)/5.json: an entry of the ledger is left out: larger than an entry can be (remove the file)"))
    #expect(try desk.tryRequest(1) == nil)
    other.release()
    withExtendedLifetime((locks, linked, fifo)) {}
    live.release()
  }

  @Test func oneThatKeepsTheLedgerLockedIsNamed() throws {
    let desk = LedgerDesk()
    try #require(try desk.tryRequest(1)).release()
    let queue = try FileLock.tryAcquire(desk.path + "/queue.lock")
    var told = ""
    let admission = try desk.ledger().request(ResourceShare(cores: 1, memory: 0), job: "job") { place in
      told = place.description
      return false
    }
    #expect(admission == nil)
    #expect(
      told
        == "waiting for the ledger of cores and memory, which process \(getpid()) on \(hostName()) keeps locked")
    withExtendedLifetime(queue) {}
  }

  @Test func aLedgerThatCannotBeKept() throws {
    let desk = LedgerDesk()
    desk.folder.write("state", "a file")
    #expect {
      try desk.tryRequest(1)
    } throws: { error in
      (error as? Failure)?.status == .cannotCreate
    }
  }

  /// Many at once, on threads with locks of their own, that come, grow, shrink and go.
  @Test func neverMoreThanThereIs() throws {
    let desk = LedgerDesk()
    let taken = Mutex((now: 0, greatest: 0, admissions: 0))
    var workers: [Worker<Void>] = []
    for number in 0..<8 {
      workers.append(
        try Worker("job \(number)") { () throws(Failure) in
          var generator = SeededGenerator(seed: UInt64(number))
          for _ in 0..<5 {
            let cores = Int.random(in: 1...4, using: &generator)
            let share = ResourceShare(cores: cores, memory: 0)
            guard let admission = try desk.ledger().request(share, job: "\(number)", waiting: { _ in true }) else {
              return
            }
            taken.withLock { taken in
              taken.now += cores
              taken.greatest = max(taken.greatest, taken.now)
              taken.admissions += 1
            }
            usleep(UInt32.random(in: 0...3000, using: &generator))
            if cores > 1 {
              taken.withLock { $0.now -= cores - 1 }
              _ = admission.change(to: ResourceShare(cores: 1, memory: 0))
              usleep(UInt32.random(in: 0...3000, using: &generator))
              let isRaised = admission.change(to: share)
              taken.withLock { taken in
                if isRaised { taken.now += cores - 1 }
                taken.greatest = max(taken.greatest, taken.now)
                taken.now -= isRaised ? cores : 1
              }
            } else {
              taken.withLock { $0.now -= cores }
            }
            admission.release()
          }
        })
    }
    for worker in workers { try worker.join() }
    let (now, greatest, admissions) = taken.withLock { $0 }
    #expect(now == 0)
    #expect(greatest <= 4)
    #expect(admissions == 40)
    #expect(names(ofFolder: desk.path) == ["queue.lock"])
    #expect(desk.warnings.withLock { $0 } == [])
  }
}

@Suite struct ResourceShareTests {
  private let machine = ResourceShare(cores: 4, memory: 8 << 30)

  @Test func asManyWorkersAsThereIsRoomFor() throws {
    #expect(try WorkerRequest(workers: .auto).workers(on: machine) == 4)
    #expect(try WorkerRequest(workers: .auto, memoryPerWorker: 3 << 30).workers(on: machine) == 2)
    #expect(try WorkerRequest(workers: .number(3), memoryPerWorker: 2 << 30).workers(on: machine) == 3)
    // Workers that wait for a service share the cores.
    #expect(try WorkerRequest(workers: .number(16)).workers(on: machine) == 16)
    #expect(WorkerRequest(workers: .number(16)).share(ofWorkers: 16, on: machine) == ResourceShare(cores: 4, memory: 0))
    #expect(
      WorkerRequest(workers: .auto, memoryPerWorker: 3 << 30).share(ofWorkers: 2, on: machine)
        == ResourceShare(cores: 2, memory: 6 << 30))
  }

  @Test(arguments: [
    (
      WorkerRequest(workers: .number(3), memoryPerWorker: 3 << 30),
      "the job wants 3 cores and 9G, and this machine has 4 cores and 8G"
    ),
    (
      WorkerRequest(workers: .auto, memoryPerWorker: 9 << 30),
      "one worker wants 9G of memory, and this machine has 8G"
    ),
    (
      WorkerRequest(workers: .number(1 << 20), memoryPerWorker: .max),
      "one worker wants 8388608T of memory, and this machine has 8G"
    ),
  ])
  func whatNeverFits(_ request: WorkerRequest, _ message: String) {
    #expect {
      try request.workers(on: machine)
    } throws: { error in
      (error as? Failure)?.status == .usage && (error as? Failure)?.message == message
    }
  }

  @Test func theOption() {
    #expect(WorkerCount(argument: "auto") == .auto)
    #expect(WorkerCount(argument: "12") == .number(12))
    for text in ["0", "-1", "many", "", "99999999999"] { #expect(WorkerCount(argument: text) == nil) }
  }
}
