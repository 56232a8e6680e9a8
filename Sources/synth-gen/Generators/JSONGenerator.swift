import MillraceCore

/// Values that are documents.
let documentGenerators: [GeneratorDescription] = [
  GeneratorDescription(
    "json",
    "a JSON array of objects, one for num_rows=1: json({\"sku\": \"sku\", \"size\": {\"cm\": \"pyint(1, 90)\"}}, num_rows=3)",
    [.any("data_columns"), .integer("num_rows", 10)]
  ) { (context) throws(Failure) in
    try JSONGenerator(context)
  }
]

/// Objects whose members are made as the fields of a row: those of one object belong together, and each object is another.
struct JSONGenerator: Generator {
  private enum Piece: BitwiseCopyable {
    /// What stands between values.
    case text(UInt32)
    case cell(UInt32)
  }

  private let texts: TextList
  private let pieces: Constants<Piece>
  private let table: CompiledTable
  /// Among the draft's parents.
  private let parent: Int
  private let count: UInt64

  static let mostMembers = 200
  static let mostObjects = 1000

  init(_ context: GeneratorContext) throws(Failure) {
    count = UInt64(try context.integer("num_rows", 1...Self.mostObjects, else: 10))
    var form = Form(context: context)
    let columns = context.value("data_columns")
    try form.add(columns == .null ? Self.usual : columns, path: [])
    guard !form.fields.isEmpty else { throw context.failure("data_columns has no members") }
    texts = TextList(form.texts, in: context.arena)
    do throws(Failure) {
      table = try context.compiler.inner(form.fields, of: context)
    } catch {
      // The place is that of the whole field; the member's name says where in it.
      let member = error.place?.field.map { "\"\(printable($0))\": " } ?? ""
      throw Failure(error.status, "json: \(member)\(error.message)", advice: error.advice)
    }
    let cells = table.columns.map(\.cell)
    pieces = context.arena.constants(
      form.pieces.map { piece in
        if case .cell(let field) = piece { .cell(UInt32(cells[Int(field)])) } else { piece }
      })
    parent = context.compiler.addParent(table)
  }

  private static let usual = JSONValue.object([
    .init("name", .string("name")), .init("residency", .string("address")),
  ])

  /// What the members are, taken apart.
  private struct Form {
    let context: GeneratorContext
    var fields: [FieldSchema] = []
    var texts: [String] = []
    var pieces: [Piece] = []

    private mutating func add(text: String) {
      texts.append(text)
      pieces.append(.text(UInt32(texts.count - 1)))
    }

    mutating func add(_ value: JSONValue, path: [String]) throws(Failure) {
      guard path.count < 8 else { throw context.failure("data_columns: nested more than 8 levels deep") }
      if let members = value.members {
        try add(members.map { ($0.name, $0.value) }, path: path)
      } else if let elements = value.elements {
        let pairs = elements.compactMap { element -> (String, JSONValue)? in
          guard let parts = element.elements, (2...3).contains(parts.count), let name = parts[0].text else {
            return nil
          }
          // As Faker has them: a name, a generator, its arguments.
          guard parts.count == 3, let generator = parts[1].text else { return (name, parts[1]) }
          return (name, .object([.init("generator", .string(generator)), .init("arguments", parts[2])]))
        }
        if path.isEmpty || (!pairs.isEmpty && pairs.count == elements.count) {
          guard pairs.count == elements.count else {
            throw context.failure("data_columns: expected names with generators, found \(value.json.prefix(80))")
          }
          try add(pairs, path: path)
        } else {
          add(text: "[")
          for (index, element) in elements.enumerated() {
            if index > 0 { add(text: ",") }
            try add(element, path: path + ["\(index + 1)"])
          }
          add(text: "]")
        }
      } else {
        guard !path.isEmpty else {
          throw context.failure("data_columns: expected names with generators, found \(value.json.prefix(80))")
        }
        try add(field: value, path: path)
      }
    }

    private mutating func add(_ members: [(String, JSONValue)], path: [String]) throws(Failure) {
      // An object that names its generator is a value.
      if !path.isEmpty, members.contains(where: { $0.0 == "generator" }) {
        return try add(field: .object(members.map { .init($0.0, $0.1) }), path: path)
      }
      add(text: "{")
      for (index, member) in members.enumerated() {
        add(text: (index > 0 ? "," : "") + JSONValue.string(member.0).json + ":")
        try add(member.1, path: path + [member.0])
      }
      add(text: "}")
    }

    private mutating func add(field value: JSONValue, path: [String]) throws(Failure) {
      guard fields.count < JSONGenerator.mostMembers else {
        throw context.failure("data_columns: more than \(JSONGenerator.mostMembers) members")
      }
      var value = value
      if case .string(let text) = value {
        if text.hasPrefix("@") {
          value = .object([.init("constant", .string(String(text.dropFirst())))])
        } else if text.contains("{{") {
          value = .object([.init("template", .string(text))])
        }
      }
      var reader = ValueSpecReader(isField: false)
      let spec = try reader.spec(value)
      guard context.compiler.catalogue.resolve(spec.generator)?.name != "json" else {
        throw context.failure("json within json", advice: "write objects within data_columns instead")
      }
      // By their names, as those of a row, members are of one person or place.
      var name = path.joined(separator: " ")
      if fields.contains(where: { $0.name == name }) { name += " \(fields.count)" }
      fields.append(FieldSchema(name: name, spec: spec, line: 0))
      pieces.append(.cell(UInt32(fields.count - 1)))
    }
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    let other = draft.parents[parent]
    let text = draft.text
    if count > 1 { text.append(UInt8(ascii: "[")) }
    for number in 0..<count {
      if number > 0 { text.append(UInt8(ascii: ",")) }
      do throws(Failure) {
        try table.make(row: draft.row &* count &+ number, in: other)
      } catch {
        draft.failure = error
        return .null
      }
      for index in 0..<pieces.count {
        switch pieces[index] {
        case .text(let number): texts.append(Int(number), to: text)
        case .cell(let cell): append(unsafe other.cells[Int(cell)], of: other, to: text)
        }
      }
    }
    if count > 1 { text.append(UInt8(ascii: "]")) }
    return .json
  }

  private func append(_ cell: Cell, of other: RowDraft, to text: ByteBuffer) {
    switch cell.content.kind {
    case .null: text.append("null")
    case .boolean, .integer, .number, .json: unsafe text.append(other.text(of: cell))
    case .text, .date, .dateTime:
      text.append(UInt8(ascii: "\""))
      unsafe text.appendJSONEscaped(other.text(of: cell))
      text.append(UInt8(ascii: "\""))
    }
  }
}
