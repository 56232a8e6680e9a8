import Glibc

/// Feeds a parser with bytes that libFuzzer invents: `fuzz TARGET [libFuzzer's options and corpus folders]`.
/// Without arguments it names the targets.
@main
struct Fuzz {
  static func main() {
    guard CommandLine.arguments.count > 1 else {
      print(FuzzTarget.allCases.map(\.rawValue).joined(separator: "\n"))
      return
    }
    guard let target = FuzzTarget(rawValue: CommandLine.arguments[1]) else {
      print("no such target: \(CommandLine.arguments[1])")
      exit(64)
    }
    // libFuzzer's callback is a C function and carries nothing: the target is fixed before the first call.
    unsafe chosen = target
    var count = CommandLine.argc - 1
    var arguments = unsafe CommandLine.unsafeArgv + 1
    exit(
      unsafe LLVMFuzzerRunDriver(&count, &arguments) { start, length in
        unsafe chosen.run(UnsafeRawBufferPointer(start: start, count: length))
        return 0
      })
  }
}

nonisolated(unsafe) private var chosen = FuzzTarget.csv

/// libFuzzer's entry for programs that have a main function of their own.
@_silgen_name("LLVMFuzzerRunDriver")
private func LLVMFuzzerRunDriver(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ callback: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// The parsers that meet bytes from outside.
enum FuzzTarget: String, CaseIterable {
  case csv, ndjson, json, compression, xml, eutilities, prices, provenance, manifest, schema, formula, description

  func run(_ bytes: UnsafeRawBufferPointer) {
    switch self {
    case .csv: unsafe fuzzCSV(bytes)
    case .ndjson: unsafe fuzzNDJSON(bytes)
    case .json: unsafe fuzzJSON(bytes)
    case .compression: unsafe fuzzCompression(bytes)
    case .xml: unsafe fuzzXML(bytes)
    case .eutilities: unsafe fuzzEUtilities(bytes)
    case .prices: unsafe fuzzPrices(bytes)
    case .provenance: unsafe fuzzProvenance(bytes)
    case .manifest: unsafe fuzzManifest(bytes)
    case .schema: unsafe fuzzSchema(bytes)
    case .formula: unsafe fuzzFormula(bytes)
    case .description: unsafe fuzzDescription(bytes)
    }
  }
}

/// A law that an input may break; unlike a precondition it says in release builds too which one it was.
func require(
  _ isTrue: Bool, _ law: @autoclosure () -> String = "", file: StaticString = #file, line: UInt = #line
) {
  if !isTrue { fatalError(law(), file: file, line: line) }
}
