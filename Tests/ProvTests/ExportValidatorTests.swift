import MillraceCore
import Support
import Testing

/// Exports of a pipeline of three tools, read by programs that others wrote. What is broken must be refused: else a check
/// that passes says nothing.
@Suite(.enabled(if: Validators.installed != nil, "make validators installs the validators of exports"))
struct ExportValidatorTests {
  let shell = Shell()
  let validators: Validators

  init() throws {
    validators = try #require(Validators.installed)
    let article = """
      <PubmedArticle><MedlineCitation><PMID Version="1">NUMBER</PMID><Article>\
      <ArticleTitle>Title NUMBER, and more</ArticleTitle></Article></MedlineCitation></PubmedArticle>
      """
    let articles = (1...20).map { number in
      article.split(separator: "NUMBER", omittingEmptySubsequences: false).joined(separator: "\(number)")
    }
    shell.folder.write("my articles.xml", "<PubmedArticleSet>\(articles.joined())</PubmedArticleSet>")
    let outcome = shell("aug-pubmed parse 'my articles.xml' | chunk -n 7 -d parts | merge --to csv -o result.csv")
    #expect(outcome.status == 0, "\(outcome.errorText)")
    #expect(try shell.tools("result.csv.prov").count == 3)
    #expect(try shell.completeness("result.csv.prov") == "verified")
  }

  private func export(_ format: String, _ arguments: String) {
    let outcome = shell("prov export --to \(format) \(arguments)")
    #expect(outcome.status == 0, "\(outcome.errorText)")
  }

  /// Writes broken copies and expects that each is refused, in words that contain those given.
  private func expectRefusals(
    _ format: String, _ broken: [(text: String, words: String)], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let names = broken.enumerated().map { index, copy in
      shell.folder.write("broken-\(index)", copy.text)
      return "broken-\(index)"
    }
    let outcome = validators.check(format, ["--refuse"] + names, in: shell)
    #expect(outcome.status == 0, "\(outcome.errorText)", sourceLocation: sourceLocation)
    let told = outcome.outputText.split(separator: "\n")
    #expect(told.count == broken.count, "\(outcome.outputText)", sourceLocation: sourceLocation)
    for (line, copy) in zip(told, broken) {
      #expect(line.contains(copy.words), "\(line)", sourceLocation: sourceLocation)
    }
  }

  private func document(_ name: String) throws -> JSONValue {
    try JSONValue.parse(try #require(shell.folder.text(name)))
  }

  @Test func sidecarsAreWhatTheSchemaSays() throws {
    #expect(validators.checkSchema("provenance.schema.json", [], in: shell).status == 0)
    #expect(validators.checkSchema("openlineage-facets.schema.json", [], in: shell).status == 0)
    shell("probe stage --add A --contexts 3 result.csv | tee >(cat > copy) | probe stage --add '' -o out")
    var names: [String] = []
    for sidecar in ["result.csv.prov", "parts/.prov", "out.prov"] {
      for (index, record) in try shell.records(sidecar).enumerated() {
        names.append("\(nameInFolder(sidecar)).\(index).json")
        shell.folder.write(names[names.count - 1], record.json)
      }
    }
    #expect(names.count > 20)
    let outcome = validators.checkSchema("provenance.schema.json", names, in: shell)
    #expect(outcome.status == 0, "\(outcome.outputText)")
    let stage = try #require(try shell.records("result.csv.prov").first { $0["kind"]?.text == "stage" })
    for (path, value) in [
      (["id"], nil), (["start"], .string("yesterday")), (["inputs", "0", "link"], .string("certain")),
      (["output", "bytes"], .integer(-1)),
    ] as [([String], JSONValue?)] {
      shell.folder.write("broken.json", stage.replacing(path, with: value).json)
      #expect(validators.checkSchema("provenance.schema.json", ["broken.json"], in: shell).status == 1, "\(path)")
    }
  }

  /// Chunks, and what was run on them.
  @Test func aRunOverChunksIsValidEverywhere() throws {
    shell(
      "probe run --job job --records 4 -o run.csv -- aug-pubmed -q --xml 'my articles.xml' --pmid-field pmid < result.csv"
    )
    var names: [String] = []
    for (index, record) in try shell.records("run.csv.prov").enumerated() {
      names.append("run.\(index).json")
      shell.folder.write(names[names.count - 1], record.json)
    }
    #expect(try shell.records("run.csv.prov").count { $0["kind"]?.text == "child" } == 5)
    let schema = validators.checkSchema("provenance.schema.json", names, in: shell)
    #expect(schema.status == 0, "\(schema.outputText)")
    let child = try #require(try shell.records("run.csv.prov").first { $0["kind"]?.text == "child" })
    for (path, value) in [
      (["writer"], nil), (["output"], .string("x")), (["stages", "0", "tool"], nil), (["stages"], nil),
    ] as [([String], JSONValue?)] {
      shell.folder.write("broken.json", child.replacing(path, with: value).json)
      #expect(validators.checkSchema("provenance.schema.json", ["broken.json"], in: shell).status == 1, "\(path)")
    }
    export("prov-json", "--contexts -o chunks.json run.csv")
    let outcome = validators.check("prov-json", ["chunks.json"], in: shell)
    #expect(outcome.status == 0, "\(outcome.errorText)")
    let informed = try document("chunks.json")["wasInformedBy"]?.members ?? []
    #expect(informed.count == 5)
    export("openlineage", "-o chunks.ndjson run.csv")
    #expect(validators.check("openlineage", ["chunks.ndjson"], in: shell).status == 0)
    export("ro-crate", "-o crate run.csv")
    #expect(validators.checkCrate("crate", in: shell).status == 0)
  }

  @Test func provReadsPROVJSON() throws {
    export("prov-json", "-o a.json result.csv")
    export("prov-json", "-o b.json parts")
    shell("probe stage --contexts 5 result.csv > out; probe stage --add x >> out < result.csv")
    export("prov-json", "--contexts -o c.json out")
    let outcome = validators.check("prov-json", ["a.json", "b.json", "c.json"], in: shell)
    #expect(outcome.status == 0, "\(outcome.errorText)")
    let good = try document("a.json")
    let entity = try #require(good["entity"]?.members?.first?.name)
    let activity = try #require(good["activity"]?.members?.first?.name)
    func broken(_ path: [String], _ value: JSONValue?) -> String { good.replacing(path, with: value).json }
    expectRefusals(
      "prov-json",
      [
        (broken(["entity", entity], nil), "a relation to something unknown"),
        (broken(["activity", activity], nil), "a relation to something unknown"),
        (broken(["prefix", "run"], nil), "An identifier is missing"),
        (broken(["used", "_:u0", "prov:entity"], nil), "a relation to something unknown"),
        (
          broken(["activity", activity, "prov:endTime"], .string("1990-01-01T00:00:00.000+00:00")), "times of activity"
        ),
        (broken(["invented"], .object([.init("_:x", .object([]))])), "'invented' is not a recognised"),
      ])
  }

  @Test func openLineagesClassesReadEvents() throws {
    export("openlineage", "-o a.ndjson result.csv")
    let read = validators.check("openlineage", ["a.ndjson"], in: shell)
    #expect(read.status == 0, "\(read.errorText)")
    let lines = try #require(shell.folder.text("a.ndjson")).split(separator: "\n").map(String.init)
    #expect(lines.count == 6)
    // Of a failed stage, in a Slurm job.
    shell("probe stage --add A in.txt | probe stage --add B -o out", environment: ["SLURM_JOB_ID": "7"])
    shell("sed -i '2s/\"status\":0/\"status\":1/' out.prov")
    export("openlineage", "-o b.ndjson out")
    #expect(shell.folder.text("b.ndjson")?.split(separator: "\n")[1].hasPrefix("{\"eventType\":\"FAIL\"") == true)
    let failed = validators.check("openlineage", ["b.ndjson"], in: shell)
    #expect(failed.status == 0, "\(failed.errorText)")
    let event = try JSONValue.parse(lines[1])
    func broken(_ path: [String], _ value: JSONValue?) -> String {
      [lines[0], event.replacing(path, with: value).json].joined(separator: "\n") + "\n"
    }
    expectRefusals(
      "openlineage",
      [
        (broken(["run", "runId"], .string("run 1")), "UUID"),
        (broken(["eventTime"], .string("noon")), "'noon'"),
        (broken(["eventType"], .string("DONE")), "'DONE'"),
        (broken(["schemaURL"], .string("https://openlineage.io")), "the library says https://openlineage.io/spec"),
        (
          broken(["run", "facets", "processing_engine", "version"], nil),
          "missing 1 required positional argument: 'version'"
        ),
        (broken(["job", "facets", "sourceCode", "author"], .string("me")), "unexpected keyword argument 'author'"),
        (broken(["inputs", "0", "namespace"], nil), "missing 1 required positional argument: 'namespace'"),
        (broken(["run", "facets", "millrace_stage", "status"], .string("good")), "'good' is not of type 'integer'"),
        (lines[0] + "\n", "['START']"),
        ("", "no events"),
      ])
  }

  @Test func inTotoReadsAStatement() throws {
    export("in-toto", "-o a.json result.csv")
    export("in-toto", "-o b.json parts")
    shell("probe stage --add A result.csv > out; probe stage --add B >> out < result.csv")
    export("in-toto", "-o c.json out")
    let outcome = validators.check("in-toto", ["a.json", "b.json", "c.json"], in: shell)
    #expect(outcome.status == 0, "\(outcome.errorText)")
    let good = try document("a.json")
    func broken(_ path: [String], _ value: JSONValue?) -> String { good.replacing(path, with: value).json }
    expectRefusals(
      "in-toto",
      [
        (broken(["subject"], .array([])), "At least one subject required"),
        (broken(["subject", "0", "digest"], nil), "At least one digest required"),
        (broken(["subject", "0", "digest", "sha256"], .string("abc")), "non-hexadecimal"),
        (broken(["subject", "0", "size"], .integer(1)), "has no field named \"size\""),
        (broken(["predicate", "buildDefinition", "buildType"], nil), "buildType and builder.id"),
        (broken(["predicate", "buildDefinition", "completeness"], .bool(true)), "has no field named \"completeness\""),
        (broken(["predicate", "runDetails", "metadata", "startedOn"], .string("noon")), "parse timestamp"),
        (broken(["predicate", "runDetails", "builder", "id"], nil), "buildType and builder.id"),
        (broken(["_type"], nil), "Wrong statement type"),
      ])
  }

  @Test func aCrateIsAProcessRunCrate() throws {
    export("ro-crate", "--licence https://creativecommons.org/publicdomain/zero/1.0/ -o crate result.csv")
    let whole = validators.checkCrate("crate", in: shell)
    #expect(whole.status == 0, "\(whole.outputText)")
    let metadata = try document("crate/ro-crate-metadata.json")
    let graph = try #require(metadata["@graph"]?.elements)
    // The validator does not compute digests.
    let files = graph.filter { $0["@type"]?.text == "File" && $0["sha256"] != nil }
    #expect(files.count == 6)
    for file in files {
      let path = try #require(file["@id"]?.text).split(separator: "%20").joined(separator: " ")
      let found = try SHA256Digest.ofFile(shell.folder("crate/\(path)"))
      #expect(file["sha256"]?.text == found.digest.hex)
      #expect(file["contentSize"]?.text == "\(found.bytes)")
    }
    let action = try #require(graph.firstIndex { $0["@type"]?.text == "CreateAction" })
    shell.folder.write(
      "crate/ro-crate-metadata.json", metadata.replacing(["@graph", "\(action)", "instrument"], with: nil).json)
    #expect(validators.checkCrate("crate", in: shell).status == 1)
    shell.folder.write("crate/ro-crate-metadata.json", metadata.replacing(["@graph", "1", "license"], with: nil).json)
    #expect(validators.checkCrate("crate", in: shell).status == 1)
    shell.folder.write("crate/ro-crate-metadata.json", metadata.json)
    shell("rm 'crate/my articles.xml'")
    #expect(validators.checkCrate("crate", in: shell).status == 1)
  }

  @Test func metadataMakesACrateOfTheFolder() throws {
    export("ro-crate", "--metadata-only -o ro-crate-metadata.json result.csv")
    let outcome = validators.checkCrate(".", in: shell)
    #expect(outcome.status == 0, "\(outcome.outputText)")
    shell("rm ro-crate-metadata.json")
    export("ro-crate", "--metadata-only -o parts/ro-crate-metadata.json parts")
    #expect(validators.checkCrate("parts", in: shell).status == 0)
  }

  @Test func frictionlessComputesTheDigest() throws {
    shell("merge --to ndjson -o rows.ndjson result.csv; merge --to tsv --compress gzip -o rows.tsv.gz result.csv")
    for file in ["result.csv", "rows.ndjson", "rows.tsv.gz", "parts"] {
      export("frictionless", "-o datapackage.json \(file)")
      let outcome = validators.checkPackage("datapackage.json", in: shell)
      #expect(outcome.status == 0, "\(file): \(outcome.outputText)")
    }
    export("frictionless", "-o datapackage.json result.csv")
    let good = try document("datapackage.json")
    shell.folder.write("broken.json", good.replacing(["resources", "0", "schema", "fields", "1"], with: nil).json)
    #expect(validators.checkPackage("broken.json", in: shell).status == 1)
    shell.folder.write("broken.json", good.replacing(["resources", "0", "path"], with: nil).json)
    #expect(validators.checkPackage("broken.json", in: shell).status == 1)
    shell("sed -i 's/Title 3/Titel 3/' result.csv")
    let changed = validators.checkPackage("datapackage.json", in: shell)
    #expect(changed.status == 1)
    #expect(changed.outputText.contains("hash"))
  }
}
