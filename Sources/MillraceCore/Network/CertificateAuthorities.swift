import Glibc

/// Whose signatures on certificates are trusted; those of the system unless the environment names others.
///
/// Certificates are always verified: there is no way to switch that off.
struct CertificateAuthorities: Sendable, Hashable {
  /// Certificates in PEM form; nil for the system's.
  var file: String?
  /// A folder that c_rehash(1) has prepared.
  var folder: String?

  /// What curl(1) takes from the environment: `CURL_CA_BUNDLE`, or else `SSL_CERT_FILE` and `SSL_CERT_DIR`.
  static func fromEnvironment() -> CertificateAuthorities {
    if let file = variable("CURL_CA_BUNDLE") { return CertificateAuthorities(file: file) }
    return CertificateAuthorities(file: variable("SSL_CERT_FILE"), folder: variable("SSL_CERT_DIR"))
  }

  private static func variable(_ name: String) -> String? {
    guard let value = unsafe getenv(name), unsafe value[0] != 0 else { return nil }
    return unsafe String(cString: value)
  }
}
