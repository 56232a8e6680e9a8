import Support

/// What Alpha Vantage says instead of data, always with status 200 and in JSON.
public enum ServedMessage: String, Sendable, CaseIterable {
  case invalidCall = "invalid-call"
  case unknownFunction = "unknown-function"
  case invalidKey = "invalid-key"
  case demoKey = "demo-key"
  case dayQuota = "day-quota"
  case dayQuotaWithoutKey = "day-quota-without-key"
  case burst
  case minuteNote = "minute-note"
  case minuteInformation = "minute-information"
  case volume
  case premiumEndpoint = "premium-endpoint"
  case premiumOutputSize = "premium-outputsize"
  case premiumBurst = "premium-burst"
  case premiumMinute = "premium-minute"
  case nothing

  /// The document.
  ///
  /// - Parameters:
  ///   - function: as the request names it.
  ///   - key: as the request sends it; the quota's text echoes it.
  ///   - perSecond: what a premium key may send.
  public func text(function: String, key: String, perSecond: Int = 20) -> String {
    guard self != .nothing else { return "{}" }
    return "{\n    \"\(name)\": \"\(jsonQuoted(sentence(function, key, perSecond)))\"\n}"
  }

  private var name: String {
    switch self {
    case .invalidCall, .unknownFunction, .invalidKey: "Error Message"
    case .minuteNote, .volume: "Note"
    default: "Information"
    }
  }

  private func sentence(_ function: String, _ key: String, _ perSecond: Int) -> String {
    let thanks = "Thank you for using Alpha Vantage!"
    let premium = "any of the premium plans at https://www.alphavantage.co/premium/"
    let frequency =
      "Please visit https://www.alphavantage.co/premium/ if you would like to target a higher API call frequency."
    let support = "Please contact support@alphavantage.co if you are targeting a higher API request volume."
    switch self {
    case .invalidCall:
      return
        "Invalid API call. Please retry or visit the documentation (https://www.alphavantage.co/documentation/) for "
        + "\(function)."
    case .unknownFunction: return "This API function (\(function)) does not exist."
    case .invalidKey:
      return "the parameter apikey is invalid or missing. Please claim your free API key on "
        + "(https://www.alphavantage.co/support/#api-key). It should take less than 20 seconds."
    case .demoKey:
      return "The **demo** API key is for demo purposes only. Please claim your free API key at "
        + "(https://www.alphavantage.co/support/#api-key) to explore our full API offerings. It takes fewer than 20 "
        + "seconds."
    case .dayQuota:
      return "We have detected your API key as \(key) and our standard API rate limit is 25 requests per day. Please "
        + "subscribe to \(premium) to instantly remove all daily rate limits."
    case .dayQuotaWithoutKey:
      return
        "\(thanks) Our standard API rate limit is 25 requests per day. Please subscribe to \(premium) to instantly "
        + "remove all daily rate limits."
    case .burst:
      return
        "\(thanks) Please consider spreading out your free API requests more sparingly (1 request per second). You "
        + "may subscribe to \(premium) to lift the free key rate limit (25 requests per day), raise the per-second burst "
        + "limit, and instantly unlock all premium endpoints"
    case .minuteNote:
      return "\(thanks) Our standard API call frequency is 5 calls per minute and 500 calls per day. \(frequency)"
    case .minuteInformation:
      return "\(thanks) Our standard API call frequency is 5 calls per minute and 100 calls per day. \(frequency)"
    case .volume:
      return "\(thanks) Please contact premium@alphavantage.co if you are targeting a higher API call volume."
    case .premiumEndpoint:
      return "\(thanks) This is a premium endpoint. You may subscribe to \(premium) to instantly unlock all premium "
        + "endpoints"
    case .premiumOutputSize:
      return "\(thanks) The outputsize=full parameter value is a premium feature for the \(function) endpoint. You may "
        + "subscribe to \(premium) to instantly unlock all premium features"
    case .premiumBurst:
      return "Burst pattern detected. Please consider spreading out your API requests more evenly across a 1-minute "
        + "window and query no more than \(perSecond) requests per second. \(support)"
    case .premiumMinute:
      return "Minute-level rate limit exceed. Please stay under the number of API requests per minute for your premium "
        + "subscription plan. \(support)"
    case .nothing: return ""
    }
  }
}
