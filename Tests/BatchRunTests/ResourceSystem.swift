import Glibc
import Support

@testable import batch_run

/// A machine's /proc and control groups, written out.
final class WrittenSystem: Sendable {
  let folder = TemporaryFolder()
  var files: KernelFiles { KernelFiles(root: folder.path) }

  init() {}

  convenience init(_ files: [String: String]) {
    self.init()
    for (path, text) in files { write(path, text) }
  }

  func write(_ path: String, _ text: String) {
    var folders = path.split(separator: "/").dropLast()
    var made = folder.path
    while let name = folders.popFirst() {
      made += "/\(name)"
      unsafe mkdir(made, 0o755)
    }
    folder.write(String(path.drop { $0 == "/" }), text)
  }

  static let meminfo = """
    MemTotal:       16777216 kB
    MemFree:         1000000 kB
    MemAvailable:    8388608 kB
    SwapTotal:             0 kB

    """

  static func pressure(some: String, full: String) -> String {
    """
    some avg10=\(some) avg60=1.00 avg300=0.50 total=123456
    full avg10=\(full) avg60=0.10 avg300=0.05 total=12345

    """
  }

  /// A machine of today: one hierarchy, our group two levels down, limited at the first.
  static func second() -> WrittenSystem {
    WrittenSystem([
      "/proc/meminfo": meminfo, "/proc/loadavg": "3.25 2.00 1.00 2/345 6789\n",
      "/proc/pressure/memory": pressure(some: "1.50", full: "0.25"), "/proc/vmstat": "nr_free_pages 1\noom_kill 4\n",
      "/proc/self/cgroup": "0::/user.slice/session.scope\n",
      "/sys/fs/cgroup/memory.pressure": pressure(some: "1.50", full: "0.25"),
      "/sys/fs/cgroup/user.slice/memory.current": "\(5 << 30)\n",
      "/sys/fs/cgroup/user.slice/memory.max": "\(6 << 30)\n",
      "/sys/fs/cgroup/user.slice/memory.high": "max\n",
      "/sys/fs/cgroup/user.slice/memory.stat": "anon 1\ninactive_file \(1 << 30)\n",
      "/sys/fs/cgroup/user.slice/memory.pressure": pressure(some: "12.00", full: "3.00"),
      "/sys/fs/cgroup/user.slice/memory.events": "low 0\nhigh 0\nmax 3\noom 2\noom_kill 2\noom_group_kill 0\n",
      "/sys/fs/cgroup/user.slice/session.scope/memory.current": "\(1 << 30)\n",
      "/sys/fs/cgroup/user.slice/session.scope/memory.max": "max\n",
      "/sys/fs/cgroup/user.slice/session.scope/memory.events": "low 0\nhigh 0\nmax 0\noom 0\noom_kill 1\n",
    ])
  }

  /// An older one, with a hierarchy for each controller.
  static func first() -> WrittenSystem {
    WrittenSystem([
      "/proc/meminfo": meminfo, "/proc/loadavg": "0.10 0.20 0.30 1/99 1\n",
      "/proc/self/cgroup": "12:cpu,cpuacct:/\n4:memory:/slurm/job_7\n1:name=systemd:/\n0::/\n",
      "/sys/fs/cgroup/memory/memory.usage_in_bytes": "\(9 << 30)\n",
      "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
      "/sys/fs/cgroup/memory/slurm/memory.usage_in_bytes": "\(9 << 30)\n",
      "/sys/fs/cgroup/memory/slurm/memory.limit_in_bytes": "9223372036854771712\n",
      "/sys/fs/cgroup/memory/slurm/job_7/memory.usage_in_bytes": "\(1792 << 20)\n",
      "/sys/fs/cgroup/memory/slurm/job_7/memory.limit_in_bytes": "\(2 << 30)\n",
      "/sys/fs/cgroup/memory/slurm/job_7/memory.stat": "cache 1\ninactive_file 5\ntotal_inactive_file \(256 << 20)\n",
      "/sys/fs/cgroup/memory/slurm/job_7/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 7\n",
    ])
  }
}
