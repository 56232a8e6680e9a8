import MillraceCore

/// Files: name, extension, path and media type of one file in each row.
let fileGenerators: [GeneratorDescription] = [
  GeneratorDescription(
    "file_name", "a file's name: report.xlsx; file_name(category=\"image\"), file_name(extension=\"csv\")",
    [.text("category"), .text("extension")]
  ) { (context) throws(Failure) in
    FileGenerator(try FileEntries(context), .name)
  },
  GeneratorDescription(
    "file_extension", "the extension of the row's file: xlsx; of audio, image, office, text or video",
    [.text("category")]
  ) { (context) throws(Failure) in
    FileGenerator(try FileEntries(context), .fileExtension)
  },
  GeneratorDescription(
    "file_path", "the row's file in folders: /budget/report.xlsx",
    [.integer("depth", 1), .text("category"), .text("extension"), .boolean("absolute", true)]
  ) { (context) throws(Failure) in
    FileGenerator(
      try FileEntries(context),
      .path(depth: try context.integer("depth", 0...100, else: 1), isAbsolute: context.boolean("absolute") ?? true))
  },
  GeneratorDescription(
    "mime_type", "a media type: application/pdf; that of the row's file where it has one", [.text("category")]
  ) { (context) throws(Failure) in
    let own = context.compiler.things.generators(of: context.thing(.file))
    if !context.isGiven("category"), own.contains(where: { $0 != "mime_type" }) {
      return FileGenerator(try FileEntries(context), .mediaType)
    }
    let rows = context.locale.common.rows("mime_types")
    guard let category = context.text("category") else { return ListGenerator(rows.map { $0[0] }, in: context.arena) }
    let chosen = rows.filter { $0.count > 1 && $0[1] == category.lowercased() }
    guard !chosen.isEmpty else {
      throw context.failure(
        "there are no media types of category=\"\(printable(category))\"",
        advice: "it is \(FileEntries.categories(of: rows))")
    }
    return ListGenerator(chosen.map { $0[0] }, in: context.arena)
  },
]

/// What the names of a field's files are made of.
struct FileEntries {
  let draw: ThingDraw
  let extensions: TextList
  let mediaTypes: TextList
  let words: TextList

  init(_ context: GeneratorContext) throws(Failure) {
    let common = context.locale.common
    var rows = common.rows(ThingKind.file.section)
    if let category = context.text("category") {
      let chosen = rows.filter { $0.count > 1 && $0[1] == category.lowercased() }
      guard !chosen.isEmpty else {
        throw context.failure(
          "there are no files of category=\"\(printable(category))\"", advice: "it is \(Self.categories(of: rows))")
      }
      rows = chosen
    }
    if let given = context.text("extension") {
      let plain = given.hasPrefix(".") ? String(given.dropFirst()) : given
      rows = [rows.first { $0[0] == plain } ?? [plain, "", "application/octet-stream"]]
    }
    extensions = TextList(rows.map { $0[0] }, in: context.arena)
    mediaTypes = TextList(rows.map { $0.count > 2 ? $0[2] : "" }, in: context.arena)
    words = common.column(0, of: "file_words", in: context.arena)
    // Fields that want different files are of different ones.
    let wanted = [context.text("category"), context.text("extension")].compactMap { $0 }.joined(separator: " ")
    draw = ThingDraw(.file, variant: wanted, weights: rows.map { _ in 1 }, context) { _, _ in nil }
  }

  static func categories(of rows: [[String]]) -> String {
    var seen: Set<String> = []
    return rows.compactMap { $0.count > 1 && seen.insert($0[1]).inserted ? $0[1] : nil }.joined(separator: ", ")
  }
}

/// Something of the row's file.
struct FileGenerator: Generator {
  enum Part: Sendable {
    case name
    case fileExtension
    case path(depth: Int, isAbsolute: Bool)
    case mediaType
  }

  private let draw: ThingDraw
  private let extensions: TextList
  private let mediaTypes: TextList
  private let words: TextList
  private let part: Part

  init(_ entries: FileEntries, _ part: Part) {
    draw = entries.draw
    extensions = entries.extensions
    mediaTypes = entries.mediaTypes
    words = entries.words
    self.part = part
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    let text = draft.text
    switch part {
    case .name: appendName(draft)
    case .fileExtension: extensions.append(draw.entry(draft), to: text)
    case .path(let depth, let isAbsolute):
      if isAbsolute { text.append(UInt8(ascii: "/")) }
      for _ in 0..<depth {
        words.append(random.below(words.count), to: text)
        text.append(UInt8(ascii: "/"))
      }
      appendName(draft)
    case .mediaType: mediaTypes.append(draw.entry(draft), to: text)
    }
    return .text
  }

  private func appendName(_ draft: RowDraft) {
    let text = draft.text
    let bits = draw.bits(draft, 1)
    words.append(Int(bits.multipliedFullWidth(by: UInt64(words.count)).high), to: text)
    // Many files are one of several.
    if bits & 3 == 0 {
      text.append(UInt8(ascii: "_"))
      text.append(integer: Int(bits >> 2 & 0xffff) % 99 + 1)
    }
    text.append(UInt8(ascii: "."))
    extensions.append(draw.entry(draft), to: text)
  }
}
