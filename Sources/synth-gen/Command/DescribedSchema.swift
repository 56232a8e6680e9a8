import MillraceCore

extension SchemaOptions {
  /// The schema of a description: of the service, of an earlier run, or of a template, with a record of which.
  ///
  /// A dry run sends nothing and keeps nothing.
  func describedSchema(_ words: String, in stage: Stage) throws(Failure) -> Schema {
    let description = try TableDescription(words)
    let describer = try describing.describer(
      model: model, locale: locale.flatMap { LocaleData.canonicalName($0) } ?? LocaleData.usual,
      catalogue: GeneratorCatalogue.ofThisProgram().prompt, templates: .ofThisProgram(), validation: .ofSchemas,
      isDryRun: stage.isDryRun, surroundings: stage.surroundings, diagnostics: stage.diagnostics)
    let described = try waiting { () throws(Failure) in try await describer.describe(description) }
    stage.recorder.addDetails(described.origin.members)
    if described.origin.source == .model, let service = described.origin.service {
      stage.recorder.addSource(url: service, licence: nil, time: stage.surroundings.clock.now())
    }
    return described.schema
  }
}

extension GeneratorCatalogue {
  /// What a table of one description has no use for, or what a strict answer cannot spell.
  private static let unprompted: Set<String> = [
    "when", "reference", "constant",
    // The same under another name, or of little use to a table.
    "safe_email", "ascii_safe_email", "ascii_email", "zipcode", "postalcode", "administrative_unit", "zipcode_in_state",
    "coordinate", "local_latlng", "location_on_land", "profile", "simple_profile", "ipv4_private", "ipv4_public",
    "uri_path", "uri_page", "domain_word", "safe_domain_name", "current_country", "current_country_code",
    "first_name_nonbinary", "suffix_female", "suffix_male", "prefix_female", "prefix_male", "last_name_female",
    "last_name_male", "chrome", "firefox", "safari", "basic_phone_number", "job_female", "job_male",
  ]

  /// The generators for a language model to choose from: a line for each that has arguments, and names alone of the others.
  /// Small models see a few thousand words at a time.
  var prompt: String {
    let known = descriptions.filter { !Self.unprompted.contains($0.name) }
    let lines = known.filter { !$0.parameters.isEmpty }.map { generator in
      // What stands behind the colon of a summary is an example.
      "\(generator.form): \(generator.summary.prefix { $0 != ":" })"
    }
    let names = known.filter { $0.parameters.isEmpty }.map(\.name)
    return lines.joined(separator: "\n") + "\nWithout arguments: \(names.joined(separator: ", "))"
  }
}

extension TemplateCatalogue {
  /// What the program has.
  static func ofThisProgram() -> TemplateCatalogue {
    let (folder, ending) = ("templates/", ".yaml")
    return TemplateCatalogue(
      Resource.all.filter { $0.path.hasPrefix(folder) && $0.path.hasSuffix(ending) }.map { resource in
        BuiltInTemplate(
          name: String(resource.path.dropFirst(folder.count).dropLast(ending.count)), document: resource.text)
      })
  }
}

extension SchemaValidation<Schema> {
  /// Rows that are made to see whether the constraints can be satisfied, and unique values be had.
  private static let triedRows: UInt64 = 20

  /// Reads a schema, compiles its tables, and makes their first rows.
  static let ofSchemas = SchemaValidation { document throws(SchemaFaults) in
    do throws(Failure) {
      let schema = try SchemaParser.parse(Array(document.utf8), file: "schema")
      let tables = try SchemaTables(schema, locale: nil, asOf: nil, seed: nil)
      for table in try tables.all(rows: triedRows) {
        let draft = table.maker.makeDraft()
        for row in table.rows.prefix(Int(triedRows)) { try table.maker.make(row: row, in: draft) }
      }
      return schema
    } catch {
      throw SchemaFaults(failures: [error])
    }
  }
}
