import MillraceCore

/// Addresses of e-mail and user names of a row's person.
let emailGenerators: [GeneratorDescription] = [
  GeneratorDescription(
    "email", "the person's e-mail address, at a domain that is nobody's unless safe=false or domain=\"acme.test\"",
    [.boolean("safe", true), .text("domain")]
  ) { (context) throws(Failure) in
    if let domain = context.text("domain") { return try EmailGenerator.make(at: domain, context) }
    return context.boolean("safe") == false
      ? EmailGenerator.atProviders(context) : EmailGenerator.atExamples(context)
  },
  GeneratorDescription("safe_email", "the person's e-mail address at example.com, example.org or example.net") {
    EmailGenerator.atExamples($0)
  },
  GeneratorDescription("ascii_safe_email", "the same as safe_email") { EmailGenerator.atExamples($0) },
  GeneratorDescription("free_email", "the person's e-mail address at a provider that is free of charge") {
    EmailGenerator.atProviders($0)
  },
  GeneratorDescription("ascii_email", "the same as free_email") { EmailGenerator.atProviders($0) },
  GeneratorDescription("free_email_domain", "the domain of a provider of e-mail that is free of charge") { context in
    ListedGenerator(section: "free_email_domains", context)
  },
  GeneratorDescription("company_email", "the person's e-mail address at the domain of the row's company") { context in
    CompanyEmailGenerator.make(context)
  },
  GeneratorDescription("user_name", "the person's user name: that of the e-mail address, without the domain") {
    UserNameGenerator.make($0)
  },
]

/// An account name at one of several domains.
struct EmailGenerator: Generator {
  private let names: AccountNames
  /// With the sign in front.
  private let domains: TextList
  private let weights: AliasTable

  private init(_ context: GeneratorContext, domains: [String], weights: [Double]) {
    names = AccountNames(context)
    self.domains = TextList(domains.map { "@" + $0 }, in: context.arena)
    self.weights = AliasTable(weights, in: context.arena)
  }

  static func atExamples(_ context: GeneratorContext) -> any Generator {
    make(context, domains: ["example.com", "example.org", "example.net"], weights: [1, 1, 1])
  }

  static func atProviders(_ context: GeneratorContext) -> any Generator {
    let rows = context.locale.rows("free_email_domains")
    return make(
      context, domains: rows.map { $0[0] }, weights: rows.map { $0.count > 1 ? Double($0[1]) ?? 1 : 1 })
  }

  static func make(at domain: String, _ context: GeneratorContext) throws(Failure) -> any Generator {
    let labels = domain.split(separator: ".", omittingEmptySubsequences: false)
    let isDomain =
      domain.utf8.count <= 253
      && labels.allSatisfy { label in
        (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
          && label.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" }
      }
    guard isDomain else { throw context.failure("domain=\"\(printable(domain))\" is no domain") }
    return make(context, domains: [domain], weights: [1])
  }

  private static func make(_ context: GeneratorContext, domains: [String], weights: [Double]) -> any Generator {
    let generator = EmailGenerator(context, domains: domains, weights: weights)
    return context.spec.isUnique ? SelfUniqueGenerator(generator: generator) : generator
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    names.append(draft)
    domains.append(weights.draw(&random), to: draft.text)
    return .text
  }
}

/// An account name at the domain of the row's company.
struct CompanyEmailGenerator: Generator {
  private let names: AccountNames
  private let companies: CompanySource

  static func make(_ context: GeneratorContext) -> any Generator {
    let generator = CompanyEmailGenerator(names: AccountNames(context), companies: CompanySource(context))
    return context.spec.isUnique ? SelfUniqueGenerator(generator: generator) : generator
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    names.append(draft)
    draft.text.append(UInt8(ascii: "@"))
    companies.appendDomain(draft)
    return .text
  }
}

/// An account name alone.
struct UserNameGenerator: Generator {
  private let names: AccountNames

  static func make(_ context: GeneratorContext) -> any Generator {
    let generator = UserNameGenerator(names: AccountNames(context))
    return context.spec.isUnique ? SelfUniqueGenerator(generator: generator) : generator
  }

  func generate(_ draft: RowDraft, _ random: inout RandomStream) -> CellContent {
    names.append(draft)
    return .text
  }
}
