import Glibc
import MillraceCore
import Support
import Testing

@testable import batch_run

/// Jobs on a disk that is full or may not be written: nothing finished is lost, and the job goes on when there is room.
@Suite(.enabled(if: SmallDisk.isAvailable, "mounting a small disk takes root"))
struct RunDiskTests {
  /// A desk with a table of some hundred kilobytes, and a disk of a megabyte with room for so many bytes.
  private func prepare(room: Int = 1 << 20) throws -> (RunDesk, SmallDisk) {
    let desk = RunDesk(records: 15_000)
    let disk = try #require(SmallDisk(bytes: 1 << 20))
    if room < 1 << 20 { disk.folder.write("filler", [UInt8](repeating: 0, count: (1 << 20) - room)) }
    return (desk, disk)
  }

  private func start(_ desk: RunDesk, _ disk: SmallDisk, _ script: String) -> Outcome {
    desk.run("--job \(disk.folder("job")) --retries 1", chunkRecords: 1000, script)
  }

  @Test(arguments: [4, 20, 40, 80, 150, 300])
  func aFullDiskLosesNothing(_ kilobytes: Int) throws {
    let (desk, disk) = try prepare(room: kilobytes << 10)
    // What it says on standard error fills the disk, too.
    let script = "cat; head -c 50000 /dev/zero | tr '\\0' x >&2"
    let full = start(desk, disk, script)
    #expect([73, 74].contains(full.status))
    #expect(full.errorText.contains("no space"), "\(full.errorText)")
    #expect(unsafe unlink(disk.folder("filler")) == 0)
    // Where not even the specification could be written, there is no job to go on with; the same command does both.
    let outcome = start(desk, disk, script)
    if outcome.status == 0 {
      #expect(outcome.outputText == desk.table)
    } else {
      // A megabyte is little for what was said.
      #expect(outcome.status == 74 && outcome.errorText.contains("no space"))
    }
  }

  @Test func aDiskThatFillsUpWhileTheJobRunsStopsIt() throws {
    let (desk, disk) = try prepare()
    let filler = disk.folder("filler")
    let script =
      "[ -e roomy ] || [ $MILLRACE_CHUNK != 00007 ] || head -c 2000000 /dev/zero > \(filler) 2> /dev/null; cat"
    let full = start(desk, disk, script)
    #expect(full.status == 74)
    #expect(full.errorText.contains("no space"), "\(full.errorText)")
    desk.folder.write("roomy", "")
    #expect(unsafe unlink(filler) == 0)
    let done = try JobFolder(finding: disk.folder("job"), environment: [:]).record().counts.completed
    #expect(done >= 5)
    let outcome = desk.resume(job: disk.folder("job"))
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(outcome.outputText == desk.table)
  }

  @Test func aCommandThatDoesNotTellThatItCouldNotWriteLosesNothing() throws {
    let (desk, disk) = try prepare()
    let filler = disk.folder("filler")
    let script =
      "[ -e roomy ] || [ $MILLRACE_CHUNK != 00007 ] || head -c 2000000 /dev/zero > \(filler) 2> /dev/null; cat; true"
    #expect(start(desk, disk, script).status == 74)
    desk.folder.write("roomy", "")
    #expect(unsafe unlink(filler) == 0)
    let outcome = desk.resume(job: disk.folder("job"))
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(outcome.outputText == desk.table)
  }

  /// The folder is not among the user's jobs: its id alone would not be found.
  @Test func aFullDiskIsToldWithAnAdviceThatWorks() throws {
    let disk = try #require(SmallDisk(bytes: 1 << 20))
    let folder = try JobMaker(disk.folder("job")).folder
    try folder.checkSpace()
    disk.folder.write("filler", [UInt8](repeating: 0, count: 800 << 10))
    let failure = #expect(throws: Failure.self) { try folder.checkSpace() }
    #expect(failure?.status == .inputOutput)
    #expect(failure?.advice?.hasSuffix(" \(folder.path)") == true)
  }

  @Test func anOutputThatDoesNotFitLeavesTheResults() throws {
    let (desk, disk) = try prepare(room: 100 << 10)
    let out = disk.folder("out.csv")
    let full = desk.run("--job job -o \(out)", chunkRecords: 1000, "cat")
    #expect(full.status == 74)
    #expect(full.errorText.contains("out.csv: cannot write: no space left on device"))
    #expect(disk.folder.names == ["filler"])
    #expect(unsafe unlink(disk.folder("filler")) == 0)
    #expect(desk.resume("-o \(out)").status == 0)
    #expect(disk.folder.text("out.csv") == desk.table)
    #expect(try desk.repeated() == [])
  }

  @Test func aFolderThatMayOnlyBeReadIsTold() throws {
    let (desk, disk) = try prepare()
    #expect(start(desk, disk, "exit 3").status == 75)
    disk.makeReadOnly()
    let outcome = desk.resume(job: disk.folder("job"))
    #expect(outcome.status == 73)
    #expect(outcome.errorText.contains("owner.lock: cannot create the file: read-only file system"))
    let other = desk.run("--job \(disk.folder("new"))", "cat")
    #expect(other.status == 73)
    #expect(other.errorText.contains("new: cannot create the file: read-only file system"))
  }
}
