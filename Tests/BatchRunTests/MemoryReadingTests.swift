import Glibc
import MillraceCore
import Support
import Testing

@testable import batch_run

@Suite struct MemoryReadingTests {
  @Test func groupsOfTheSecondVersion() {
    let files = WrittenSystem.second()
    let groups = files.files.memoryGroups()
    #expect(groups.map(\.path) == ["/sys/fs/cgroup/user.slice/session.scope", "/sys/fs/cgroup/user.slice"])
    #expect(groups.allSatisfy { $0.version == .second })
    let reading = files.files.memoryReading(groups: groups)
    // The group above has the limit, and what it keeps of files can be had back.
    #expect(reading == MemoryReading(someStall: 12, fullStall: 3, available: 2 << 30, total: 6 << 30, load: 3.25))
    #expect(files.files.machine(cores: 8) == ResourceShare(cores: 8, memory: 6 << 30))
    #expect(groups.map { files.files.outOfMemoryKills(in: $0) } == [1, 2])
    files.write("/sys/fs/cgroup/user.slice/memory.high", "\(5 << 30)\n")
    #expect(files.files.memoryReading(groups: groups).available == 1 << 30)
  }

  @Test func groupsOfTheFirstVersion() {
    let files = WrittenSystem.first()
    let groups = files.files.memoryGroups()
    #expect(groups.first?.path == "/sys/fs/cgroup/memory/slurm/job_7")
    #expect(groups.count == 3)
    let reading = files.files.memoryReading(groups: groups)
    #expect(reading == MemoryReading(available: 512 << 20, total: 2 << 30, load: 0.1))
    #expect(files.files.machine(cores: 2) == ResourceShare(cores: 2, memory: 2 << 30))
    #expect(groups.map { files.files.outOfMemoryKills(in: $0) } == [7, nil, nil])
  }

  @Test func aContainerSeesItsEndOfThePathAlone() {
    let files = WrittenSystem([
      "/proc/meminfo": WrittenSystem.meminfo, "/proc/self/cgroup": "4:memory:/docker/0123abcd\n",
      "/sys/fs/cgroup/memory/memory.usage_in_bytes": "\(1 << 30)\n",
      "/sys/fs/cgroup/memory/memory.limit_in_bytes": "\(4 << 30)\n",
    ])
    let groups = files.files.memoryGroups()
    #expect(groups.map(\.path) == ["/sys/fs/cgroup/memory"])
    #expect(files.files.memoryReading(groups: groups).available == 3 << 30)
  }

  @Test func aContainerWithoutLimits() {
    let files = WrittenSystem([
      "/proc/meminfo": WrittenSystem.meminfo, "/proc/self/cgroup": "0::/\n",
      "/sys/fs/cgroup/memory.current": "4096\n", "/sys/fs/cgroup/memory.max": "max\n",
    ])
    let reading = files.files.memoryReading(groups: files.files.memoryGroups())
    #expect(reading == MemoryReading(available: 8 << 30, total: 16 << 30))
    #expect(files.files.machine(cores: 1).memory == 16 << 30)
  }

  @Test func nothingIsThere() {
    let files = WrittenSystem()
    #expect(files.files.memoryGroups() == [])
    #expect(files.files.memoryReading(groups: []) == MemoryReading())
    #expect(files.files.machine(cores: 3) == ResourceShare(cores: 3, memory: ResourceShare.greatestMemory))
    #expect(files.files.load() == nil)
  }

  @Test func garbage() {
    let files = WrittenSystem([
      "/proc/meminfo": "MemTotal: many kB\nMemAvailable:\n", "/proc/loadavg": "high\n",
      "/proc/pressure/memory": "some avg10=lots\nfull avg10=400.0 total=\n",
      "/proc/self/cgroup": "0::\nx\n4:memory:../../etc\n4:memory:/../..\n\n0::/a\n",
      "/sys/fs/cgroup/a/memory.current": "-\n", "/sys/fs/cgroup/a/memory.max": "99999999999999999999999\n",
    ])
    let groups = files.files.memoryGroups()
    #expect(files.files.memoryReading(groups: groups) == MemoryReading())
  }

  /// Whatever this machine is, it has memory, some of it is free, and somebody runs.
  @Test func thisMachine() throws {
    let files = KernelFiles.system
    let reading = files.memoryReading(groups: files.memoryGroups())
    let available = try #require(reading.available)
    let total = try #require(reading.total)
    #expect(available > 0 && available <= total)
    #expect(files.load() != nil)
    #expect(files.machine().memory >= total || files.machine().memory > 1 << 20)
  }
}

@Suite struct LoadLimitTests {
  @Test func theOption() throws {
    #expect(try LoadLimit("8").limit == 8)
    #expect(try LoadLimit("1.5").limit == 1.5)
    #expect(try LoadLimit("50%").limit == Double(availableCores()) / 2)
    for text in ["", "-1", "0", "many", "nan", "inf", "%", "1e999", "+3"] {
      #expect {
        try LoadLimit(text)
      } throws: { error in
        (error as? Failure)?.description == "expected a load such as 8 or 1.5, or 90% of the cores"
      }
    }
  }

  @Test func aboveItNoChunkIsStarted() {
    let system = WrittenSystem.second()
    #expect(LoadLimit(3).objection(system.files) == "the load of 3.25 is above 3")
    #expect(LoadLimit(3.25).objection(system.files) == nil)
    // Where no load is told, work goes on.
    #expect(LoadLimit(1).objection(WrittenSystem().files) == nil)
    #expect([8, 7.5, 7.25, 7.055, 0.1].map(loadText) == ["8", "7.5", "7.25", "7.06", "0.1"])
  }
}
