import Glibc
import Support
import Synchronization
import Testing

@testable import MillraceCore

@Suite struct ProvenanceStoreTests {
  let folder = TemporaryFolder()
  let now = Clock.system.now()

  private func store() throws -> ProvenanceStore {
    try #require(try ProvenanceStore(environment: ["MILLRACE_PROVENANCE_DIR": folder("store")]))
  }

  private func failure(_ path: String) -> Failure? {
    do throws(Failure) {
      _ = try ProvenanceStore(environment: ["MILLRACE_PROVENANCE_DIR": path])
      return nil
    } catch {
      return error
    }
  }

  @Test func theEnvironmentNamesTheFolder() throws {
    let store = try #require(
      try ProvenanceStore(environment: ["XDG_RUNTIME_DIR": folder.path, "TMPDIR": "/nowhere"]))
    #expect(store.folder == folder("millrace"))
    #expect(try #require(fileStatus(store.folder, followingLinks: false)).st_mode & 0o777 == 0o700)
    let temporary = try #require(try ProvenanceStore(environment: ["XDG_RUNTIME_DIR": "", "TMPDIR": folder.path]))
    #expect(temporary.folder == folder("millrace-\(geteuid())"))
    #expect(try ProvenanceStore(environment: ["MILLRACE_PROVENANCE": "off", "TMPDIR": folder.path]) == nil)
  }

  @Test func anUnsafeFolderIsRefused() throws {
    folder.write("file", "")
    #expect(failure(folder("file"))?.message == "expected a folder, found something else")
    #expect(unsafe mkdir(folder("open"), 0o700) == 0 && chmod(folder("open"), 0o750) == 0)
    #expect(failure(folder("open"))?.message == "other users may enter the folder")
    #expect(unsafe symlink(folder.path, folder("link")) == 0)
    #expect(failure(folder("link"))?.message == "expected a folder, found something else")
    if geteuid() == 0 {
      #expect(unsafe mkdir(folder("theirs"), 0o700) == 0 && chown(folder("theirs"), 65534, 65534) == 0)
      #expect(failure(folder("theirs"))?.message == "the folder belongs to another user")
    }
  }

  private let key = ProvenanceStore.PipeKey(device: 14, inode: 0x1234)
  private let stage = "01a1fd83-4061-7c7b-9e46-889d0d93a96f"

  @Test func linksAreFoundByPipeAlone() throws {
    let store = try store()
    let path = try store.linkPath(key, stage: stage)
    #expect(path == folder("store/links/34/\(store.boot).14.4660.\(stage)"))
    folder.write(String(path.dropFirst(folder.path.count + 1)), "{}\n")
    #expect(store.links(to: key, now: now).map(\.stage) == [stage])
    #expect(store.links(to: .init(device: 14, inode: 0x11234), now: now).isEmpty)
    #expect(store.links(to: .init(device: 1, inode: 0x1234), now: now).isEmpty)
    // The inode may be another pipe's by then.
    #expect(store.links(to: key, now: Timestamp(seconds: now.seconds + 13 * 3600)).isEmpty)
  }

  @Test func contentIsFoundWithinSessionOrJob() throws {
    let store = try store()
    let digest = SHA256Hasher().finish()
    func write(_ scope: ProvenanceStore.Scope, _ last: Character) throws {
      let path = try store.copyPath(digest, stage: String(stage.dropLast()) + String(last), scope: scope)
      folder.write(String(path.dropFirst(folder.path.count + 1)), "{}\n")
    }
    try write(.init(session: 7), "1")
    try write(.init(session: 8), "2")
    try write(.init(session: 7, job: "99"), "3")
    try write(.init(session: 5, job: "100"), "4")
    func found(_ scope: ProvenanceStore.Scope?, seconds: Int = 0) -> String {
      String(
        store.copies(of: digest, scope: scope, now: Timestamp(seconds: now.seconds + seconds)).compactMap(\.stage.last))
    }
    #expect(found(.init(session: 7)) == "13")
    #expect(found(.init(session: 7, job: "100")) == "14")
    #expect(found(.init(session: 7), seconds: 3600) == "")
    #expect(found(nil, seconds: 3600) == "1234")
  }

  @Test func hintsCannotLeaveTheStore() throws {
    let store = try store()
    folder.write("secret", "{}\n")
    for hint in ["../../secret", "", "a.b.c", String(repeating: "0", count: 64) + ".../../../secret.1"] {
      #expect(store.copy(named: hint) == nil)
    }
  }

  @Test func hostileFilesAreNotOpened() throws {
    let store = try store()
    let path = try store.linkPath(key, stage: stage)
    folder.write("elsewhere", "{}\n")
    #expect(unsafe symlink(folder("elsewhere"), path) == 0)
    #expect(store.links(to: key, now: now).isEmpty)
    #expect(store.open(.init(path: path, stage: stage, modified: now)) == nil)
    #expect(unsafe unlink(path) == 0 && mkfifo(path, 0o600) == 0)
    #expect(store.links(to: key, now: now).isEmpty)
    #expect(store.open(.init(path: path, stage: stage, modified: now)) == nil)
  }

  @Test(arguments: [
    "", "garbage", "[1]\n", "{\"kind\":\"pipeline\"}\n",
    "{\"kind\":\"pipeline\",\"schema\":1,\"stage\":\"../x\",\"bytes\":1}\n",
    "{\"kind\":\"pipeline\",\"schema\":1,\"stage\":\"01a1fd83-4061-7c7b-9e46-889d0d93a96f\",\"bytes\":-1}\n",
    "{\"kind\":\"pipeline\",\"schema\":1,\"stage\":\"01a1fd83-4061-7c7b-9e46-889d0d93a96f\",\"bytes\":\(Int.max)}\n",
    String(repeating: "[", count: 5000) + "\n", "{\"kind\":\"done\"}\n",
  ])
  func hostileRecordsAreAsGoodAsNone(_ text: String) throws {
    let store = try store()
    var ends: [Int32] = [0, 0]
    #expect(unsafe pipe(&ends) == 0)
    defer { ends.forEach { close($0) } }
    let pipeKey = try #require(ProvenanceStore.key(of: ends[0]))
    let path = try store.linkPath(pipeKey, stage: stage)
    folder.write(String(path.dropFirst(folder.path.count + 1)), text)
    let search = UpstreamSearch(store: store, folders: FolderRecords(), scope: .init(session: 1), now: now)
    let input = search.input(name: "standard input", path: nil, descriptor: ends[0])
    let found = try search.resolve(input, content: StreamContent(digest: nil, bytes: 1))
    #expect(found.input.upstreams.isEmpty)
    #expect([.unknownUpstream, .mismatch].contains(found.input.link))
  }

  @Test func sweepRemovesTheOldAndKeepsTheRest() throws {
    let store = try store()
    let day = 24 * 3600
    func write(_ path: String, _ text: String, age: Int) {
      folder.write(String(path.dropFirst(folder.path.count + 1)), text)
      var times = [timespec](repeating: timespec(tv_sec: now.seconds - age, tv_nsec: 0), count: 2)
      #expect(unsafe utimensat(AT_FDCWD, path, &times, 0) == 0)
    }
    let ids = (1...4).map { String(stage.dropLast()) + String($0) }
    let running = HandOver.running(tool: "t", time: now).json + "\n"
    let dead = "{\"kind\":\"running\",\"process\":\(getpid()),\"started\":1}\n"
    write(try store.linkPath(key, stage: ids[0]), running, age: 2 * day)
    write(try store.linkPath(key, stage: ids[1]), dead, age: 2 * day)
    write(try store.linkPath(key, stage: ids[2]), dead, age: day / 2)
    let digest = SHA256Hasher().finish()
    write(try store.copyPath(digest, stage: ids[0], scope: .init(session: 1)), "{}\n", age: 8 * day)
    write(try store.copyPath(digest, stage: ids[1], scope: .init(session: 1)), "{}\n", age: 6 * day)
    try store.sweepWhenDue(now: now)
    let bucket = namesInFolder(folder("store/links/34")).map { String($0.suffix(1)) }.sorted()
    #expect(bucket == ["1", "3"])
    #expect(store.copies(of: digest, scope: nil, now: now).map(\.stage) == [ids[1]])
    // It was done a moment ago.
    write(try store.linkPath(key, stage: ids[3]), dead, age: 2 * day)
    try store.sweepWhenDue(now: now)
    #expect(namesInFolder(folder("store/links/34")).count == 3)
  }

  private func namesInFolder(_ path: String) -> [String] { (try? MillraceCore.namesInFolder(path)) ?? [] }
}

@Suite struct ProvenanceTextTests {
  @Test(arguments: [
    (["--api-key=abc", "--api-key", "abc", "x"], ["--api-key=REDACTED", "--api-key", "REDACTED", "x"]),
    (["--token", "--verbose", "--password", "p"], ["--token", "--verbose", "--password", "REDACTED"]),
    (["--id-field", "key", "--jobs=4"], ["--id-field", "key", "--jobs=4"]),
    (["https://me:pw@host/a?x=1&api_key=k#f"], ["https://REDACTED@host/a?x=1&api_key=REDACTED"]),
    (["--base-url=https://u:p@h"], ["--base-url=https://REDACTED@h"]),
    (["postgres://u:p@ss@h/db"], ["postgres://REDACTED@h/db"]),
    (["a@b", "key=x"], ["a@b", "key=x"]),
    (
      [
        "--notify", "https://u:p@hooks.example:8443/services/T0/B0?x=1", "--notify=http://h/secret", "--notify-mail",
        "a@b",
      ],
      ["--notify", "https://hooks.example:8443/REDACTED", "--notify=http://h/REDACTED", "--notify-mail", "a@b"]
    ),
    (
      ["--notify", "--quiet", "--notify=secret", "--notify"], ["--notify", "--quiet", "--notify=REDACTED", "--notify"]
    ),
    (
      ["--", "env", "NCBI_API_KEY=abc", "aug-pubmed", "--api-key", "abc", "--email=a@b"],
      ["--", "env", "NCBI_API_KEY=REDACTED", "aug-pubmed", "--api-key", "REDACTED", "--email=a@b"]
    ),
    (["curl", "-H", "Authorization: Bearer a.b c"], ["curl", "-H", "Authorization: REDACTED REDACTED REDACTED"]),
    (["--header=X-Api-Key: abc"], ["--header=X-Api-Key: REDACTED"]),
    (
      [
        "sh", "-c",
        "TOKEN='a' f --api-key x --password=y --jobs 2 | curl -H 'Authorization: z' \"https://u:p@h/?token=t\"",
      ],
      [
        "sh", "-c",
        "TOKEN='REDACTED' f --api-key REDACTED --password=REDACTED --jobs 2 | curl -H 'Authorization: REDACTED' "
          + "\"https://REDACTED@h/?token=REDACTED\"",
      ]
    ),
    (
      ["awk", "{ print $1, key = 3 }", "title: the key", "a=b c"],
      ["awk", "{ print $1, key = 3 }", "title: the key", "a=b c"]
    ),
    (["--query", "x[ti] AND 'the key' = 3", "name=a b"], ["--query", "x[ti] AND 'the key' = 3", "name=a b"]),
  ])
  func secretsAreRedacted(_ arguments: [String], _ expected: [String]) {
    #expect(CommandLineText.redacting(arguments) == expected)
  }

  @Test func wordsAreQuotedForAShell() {
    #expect(CommandLineText.quoting(["a", "", "b c", "d'e", "$f", "--g=h"]) == "a '' 'b c' 'd'\\''e' '$f' --g=h")
  }

  /// What a runner is told to run is quoted as one word each, so that the line can be pasted.
  @Test func aCommandWithinACommandIsQuoted() {
    let words = ["batch-run", "--workers", "2", "--", "sh", "-c", "grep 'a b' | wc -l", "--token", "t t"]
    #expect(
      CommandLineText.quoting(CommandLineText.redacting(words))
        == "batch-run --workers 2 -- sh -c 'grep '\\''a b'\\'' | wc -l' --token REDACTED")
  }

  @Test func identifiersAreOfVersion7() {
    // The example of RFC 9562, appendix A.6.
    let random = Mutex<[UInt64]>([0xCC3, 0x18C4_DC0C_0C07_398F])
    let surroundings = Surroundings(
      clock: Clock { Timestamp(seconds: 1_645_557_742) }, random: { random.withLock { $0.removeFirst() } },
      environment: [:])
    let identifier = surroundings.newIdentifier()
    #expect(identifier == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f")
    #expect(isIdentifier(identifier))
    #expect(!isIdentifier("017F22E2-79AF-7CC3-8123-456789ABCCC3") && !isIdentifier("017f22e2"))
  }

  @Test func bytesThatNobodyWroteAddUp() {
    let most = StreamContent(digest: nil, bytes: StreamContent.possibleBytes.upperBound)
    #expect([most, most].totalBytes == 1 << 61)
    #expect(Array(repeating: most, count: 9).totalBytes == .max)
    #expect(StreamContent(.object([.init("bytes", .integer(Int.max))])) == nil)
  }

  @Test func completenessIsTheWeakestLink() {
    #expect([Completeness.verified, .ambiguous, .concat].max() == .ambiguous)
    #expect(Completeness.allCases.sorted() == Completeness.allCases)
  }
}
