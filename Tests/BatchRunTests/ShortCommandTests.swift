import Glibc
import MillraceCore
import Testing

@testable import batch_run

@Suite struct ShortCommandTests {
  @Test func whatItPrintsAndHowItEnds() throws {
    let command = ShortCommand(arguments: ["sh", "-c", "cat; echo oops >&2; exit 3"], input: Array("abc".utf8))
    let outcome = try command.run()
    #expect(outcome.status == .exited(3))
    #expect(outcome.outputText == "abc")
    #expect(outcome.error == "oops\n")
    #expect(!outcome.isSuccess)
  }

  @Test func itSeesTheEnvironmentAndItsSignals() throws {
    let told = try ShortCommand(arguments: ["sh", "-c", "printf %s \"$MARK\""], environment: ["MARK": "x y"]).run()
    #expect(told.outputText == "x y")
    #expect(try ShortCommand(arguments: ["sh", "-c", "kill -TERM $$"]).run().status == .signalled(SIGTERM))
  }

  @Test func whatTakesTooLongIsKilled() {
    #expect {
      try ShortCommand(arguments: ["sh", "-c", "sleep 60 & wait"], timeLimit: 0.2).run()
    } throws: { error in
      (error as? Failure)?.description == "sh: no answer within 0 s"
    }
  }

  @Test func aProgramThatIsNotThere() {
    #expect {
      try ShortCommand(arguments: ["no-such-program-here"]).run()
    } throws: { error in
      let failure = error as? Failure
      return failure?.status == .serviceUnavailable
        && failure?.description == "no-such-program-here: there is no such command (it is in no folder of PATH)"
    }
    #expect {
      try ShortCommand(arguments: ["/etc/passwd"]).run()
    } throws: { error in
      (error as? Failure)?.description == "/etc/passwd: the command may not be executed (chmod +x /etc/passwd)"
    }
  }
}
