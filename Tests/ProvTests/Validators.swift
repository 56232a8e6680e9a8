import MillraceCore
import Support

/// The programs that others wrote to read what `prov export` writes: `make validators` installs them.
struct Validators {
  private let folder: String
  private static let sources = #filePath.split(separator: "/").dropLast(3).map { "/\($0)" }.joined()

  /// The folder that MILLRACE_VALIDATORS names, else `.tools/validators` in the package when they are all there.
  static let installed: Validators? = {
    if let folder = environmentVariable("MILLRACE_VALIDATORS") { return Validators(folder: folder) }
    let folder = "\(sources)/.tools/validators"
    return readFile("\(folder)/complete") == nil ? nil : Validators(folder: folder)
  }()

  /// Runs a program of the virtual environment. Nobody on the network is asked: a proxy that is not there stands in the way.
  func run(_ program: String, _ arguments: [String], in workingDirectory: String) -> Outcome {
    Executable("\(folder)/bin/\(program)").run(
      arguments,
      environment: [
        "http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9", "HOME": workingDirectory,
        "PYTHONDONTWRITEBYTECODE": "1",
      ], workingDirectory: workingDirectory)
  }

  /// Reads exports with the library for their format.
  func check(_ format: String, _ arguments: [String], in shell: Shell) -> Outcome {
    run("python", ["\(Self.sources)/Tests/Validators/check.py", format] + arguments, in: shell.folder.path)
  }

  /// The required checks of the Process Run Crate profile on a crate.
  func checkCrate(_ crate: String, metadataOnly: Bool = false, in shell: Shell) -> Outcome {
    run(
      "rocrate-validator",
      ["-y", "validate", "--offline", "--cache-path", "\(folder)/ro-crate-cache"]
        + ["-p", "process-run-crate", "-l", "required", "--no-paging"] + (metadataOnly ? ["-m"] : []) + [crate],
      in: shell.folder.path)
  }

  /// A data package, with the digests of its files.
  func checkPackage(_ descriptor: String, in shell: Shell) -> Outcome {
    run("frictionless", ["validate", "--type", "package", descriptor], in: shell.folder.path)
  }

  /// Documents against a schema of the project, or against JSON Schema itself.
  func checkSchema(_ schema: String, _ documents: [String], in shell: Shell) -> Outcome {
    let path = "\(Self.sources)/docs/schemas/\(schema)"
    return run(
      "check-jsonschema", documents.isEmpty ? ["--check-metaschema", path] : ["--schemafile", path] + documents,
      in: shell.folder.path)
  }
}

extension JSONValue {
  /// The value with another one, or nothing, at a path of members and elements.
  func replacing(_ path: [String], with value: JSONValue?) -> JSONValue {
    guard let name = path.first else { return value ?? .null }
    let rest = Array(path.dropFirst())
    switch self {
    case .object(let members):
      var result = members.compactMap { member in
        guard member.name == name else { return member }
        if rest.isEmpty { return value.map { Member(name, $0) } }
        return Member(name, member.value.replacing(rest, with: value))
      }
      if rest.isEmpty, self[name] == nil, let value { result.append(Member(name, value)) }
      return .object(result)
    case .array(var elements):
      guard let index = Int(name), elements.indices.contains(index) else { return self }
      if rest.isEmpty, value == nil {
        elements.remove(at: index)
      } else {
        elements[index] = elements[index].replacing(rest, with: value)
      }
      return .array(elements)
    default: return self
    }
  }
}
