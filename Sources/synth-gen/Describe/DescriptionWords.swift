import MillraceCore

/// The words of a description, as templates are looked for by them.
struct DescriptionWords: Sendable {
  struct Word: Sendable, Equatable {
    /// As it was written.
    var text: String
    var stem: String
    /// It names what a row is, where other words tell more about it: reviews in "reviews of products".
    var isHead = false
  }

  private(set) var words: [Word]
  /// All of the text, lower case and without diacritics, for languages without spaces between words.
  let folded: String

  init(_ text: String) {
    folded = Self.folded(text)
    words = Self.split(text).map { Word(text: String($0), stem: Self.stem($0)) }
    if let head = Self.head(of: words) { words[head].isHead = true }
  }

  private static func split(_ text: String) -> [Substring] {
    text.split { !$0.isLetter && !$0.isNumber && $0 != "-" && $0 != "'" && $0 != "’" }.flatMap { word in
      // E-mail and e-commerce are words, time-series are two.
      word.prefix { $0 != "-" }.count <= 1 ? [word] : word.split { $0 == "-" || $0 == "'" || $0 == "’" }
    }
  }

  /// In English, German, French, Spanish, Italian, Portuguese, Dutch and Polish.
  private static let prepositions: Set<String> = [
    "of", "for", "with", "from", "in", "at", "about", "by", "per", "on", "including", "containing", "having", "where",
    "von", "fur", "mit", "aus", "uber", "de", "des", "du", "pour", "avec", "con", "para", "del", "di", "da", "dei",
    "delle",
    "com", "do", "dos", "das", "van", "voor", "met", "z", "ze", "dla",
  ]

  /// What says that a table is wanted, and nothing of what is in it.
  private static let noise: Set<String> = Set(
    [
      "a", "an", "the", "der", "die", "ein", "eine", "einer", "le", "la", "les", "un", "une", "el", "los", "las", "una",
      "il",
      "lo", "gli", "o", "os", "as", "um", "uma", "het", "een", "my", "our", "some", "all", "many", "data", "dataset",
      "table", "record", "row", "list", "sample", "set", "file", "database", "information", "entry",
      "generate", "make", "create", "give", "synthetic", "fake", "random", "realistic", "mock", "test", "example",
      "csv",
      "daten", "datensatz", "tabelle", "zeilen", "liste", "donnees", "table", "lignes", "datos", "tabla", "filas",
      "dati",
      "tabella", "righe", "dados", "tabela", "linhas", "gegevens", "tabel", "rijen", "dane", "wiersze",
    ].map { stem($0[...]) })

  /// The last word that means something before the first preposition that follows one.
  private static func head(of words: [Word]) -> Int? {
    var head: Int?
    for (index, word) in words.enumerated() {
      if prepositions.contains(folded(word.text)) {
        if head != nil { return head }
      } else if !noise.contains(word.stem), word.text.contains(where: \.isLetter) {
        head = index
      }
    }
    return head
  }

  // MARK: Stems

  /// Fewer letters than this are no stem.
  private static let shortestStem = 3

  /// What forms of a word have in common: a light stemmer that takes plural and case endings of several languages off, the
  /// same way for keywords and for descriptions. That words lose more than their own language would is of no harm.
  static func stem(_ word: Substring) -> String {
    var stem = Array(folded(String(word)))
    func ends(_ ending: String) -> Bool {
      stem.count >= ending.count + shortestStem && stem.suffix(ending.count).elementsEqual(ending)
    }
    func drop(_ endings: String...) {
      if let ending = endings.first(where: { ends($0) }) { stem.removeLast(ending.count) }
    }
    guard stem.first?.isASCII == true else { return String(stem) }
    if ends("ies") {
      stem.removeLast(3)
      return String(stem)
    }
    if !ends("ss") { drop("s") }
    drop("ie", "en", "er", "e", "n")
    drop("a", "e", "i", "o", "y", "u")
    return String(stem)
  }

  /// Lower case, without the diacritics of Latin letters.
  static func folded(_ text: String) -> String {
    var result = ""
    for character in text.lowercased() {
      if let plain = plainLetters[character] { result += plain } else { result.append(character) }
    }
    return result
  }

  private static let plainLetters: [Character: String] = {
    let rows: [(String, String)] = [
      ("àáâãäåāăą", "a"), ("çćč", "c"), ("ďđ", "d"), ("èéêëēęě", "e"), ("ìíîïī", "i"), ("łľĺ", "l"), ("ñńň", "n"),
      ("òóôõöøō", "o"), ("řŕ", "r"), ("śšş", "s"), ("ťţ", "t"), ("ùúûüūůű", "u"), ("ýÿ", "y"), ("źżž", "z"),
      ("ß", "ss"),
      ("æ", "ae"), ("œ", "oe"),
    ]
    var letters: [Character: String] = [:]
    for (marked, plain) in rows { for letter in marked { letters[letter] = plain } }
    return letters
  }()
}
