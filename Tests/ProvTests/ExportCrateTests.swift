import MillraceCore
import Support
import Testing

/// Crates and packages: which files they hold, and under which names.
@Suite struct ExportCrateTests {
  let shell = Shell()

  private func graph(_ crate: String) throws -> [JSONValue] {
    let text = try #require(shell.folder.text("\(crate)/ro-crate-metadata.json"))
    return try #require(try JSONValue.parse(text)["@graph"]?.elements)
  }

  private func files(_ graph: [JSONValue]) -> [String] {
    graph.filter { $0["@type"]?.text == "File" }.compactMap { $0["@id"]?.text }.sorted()
  }

  @Test func aCrateHoldsWhatIsStillWhatWasRead() throws {
    shell(
      """
      mkdir -p work/sub other; echo b > 'work/sub/b c.txt'; echo c > other/c.txt; echo d > work/d.txt; echo e > work/c.txt
      cd work && probe stage --add A -o out 'sub/b c.txt' ../other/c.txt d.txt c.txt
      """)
    shell("echo changed > work/d.txt")
    let outcome = shell("prov export --to ro-crate -o crate work/out")
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(
      shell("cd crate && find . -type f | LC_ALL=C sort").outputText.split(separator: "\n") == [
        "./c.txt", "./inputs/c.txt", "./out", "./out.prov", "./ro-crate-metadata.json", "./sub/b c.txt",
      ])
    let graph = try graph("crate")
    #expect(files(graph) == ["c.txt", "inputs/c.txt", "out", "out.prov", "sub/b%20c.txt"])
    let changed = try #require(graph.first { $0["name"]?.text == "d.txt" })
    #expect(changed["@type"]?.text == "CreativeWork")
    #expect(changed["description"]?.text == "A file that is not in the crate.")
    #expect(shell("prov verify crate/out").status == 1)
    #expect(shell.folder.read("crate/out.prov") == shell.folder.read("work/out.prov"))
  }

  /// Names that meet, and names that would leave the crate.
  @Test func namesInACrateAreTheCratesOwn() throws {
    shell(
      """
      mkdir a b 'x y'; echo 1 > a/f; echo 2 > b/f; echo 3 > ro-crate-metadata.json; echo 4 > out.prov.txt
      probe stage --add A -o 'x y/out' "$PWD/a/f" "$PWD/../$(basename "$PWD")/b/f" ro-crate-metadata.json
      """)
    #expect(shell("prov export --to ro-crate -o crate 'x y/out'").status == 0)
    let names = shell("cd crate && find . -type f | LC_ALL=C sort").outputText.split(separator: "\n")
    #expect(names.count == 6)
    #expect(names.contains("./inputs/ro-crate-metadata.json") || names.contains("./inputs/2/ro-crate-metadata.json"))
    #expect(try graph("crate").count > 5)
  }

  @Test func aCrateThatWasBegunIsFinished() throws {
    shell("probe stage --add A in.txt | probe stage -o out; prov export --to ro-crate -o crate out")
    let before = shell.folder.read("crate/ro-crate-metadata.json")
    shell("rm crate/ro-crate-metadata.json crate/in.txt")
    #expect(shell("prov export --to ro-crate -o crate out").status == 0)
    #expect(shell.folder.read("crate/ro-crate-metadata.json") == before)
    #expect(shell.folder.names(in: "crate") == ["in.txt", "out", "out.prov", "ro-crate-metadata.json"])
    shell("probe stage --add other -o other in.txt")
    let other = shell("prov export --to ro-crate -o crate other")
    #expect(other.status == 73)
    #expect(other.errorText == "prov: crate: the folder holds other files (name a new folder for the crate)\n")
    #expect(shell.folder.read("crate/ro-crate-metadata.json") == before)
    shell("mkdir full; echo mine > full/mine")
    #expect(shell("prov export --to ro-crate -o full out").status == 73)
    #expect(shell.folder.names(in: "full") == ["mine"])
  }

  @Test func aCrateOfAFolder() throws {
    shell.folder.write("in.csv", "id\n1\n2\n3\n")
    shell("chunk -n 2 -d parts in.csv > parts.manifest; prov export --to ro-crate -o crate parts")
    #expect(
      shell.folder.names(in: "crate")
        == [".prov", "chunk-00000.csv", "chunk-00001.csv", "chunks.manifest", "in.csv", "ro-crate-metadata.json"])
    #expect(shell("prov verify crate/chunk-00001.csv").status == 0)
  }

  @Test func licencesAreTold() throws {
    shell("probe stage --add A -o out in.txt")
    func root(_ options: String) throws -> JSONValue? {
      let text = shell("prov export --to ro-crate --metadata-only \(options) out").outputText
      return try JSONValue.parse(text)["@graph"]?.elements?.first { $0["@id"]?.text == "./" }?["license"]
    }
    #expect(try root("")?.text?.hasPrefix("No licence is stated") == true)
    #expect(try root("--licence CC0-1.0")?.text == "CC0-1.0")
    #expect(try root("--licence https://example.org/l")?["@id"]?.text == "https://example.org/l")
    let package = shell("prov export --to frictionless --licence CC0-1.0 out").outputText
    #expect(try JSONValue.parse(package)["licenses"]?.json == #"[{"name":"CC0-1.0"}]"#)
    #expect(try JSONValue.parse(shell("prov export --to frictionless out").outputText)["licenses"] == nil)
  }

  @Test func aPackageNamesFilesFromItsOwnFolder() throws {
    shell(
      "mkdir data; printf 'a;b\\n1;2\\n' > in.csv; merge -o data/out.csv in.csv; merge --to ndjson -o data/out.nd in.csv"
    )
    func resource(_ name: String) throws -> JSONValue? {
      try JSONValue.parse(shell.folder.text(name) ?? "")["resources"]?.elements?.first
    }
    shell("prov export --to frictionless -o data/datapackage.json data/out.csv")
    #expect(try resource("data/datapackage.json")?["path"]?.text == "out.csv")
    shell("prov export --to frictionless -o datapackage.json data/out.nd")
    let below = try resource("datapackage.json")
    #expect(below?["path"]?.text == "data/out.nd")
    #expect(below?["format"]?.text == "ndjson")
    #expect(below?["schema"]?["fields"]?.elements?.map { $0["type"]?.text } == ["any"])
    let above = shell("mkdir other; prov export --to frictionless -o other/datapackage.json data/out.csv")
    #expect(above.status == 64)
    #expect(
      above.errorText.hasPrefix(
        "prov: other/datapackage.json: a data package describes files in its own folder or below (write it to /"))
    #expect(!shell.folder.names(in: "other").contains("datapackage.json"))
  }

  /// What is no table with names is described without a schema.
  @Test func aFileThatIsNoTable() throws {
    shell(
      "head -c 4096 /dev/zero > in.bin; probe stage -o out in.bin; printf 'a,a\\n1,2\\n' > t; probe stage -o twice t")
    let package = try JSONValue.parse(shell("prov export --to frictionless out").outputText)
    let resource = package["resources"]?.elements?.first
    #expect(resource?["profile"]?.text == "data-resource")
    #expect(resource?["schema"] == nil && resource?["format"] == nil && resource?["encoding"] == nil)
    #expect(resource?["bytes"]?.integer == 4096)
    let twice = try JSONValue.parse(shell("prov export --to frictionless twice").outputText)["resources"]?.elements?
      .first
    #expect(twice?["schema"] == nil && twice?["format"]?.text == "csv")
  }
}
