import Glibc
import MillraceCore
import Support
import Testing

/// What becomes of provenance when something goes wrong: the store, the disk, the process, or the sidecar itself.
@Suite struct FaultTests {
  let shell = Shell()

  // MARK: The store

  @Test(arguments: [
    ("touch store", "store: expected a folder, found something else (remove or rename it)"),
    ("mkdir -m 755 store", "store: other users may enter the folder (chmod 700 STORE)"),
    ("mkdir real; ln -s real store", "store: expected a folder, found something else (remove or rename it)"),
    ("mkdir -m 700 store; echo x > store/outputs", nil),
    ("mkdir -m 700 -p store/outputs; chmod 755 store/outputs; mkdir store/links", nil),
  ])
  func aStoreThatCannotBeUsedStopsNoRun(_ preparation: String, _ warning: String?) throws {
    let outcome = shell("\(preparation); merge -o out in.txt --from csv")
    #expect(outcome.status == 0)
    #expect(outcome.errorText.hasPrefix("merge: warning: "))
    if let warning {
      let text = warning.split(separator: "STORE", omittingEmptySubsequences: false).joined(
        separator: shell.folder("store"))
      #expect(outcome.errorText == "merge: warning: \(shell.folder.path)/\(text)\n")
    }
    #expect(try shell.completeness("out.prov") == "verified")
    #expect(shell("prov verify out").status == 0)
  }

  @Test(.enabled(if: SmallDisk.isAvailable, "mounting takes root")) func aStoreOnAFullDiskStopsNoRun() throws {
    let disk = try #require(SmallDisk(bytes: 64 << 10))
    let environment = ["MILLRACE_PROVENANCE_DIR": disk.folder("store")]
    shell("mkdir -m 700 \(disk.folder("store")); head -c 1M /dev/zero > \(disk.folder("rest")) 2> /dev/null")
    let outcome = shell("merge --from csv in.txt | merge --from csv -o out", environment: environment)
    #expect(outcome.status == 0)
    #expect(outcome.errorText.contains("no space left on device"), "\(outcome.errorText)")
    // Without a hand-over nobody knows who wrote to the pipe, and the sidecar says so.
    #expect(try shell.completeness("out.prov") == "unknown-upstream")
  }

  // MARK: Being killed

  /// At whatever instant a stage is killed, no sidecar speaks for bytes that are not there, and running again works.
  @Test func killedAnywhereItLeavesNoFalseSidecar() throws {
    shell.folder.write("in.csv", "a\n" + (0..<20_000).map { "\($0)\n" }.joined())
    let script = "chunk -n 500 -d parts in.csv | merge > out"
    let whole = shell(script)
    #expect(whole.status == 0)
    var generator = SeededGenerator(seed: 11)
    for round in 0..<30 {
      shell("rm -rf parts out out.prov")
      let moment = Double.random(in: 0...whole.elapsed * 1.2, using: &generator)
      let victim = round % 2 == 0 ? "chunk" : "merge"
      // Its own job, so that the shell can name it; what the other one says is no matter.
      shell(
        """
        mkfifo p 2> /dev/null
        chunk -n 500 -d parts in.csv > p 2> /dev/null & chunk=$!
        merge < p > out 2> /dev/null & merge=$!
        sleep \(moment); kill -KILL $\(victim) 2> /dev/null; wait
        """)
      let claimed = shell.folder.names.contains("out.prov") ? try shell.completeness("out.prov") : nil
      if claimed == "verified" {
        #expect(shell.folder.text("out") == shell.folder.text("in.csv"), "round \(round), \(moment) s")
        #expect(shell("prov verify out").status == 0)
      }
      if shell.folder.names(in: "parts").contains(".prov") {
        #expect(shell("prov show parts").status == 0)
        #expect(shell("merge parts | cmp - in.csv").status == 0)
      }
    }
    shell("rm -f out out.prov")
    #expect(shell(script).status == 0)
    #expect(try shell.completeness("out.prov") == "verified")
    #expect(shell("prov whence out").status == 0)
  }

  @Test func aSignalIsToldToTheReader() throws {
    let outcome = shell(
      """
      mkfifo slow p; exec 9<> slow
      merge --from csv < slow > p & merge=$!
      merge --from csv -o out < p & reader=$!
      until [[ -n $(find store/links -type f 2> /dev/null) ]]; do sleep 0.02; done
      sleep 0.5; kill -TERM $merge; wait $reader
      """)
    #expect(
      outcome.errorText.contains("the program that wrote this input did not finish: merge failed with status 143"),
      "\(outcome.errorText)")
    #expect(try shell.completeness("out.prov") == "upstream-died")
  }

  // MARK: Hostile sidecars

  private static let stage = "01a1fd83-4061-7c7b-9e46-889d0d93a96f"
  private static let pipeline =
    "{\"kind\":\"pipeline\",\"schema\":1,\"output\":null,\"bytes\":6,\"stage\":\"\(stage)\",\"command\":\"x\"}\n"

  @Test(arguments: [
    "{\"kind\":\"stage\",\"id\":7,\"tool\":[1],\"arguments\":{\"a\":1},\"inputs\":3,\"output\":\"x\",\"rows\":[],\"resources\":7}\n",
    "{\"kind\":\"stage\",\"id\":\"x\",\"inputs\":[1,null,{\"name\":7,\"bytes\":-1},{\"path\":[]}],\"output\":{\"bytes\":1e99}}\n",
    "{\"kind\":\"stage\",\"inputs\":[{\"name\":\"\\u001b[2J\",\"path\":\"\\u001b]0;x\\u0007\",\"bytes\":1}]}\n",
    "{\"kind\":\"stage\",\"inputs\":[{\"path\":\"/dev/zero\",\"bytes\":1,\"sha256\":\"\(String(repeating: "0", count: 64))\"}]}\n",
    "{\"kind\":\"stage\",\"inputs\":[{\"path\":\"../../../../etc/passwd\",\"bytes\":1,\"sha256\":\"\(String(repeating: "0", count: 64))\"}]}\n",
    "{\"kind\":\"stage\",\"seed\":\"\u{202E}\u{9B}31m\"}\n",
    "{\"kind\":7}\n{\"kind\":\"file\",\"stage\":[],\"path\":{}}\n{\"kind\":\"context\"}\n",
    String(repeating: "\n", count: 100_000),
    "{\"kind\":\"later\",\"a\":" + String(repeating: "[", count: 40) + String(repeating: "]", count: 40) + "}\n",
  ])
  func wrongTypesAreShownAsTheyAre(_ text: String) throws {
    shell.folder.write("in.txt.prov", Self.pipeline + text)
    for command in ["show", "show --full", "show --json", "trace --item 1", "verify --all"] {
      let outcome = shell("prov \(command) in.txt")
      #expect([0, 1].contains(outcome.status ?? -1), "\(command): \(outcome.errorText)")
      let text = outcome.outputText + outcome.errorText
      // In JSON, which is for programs, those behind ASCII stay as they are.
      #expect(
        !text.unicodeScalars.contains {
          $0.properties.generalCategory == .control && $0 != "\n" && ($0.isASCII || command != "show --json")
        })
    }
  }

  @Test(arguments: [
    (
      "{\"kind\":\"stage\",\"id\":" + String(repeating: "[", count: 70) + String(repeating: "]", count: 70) + "}\n",
      "nest"
    ),
    ("{\"kind\":\"stage\",\"id\":\"\u{FFFF}", "the last record is cut off"),
    ("{\"kind\":\"stage\"} {}\n", "byte"),
  ])
  func damageIsToldWithItsPlace(_ text: String, _ message: String) throws {
    shell.folder.write("in.txt.prov", Self.pipeline + text)
    for command in ["show", "trace --item 1", "verify"] {
      let outcome = shell("prov \(command) in.txt")
      #expect(outcome.status == 65)
      #expect(outcome.errorText.hasPrefix("prov: in.txt.prov:"))
      #expect(outcome.errorText.contains(message), "\(outcome.errorText)")
    }
  }

  @Test(.disabled(if: Sanitizer.current != nil, "the sanitizer takes more memory itself"))
  func aLineWithoutEndHasALimit() throws {
    shell("head -c 80M /dev/zero | tr '\\0' ' ' > in.txt.prov")
    let outcome = shell("ulimit -v 1500000; prov show in.txt")
    #expect(outcome.status == 65)
    #expect(
      outcome.errorText
        == "prov: in.txt.prov:1: a record longer than 67108864 bytes (the provenance is damaged)\n")
  }

  /// Two files whose sidecars each name the other many times.
  @Test func aCircleOfReferencesEnds() throws {
    let digest = shell("sha256sum in.txt | cut -c1-64 | tr -d '\\n'").outputText
    for (name, other) in [("a", "b"), ("b", "a")] {
      let input =
        "{\"name\":\"\(other)\",\"path\":\"\(other)\",\"sha256\":\"\(digest)\",\"bytes\":6,\"link\":\"verified\",\"sidecar\":\"sha256:\(digest)\"}"
      shell.folder.write(name, "hello\n")
      shell.folder.write(
        "\(name).prov",
        "{\"kind\":\"pipeline\",\"schema\":1,\"output\":\"sha256:\(digest)\",\"bytes\":6,\"stage\":\"\(Self.stage)\",\"command\":\"x\"}\n"
          + "{\"kind\":\"stage\",\"id\":\"\(Self.stage)\",\"tool\":\"t\",\"inputs\":["
          + Array(repeating: input, count: 50).joined(separator: ",")
          + "],\"output\":{\"sha256\":\"\(digest)\",\"bytes\":6}}\n")
    }
    let outcome = shell("prov verify a")
    #expect(outcome.status == 0)
    #expect(outcome.outputText.hasSuffix("50 not checkable\n"), "\(outcome.outputText)")
  }

  @Test func namesWithSpacesAndNewlinesWork() throws {
    shell(
      "cp in.txt $'a b\\n c'; merge --from csv -o $'o\\nut' $'a b\\n c'; merge --from csv -o 'sp ace' - < $'o\\nut'")
    #expect(shell("prov verify 'sp ace'").outputText == "sp ace: 5 links: 5 hold\n")
    let shown = shell("prov show 'sp ace'").outputText
    #expect(shown.contains("-o 'sp ace'") && shown.contains("a b\\n c"))
    #expect(shell("prov whence $'o\\nut'").status == 0)
  }
}
