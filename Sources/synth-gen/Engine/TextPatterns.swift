import MillraceCore

/// Texts with digits, letters and slots to fill in, by their weights: `({area}) %##-####`.
///
/// `#` is a digit, `%` one from 1 to 9, `@` a capital letter, `[ABC]` one of these characters of ASCII, `{name}` a slot;
/// everything else is itself.
struct TextPatterns: Sendable {
  /// A text some of whose bytes are replaced, and the slot behind it.
  private struct Piece: BitwiseCopyable {
    var firstFill: UInt32
    var fillCount: UInt16
    /// Negative: none.
    var slot: Int16
  }

  /// A byte of a piece that is one of several.
  private struct Fill: BitwiseCopyable {
    /// Within the piece.
    var position: UInt16
    /// Among all alternatives.
    var first: UInt16
    var span: UInt32
  }

  private struct Entry: BitwiseCopyable {
    var firstPiece: UInt32
    var pieceCount: UInt32
    /// In how many ways its bytes can be filled in.
    var combinations: UInt64
  }

  private let entries: Constants<Entry>
  private let pieces: Constants<Piece>
  private let fills: Constants<Fill>
  private let alternatives: Constants<UInt8>
  /// The pieces' own bytes.
  private let texts: TextList
  private let weights: AliasTable

  var count: Int { entries.count }

  /// What stands for what in a list of patterns.
  struct Alphabet {
    /// What `@` stands for.
    var letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    /// Without, only slots mean something.
    var hasFills = true
  }

  /// - Parameters:
  ///   - patterns: at least one. A slot that is none of `slots`, and a bracket without its partner, are text.
  ///   - slots: their names; who appends a pattern is told a slot's place in this list.
  init(
    _ patterns: [String], weights: [Double], slots: [String] = [], alphabet: Alphabet = Alphabet(), in arena: Arena
  ) {
    var builder = Builder(slots: slots, alphabet: alphabet)
    for pattern in patterns { builder.add(pattern) }
    entries = arena.constants(builder.entries)
    pieces = arena.constants(builder.pieces)
    fills = arena.constants(builder.fills)
    alternatives = arena.constants(builder.alternatives)
    texts = TextList(builder.texts, in: arena)
    self.weights = AliasTable(weights, in: arena)
  }

  /// The patterns of a section whose first column they are, with weights in the second.
  init(
    section: String, of locale: LocaleData, slots: [String] = [], alphabet: Alphabet = Alphabet(), in arena: Arena
  ) {
    let rows = locale.rows(section)
    self.init(
      rows.map { $0[0].replacing("\\n", with: "\n") }, weights: rows.map { $0.count > 1 ? Double($0[1]) ?? 1 : 1 },
      slots: slots, alphabet: alphabet, in: arena)
  }

  @inline(__always) func draw(_ random: inout RandomStream) -> Int { weights.draw(&random) }

  @inline(__always) func index(for random: UInt64) -> Int { weights.index(for: random) }

  /// In how many ways a pattern's bytes can be filled in; what slots hold is not counted. At most 2^63.
  func combinations(of index: Int) -> UInt64 { entries[index].combinations }

  /// Appends a pattern with drawn bytes.
  ///
  /// - Parameter slot: appends what belongs into a slot.
  @inline(__always) func append(
    _ index: Int, to text: ByteBuffer, _ random: inout RandomStream, slot: (Int) -> Void
  ) {
    let entry = entries[index]
    for number in Int(entry.firstPiece)..<Int(entry.firstPiece &+ entry.pieceCount) {
      let piece = pieces[number]
      let start = text.count
      texts.append(number, to: text)
      if piece.fillCount > 0 {
        // The digits of one random fraction in mixed bases: a piece has too few to exhaust it.
        var fraction = random.next()
        let first = Int(piece.firstFill)
        for place in first..<first &+ Int(piece.fillCount) {
          let fill = fills[place]
          let product = fraction.multipliedFullWidth(by: UInt64(fill.span))
          fraction = product.low
          let byte = alternatives[Int(fill.first) &+ Int(truncatingIfNeeded: product.high)]
          unsafe text.base.storeBytes(of: byte, toByteOffset: start &+ Int(fill.position), as: UInt8.self)
        }
      }
      if piece.slot >= 0 { slot(Int(piece.slot)) }
    }
  }

  @inline(__always) func append(_ index: Int, to text: ByteBuffer, _ random: inout RandomStream) {
    append(index, to: text, &random) { _ in }
  }

  /// Appends one of the pattern's combinations: different numbers make different texts.
  ///
  /// - Parameter combination: below `combinations(of: index)`.
  @inline(__always) func append(
    _ index: Int, combination: UInt64, to text: ByteBuffer, slot: (Int) -> Void = { _ in }
  ) {
    let entry = entries[index]
    var rest = combination
    for number in Int(entry.firstPiece)..<Int(entry.firstPiece &+ entry.pieceCount) {
      let piece = pieces[number]
      let start = text.count
      texts.append(number, to: text)
      for place in Int(piece.firstFill)..<Int(piece.firstFill) &+ Int(piece.fillCount) {
        let fill = fills[place]
        let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: UInt64(fill.span))
        rest = quotient
        let byte = alternatives[Int(fill.first) &+ Int(truncatingIfNeeded: remainder)]
        unsafe text.base.storeBytes(of: byte, toByteOffset: start &+ Int(fill.position), as: UInt8.self)
      }
      if piece.slot >= 0 { slot(Int(piece.slot)) }
    }
  }

  /// Takes patterns apart.
  private struct Builder {
    let slots: [String]
    let alphabet: Alphabet
    var entries: [Entry] = []
    var pieces: [Piece] = []
    var fills: [Fill] = []
    var alternatives: [UInt8] = []
    var texts: [String] = []
    /// Where the alternatives of a kind begin.
    private var known: [String: UInt16] = [:]
    private var literal = ""
    private var open: [Fill] = []

    /// More would exhaust a random fraction.
    private static let mostFills = 12

    init(slots: [String], alphabet: Alphabet) {
      self.slots = slots
      self.alphabet = alphabet
    }

    mutating func add(_ pattern: String) {
      let first = pieces.count
      var combinations: UInt64 = 1
      var rest = pattern[...]
      func count(_ span: Int) {
        let (product, overflow) = combinations.multipliedReportingOverflow(by: UInt64(span))
        combinations = overflow ? 1 << 63 : min(product, 1 << 63)
      }
      while let character = rest.first {
        let tail = rest.dropFirst()
        if character == "{", let end = tail.firstIndex(of: "}"), let slot = slots.firstIndex(of: String(tail[..<end])) {
          close(slot: slot)
          rest = tail[tail.index(after: end)...]
        } else if let (characters, after) = alphabet.hasFills ? self.characters(character, tail) : nil {
          count(characters.utf8.count)
          fill(characters)
          rest = after
        } else {
          literal.append(character)
          rest = tail
        }
      }
      if !literal.isEmpty || pieces.count == first { close(slot: nil) }
      entries.append(
        Entry(
          firstPiece: UInt32(first), pieceCount: UInt32(pieces.count - first), combinations: combinations))
    }

    /// What a character stands for, and what follows it.
    private func characters(_ character: Character, _ tail: Substring) -> (String, Substring)? {
      switch character {
      case "#": return ("0123456789", tail)
      case "%": return ("123456789", tail)
      case "@": return (alphabet.letters, tail)
      case "[":
        guard let end = tail.firstIndex(of: "]"), end > tail.startIndex, tail[..<end].allSatisfy(\.isASCII) else {
          return nil
        }
        return (String(tail[..<end]), tail[tail.index(after: end)...])
      default: return nil
      }
    }

    private mutating func fill(_ characters: String) {
      if open.count == Self.mostFills { close(slot: nil) }
      let first = known[characters] ?? UInt16(alternatives.count)
      if known[characters] == nil {
        known[characters] = first
        alternatives += characters.utf8
      }
      open.append(
        Fill(position: UInt16(literal.utf8.count), first: first, span: UInt32(characters.utf8.count)))
      literal.append("0")
    }

    private mutating func close(slot: Int?) {
      pieces.append(
        Piece(firstFill: UInt32(fills.count), fillCount: UInt16(open.count), slot: slot.map { Int16($0) } ?? -1))
      fills += open
      texts.append(literal)
      (literal, open) = ("", [])
    }
  }
}
