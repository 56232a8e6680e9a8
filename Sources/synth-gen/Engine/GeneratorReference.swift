/// A generator in an arena: calling it counts no references, which threads would contend for, and copying it is copying a word.
///
/// Unchecked Sendable: generators are `Sendable`, and the arena outlives every reference.
@safe struct GeneratorReference: BitwiseCopyable, @unchecked Sendable {
  private let box: Unmanaged<GeneratorBox>

  fileprivate init(_ box: GeneratorBox) { unsafe self.box = .passUnretained(box) }

  @inline(__always)
  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    unsafe box._withUnsafeGuaranteedRef { $0.generate(draft, &random) }
  }
}

/// What a reference leads to: a class, for one indirect call instead of an existential's copy.
class GeneratorBox {
  fileprivate init() {}

  fileprivate func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent { .null }
}

private final class TypedBox<Own: Generator>: GeneratorBox {
  private let generator: Own

  init(_ generator: Own) { self.generator = generator }

  override func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    generator.generate(draft, &random)
  }
}

extension Arena {
  /// Keeps a generator as long as the arena.
  func reference(to generator: any Generator) -> GeneratorReference {
    func box(_ generator: some Generator) -> GeneratorBox { TypedBox(generator) }
    let kept = box(generator)
    keep(kept)
    return GeneratorReference(kept)
  }
}
