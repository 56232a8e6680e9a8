import Glibc
import Support
import Testing

@testable import MillraceCore

@Suite struct AtomicFileTests {
  let folder = TemporaryFolder()

  func write(_ text: String, to path: String, permissions: mode_t = 0o666) throws {
    let file = try AtomicFile(path: path, permissions: permissions, durable: true)
    try write(text, to: file)
    try file.commit()
  }

  func write(_ text: String, to file: AtomicFile) throws {
    unsafe try Array(text.utf8).withUnsafeBytes { try unsafe file.write($0) }
  }

  func permissions(_ path: String) throws -> mode_t {
    try #require(fileStatus(path, followingLinks: false)).st_mode & 0o7777
  }

  @Test func hasItsNameOnlyAfterCommit() throws {
    let file = try AtomicFile(path: folder("out"))
    try write("one\n", to: file)
    #expect(folder.read("out") == nil)
    try file.commit()
    #expect(folder.text("out") == "one\n")
    #expect(folder.names == ["out"])
  }

  @Test func discardLeavesTheOldFile() throws {
    folder.write("out", "old")
    let file = try AtomicFile(path: folder("out"))
    try write("new", to: file)
    file.discard()
    #expect(folder.text("out") == "old")
    #expect(folder.names == ["out"])
    #expect(throws: Failure.self) { try file.commit() }
  }

  @Test func deinitDiscards() throws {
    do { try write("new", to: AtomicFile(path: folder("out"))) }
    #expect(folder.names.isEmpty)
  }

  @Test func replacesAndKeepsPermissions() throws {
    let path = folder.write("out", "a longer old text")
    #expect(unsafe chmod(path, 0o640) == 0)
    try write("new", to: path)
    #expect(folder.text("out") == "new")
    #expect(try permissions(path) == 0o640)
    #expect(folder.names == ["out"])
  }

  @Test func newFileTakesPermissionsAndUmask() throws {
    let mask = umask(0)
    umask(mask)
    try write("x", to: folder("private"), permissions: 0o600)
    try write("x", to: folder("usual"))
    #expect(try permissions(folder("private")) == 0o600 & ~mask)
    #expect(try permissions(folder("usual")) == 0o666 & ~mask)
  }

  @Test(arguments: ["real", "missing"]) func followsLinks(target: String) throws {
    folder.write("real", "old")
    #expect(unsafe mkdir(folder("sub"), 0o755) == 0)
    #expect(unsafe symlink("../\(target)", folder("sub/inner")) == 0)
    #expect(unsafe symlink("sub/inner", folder("outer")) == 0)
    try write("new", to: folder("outer"))
    #expect(folder.text(target) == "new")
    #expect(try #require(fileStatus(folder("outer"), followingLinks: false)).st_mode & S_IFMT == S_IFLNK)
    #expect(try #require(fileStatus(folder("sub/inner"), followingLinks: false)).st_mode & S_IFMT == S_IFLNK)
  }

  @Test func circleOfLinks() throws {
    #expect(unsafe symlink("b", folder("a")) == 0)
    #expect(unsafe symlink("a", folder("b")) == 0)
    let failure = #expect(throws: Failure.self) { try AtomicFile(path: folder("a")) }
    #expect(failure?.status == .cannotCreate)
    #expect(failure?.description.contains("links lead in a circle") == true)
  }

  @Test func missingFolder() throws {
    let failure = #expect(throws: Failure.self) { try AtomicFile(path: folder("no/such/out")) }
    #expect(failure?.status == .cannotCreate)
    #expect(
      failure?.description
        == "\(folder.path)/no/such/out: cannot create the file: no such file or directory "
        + "(the folder \(folder.path)/no/such is missing: mkdir -p \(folder.path)/no/such)")
  }

  @Test func directory() throws {
    let failure = #expect(throws: Failure.self) { try AtomicFile(path: folder.path) }
    #expect(failure?.status == .cannotCreate)
    #expect(
      failure?.description
        == "\(folder.path): cannot create the file: is a directory (name a file in that folder)")
  }

  /// Runs as another user where the tests run as root, who may write everywhere.
  @Test func noPermission() throws {
    let probe = Executable("probe").path
    func writing(_ path: String) -> Outcome {
      geteuid() == 0
        ? Executable("/usr/bin/setpriv").run(["--reuid=65534", "--clear-groups", probe, "write-forever", path])
        : Executable(probe).run(["write-forever", path])
    }
    let path = folder.write("out", "old")
    unsafe chmod(path, 0o444)
    unsafe chmod(folder.path, 0o777)
    let file = writing(path)
    #expect(file.status == 73)
    #expect(
      file.errorText == "probe: \(path): cannot create the file: permission denied "
        + "(the file is there and you may not write to it)\n")
    unsafe chmod(folder.path, 0o555)
    let new = writing(folder("new"))
    #expect(new.status == 73)
    #expect(
      new.errorText == "probe: \(folder("new")): cannot create the file: permission denied "
        + "(you may not create files in the folder \(folder.path): choose another place)\n")
  }

  @Test func readOnlyFileSystem() throws {
    // /proc takes no new files, whoever asks.
    let failure = #expect(throws: Failure.self) { try AtomicFile(path: "/proc/millrace-test") }
    #expect(failure?.status == .cannotCreate)
    #expect(failure?.description.hasPrefix("/proc/millrace-test: cannot create the file: ") == true)
  }

  @Test func deviceIsWrittenDirectly() throws {
    try write("x", to: "/dev/null")
    #expect(try #require(fileStatus("/dev/null", followingLinks: false)).st_mode & S_IFMT == S_IFCHR)
  }

  @Test func fullDevice() throws {
    let file = try AtomicFile(path: "/dev/full")
    let failure = #expect(throws: Failure.self) { try write("x", to: file) }
    #expect(failure == Failure(.inputOutput, "cannot write: no space left on device", at: Place(file: "/dev/full")))
  }

  @Test func fifo() throws {
    #expect(unsafe mkfifo(folder("fifo"), 0o600) == 0)
    let reader = unsafe open(folder("fifo"), O_RDONLY | O_NONBLOCK)
    defer { close(reader) }
    try write("through", to: folder("fifo"))
    var bytes = [UInt8](repeating: 0, count: 16)
    #expect(unsafe read(reader, &bytes, 16) == 7)
    #expect(try #require(fileStatus(folder("fifo"), followingLinks: false)).st_mode & S_IFMT == S_IFIFO)
  }

  @Test func openDescriptorKeepsOffsetAndAppends() throws {
    folder.write("log", "first\n")
    let descriptor = unsafe open(folder("log"), O_WRONLY | O_APPEND)
    defer { close(descriptor) }
    try write("second\n", to: "/dev/fd/\(descriptor)")
    #expect(folder.text("log") == "first\nsecond\n")
  }

  @Test(.enabled(if: SmallDisk.isAvailable, "only root can mount a small disk")) func fullDisk() throws {
    let disk = try #require(SmallDisk(bytes: 64 << 10))
    disk.folder.write("out", "old")
    let file = try AtomicFile(path: disk.folder("out"))
    let failure = #expect(throws: Failure.self) { try write(String(repeating: "x", count: 1 << 20), to: file) }
    #expect(failure?.status == .inputOutput)
    #expect(failure?.description == "\(disk.folder.path)/out: cannot write: no space left on device")
    file.discard()
    #expect(disk.folder.text("out") == "old")
    #expect(disk.folder.names == ["out"])
  }

  @Test func killedWriterLeavesNothingUnderTheName() throws {
    folder.write("out", "old")
    let writer = Executable("probe").start(["write-forever", folder("out")])
    try #require(eventually { !writer.outputSoFar.isEmpty })
    writer.send(SIGKILL)
    #expect(writer.wait().signal == SIGKILL)
    #expect(folder.text("out") == "old")
    #expect(try TemporaryFiles.sweep(folder.path, olderThan: 0) == folder.names.count - 1)
    #expect(folder.names == ["out"])
  }

  @Test func sweepTakesFilesOfTheDeadAlone() throws {
    let (living, name) = try TemporaryFiles.create(for: "out", in: folder.path, permissions: 0o600)
    folder.write(".millrace-1-1-dead", "half a row")
    folder.write(".other", "not ours")
    #expect(try TemporaryFiles.sweep(folder.path) == 0, "a young file may not be locked yet")
    #expect(try TemporaryFiles.sweep(folder.path, olderThan: 0) == 1)
    #expect(folder.names == [String(name.dropFirst(folder.path.utf8.count + 1)), ".other"].sorted())
    TemporaryFiles.remove(name)
    close(living)
  }

  /// The way of file systems without unnamed files.
  @Test func hiddenNameBecomesTheFinalOne() throws {
    folder.write("out", "old")
    let file = try AtomicFile(path: folder("out"), unnamed: false)
    try write("new", to: file)
    #expect(folder.names.count == 2)
    try file.commit()
    #expect(folder.text("out") == "new")
    #expect(folder.names == ["out"])
    try write("dropped", to: AtomicFile(path: folder("out"), unnamed: false))
    #expect(folder.names == ["out"])
  }
}
