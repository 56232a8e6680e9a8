import ArgumentParser
import MillraceCore

/// Tells how a file came about in a format that other programs read.
struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tell how a file came about in a format that other programs read.",
    discussion: """
      The file must still be what its provenance says: an export vouches for it.
        $ prov export --to prov-json -o result.prov.json result.csv
        $ prov export --to ro-crate -o crate result.csv
        $ prov export --to frictionless -o datapackage.json result.csv

      An RO-Crate is a folder with copies of the file, of its sidecar, and of the inputs that are still what was read.
      """)

  @OptionGroup var file: FileArgument
  @Option(
    help: ArgumentHelp("The format.", valueName: ExportFormat.allCases.map(\.rawValue).joined(separator: "|")))
  var to: ExportFormat

  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp("Output instead of standard output; for ro-crate a folder.", valueName: "file"),
    completion: .file())
  var output: String?

  @Flag(help: "RO-Crate: write ro-crate-metadata.json alone, for the folder that the file lies in.")
  var metadataOnly = false

  @Flag(help: "PROV-JSON: an entity for what was done to each row, too.")
  var contexts = false

  @Option(help: ArgumentHelp("RO-Crate, Frictionless: the data's licence, a name or a URL.", valueName: "licence"))
  var licence: String?

  func validate() throws {
    if output == "" { throw ValidationError("--output must name a file") }
    if metadataOnly, to != .roCrate { throw ValidationError("--metadata-only is for --to ro-crate") }
    if contexts, to != .provJSON { throw ValidationError("--contexts is for --to prov-json") }
    if licence != nil, to != .roCrate, to != .frictionless {
      throw ValidationError("--licence is for --to ro-crate and --to frictionless")
    }
    if to == .roCrate, !metadataOnly, output == nil || output == "-" {
      throw ValidationError("--to ro-crate makes a folder: name it with -o, or add --metadata-only")
    }
  }

  func run() throws {
    let subject = try ExportSubject(file.file, file.provenance())
    let lineage = try LineageBuilder(subject).lineage
    switch to {
    case .provJSON: try writePROV(lineage, subject)
    case .roCrate: try writeCrate(lineage, subject)
    case .openLineage: try writeEvents(lineage)
    case .inToto: try write(ExportInToto(lineage: lineage).document())
    case .frictionless:
      try subject.requireFile(for: to)
      let paths = try ResourcePaths(lineage, descriptor: output).paths
      try write(ExportFrictionless(lineage: lineage, paths: paths, licence: licence).document())
    }
  }

  private func write(_ document: JSONValue) throws(Failure) {
    let output = try ExportOutput(output)
    try output.document(document)
    try output.finish()
  }

  private func writePROV(_ lineage: Lineage, _ subject: ExportSubject) throws(Failure) {
    let output = try ExportOutput(output)
    let reader = subject.provenance
    func forEach(_ kind: ProvenanceReader.Kind, _ take: (JSONValue) throws(Failure) -> Void) throws(Failure) {
      guard contexts else { return }
      reader.rewind()
      while try reader.next() { if reader.kind == kind { try take(try reader.value()) } }
    }
    try ExportPROV(lineage).write(to: output) { (take) throws(Failure) in
      try forEach(.context, take)
    } children: { (take) throws(Failure) in
      var children = ChildRecordReader()
      try forEach(.child) { (record) throws(Failure) in
        guard let child = children.child(record) else { return }
        for stage in child.stages ?? [] {
          try take(try Lineage.Stage(stage, source: reader.name), child.ran(stage) ? child.parent : nil)
        }
      }
    }
    try output.finish()
  }

  private func writeEvents(_ lineage: Lineage) throws(Failure) {
    let output = try ExportOutput(output)
    let export = ExportOpenLineage(lineage: lineage)
    for stage in lineage.stages { try export.writeEvents(of: stage, to: output) }
    try output.finish()
  }

  private func writeCrate(_ lineage: Lineage, _ subject: ExportSubject) throws(Failure) {
    try subject.requireFile(for: to)
    var crate = CrateFolder(lineage, subject)
    if metadataOnly {
      try crate.findFiles()
      return try write(
        ExportROCrate(lineage, places: crate.places, sidecar: nil, licence: licence).document)
    }
    guard let output else { return }
    let folder = try OutputFolder(path: output)
    let sidecar = try crate.fill(folder)
    // The metadata comes last: without it the folder is no crate.
    let metadata = try ExportOutput(folder(CrateFolder.metadataName))
    try metadata.document(ExportROCrate(lineage, places: crate.places, sidecar: sidecar, licence: licence).document)
    try metadata.finish()
  }
}

/// The formats, by the names that users know.
enum ExportFormat: String, CaseIterable, ExpressibleByArgument {
  case provJSON = "prov-json"
  case roCrate = "ro-crate"
  case openLineage = "openlineage"
  case inToto = "in-toto"
  case frictionless
}

/// Paths of the results, as a descriptor beside or above them has to name them.
struct ResourcePaths {
  private(set) var paths: [Int: String] = [:]

  /// - Parameter descriptor: nil and "-" are standard output; paths then lead from the folder of the file.
  /// - Throws: when a file does not lie in the descriptor's folder or below: a package may not reach out of its folder.
  init(_ lineage: Lineage, descriptor: String?) throws(Failure) {
    for index in lineage.results {
      let artifact = lineage.artifacts[index]
      guard let descriptor, descriptor != "-", let path = artifact.path,
        let folder = resolvedPath(folderPart(of: descriptor))
      else {
        paths[index] = artifact.name
        continue
      }
      let prefix = folder == "/" ? "/" : "\(folder)/"
      guard path.hasPrefix(prefix) else {
        throw Failure(
          .usage, "a data package describes files in its own folder or below", at: Place(file: descriptor),
          advice: "write it to \(folderPart(of: path))/datapackage.json")
      }
      paths[index] = String(path.dropFirst(prefix.count))
    }
  }
}
