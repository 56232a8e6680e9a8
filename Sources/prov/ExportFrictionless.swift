import MillraceCore

/// A Frictionless data package (specification 1.0): the file as a resource, with its digest, and a schema as far as the file
/// itself tells one.
struct ExportFrictionless {
  let lineage: Lineage
  /// Path of each result, relative to the descriptor.
  let paths: [Int: String]
  let licence: String?

  /// The whole of datapackage.json.
  func document() throws(Failure) -> JSONValue {
    var names: Set<String> = []
    var resources: [JSONValue] = []
    for index in lineage.results {
      resources.append(try resource(index, name: uniqueName(for: lineage.artifacts[index].name, &names)))
    }
    return .object([
      "profile": .string("data-package"), "name": .string(Self.slug(lineage.artifacts[lineage.results[0]].name)),
      "title": .string(lineage.title), "created": lineage.end.map { .string($0.text) },
      "resources": .array(resources), "sources": sources.isEmpty ? nil : .array(sources),
      "contributors": .array(contributors),
      "licenses": licence.map { licence in
        .array([
          licence.contains("://")
            ? .object(["path": .string(licence)]) : .object(["name": .string(licence)])
        ])
      }, "provenance": provenance,
    ])
  }

  // MARK: Resources

  private func resource(_ index: Int, name: String) throws(Failure) -> JSONValue {
    let artifact = lineage.artifacts[index]
    let table = artifact.path.flatMap { DataTable(path: $0) }
    return .object([
      "name": .string(name), "path": .string(paths[index] ?? artifact.name),
      "profile": .string(table?.columns == nil ? "data-resource" : "tabular-data-resource"),
      "format": table.map { .string($0.format) }, "mediatype": table.map { .string($0.mediaType) },
      "encoding": table.flatMap { $0.isUTF8 ? .string("utf-8") : nil },
      "compression": table?.compression.map { .string($0) },
      "bytes": artifact.content.map { .integer($0.bytes) },
      "hash": artifact.digest.map { .string($0.description) },
      "dialect": table?.delimiter.map { .object(["delimiter": .string($0)]) },
      "schema": table?.columns.map { columns in
        .object(["fields": .array(columns.map { .object(["name": .string($0), "type": .string("any")]) })])
      },
    ])
  }

  private func uniqueName(for file: String, _ names: inout Set<String>) -> String {
    let name = Self.slug(file)
    var unique = name
    var number = 2
    while !names.insert(unique).inserted {
      unique = "\(name)-\(number)"
      number += 1
    }
    return unique
  }

  /// Lower case letters, digits and `.-_`, as names of packages and resources have to be.
  private static func slug(_ name: String) -> String {
    let bytes = name.lowercased().utf8.map { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."),
        UInt8(ascii: "_"):
        byte
      default: UInt8(ascii: "-")
      }
    }
    return bytes.isEmpty ? "data" : String(decoding: bytes, as: UTF8.self)
  }

  // MARK: Where it came from

  private var sources: [JSONValue] {
    var sources = lineage.origins.map { artifact in
      JSONValue.object([
        "title": .string(artifact.name), "hash": artifact.digest.map { .string($0.description) },
        "bytes": artifact.content.map { .integer($0.bytes) },
      ])
    }
    for source in lineage.stages.flatMap(\.sources) {
      sources.append(.object(["title": source["url"], "path": source["url"], "licence": source["licence"]]))
    }
    return sources
  }

  private var contributors: [JSONValue] {
    var known: Set<String> = []
    return lineage.stages.compactMap { stage in
      known.insert(stage.user).inserted
        ? .object(["title": .string(stage.user), "role": .string("contributor")]) : nil
    }
  }

  private var provenance: JSONValue {
    .object([
      "completeness": .string(lineage.completeness.rawValue), "command": .string(lineage.command),
      "stages": .array(
        lineage.stages.map { stage in
          .object([
            "id": .string(stage.id), "tool": .string(stage.tool), "version": .string(stage.version),
            "commit": .string(stage.commit), "command": .string(stage.command), "start": .string(stage.start.text),
            "end": .string(stage.end.text), "status": .integer(stage.status), "rows": stage.rows,
            "completeness": .string(stage.completeness.rawValue),
            "inputsOmitted": stage.inputsOmitted > 0 ? .integer(stage.inputsOmitted) : nil,
          ])
        }),
    ])
  }
}
