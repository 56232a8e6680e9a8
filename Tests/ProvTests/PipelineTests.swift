import Glibc
import MillraceCore
import Support
import Testing

/// Whole pipelines in a real shell: what the sidecar says about where the bytes came from.
@Suite struct PipelineTests {
  let shell = Shell()

  @Test(arguments: [
    ("probe stage --add A in.txt | probe stage --add B | probe stage --add C -o out", "verified"),
    ("probe stage --add A in.txt | probe stage --add B > out", "verified"),
    // Small data fits into the pipe: the producer is gone before the reader starts.
    ("probe stage --add A in.txt | (sleep 0.3; exec probe stage --add B -o out)", "verified"),
    ("probe stage --add B -o out < <(probe stage --add A in.txt)", "verified"),
    ("mkfifo f; probe stage --add A in.txt > f & probe stage --add B -o out < f", "verified"),
    ("probe stage --add A in.txt | cat | probe stage --add B -o out", "content-match"),
    ("probe stage --add A in.txt | sort -r | sed s/A/Z/ | probe stage --add B -o out", "unknown-upstream"),
    ("probe stage --generates | cat | probe stage -o out", "unknown-upstream"),
    ("probe stage --add A in.txt | probe stage | cat | probe stage --add B -o out", "ambiguous"),
    ("{ probe stage --add A in.txt; probe stage --add B in.txt; } | probe stage --add C -o out", "concat"),
    ("{ probe stage --add A in.txt; echo foreign; } | probe stage --add C -o out", "mismatch"),
    ("{ echo foreign; probe stage --add A in.txt; } | probe stage --add C -o out", "mismatch"),
    ("probe stage --add A --killed in.txt | probe stage --add B -o out", "upstream-died"),
    ("probe stage --add A --fails in.txt | probe stage --add B -o out", "upstream-died"),
    ("probe stage --add A -o mid in.txt; probe stage --add B -o out mid", "verified"),
    ("probe stage --add A -o mid in.txt; probe stage --add B -o out < mid", "verified"),
    ("probe stage --add A -o mid in.txt; echo x >> mid; probe stage --add B -o out mid", "mismatch"),
    ("probe stage --add A > t < in.txt && mv t mid; probe stage --add B -o out mid", "verified"),
    ("probe stage --generates --add A -o out", "verified"),
  ])
  func completenessIsHonest(_ script: String, _ expected: String) throws {
    let outcome = shell(script)
    #expect(try shell.completeness("out.prov") == expected, "\(outcome.errorText)")
  }

  @Test func theChainIsWholeAndInOrder() throws {
    shell("probe stage --add A in.txt | probe stage --add B | probe stage --add C -o out")
    #expect(shell.folder.text("out") == "CBAhello\n")
    #expect(try shell.tools("out.prov") == ["stage --add A in.txt", "stage --add B", "stage --add C -o out"])
    let pipeline = try #require(try shell.records("out.prov").first)
    #expect(
      pipeline["command"]?.text
        == "probe stage --add A in.txt | probe stage --add B | probe stage --add C -o out")
    #expect(pipeline["bytes"]?.integer == 9)
    // The reader of a pipe did not hash; it took over the producer's digest.
    let stages = try shell.records("out.prov").filter { $0["kind"]?.text == "stage" }
    for (producer, reader) in zip(stages, stages.dropFirst()) {
      let input = try #require(reader["inputs"]?.elements?.first)
      #expect(input["sha256"] == producer["output"]?["sha256"])
      #expect(input["upstream"] == .array([try #require(producer["id"])]))
    }
    // Hand-overs that were used are gone.
    #expect(shell("find store/links -type f").outputText == "")
  }

  @Test func aFIFOUsedAgainByAForeignProgramHasNoProducer() throws {
    shell(
      """
      mkfifo f
      probe stage --add A in.txt > f & cat f > /dev/null; wait
      echo foreign > f & probe stage --add B -o out < f
      """)
    #expect(try shell.completeness("out.prov") == "unknown-upstream")
  }

  /// The dead producer's record was for a foreign reader; the next reader of the FIFO is not told of it.
  @Test func aFIFOUsedAgainBehindADeadProducerHasNoProducer() throws {
    shell(
      """
      mkfifo f
      probe stage --add A --killed in.txt > f & cat f > /dev/null; wait
      sleep 0.1
      echo foreign > f & probe stage --add B -o out < f
      """)
    #expect(try shell.completeness("out.prov") == "unknown-upstream")
  }

  @Test func teeIsAmbiguousWhenABranchPassesTheBytesOn() throws {
    shell(
      """
      probe stage --add A in.txt | tee copy | probe stage > side
      probe stage --add B -o out < <(cat copy)
      """)
    #expect(try shell.completeness("out.prov") == "ambiguous")
    let stage = try #require(try shell.records("out.prov").last)
    let candidates = stage["inputs"]?.elements?.first?["candidates"]?.elements?.compactMap { $0["command"]?.text } ?? []
    #expect(candidates.sorted() == ["probe stage --add A in.txt", "probe stage --add A in.txt | probe stage > side"])
    #expect(try shell.tools("out.prov").count == 1)
  }

  @Test func aDeadProducerIsToldAndRefusedOnRequest() throws {
    let told = shell("probe stage --add A --killed in.txt | probe stage --add B -o out")
    #expect(told.status == 0)
    #expect(
      told.errorText.contains(
        "standard input: the program that wrote this input did not finish: probe ended before it was done "
          + "(the rows after the cut are missing; --require-upstream makes this an error)"))
    let refused = shell("probe stage --add A --fails in.txt 2> /dev/null | probe stage --require-upstream -o refused")
    #expect(refused.status == 1)
    #expect(
      refused.errorText == "standard input: the program that wrote this input did not finish: probe failed with status "
        + "65 (--require-upstream allows no such input)\n")
    #expect(!shell.folder.names.contains { $0.hasPrefix("refused") })
    let foreign = shell("echo x | probe stage --require-upstream -o refused")
    #expect(foreign.status == 1)
    #expect(
      foreign.errorText == "standard input: no Millrace tool left a record of writing this input "
        + "(--require-upstream allows no such input)\n")
    #expect(!shell.folder.names.contains { $0.hasPrefix("refused") })
  }

  @Test func aFailedRunLeavesNoSidecar() throws {
    #expect(shell("probe stage --fails -o out in.txt").status == 65)
    #expect(shell("probe stage --fails in.txt > redirected").status == 65)
    #expect(!shell.folder.names.contains { $0.hasSuffix(".prov") })
  }

  @Test func appendingContinuesTheEarlierSidecar() throws {
    shell("probe stage --add A in.txt > out; probe stage --add B in.txt >> out; probe stage --add C in.txt >> out")
    #expect(shell.folder.text("out") == "Ahello\nBhello\nChello\n")
    let pipelines = try shell.records("out.prov").filter { $0["kind"]?.text == "pipeline" }
    #expect(pipelines.map { $0["offset"]?.integer } == [14, 7, nil])
    #expect(pipelines[0]["continues"] != nil && pipelines[1]["continues"] != nil)
    #expect(shell("prov verify out").status == 0)
    shell("probe stage -o next out")
    #expect(try shell.completeness("next.prov") == "verified")
    shell("mkdir log.prov; touch log")
    let outcome = shell("probe stage --add A in.txt >> log && rmdir log.prov")
    #expect(outcome.status == 0)
    #expect(
      outcome.errorText.hasSuffix("/log.prov: expected a sidecar, found no regular file\n"), "\(outcome.errorText)")
    shell("rm log; probe stage --add A in.txt >> log")
    #expect(!shell.folder.names.contains("log.prov"))
  }

  @Test func offWritesNothing() throws {
    let outcome = shell("probe stage in.txt | probe stage -o out", environment: ["MILLRACE_PROVENANCE": "off"])
    #expect(outcome.status == 0)
    #expect(shell.folder.names == ["in.txt", "out"])
  }

  @Test func secretsStayOut() throws {
    shell("probe stage --api-key s3cret -o out in.txt")
    let sidecar = try #require(shell.folder.text("out.prov"))
    #expect(!sidecar.contains("s3cret"))
    #expect(sidecar.contains("https://REDACTED@example.org/q?api_key=REDACTED&x=1"))
    #expect(!sidecar.contains("pass@") && !sidecar.contains("xyzzy"))
  }

  @Test func aHundredInputsAreListedNotEmbedded() throws {
    shell("for i in $(seq 100); do probe stage --add $i -o c$i in.txt; done; probe stage -o out c*[0-9]")
    #expect(try shell.tools("out.prov").count == 1)
    let inputs = try #require(try shell.records("out.prov").last?["inputs"]?.elements)
    #expect(inputs.count == 100)
    #expect(inputs.allSatisfy { $0["sidecar"]?.text?.hasPrefix("sha256:") == true })
    #expect(shell("prov verify out").status == 0)
    shell("echo x > c50")
    let broken = shell("prov verify out")
    #expect(broken.status == 1)
    #expect(broken.outputText.contains("broken: probe: input c50: read sha256:"))
  }

  @Test(.disabled(if: Sanitizer.current != nil, "the sanitizer takes more memory itself"))
  func millionsOfContextRecordsCostNoMemory() throws {
    shell("probe stage --contexts 50000 -o out in.txt")
    let last = try #require(try shell.records("out.prov").last { $0["kind"]?.text == "stage" })
    let small = shell("probe stage --contexts 3 -o small in.txt; grep memory small.prov")
    #expect(small.status == 0)
    let smallMemory = try #require(
      try shell.records("small.prov").first { $0["kind"]?.text == "stage" }?["resources"]?["memory"]?.integer)
    #expect(try #require(last["resources"]?["memory"]?.integer) < smallMemory + 4 << 20)
    #expect(shell("grep -c '\"kind\":\"context\"' out.prov").outputText == "50000\n")
  }

  private static let hasJSONSchema = Executable("/usr/bin/env").run(["python3", "-c", "import jsonschema"]).status == 0

  /// An implementation of JSON Schema by others finds nothing wrong with our records, and something with wrong ones.
  @Test(.enabled(if: hasJSONSchema)) func recordsFollowThePublishedSchema() throws {
    shell(
      """
      { probe stage --add A --contexts 2 in.txt; probe stage --add B in.txt; } | probe stage -o mid
      probe stage --add C in.txt | cat | probe stage | cat | probe stage -o ambiguous mid -
      probe stage < mid > out; probe stage < mid >> out
      echo a | chunk -n 1 -d parts | merge -o merged
      """)
    let schema =
      String(#filePath.dropLast("Tests/ProvTests/PipelineTests.swift".count)) + "docs/schemas/provenance.schema.json"
    let script = """
      import json, jsonschema, sys
      schema = json.load(open(sys.argv[1]))
      jsonschema.Draft202012Validator.check_schema(schema)
      validator = jsonschema.Draft202012Validator(schema)
      count = 0
      for name in sys.argv[2:]:
          for line in open(name):
              validator.validate(json.loads(line))
              count += 1
      wrong = json.loads(line)
      wrong["kind"], wrong["stage"] = "context", 7
      print(count, validator.is_valid(wrong))
      """
    let names = ["mid.prov", "ambiguous.prov", "out.prov", "parts/.prov", "merged.prov"]
    let outcome = Executable("/usr/bin/env").run(
      ["python3", "-c", script, schema] + names.map { shell.folder($0) })
    let lines = try names.reduce(0) { try $0 + shell.records($1).count }
    #expect(outcome.outputText == "\(lines) False\n", "\(outcome.errorText)")
  }
}
