import Glibc

@testable import MillraceCore

/// Sidecars: every record that the reader lets through is a JSON object, and the chain of them can be made.
func fuzzProvenance(_ bytes: UnsafeRawBufferPointer) {
  guard let file = unsafe tmpfile() else { fatalError("no temporary file") }
  if let start = bytes.baseAddress {
    let written = unsafe fwrite(start, 1, bytes.count, file)
    require(written == bytes.count, "no room for a temporary file")
  }
  unsafe fflush(file)
  let descriptor = unsafe dup(fileno(file))
  unsafe fclose(file)
  guard let reader = try? ProvenanceReader(descriptor: descriptor, name: "fuzz") else { return }
  do throws(Failure) {
    while try reader.next() {
      _ = reader.memberText("stage")
      let value = try? reader.value()
      require(value == nil || value?.members != nil, "a record that is no object")
    }
  } catch {
    require(error.status == .badData, "\(error)")
  }
  guard let chain = try? ProvenanceChain(reader) else { return }
  for part in chain.parts { require(part.pipeline.members != nil && part.stages.allSatisfy { $0.members != nil }) }
}
