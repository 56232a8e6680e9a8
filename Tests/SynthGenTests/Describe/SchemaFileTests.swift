import Glibc
import MillraceCore
import Support
import Synchronization
import Testing

@testable import synth_gen

@Suite struct SchemaFileTests {
  private let folder = TemporaryFolder()
  private let warnings = Warnings()

  private final class Warnings: Sendable {
    let texts = Mutex<[String]>([])
  }

  private func file(_ limits: SchemaFile.Limits = .init()) -> SchemaFile {
    let warnings = warnings
    return SchemaFile(folder: folder("synth-gen"), limits: limits) { failure in
      warnings.texts.withLock { $0.append(failure.description) }
    }
  }

  private var warned: [String] { warnings.texts.withLock { $0 } }

  private func kept(_ name: String, second: Int = 0) -> KeptSchema {
    KeptSchema(
      description: "orders \(name)", model: "m", service: "http://localhost/v1", locale: "en_US",
      stored: Timestamp(seconds: 1_780_000_000 + second), account: ChatAccount(),
      schema: .object([.init("name", .string(name)), .init("fields", .object([]))]))
  }

  @Test func whatIsStoredIsFound() async throws {
    let file = file()
    #expect(file.entry("a") == nil && warned.isEmpty)
    await file.store(kept("one"), for: "a")
    await file.store(kept("two"), for: "b")
    await file.store(kept("three"), for: "a")
    #expect(file.entry("a") == kept("three") && file.entry("b") == kept("two") && file.entry("c") == nil)
    let document = try JSONValue.parse(folder.text("synth-gen/schemas.json") ?? "")
    #expect(document.members?.map(\.name) == ["b", "a"])
    #expect(
      document["b"]?.members?.map(\.name) == [
        "description", "model", "service", "locale", "stored", "attempts", "tokens", "schema",
      ])
    #expect(folder.names(in: "synth-gen") == ["schemas.json", "schemas.json.lock"])
    #expect(warned.isEmpty)
    var status = stat()
    #expect(unsafe stat(folder("synth-gen/schemas.json"), &status) == 0 && status.st_mode & 0o777 == 0o600)
  }

  @Test(arguments: ["", "{", "[]", "{\"a\": {\"schema\": 1}", "7", "\u{0}\u{1}"])
  func aDamagedFileIsSetAside(text: String) async {
    await file().store(kept("old"), for: "old")
    folder.write("synth-gen/schemas.json", text)
    #expect(file().entry("old") == nil)
    await file().store(kept("new"), for: "new")
    #expect(file().entry("new") == kept("new"))
    #expect(folder.text("synth-gen/schemas.json.damaged") == text)
    #expect(warned.count == 1)
    #expect(
      warned.first?.hasPrefix(
        "\(folder("synth-gen/schemas.json")): the file of schemas is damaged, and set aside as "
          + folder("synth-gen/schemas.json.damaged")) == true, "\(warned)")
  }

  /// What another version wrote stays, but means nothing here.
  @Test func unknownEntriesStay() async throws {
    await file().store(kept("one"), for: "a")
    folder.write(
      "synth-gen/schemas.json", #"{"x":{"future":true},"y":7,"z":{"description":"d","model":"m","stored":"s"}}"#)
    for key in ["x", "y", "z"] { #expect(file().entry(key) == nil) }
    await file().store(kept("one"), for: "a")
    let document = try JSONValue.parse(folder.text("synth-gen/schemas.json") ?? "")
    #expect(document.members?.map(\.name) == ["x", "y", "z", "a"])
    #expect(document["x"]?.json == #"{"future":true}"#)
  }

  @Test func theOldestGoFirst() async {
    let file = file(SchemaFile.Limits(entries: 3))
    for (index, second) in [5, 1, 9, 3, 0].enumerated() {
      await file.store(kept("\(second)", second: second), for: "key\(index)")
    }
    // The one that was just stored stays, however old it says it is.
    #expect((0..<5).filter { file.entry("key\($0)") != nil } == [0, 2, 4])
    let small = self.file(SchemaFile.Limits(entries: 100, bytes: 1200))
    for index in 0..<20 { await small.store(kept("x", second: 100 + index), for: "n\(index)") }
    #expect((folder.read("synth-gen/schemas.json")?.count ?? 0) <= 1200)
    #expect(small.entry("n19") != nil && small.entry("n0") == nil && small.entry("n18") != nil)
  }

  @Test func whatStandsInTheWayIsTold() async {
    folder.write("file", "")
    let texts = Mutex<[String]>([])
    let file = SchemaFile(folder: folder("file/below")) { failure in texts.withLock { $0.append(failure.message) } }
    #expect(file.entry("a") == nil)
    await file.store(kept("one"), for: "a")
    #expect(texts.withLock { $0.count } == 1)
    #expect(texts.withLock { $0.first?.hasPrefix("the schema is not kept for the next run: ") } == true)
  }

  /// Many write and read at once; nobody sees half a file, and nothing is lost.
  @Test func writersAndReadersDoNotMeet() async {
    await file().store(kept("first"), for: "first")
    await withTaskGroup(of: Bool.self) { group in
      for writer in 0..<8 {
        group.addTask {
          for round in 0..<5 { await file().store(kept("w", second: round), for: "\(writer)-\(round)") }
          return true
        }
        group.addTask {
          for _ in 0..<40 {
            if file().entry("first") == nil { return false }
            await Task.yield()
          }
          return true
        }
      }
      for await isWhole in group { #expect(isWhole) }
    }
    for writer in 0..<8 { for round in 0..<5 { #expect(file().entry("\(writer)-\(round)") != nil) } }
    #expect(warned.isEmpty)
  }

  // MARK: Turns

  private func turn(_ name: String = "k", upTo seconds: Double = .infinity, known: () -> KeptSchema? = { nil }) async
    -> SchemaClaim.Turn
  {
    await SchemaClaim.turn(folder("synth-gen/asking/\(name)"), waitingUpTo: seconds, known: known)
  }

  @Test func oneAsksAtATime() async throws {
    guard case .claimed(let first) = await turn() else { throw Unexpected() }
    guard case .claimed(let other) = await turn("other") else { throw Unexpected() }
    // Another description does not wait; the same one does, until there is an answer.
    let looks = Atomic(0)
    let answer = kept("found")
    guard
      case .known(answer) = await turn(known: { looks.add(1, ordering: .relaxed).newValue < 3 ? nil : answer })
    else { throw Unexpected() }
    #expect(looks.load(ordering: .relaxed) == 3)
    guard case .unclaimed(nil) = await turn(upTo: 0.1) else { throw Unexpected() }
    withExtendedLifetime((first, other)) {}
  }

  @Test func aClaimLeavesNothing() async throws {
    do {
      guard case .claimed(let claim) = await turn() else { throw Unexpected() }
      #expect(folder.names(in: "synth-gen/asking") == ["k"])
      withExtendedLifetime(claim) {}
    }
    #expect(folder.names(in: "synth-gen/asking").isEmpty)
    guard case .claimed = await turn() else { throw Unexpected() }
  }

  @Test func whereNothingCanBeLockedThatIsTold() async throws {
    folder.write("file", "")
    let turn = await SchemaClaim.turn(folder("file/asking/k"), waitingUpTo: 1) { nil }
    guard case .unclaimed(let failure?) = turn else { throw Unexpected() }
    #expect(failure.status == .cannotCreate)
  }

  private struct Unexpected: Error {}
}
