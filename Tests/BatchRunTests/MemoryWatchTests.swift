import Glibc
import MillraceCore
import Support
import Testing

@testable import batch_run

@Suite struct MemoryWatchTests {
  private func stat(_ process: Int, group: Int, pages: Int, name: String = "a (b) c", state: String = "S") -> String {
    let rest = Array(repeating: "0", count: 18).joined(separator: " ")
    return "\(process) (\(name)) \(state) 1 \(group) \(rest) \(pages) 18446744073709551615 0 0\n"
  }

  @Test func theProcessesOfAGroupAreAddedUp() {
    let system = WrittenSystem([
      "/proc/10/stat": stat(10, group: 10, pages: 100), "/proc/11/stat": stat(11, group: 10, pages: 50, name: ") Z ("),
      "/proc/12/stat": stat(12, group: 10, pages: 7, state: "Z"), "/proc/20/stat": stat(20, group: 20, pages: 3),
      "/proc/30/stat": stat(30, group: 5, pages: 1 << 20), "/proc/40/stat": "garbage", "/proc/self/stat": "",
    ])
    var watch = MemoryWatch(files: system.files, pageSize: 4096)
    let first = watch.look(at: [10, 20, 99])
    #expect(first[10] == .init(present: 150 * 4096, peak: 150 * 4096, processes: 2))
    #expect(first[20] == .init(present: 3 * 4096, peak: 3 * 4096, processes: 1))
    #expect(first[99] == .init())
    system.write("/proc/10/stat", stat(10, group: 10, pages: 20))
    // A new child of the group, and a number that was another's.
    system.write("/proc/13/stat", stat(13, group: 10, pages: 30))
    system.write("/proc/30/stat", stat(30, group: 30, pages: 8))
    let second = watch.look(at: [10, 30])
    #expect(second[10] == .init(present: 100 * 4096, peak: 150 * 4096, processes: 3))
    #expect(second[30]?.present == 8 * 4096)
    #expect(second[20] == nil)
    #expect(watch.look(at: [20])[20]?.peak == 3 * 4096)
  }

  @Test func aNumberThatBecameAnothersIsFoundAgain() {
    let system = WrittenSystem([
      "/proc/10/stat": stat(10, group: 10, pages: 1), "/proc/30/stat": stat(30, group: 5, pages: 9),
    ])
    var watch = MemoryWatch(files: system.files, pageSize: 1)
    #expect(watch.look(at: [10])[10]?.present == 1)
    system.write("/proc/30/stat", stat(30, group: 10, pages: 9))
    let looks = (0..<20).map { _ in watch.look(at: [10])[10]?.present }
    #expect(looks.last == 10)
  }

  @Test func pagesThatAreSharedCountOnceBeforeAnybodyIsKilled() {
    let system = WrittenSystem([
      "/proc/10/stat": stat(10, group: 10, pages: 60), "/proc/11/stat": stat(11, group: 10, pages: 60),
      "/proc/10/smaps_rollup": "00-ff rollup\nRss: 60 kB\nPss:      35 kB\n",
      "/proc/11/smaps_rollup": "00-ff rollup\nRss: 60 kB\nPss:      35 kB\n",
    ])
    var watch = MemoryWatch(files: system.files, pageSize: 1024)
    let memory = watch.look(at: [10])[10] ?? .init()
    #expect(memory.present == 120 << 10)
    #expect(watch.excess(of: 10, taking: memory, limit: 100 << 10) == nil)
    #expect(
      watch.excess(of: 10, taking: memory, limit: 64 << 10)
        == "its processes took 70K, and --memory-per-worker allows 64K")
    #expect(watch.excess(of: 10, taking: memory, limit: 120 << 10) == nil)
  }

  /// A shell with a child that takes 64 MiB.
  @Test func realProcesses() throws {
    let script = "python3 -c 'import time; a = bytearray(64 << 20); time.sleep(60)' & wait"
    let null = unsafe open("/dev/null", O_RDWR | O_CLOEXEC)
    defer { close(null) }
    let child = try ChildProcess(
      program: "/bin/sh", arguments: ["sh", "-c", script], environment: processEnvironment(),
      streams: (null, null, null))
    defer {
      child.signalGroup(SIGKILL)
      _ = child.wait()
    }
    var watch = MemoryWatch()
    #expect(
      eventually {
        let group = watch.look(at: [child.identifier])[child.identifier]
        return group.map { $0.present > 64 << 20 && $0.processes == 2 } ?? false
      })
    let memory = try #require(watch.look(at: [child.identifier])[child.identifier])
    #expect(memory.present < 200 << 20)
    #expect(watch.excess(of: child.identifier, taking: memory, limit: 32 << 20) != nil)
    #expect(watch.excess(of: child.identifier, taking: memory, limit: 1 << 30) == nil)
  }
}

@Suite struct MemoryWitnessTests {
  private let scope = "/sys/fs/cgroup/user.slice/session.scope/memory.events"
  private let killed = ChildProcess.Status.signalled(SIGKILL)

  @Test func aPlainKillIsNone() {
    let system = WrittenSystem.second()
    let witness = OutOfMemoryWitness(files: system.files)
    witness.observe(system.files.memoryReading(groups: system.files.memoryGroups()), at: 11)
    #expect(witness.evidence(for: killed, started: 10, now: 12) == nil)
    // Kills in other groups are none of ours.
    system.write("/proc/vmstat", "oom_kill 5\n")
    system.write("/sys/fs/cgroup/user.slice/memory.events", "oom 3\noom_kill 3\n")
    #expect(witness.evidence(for: killed, started: 10, now: 12) == nil)
  }

  @Test func aKillOfTheGroupExplainsOneChild() {
    let system = WrittenSystem.second()
    let witness = OutOfMemoryWitness(files: system.files)
    system.write(scope, "oom 1\noom_kill 2\n")
    #expect(witness.evidence(for: .signalled(SIGSEGV), started: 10, now: 12) == nil)
    #expect(witness.evidence(for: .exited(1), started: 10, now: 12) == nil)
    #expect(
      witness.evidence(for: killed, started: 10, now: 12)
        == "killed by the kernel: out of memory (the control group allows 6G)")
    #expect(witness.evidence(for: killed, started: 10, now: 12) == nil)
    system.write(scope, "oom 2\noom_kill 4\n")
    // A shell says of its child that it was killed.
    #expect(witness.evidence(for: .exited(137), started: 10, now: 13) != nil)
    #expect(witness.evidence(for: killed, started: 10, now: 13) != nil)
    #expect(witness.evidence(for: killed, started: 10, now: 13) == nil)
  }

  @Test func whatWasCountedBeforeAChildBeganIsNotItsKill() {
    let system = WrittenSystem.second()
    let witness = OutOfMemoryWitness(files: system.files)
    system.write(scope, "oom_kill 2\n")
    witness.observe(MemoryReading(), at: 5)
    #expect(witness.evidence(for: killed, started: 10, now: 12) == nil)
    #expect(witness.evidence(for: killed, started: 4, now: 12) != nil)
  }

  @Test func groupsOfTheFirstVersion() {
    let system = WrittenSystem.first()
    let witness = OutOfMemoryWitness(files: system.files)
    #expect(witness.evidence(for: killed, started: 1, now: 2) == nil)
    system.write(
      "/sys/fs/cgroup/memory/slurm/job_7/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 8\n")
    #expect(
      witness.evidence(for: killed, started: 1, now: 2)
        == "killed by the kernel: out of memory (the control group allows 2G)")
  }

  @Test func theMachinesCountWhereThereAreNoGroups() {
    let system = WrittenSystem(["/proc/vmstat": "oom_kill 4\n"])
    let witness = OutOfMemoryWitness(files: system.files)
    #expect(witness.evidence(for: killed, started: 1, now: 2) == nil)
    system.write("/proc/vmstat", "oom_kill 5\n")
    #expect(
      witness.evidence(for: killed, started: 1, now: 3) == "killed by the kernel: the machine ran out of memory")
    let bare = OutOfMemoryWitness(files: WrittenSystem().files)
    #expect(bare.evidence(for: killed, started: 1, now: 2) == nil)
  }

  @Test func thoseWhoKillBeforeTheKernelMust() {
    let witness = OutOfMemoryWitness(files: WrittenSystem().files)
    witness.observe(MemoryReading(someStall: 30, available: 1 << 30, total: 16 << 30), at: 9)
    #expect(witness.evidence(for: killed, started: 1, now: 10) == nil)
    witness.observe(MemoryReading(someStall: 30, available: 500 << 20, total: 16 << 30), at: 10)
    #expect(witness.evidence(for: killed, started: 1, now: 12) == "killed while memory was short: 500M were free")
    #expect(witness.evidence(for: killed, started: 1, now: 14) == nil)
    #expect(witness.evidence(for: killed, started: 11, now: 12) == nil)
    witness.observe(MemoryReading(fullStall: 42), at: 20)
    #expect(
      witness.evidence(for: killed, started: 1, now: 21)
        == "killed while memory was short: all processes waited for memory 42 % of 10 s")
  }
}
