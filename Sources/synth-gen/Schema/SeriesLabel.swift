import MillraceCore

extension FieldSchema {
  private var isSeries: Bool {
    let name = GeneratorDialect.plain(spec.generator)
    return (GeneratorDialect.names[name] ?? name) == "series"
  }

  /// The field that a series' argument `label` asks for: whether each of its values is an anomaly.
  var seriesLabel: FieldSchema? {
    guard isSeries, let name = spec["label"]?.text else { return nil }
    return FieldSchema(
      name: name, spec: ValueSpec(generator: "series_label", arguments: [.init("of", .string(self.name))]), line: line)
  }

  /// The field itself, once its label is a field of its own.
  var withoutLabel: FieldSchema {
    var field = self
    field.spec.arguments.removeAll { $0.name == "label" }
    return field
  }
}
