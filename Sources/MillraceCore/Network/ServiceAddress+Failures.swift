extension ServiceAddress {
  /// What is wrong with the address itself, or with what lies before it, when this status is all that an answer tells.
  ///
  /// - Parameter file: what lies in the folder that --base-url names.
  public func failure(status: Int, file: String) -> Failure {
    switch status {
    case 401, 403:
      Failure(
        .serviceUnavailable, "\(text), or a proxy before it, forbids the request: status \(status)",
        advice: "ask who runs it; --base-url, http_proxy and https_proxy say who is asked")
    case 407:
      Failure(
        .serviceUnavailable, "a proxy asks for a login before it asks \(text): status 407",
        advice: "http_proxy and https_proxy take one as http://name:password@host:port")
    default:
      Failure(
        .serviceUnavailable, "\(text) answers with status \(status)",
        advice: "--base-url names the folder that \(file) lies in")
    }
  }
}
