import MillraceCore
import Support
import Testing

@testable import batch_run

@Suite struct PipelineSchemaTests {
  /// The published schema names the keys that are read, and no others.
  @Test func theSchemaIsThatOfTheParser() throws {
    let root = #filePath.dropLast("Tests/BatchRunTests/Pipeline/PipelineSchemaTests.swift".count)
    let schema = try JSONValue.parse(
      String(decoding: readFile("\(root)docs/schemas/pipeline.schema.json") ?? [], as: UTF8.self))
    func keys(_ value: JSONValue?) -> Set<String> { Set(value?["properties"]?.members?.map(\.name) ?? []) }
    #expect(keys(schema) == Set(PipelineParser.keys))
    for (kind, own) in PipelineParser.keysOfKinds {
      #expect(keys(schema["$defs"]?[kind.rawValue]) == Set(PipelineParser.commonKeys + own), "\(kind)")
    }
    let options = schema["$defs"]?["batch"]?["properties"]?["options"]
    #expect(keys(options) == Set(PipelineParser.batchOptionNames))
  }

  @Test(arguments: [
    ("kitten", "sitting", 3), ("", "abc", 3), ("ab", "ba", 1), ("workers", "worker", 1), ("same", "same", 0),
  ])
  func distances(one: String, other: String, distance: Int) {
    #expect(editDistance(Array(one), Array(other)) == distance)
    #expect(editDistance(Array(other), Array(one)) == distance)
  }
}
