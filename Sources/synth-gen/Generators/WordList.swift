import MillraceCore

/// Words with their frequencies, and how a locale makes sentences of them.
struct WordList: Sendable {
  /// Each with the separator behind it, so that one copy appends both.
  let plain: TextList
  /// The same as first words.
  private let capitalised: TextList
  let weights: AliasTable
  /// Characters of each, without the separator.
  private let lengths: Constants<UInt32>
  private let shortest: Int
  let longestLength: Int
  /// Separator; full stop; comma with separator.
  private let marks: TextList
  /// Bytes, which are characters too.
  let separatorLength: Int
  let fullStopLength: Int

  var count: Int { plain.count }
  var shortestLength: Int { Int(lengths[shortest]) }

  private static let partsOfSpeech = ["noun", "verb", "adjective", "adverb", "other"]
  private static let mostWords = 100_000
  /// From so many words on a sentence may have a comma.
  private static let wordsOfComma = 8

  /// Of the arguments `part_of_speech` and `ext_word_list`.
  ///
  /// - Parameter mustBeCountable: only words that are told apart wherever they stand.
  init(
    _ context: GeneratorContext, partOfSpeech: String? = nil, mustBeCountable: Bool = false
  ) throws(Failure) {
    let locale = context.locale
    var rules: [String: String] = [:]
    for row in locale.rows("sentence") { rules[row[0]] = row.count > 1 ? row[1] : "" }
    var separator = rules["separator"] == "blank" ? " " : ""
    var words: [(text: String, weight: Double)] = []
    if let own = context.list("ext_word_list"), !own.isEmpty {
      words = own.compactMap { word in word.text ?? (word.double == nil ? nil : word.json) }.filter { !$0.isEmpty }.map
      { ($0, 1) }
      guard words.count == own.count, words.count <= Self.mostWords, words.allSatisfy({ $0.text.utf8.count <= 1000 })
      else { throw context.failure("ext_word_list: expected up to \(Self.mostWords) words") }
      if words.allSatisfy({ $0.text.utf8.allSatisfy { $0 < 0x80 } }) { separator = " " }
    } else {
      let part = (partOfSpeech ?? context.text("part_of_speech"))?.lowercased()
      if let part, !Self.partsOfSpeech.contains(part) {
        throw context.failure(
          "part_of_speech=\"\(printable(part))\"", advice: "it is \(Self.partsOfSpeech.joined(separator: ", "))")
      }
      words = locale.rows("words").filter { part == nil || $0.count > 1 && $0[1] == part }
        .map { ($0[0], $0.count > 2 ? Double($0[2]) ?? 1 : 1) }
    }
    let capitalises = rules["capitalise"] == "yes"
    func capitalised(_ text: String) -> String { capitalises ? text.prefix(1).uppercased() + text.dropFirst() : text }
    if mustBeCountable {
      var seen: Set<String> = []
      words = words.filter { !$0.text.contains(" ") && seen.insert(capitalised($0.text)).inserted }
    }
    guard words.contains(where: { $0.weight > 0 }) else { throw context.failure("there are no such words") }
    let arena = context.arena
    plain = TextList(words.map { $0.text + separator }, in: arena)
    self.capitalised = TextList(words.map { capitalised($0.text) + separator }, in: arena)
    weights = AliasTable(words.map(\.weight), in: arena)
    // What becomes longer as a first word, such as ß, counts as that.
    let counts = words.map { max($0.text.unicodeScalars.count, capitalised($0.text).unicodeScalars.count) }
    lengths = arena.constants(counts.map { UInt32($0) })
    shortest = counts.indices.min { counts[$0] < counts[$1] } ?? 0
    longestLength = counts.max() ?? 0
    let fullStop = rules["full_stop"] ?? "."
    marks = TextList([separator, fullStop, (rules["comma"] ?? ",") + separator], in: arena)
    separatorLength = separator.utf8.count
    fullStopLength = fullStop.unicodeScalars.count
  }

  func appendSeparator(to text: ByteBuffer) { marks.append(0, to: text) }

  /// - Parameter number: how many words, at least one.
  @inline(__always) func appendSentence(_ number: Int, to text: ByteBuffer, _ random: inout RandomStream) {
    var previous = weights.draw(&random)
    capitalised.append(previous, to: text)
    // One in two of the longer ones has a comma about its middle.
    let comma = number >= Self.wordsOfComma && random.next() >> 63 == 1 ? number / 2 : 0
    for place in 1..<max(1, number) {
      if place == comma, comma > 0 { appendComma(to: text) }
      var word = weights.draw(&random)
      // The same twice in succession is no sentence; of a list of one word it cannot be helped.
      if word == previous { word = weights.draw(&random) }
      plain.append(word, to: text)
      previous = word
    }
    text.count -= separatorLength
    marks.append(1, to: text)
  }

  private func appendComma(to text: ByteBuffer) {
    text.count -= separatorLength
    marks.append(2, to: text)
  }

  /// A sentence whose first words are given by a number.
  ///
  /// - Parameter codeWords: how many words those are, at most `number`.
  func appendSentence(
    _ number: Int, code: MixedRadix, of codeWords: Int, to text: ByteBuffer, _ random: inout RandomStream
  ) {
    _ = appendSentence(number, fitting: .max, code: code, of: codeWords, to: text, &random)
  }

  /// A sentence that ends before it has more than so many characters.
  ///
  /// - Returns: the number of its characters; 0 when not even one word fits.
  func appendSentence(
    _ number: Int, fitting limit: Int, code: MixedRadix?, of codeWords: Int, to text: ByteBuffer,
    _ random: inout RandomStream
  ) -> Int {
    var code = code
    var used = fullStopLength
    var previous = -1
    for place in 0..<number {
      var word: Int
      if code != nil, place < codeWords {
        word = code?.take(count) ?? 0
      } else {
        word = weights.draw(&random)
        if word == previous { word = weights.draw(&random) }
      }
      let joint = place == 0 ? 0 : separatorLength
      if Int(lengths[word]) + joint + used > limit {
        if place > 0 { break }
        word = shortest
        if Int(lengths[word]) + used > limit { return 0 }
      }
      if place == 0 { capitalised.append(word, to: text) } else { plain.append(word, to: text) }
      used += Int(lengths[word]) + joint
      previous = word
    }
    text.count -= separatorLength
    marks.append(1, to: text)
    return used
  }
}
