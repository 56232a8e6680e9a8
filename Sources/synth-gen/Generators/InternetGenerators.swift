import MillraceCore

/// Domains, addresses of pages and pictures, words of HTTP.
let internetGenerators: [GeneratorDescription] = [
  GeneratorDescription(
    "domain_name", "the domain of the row's company; domain_name(levels=2) has a host in front",
    [.integer("levels", 1)]
  ) { (context) throws(Failure) in
    DomainGenerator(context, hosts: try context.integer("levels", 1...6, else: 1) - 1)
  },
  GeneratorDescription("domain_word", "a word of a domain") { context in
    ListedGenerator(context.locale.common.rows("domain_words").map { $0[0] }, context)
  },
  GeneratorDescription(
    "hostname", "the name of a computer: web-12.smith-tools.com", [.integer("levels", 1)]
  ) { (context) throws(Failure) in
    HostnameGenerator(context, hasDomain: try context.integer("levels", 0...6, else: 1) > 0)
  },
  GeneratorDescription("safe_domain_name", "a domain that is nobody's: example.com") { context in
    ListedGenerator(["example.com", "example.org", "example.net"], context)
  },
  GeneratorDescription("tld", "what domains end with: com") { context in
    let common = context.locale.common
    return ListedGenerator(common.rows("tlds").map { $0[0] }, weights: common.weights(1, of: "tlds"), context)
  },
  GeneratorDescription(
    "url", "the address of the company's web site: url(schemes=[\"https\"])", [.list("schemes")]
  ) { (context) throws(Failure) in try URLGenerator(context, hasPath: false) },
  GeneratorDescription(
    "uri", "the address of a page: uri(deep=2)", [.list("schemes"), .integer("deep")]
  ) { (context) throws(Failure) in try URLGenerator(context, hasPath: true) },
  GeneratorDescription("uri_path", "the path of a page: shop/new/search", [.integer("deep")]) {
    (context) throws(Failure) in PathGenerator(try PathWords(context))
  },
  GeneratorDescription("uri_page", "the last part of an address: index") { context in
    ListedGenerator(context.locale.common.rows("uri_words").map { $0[0] }, context)
  },
  GeneratorDescription("slug", "words with hyphens: quiet-river-stone; slug(value=\"Two Words\")", [.text("value")]) {
    (context) throws(Failure) in
    if let value = context.text("value") { return ListedGenerator([slugText(of: value)], context) }
    return SlugGenerator(context)
  },
  GeneratorDescription(
    "image_url", "the address of a placeholder picture: image_url(width=640, height=480)",
    [.integer("width"), .integer("height"), .text("placeholder_url")]
  ) { (context) throws(Failure) in try ImageAddressGenerator(context) },
  GeneratorDescription("http_method", "GET, POST and the others") { context in
    ListedGenerator(context.locale.common.rows("http_methods").map { $0[0] }, context)
  },
  GeneratorDescription(
    "http_status_code",
    "a status of HTTP, or any number that could be one; include_unassigned=false: only those in use",
    [.boolean("include_unassigned", true)]
  ) { context in
    guard context.boolean("include_unassigned") == false else { return WholeNumberGenerator(range: 100...599) }
    let codes = context.locale.common.rows("http_status_codes").compactMap { Int($0[0]) }
    return ChoiceGenerator(codes.map { .integer($0) }, weights: codes.map { _ in 1 }, in: context.arena)
  },
]

/// The domain of the row's company, with words in front.
struct DomainGenerator: Generator {
  private let companies: CompanySource
  private let words: TextList
  private let hosts: Int

  /// - Parameter hosts: how many words stand in front.
  init(_ context: GeneratorContext, hosts: Int) {
    companies = CompanySource(context)
    words = context.locale.common.column(0, of: "domain_words", in: context.arena)
    self.hosts = hosts
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    for _ in 0..<hosts {
      words.append(random.below(words.count), to: draft.text)
      draft.text.append(UInt8(ascii: "."))
    }
    companies.appendDomain(draft)
    return .text
  }
}

/// Names of computers.
struct HostnameGenerator: Generator {
  private let companies: CompanySource?
  private let kinds: TextPatterns

  init(_ context: GeneratorContext, hasDomain: Bool) {
    companies = hasDomain ? CompanySource(context) : nil
    kinds = TextPatterns(
      ["web-##", "db-##", "srv-##", "app-##", "mail-##", "cache-##", "desktop-##", "laptop-##"],
      weights: [4, 3, 4, 3, 1, 1, 2, 2], in: context.arena)
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    kinds.append(kinds.draw(&random), to: draft.text, &random)
    if let companies {
      draft.text.append(UInt8(ascii: "."))
      companies.appendDomain(draft)
    }
    return .text
  }
}

/// Words of a path.
struct PathWords: Sendable {
  private let words: TextList
  /// Nil: one to three.
  private let depth: Int?

  init(_ context: GeneratorContext) throws(Failure) {
    words = context.locale.common.column(0, of: "uri_words", in: context.arena)
    depth = context.isGiven("deep") ? try context.integer("deep", 1...20, else: 1) : nil
  }

  func append(_ draft: RowDraft, _ random: inout RandomStream) {
    for number in 0..<(depth ?? random.integer(in: 1...3)) {
      if number > 0 { draft.text.append(UInt8(ascii: "/")) }
      words.append(random.below(words.count), to: draft.text)
    }
  }
}

struct PathGenerator: Generator {
  private let words: PathWords

  init(_ words: PathWords) { self.words = words }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    words.append(draft, &random)
    return .text
  }
}

/// Addresses of web pages.
struct URLGenerator: Generator {
  private let companies: CompanySource
  /// Scheme and `://`, and with `www.`
  private let starts: TextList
  private let weights: AliasTable
  private let path: PathWords?
  private let endings: TextList

  init(_ context: GeneratorContext, hasPath: Bool) throws(Failure) {
    companies = CompanySource(context)
    let given = context.list("schemes")?.map { $0.text ?? "" }
    let schemes = given ?? ["https", "http"]
    let areSchemes = schemes.allSatisfy { scheme in
      scheme.first.map { $0.isASCII && $0.isLetter } == true && scheme.utf8.count <= 40
        && scheme.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) }
    }
    guard !schemes.isEmpty, areSchemes else {
      throw context.failure("schemes: expected names of schemes such as https")
    }
    starts = TextList(schemes.flatMap { ["\($0)://", "\($0)://www."] }, in: context.arena)
    weights = AliasTable(
      schemes.indices.flatMap { index in
        // Of those nobody chose, few are left that are not encrypted.
        let weight = given == nil && index == 1 ? 0.15 : 1
        return [weight * 0.4, weight * 0.6]
      }, in: context.arena)
    path = hasPath ? try PathWords(context) : nil
    endings = TextList(["", ".html", ".htm", ".php", ".asp", "/"], in: context.arena)
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    starts.append(weights.draw(&random), to: draft.text)
    companies.appendDomain(draft)
    draft.text.append(UInt8(ascii: "/"))
    if let path {
      path.append(draft, &random)
      endings.append(random.below(endings.count), to: draft.text)
    }
    return .text
  }
}

/// Words with hyphens between.
struct SlugGenerator: Generator {
  private let words: TextList

  init(_ context: GeneratorContext) {
    let common = context.locale.common
    let all = ["domain_words", "uri_words"].flatMap { common.rows($0).map { slugText(of: $0[0]) } }
    words = TextList(Array(Set(all.filter { !$0.isEmpty })).sorted(), in: context.arena)
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    for number in 0..<random.integer(in: 2...4) {
      if number > 0 { draft.text.append(UInt8(ascii: "-")) }
      words.append(random.below(words.count), to: draft.text)
    }
    return .text
  }
}

/// Addresses of placeholder pictures.
struct ImageAddressGenerator: Generator {
  private let formats: TextPatterns
  private let width: Int?
  private let height: Int?

  init(_ context: GeneratorContext) throws(Failure) {
    let hosts = context.locale.common.rows("image_hosts").map { $0[0] }
    let formats = context.text("placeholder_url").map { [$0] } ?? hosts
    self.formats = TextPatterns(
      formats, weights: formats.map { _ in 1 }, slots: ["width", "height"], alphabet: .init(hasFills: false),
      in: context.arena)
    width = context.isGiven("width") ? try context.integer("width", 1...10_000, else: 1) : nil
    height = context.isGiven("height") ? try context.integer("height", 1...10_000, else: 1) : nil
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    let width = width ?? random.integer(in: 64...1024)
    let height = height ?? random.integer(in: 64...1024)
    formats.append(formats.draw(&random), combination: 0, to: draft.text) { slot in
      draft.text.append(integer: slot == 0 ? width : height)
    }
    return .text
  }
}
