import Chunks
import MillraceCore

/// Manifests of chunks: one that is accepted counts rightly and reads the same when it is written again.
func fuzzManifest(_ bytes: UnsafeRawBufferPointer) {
  guard let manifest = try? unsafe ChunkManifest(parsing: bytes, name: "fuzz") else { return }
  require(manifest.chunks.count == manifest.end.chunks, "a wrong count of chunks")
  require(manifest.chunks.reduce(0) { $0 + $1.records } == manifest.end.records, "a wrong count of records")
  let written = ByteBuffer()
  for chunk in manifest.chunks { chunk.write(to: written) }
  manifest.end.write(to: written)
  let again = try? unsafe ChunkManifest(parsing: written.bytes, name: "fuzz")
  require(again == manifest, "writing changes the manifest")
}
