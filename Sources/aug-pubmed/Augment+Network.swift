import MillraceCore

/// Articles from PubMed itself.
extension Augment {
  func augmentOnline(in stage: Stage) throws(Failure) {
    let utilities = try utilities(stage.surroundings.environment, in: stage)
    let service = network.service(
      named: EUtilities.serviceName, folder: AugPubMed.cachedService, host: utilities.host, key: utilities.key,
      usualInterval: EUtilities.interval(hasKey: utilities.key != nil), usualAge: Self.usualCacheAge,
      in: stage)
    let articles = try FetchedArticles(origin: utilities.address, folder: temporaryFolder())
    try stage.augment(
      PubMedAugmenter(
        utilities, asking: try question.asking(), online: online(utilities, service, articles), articles: articles,
        layout: added.layout, service: service),
      reading: input, writing: format)
  }

  /// The service's address, and who asks.
  private func utilities(_ environment: [String: String], in stage: Stage) throws(Failure) -> EUtilities {
    func variable(_ name: String) -> String? {
      environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
    let email = email ?? variable("NCBI_EMAIL")
    let utilities = try EUtilities(
      base: network.baseUrl ?? EUtilities.usualBase, email: email, key: variable("NCBI_API_KEY"))
    if let interval = network.interval { try utilities.check(interval: interval) }
    if email == nil, !network.offline, !stage.isDryRun {
      stage.diagnostics.warning(
        "no e-mail address is set: NCBI asks for one, to write to before it blocks anybody (--email or NCBI_EMAIL)")
    }
    return utilities
  }

  private func online(
    _ utilities: EUtilities, _ service: CachedService, _ articles: FetchedArticles
  ) -> OnlineArticles {
    OnlineArticles(
      search: PubMedSearch(utilities: utilities, service: service, settings: search.settings),
      fetcher: ArticleFetcher(
        utilities: utilities, service: service, articles: articles, fields: added.fields.article,
        markup: added.markup.markup),
      // PMIDs of a search exist; of others only PubMed can tell.
      needsArticles: added.layout.needsArticles || question.pmidField != nil)
  }
}
