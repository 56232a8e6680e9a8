import Glibc
import MillraceCore
import Support
import Testing

@Suite struct UserFoldersTests {
  @Test func theMostSpecialVariableWins() {
    var environment = [
      "MILLRACE_CACHE_DIR": "own/cache", "MILLRACE_STATE_DIR": "/own/state", "XDG_CACHE_HOME": "/xdg/cache",
      "XDG_STATE_HOME": "/xdg/state", "HOME": "/home/ada",
    ]
    #expect(cacheFolder(environment) == "own/cache")
    #expect(stateFolder(environment) == "/own/state")
    environment["MILLRACE_CACHE_DIR"] = ""
    environment["MILLRACE_STATE_DIR"] = nil
    #expect(cacheFolder(environment) == "/xdg/cache/millrace")
    #expect(stateFolder(environment) == "/xdg/state/millrace")
    environment["XDG_CACHE_HOME"] = "relative"
    environment["XDG_STATE_HOME"] = ""
    #expect(cacheFolder(environment) == "/home/ada/.cache/millrace")
    #expect(stateFolder(environment) == "/home/ada/.local/state/millrace")
  }

  @Test func withoutAHome() {
    #expect(cacheFolder(["TMPDIR": "/scratch"]) == "/scratch/millrace-\(geteuid())-cache")
    #expect(stateFolder(["HOME": ""]) == "/tmp/millrace-\(geteuid())-state")
    #expect(temporaryFolder([:]) == "/tmp")
  }

  @Test func environmentOfThisProcess() {
    #expect(processEnvironment()["PATH"] == environmentVariable("PATH"))
  }
}
