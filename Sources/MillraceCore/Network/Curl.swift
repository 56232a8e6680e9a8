import CCurl
import Glibc

/// libcurl, opened when the first client is made.
enum Curl {
  /// Opens the library unless it is open already.
  static func open() throws(Failure) {
    guard let reason = unsafe millrace_curl_open() else { return }
    throw Failure(
      .serviceUnavailable, "no request can be made without libcurl: \(unsafe String(cString: reason))",
      advice: "install it; Debian's package is libcurl4")
  }

  /// A date in any form of HTTP, or in one that libcurl also understands, as seconds since 1970. The library must be open.
  static func seconds(ofDate text: String) -> Int? {
    let seconds = unsafe millrace_curl_date(text)
    return seconds < 0 ? nil : seconds
  }
}

/// A URL taken apart.
struct CurlURL: Sendable {
  let text: String
  let scheme: String
  /// Empty where the scheme has none; an IPv6 address stands in brackets.
  let host: String
  /// The scheme's own where the URL names none.
  let port: Int?
  let query: String?
  let userInfo: String?
  /// `userInfo` with percent signs resolved.
  let user: String?
  let password: String?

  /// - Parameter base: what a reference such as `/path` starts from.
  init?(_ text: String, relativeTo base: String? = nil) {
    guard let url = unsafe millrace_curl_url() else { return nil }
    defer { unsafe millrace_curl_url_cleanup(url) }
    // Schemes that libcurl cannot ask are read too, so that a message can name them.
    let anyScheme = UInt32(CURLU_NON_SUPPORT_SCHEME)
    if let base {
      guard unsafe millrace_curl_url_set(url, CURLUPART_URL, base, anyScheme) == CURLUE_OK else { return nil }
    }
    // Services write spaces and other characters into Location as they are.
    let flags = anyScheme | (base == nil ? 0 : UInt32(CURLU_URLENCODE | CURLU_ALLOW_SPACE))
    guard unsafe millrace_curl_url_set(url, CURLUPART_URL, text, flags) == CURLUE_OK,
      let text = unsafe Self.part(CURLUPART_URL, of: url), let scheme = unsafe Self.part(CURLUPART_SCHEME, of: url)
    else { return nil }
    self.text = text
    self.scheme = scheme.lowercased()
    host = unsafe Self.part(CURLUPART_HOST, of: url) ?? ""
    port = unsafe Self.part(CURLUPART_PORT, of: url, flags: UInt32(CURLU_DEFAULT_PORT)).flatMap { Int($0) }
    query = unsafe Self.part(CURLUPART_QUERY, of: url)
    userInfo = unsafe Self.part(CURLUPART_USER, of: url)
    user = unsafe Self.part(CURLUPART_USER, of: url, flags: UInt32(CURLU_URLDECODE))
    password = unsafe Self.part(CURLUPART_PASSWORD, of: url)
  }

  private static func part(_ part: CURLUPart, of url: OpaquePointer, flags: UInt32 = 0) -> String? {
    var text: UnsafeMutablePointer<CChar>?
    guard unsafe millrace_curl_url_get(url, part, &text, flags) == CURLUE_OK, let text = unsafe text else { return nil }
    defer { unsafe millrace_curl_free(text) }
    return unsafe String(cString: text)
  }
}

/// What one transfer is to do.
struct CurlSetup {
  var url: String
  /// A POST of these bytes; nil for a GET.
  var body: [UInt8]?
  /// `Name: value`, well-formed.
  var headerLines: [String]
  var authorities: CertificateAuthorities
  var connectMilliseconds: Int
  var totalMilliseconds: Int
  var stallSeconds: Int
}

/// How a transfer ended.
struct CurlEnd {
  enum Outcome: Sendable {
    case whole
    case badURL, resolve, connect, handshake, certificate, proxy, timeout
    case cutBody, interrupted, damaged, notHTTP
    case other
  }

  var outcome: Outcome
  /// libcurl's words for a failure.
  var text: String
  var status: Int
  /// The error number of the last connection tried; 0 when there is none.
  var systemError: Int32
  /// What a proxy answered that was asked for a tunnel.
  var proxyStatus: Int?
  /// Whether the request was, or could have been, sent.
  var isConnected: Bool
  var hasUsedAllTime: Bool
}

/// One transfer, from its options to its end; used by one thread at a time.
@safe final class CurlTransfer {
  /// What tells transfers apart.
  struct ID: Hashable {
    fileprivate let address: UInt
    fileprivate init(_ handle: UnsafeMutableRawPointer) { address = UInt(bitPattern: handle) }
  }

  fileprivate let handle: UnsafeMutableRawPointer
  private var headerList: UnsafeMutablePointer<curl_slist>?
  private let errorText: UnsafeMutablePointer<CChar>
  private let totalMilliseconds: Int
  fileprivate(set) var receiver: HTTPResponseReceiver
  fileprivate var requestsSent = 0

  /// Nil when there is no memory, or libcurl refuses an option.
  init?(_ setup: CurlSetup, receiver: HTTPResponseReceiver) {
    guard let handle = unsafe millrace_curl_easy_init() else { return nil }
    unsafe self.handle = handle
    unsafe errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
    unsafe errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    totalMilliseconds = setup.totalMilliseconds
    self.receiver = receiver
    guard configure(setup) else { return nil }
  }

  deinit {
    unsafe millrace_curl_easy_cleanup(handle)
    unsafe millrace_curl_list_free(headerList)
    unsafe errorText.deallocate()
  }

  var id: ID { unsafe ID(handle) }

  private func configure(_ setup: CurlSetup) -> Bool {
    unsafe millrace_curl_leave_lookups(handle)
    // libcurl without HTTP/2 speaks HTTP/1.1.
    set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
    let isSet =
      setProtocols(setup) && setLimits(setup) && setTrust(setup.authorities) && setRequest(setup) && setCallbacks()
    return isSet
  }

  private func setProtocols(_ setup: CurlSetup) -> Bool {
    guard unsafe millrace_curl_allow_http_alone(handle) == CURLE_OK else { return false }
    // Signals are not for a library, and Alt-Svc, cookies, .netrc and redirects are off unless asked for.
    return set(CURLOPT_NOSIGNAL, 1) && set(CURLOPT_URL, setup.url) && set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
      && set(CURLOPT_TCP_KEEPALIVE, 1) && set(CURLOPT_ACCEPT_ENCODING, "")
  }

  private func setLimits(_ setup: CurlSetup) -> Bool {
    set(CURLOPT_CONNECTTIMEOUT_MS, setup.connectMilliseconds) && set(CURLOPT_TIMEOUT_MS, setup.totalMilliseconds)
      && set(CURLOPT_LOW_SPEED_LIMIT, 1) && set(CURLOPT_LOW_SPEED_TIME, setup.stallSeconds)
  }

  private func setTrust(_ authorities: CertificateAuthorities) -> Bool {
    guard set(CURLOPT_SSL_VERIFYPEER, 1), set(CURLOPT_SSL_VERIFYHOST, 2),
      set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
    else { return false }
    if let file = authorities.file, !set(CURLOPT_CAINFO, file) { return false }
    if let folder = authorities.folder, !set(CURLOPT_CAPATH, folder) { return false }
    return true
  }

  private func setRequest(_ setup: CurlSetup) -> Bool {
    // Without the empty Expect, a large body waits for a server's leave that some never give.
    for line in setup.headerLines + ["Expect:"] {
      guard let longer = unsafe millrace_curl_list_append(headerList, line) else { return false }
      unsafe headerList = longer
    }
    guard unsafe millrace_curl_set_pointer(handle, CURLOPT_HTTPHEADER, headerList) == CURLE_OK else { return false }
    guard let body = setup.body else { return set(CURLOPT_HTTPGET, 1) }
    // An empty body needs an address too: without one libcurl would read standard input.
    let bytes = body.isEmpty ? [0] : body
    let size = curl_off_t(body.count)
    guard set(CURLOPT_POST, 1), unsafe millrace_curl_set_offset(handle, CURLOPT_POSTFIELDSIZE_LARGE, size) == CURLE_OK
    else { return false }
    return unsafe bytes.withUnsafeBytes { buffer in
      unsafe millrace_curl_set_pointer(handle, CURLOPT_COPYPOSTFIELDS, buffer.baseAddress) == CURLE_OK
    }
  }

  private func setCallbacks() -> Bool {
    // The transfer outlives its handle, so the handle may know it without owning it.
    let own = unsafe UnsafeRawPointer(Unmanaged.passUnretained(self).toOpaque())
    guard unsafe millrace_curl_set_pointer(handle, CURLOPT_ERRORBUFFER, errorText) == CURLE_OK,
      unsafe millrace_curl_set_pointer(handle, CURLOPT_HEADERDATA, own) == CURLE_OK,
      unsafe millrace_curl_set_pointer(handle, CURLOPT_WRITEDATA, own) == CURLE_OK,
      unsafe millrace_curl_set_data_callback(handle, CURLOPT_HEADERFUNCTION, receiveHeader) == CURLE_OK,
      unsafe millrace_curl_set_data_callback(handle, CURLOPT_WRITEFUNCTION, receiveBody) == CURLE_OK
    else { return false }
    // Before 7.80 libcurl has no such call, and may send a request again by itself.
    _ = unsafe millrace_curl_set_pointer(handle, CURLOPT_PREREQDATA, own)
    _ = unsafe millrace_curl_set_request_callback(handle, countRequest)
    return true
  }

  @discardableResult
  private func set(_ option: CURLoption, _ value: Int) -> Bool {
    unsafe millrace_curl_set_long(handle, option, value) == CURLE_OK
  }

  private func set(_ option: CURLoption, _ text: String) -> Bool {
    unsafe text.withCString { unsafe millrace_curl_set_pointer(handle, option, $0) == CURLE_OK }
  }

  private func number(_ info: CURLINFO) -> Int {
    var value = 0
    return unsafe millrace_curl_get_long(handle, info, &value) == CURLE_OK ? value : 0
  }

  private func microseconds(_ info: CURLINFO) -> Int {
    var value: curl_off_t = 0
    return unsafe millrace_curl_get_offset(handle, info, &value) == CURLE_OK ? Int(value) : 0
  }

  fileprivate func end(_ code: CURLcode) -> CurlEnd {
    let ownText = unsafe String(cString: errorText)
    let proxyStatus = number(CURLINFO_HTTP_CONNECTCODE)
    let isConnected = microseconds(CURLINFO_PRETRANSFER_TIME_T) > 0
    var outcome = CurlEnd.Outcome(code)
    // The tunnel's end is the only sign of a proxy that refuses; an unknown protocol after the URL was checked is HTTP/0.9.
    if outcome == .interrupted, proxyStatus != 0, proxyStatus / 100 != 2 { outcome = .proxy }
    if outcome == .badURL, isConnected { outcome = .notHTTP }
    return CurlEnd(
      outcome: outcome,
      text: ownText.isEmpty ? unsafe String(cString: millrace_curl_easy_text(code)) : ownText,
      status: number(CURLINFO_RESPONSE_CODE), systemError: Int32(truncatingIfNeeded: number(CURLINFO_OS_ERRNO)),
      proxyStatus: proxyStatus == 0 ? nil : proxyStatus,
      isConnected: isConnected,
      // libcurl's timers fire within some milliseconds of their time.
      hasUsedAllTime: microseconds(CURLINFO_TOTAL_TIME_T) / 1000 + 20 >= totalMilliseconds)
  }
}

extension CurlEnd.Outcome {
  fileprivate init(_ code: CURLcode) {
    self =
      switch code {
      case CURLE_OK: .whole
      case CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT: .badURL
      case CURLE_COULDNT_RESOLVE_HOST: .resolve
      case CURLE_COULDNT_RESOLVE_PROXY, CURLE_PROXY: .proxy
      case CURLE_COULDNT_CONNECT: .connect
      case CURLE_SSL_CONNECT_ERROR: .handshake
      case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR,
        CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_CRL_BADFILE:
        .certificate
      case CURLE_OPERATION_TIMEDOUT: .timeout
      case CURLE_PARTIAL_FILE: .cutBody
      case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_HTTP2, CURLE_HTTP2_STREAM,
        CURLE_ABORTED_BY_CALLBACK:
        .interrupted
      // The callbacks refuse bytes only beyond a limit, and then the receiver says so.
      case CURLE_BAD_CONTENT_ENCODING, CURLE_WRITE_ERROR: .damaged
      case CURLE_WEIRD_SERVER_REPLY: .notHTTP
      default: .other
      }
  }
}

private func receiveHeader(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ own: UnsafeMutableRawPointer?
) -> Int {
  guard let own = unsafe own else { return 0 }
  let transfer = unsafe Unmanaged<CurlTransfer>.fromOpaque(own).takeUnretainedValue()
  let line = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
  return unsafe transfer.receiver.receive(headerLine: line) ? line.count : 0
}

private func receiveBody(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ own: UnsafeMutableRawPointer?
) -> Int {
  guard let own = unsafe own else { return 0 }
  let transfer = unsafe Unmanaged<CurlTransfer>.fromOpaque(own).takeUnretainedValue()
  let piece = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
  return unsafe transfer.receiver.receive(body: piece) ? piece.count : 0
}

/// Lets a transfer send its request once. libcurl would silently send it again when a connection that was used before
/// breaks; then a service would see more requests than the records tell of, and sooner than its limits allow.
private func countRequest(
  _ own: UnsafeMutableRawPointer?, _: UnsafeMutablePointer<CChar>?, _: UnsafeMutablePointer<CChar>?, _: Int32, _: Int32
) -> Int32 {
  guard let own = unsafe own else { return CURL_PREREQFUNC_ABORT }
  let transfer = unsafe Unmanaged<CurlTransfer>.fromOpaque(own).takeUnretainedValue()
  transfer.requestsSent += 1
  return transfer.requestsSent == 1 ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
}

/// A mail as SMTP has it.
struct CurlMail {
  var url: String
  var user: String?
  var password: String?
  var requiresTLS: Bool
  var authorities: CertificateAuthorities
  /// `<name@host>`.
  var sender: String
  var recipients: [String]
  /// With CR LF at the end of each line.
  var text: [UInt8]
  var milliseconds: Int

  /// Sends it on the calling thread; with libcurl's words for a failure, and the server's last reply, 0 for none.
  func send() -> (outcome: CurlEnd.Outcome, text: String, reply: Int) {
    let texts = CurlTexts([url, user, password, authorities.file, authorities.folder, sender] + recipients)
    var error = [CChar](repeating: 0, count: Int(CURL_ERROR_SIZE))
    var reply = 0
    let code = unsafe text.withUnsafeBytes { bytes in
      var mail = unsafe millrace_mail(
        url: texts[0], user: texts[1], password: texts[2], requires_tls: requiresTLS ? 1 : 0,
        authority_file: texts[3], authority_folder: texts[4], sender: texts[5], recipients: texts.from(6),
        text: bytes.baseAddress?.assumingMemoryBound(to: CChar.self), length: bytes.count, milliseconds: milliseconds)
      return unsafe millrace_curl_send_mail(&mail, &error, &reply)
    }
    let own = String(decoding: error.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return (.init(code), own.isEmpty ? unsafe String(cString: millrace_curl_easy_text(code)) : own, reply)
  }
}

/// Texts as C has them, null for nil, and null behind the last.
@safe private final class CurlTexts {
  private let pointers: UnsafeMutablePointer<UnsafePointer<CChar>?>
  private let count: Int

  init(_ texts: [String?]) {
    count = texts.count
    unsafe pointers = .allocate(capacity: count + 1)
    for (index, text) in texts.enumerated() {
      unsafe pointers[index] = text.flatMap { unsafe UnsafePointer(strdup($0)) }
    }
    unsafe pointers[count] = nil
  }

  deinit {
    for index in 0..<count { unsafe free(UnsafeMutablePointer(mutating: pointers[index])) }
    unsafe pointers.deallocate()
  }

  subscript(index: Int) -> UnsafePointer<CChar>? { unsafe pointers[index] }

  func from(_ index: Int) -> UnsafePointer<UnsafePointer<CChar>?> { unsafe UnsafePointer(pointers + index) }
}

/// libcurl's multi interface: any number of transfers on one thread.
///
/// Unchecked Sendable: one thread uses it; `wake` alone may be called by others, and touches nothing that changes.
@safe final class CurlMulti: @unchecked Sendable {
  private let handle: UnsafeMutableRawPointer
  private var transfers: [CurlTransfer.ID: CurlTransfer] = [:]

  init() throws(Failure) {
    guard let handle = unsafe millrace_curl_multi_init() else {
      throw Failure(.internalError, "libcurl cannot start: no memory")
    }
    unsafe self.handle = handle
  }

  deinit {
    for transfer in transfers.values { unsafe millrace_curl_multi_remove(handle, transfer.handle) }
    unsafe millrace_curl_multi_cleanup(handle)
  }

  /// False when there is no memory.
  func add(_ transfer: CurlTransfer) -> Bool {
    guard unsafe millrace_curl_multi_add(handle, transfer.handle) == CURLM_OK else { return false }
    transfers[transfer.id] = transfer
    return true
  }

  func remove(_ transfer: CurlTransfer) {
    unsafe millrace_curl_multi_remove(handle, transfer.handle)
    transfers[transfer.id] = nil
  }

  /// Does what can be done without waiting.
  func perform() { unsafe millrace_curl_multi_perform(handle) }

  /// Waits until a transfer can go on, somebody calls `wake`, or the time is over.
  func wait(milliseconds: Int32) { unsafe millrace_curl_multi_poll(handle, milliseconds) }

  /// Ends a `wait`, or the next one.
  func wake() { unsafe millrace_curl_multi_wakeup(handle) }

  /// Takes out a transfer that has ended; nil when there is none.
  func takeEnded() -> (CurlTransfer, CurlEnd)? {
    var code = CURLE_OK
    while let ended = unsafe millrace_curl_multi_ended(handle, &code) {
      guard let transfer = unsafe transfers[CurlTransfer.ID(ended)] else { continue }
      let end = transfer.end(code)
      remove(transfer)
      return (transfer, end)
    }
    return nil
  }
}
