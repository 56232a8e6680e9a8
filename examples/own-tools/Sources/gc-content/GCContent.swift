import ArgumentParser
import MillraceCore

/// Adds to each row the share of G and C among the bases of a sequence.
@main
struct GCContent: FilterCommand {
  static let configuration = CommandConfiguration(
    commandName: programName, abstract: "Add the GC content of a sequence to each row.",
    discussion: "  $ gc-content --field sequence < reads.csv > out.csv", version: Millrace.versionText)

  @OptionGroup(title: "Input") var input: InputOptions
  @Option(help: "The field that holds the sequence.") var field: String
  @OptionGroup(title: "Format") var format: FormatOptions
  @OptionGroup var common: CommonOptions

  var parameters: [JSONValue.Member] { [.init("field", .string(field))] + input.parameters + format.parameters }

  func run(in stage: Stage) throws(Failure) {
    let field = FieldName(field)
    try stage.transformRows(input, needing: [field], writing: format, adding: [FieldName("gc")]) {
      row, output throws(Failure) in
      let share = try row.withText(of: field) { bases throws(Failure) in
        var (strong, weak) = (0, 0)
        for index in bases.indices {
          switch bases[index] | 0x20 {
          case UInt8(ascii: "g"), UInt8(ascii: "c"): strong += 1
          case UInt8(ascii: "a"), UInt8(ascii: "t"), UInt8(ascii: "u"): weak += 1
          case UInt8(ascii: "n"): break
          default: throw Failure(.badData, "not a base", at: row.place(field: field))
          }
        }
        return strong + weak == 0 ? nil : Double(strong) / Double(strong + weak)
      }
      try output.write(row) { $0.append(number: share) }
    }
  }
}
