import Glibc
import MillraceCore
import Support
import Testing

@testable import batch_run

/// Where the name of a command leads that runs in another folder than this process.
@Suite struct FindCommandTests {
  private let folder = TemporaryFolder()

  init() {
    unsafe mkdir(folder("bin"), 0o700)
    for name in ["here", "bin/tool"] {
      folder.write(name, "#!/bin/sh\n")
      unsafe chmod(folder(name), 0o700)
    }
  }

  @Test(arguments: [
    ("tool", "bin", "bin/tool"), ("tool", "/nowhere:./bin:.", "./bin/tool"), ("here", "/nowhere::bin", "here"),
    ("here", ".", "./here"), ("./here", "bin", "./here"), ("bin/tool", "", "bin/tool"),
  ])
  func relativePathsLeadFromTheCommandsFolder(_ command: String, _ path: String, _ found: String) throws {
    #expect(try ChildProcess.find(command, path: path, from: folder.path) == folder(found))
  }

  @Test func absolutePathsLeadFromNowhere() throws {
    #expect(try ChildProcess.find("tool", path: folder("bin"), from: "/") == folder("bin/tool"))
    #expect(try ChildProcess.find(folder("here"), path: "", from: "/") == folder("here"))
  }

  @Test func aFolderIsNoProgramThere() {
    #expect {
      try ChildProcess.find("./bin", path: "/usr/bin", from: folder.path)
    } throws: { error in
      (error as? Failure)?.description == "./bin: is a directory, not a program"
    }
    #expect {
      try ChildProcess.find("tool", path: "bin", from: "/")
    } throws: { error in
      (error as? Failure)?.description == "tool: there is no such command (it is in no folder of PATH)"
    }
  }
}
