import Glibc
import Support
import Testing

@testable import MillraceCore

/// openssl(1) as certificate authority and as server.
@Suite(.ownThread) struct NetworkTLSTests {
  let folder = TemporaryFolder()

  /// Makes a certificate that signs itself, and its key, and returns the certificate's path.
  func certificate(_ name: String, for subject: String, days: String = "2") throws -> String {
    let outcome = Executable("/usr/bin/openssl").run([
      "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", days,
      "-keyout", folder("\(name).key"), "-out", folder("\(name).pem"), "-subj", "/CN=millrace tests",
      "-addext", "subjectAltName=\(subject)",
    ])
    try #require(outcome.status == 0, "\(outcome.errorText)")
    return folder("\(name).pem")
  }

  /// Starts a server that answers every GET with a page about its connection.
  func server(_ name: String, options: [String] = []) throws -> (program: RunningProgram, port: Int) {
    let program = Executable("/usr/bin/openssl").start(
      ["s_server", "-accept", "127.0.0.1:0", "-cert", folder("\(name).pem"), "-key", folder("\(name).key"), "-www"]
        + options)
    var port: Int?
    _ = eventually {
      let text = String(decoding: program.outputSoFar, as: UTF8.self)
      let line = text.split(separator: "\n").first { $0.hasPrefix("ACCEPT 127.0.0.1:") }
      port = line.flatMap { Int($0.split(separator: ":").last ?? "") }
      return port != nil
    }
    return (program, try #require(port, "\(program.errorTextSoFar)"))
  }

  func stop(_ program: RunningProgram) {
    program.send(SIGKILL)
    _ = program.wait()
  }

  @Test func aPrivateAuthorityIsTrustedWhereItIsNamed() async throws {
    let file = try certificate("own", for: "IP:127.0.0.1")
    let (program, port) = try server("own")
    defer { stop(program) }
    let client = try testClient(authorities: CertificateAuthorities(file: file))
    let response = try await client.send(HTTPRequest(.get, "https://127.0.0.1:\(port)/"))
    #expect(response.status == 200)
    #expect(String(decoding: response.body, as: UTF8.self).contains("TLSv1.3"))
    // The way people name it.
    for variable in ["CURL_CA_BUNDLE", "SSL_CERT_FILE"] {
      let outcome = Executable("probe").run(
        ["fetch", "https://127.0.0.1:\(port)/"],
        environment: ["CURL_CA_BUNDLE": nil, "SSL_CERT_DIR": nil, "SSL_CERT_FILE": nil].merging([variable: file]) { $1 }
      )
      #expect(outcome.status == 0 && outcome.outputText.hasPrefix("200 "), "\(outcome.errorText)")
    }
  }

  @Test func aCertificateThatDoesNotVerifyIsPermanent() async throws {
    _ = try certificate("own", for: "IP:127.0.0.1")
    let (program, port) = try server("own")
    defer { stop(program) }
    let error = await transferError(
      of: try testClient(), HTTPRequest(.get, "https://127.0.0.1:\(port)/" + secretQuery))
    #expect(error?.kind == .certificate && error?.isTransient == false && error?.word == "certificate")
    #expect(error?.message.hasPrefix("the certificate of 127.0.0.1:\(port) does not verify: ") == true)
    #expect(error?.message.contains("self") == true)
    #expect(error?.advice == "check the address; SSL_CERT_FILE names the file of a private authority")
    #expect(error?.failure.status == .serviceUnavailable)
  }

  @Test func aCertificateOfAnotherHostIsPermanent() async throws {
    let file = try certificate("other", for: "DNS:other.example")
    let (program, port) = try server("other")
    defer { stop(program) }
    let error = await transferError(
      of: try testClient(authorities: CertificateAuthorities(file: file)),
      HTTPRequest(.get, "https://127.0.0.1:\(port)/" + secretQuery))
    #expect(error?.kind == .certificate && error?.isTransient == false)
  }

  @Test func authoritiesThatCannotBeReadAreNamed() async throws {
    _ = try certificate("own", for: "IP:127.0.0.1")
    let (program, port) = try server("own")
    defer { stop(program) }
    let error = await transferError(
      of: try testClient(authorities: CertificateAuthorities(file: folder("none.pem"))),
      HTTPRequest(.get, "https://127.0.0.1:\(port)/" + secretQuery))
    #expect(error?.kind == .certificate && error?.message.contains(folder("none.pem")) == true)
  }

  @Test func oldVersionsOfTLSAreRefused() async throws {
    let file = try certificate("own", for: "IP:127.0.0.1")
    let (program, port) = try server("own", options: ["-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"])
    defer { stop(program) }
    let error = await transferError(
      of: try testClient(authorities: CertificateAuthorities(file: file)),
      HTTPRequest(.get, "https://127.0.0.1:\(port)/" + secretQuery))
    #expect(error?.kind == .connect && error?.word == "TLS handshake")
  }

  @Test func aServerWithoutTLSIsSaidToBeSo() async throws {
    let server = RawServer { _, connection in connection.answer() }
    // A server waits for a line's end before it answers; this one answers what is no request at once.
    let error = await transferError(
      of: try testClient(),
      HTTPRequest(.get, "https://127.0.0.1:\(server.port)/" + secretQuery, limits: HTTPLimits(connectTimeout: 1)))
    #expect(error?.kind == .timeout)
    #expect(error?.message == "no connection to 127.0.0.1:\(server.port) within 1 s")
  }

  @Test(.enabled(if: unsafe access("/usr/bin/node", X_OK) == 0, "node, a server of HTTP/2, is not installed"))
  func manyRequestsShareOneConnectionOfHTTP2() async throws {
    let file = try certificate("own", for: "IP:127.0.0.1")
    let script = folder.write(
      "server.js",
      """
      const fs = require('fs');
      let sessions = 0;
      const server = require('http2').createSecureServer(
        { key: fs.readFileSync('\(folder("own.key"))'), cert: fs.readFileSync('\(folder("own.pem"))') },
        (request, response) => response.end(`${request.httpVersion} ${sessions} ${request.url}`));
      server.on('session', () => { sessions += 1; });
      server.listen(0, '127.0.0.1', () => console.log(server.address().port));
      """)
    let program = Executable("/usr/bin/node").start([script])
    defer { stop(program) }
    var port: Int?
    _ = eventually {
      port = Int(String(decoding: program.outputSoFar, as: UTF8.self).prefix { $0.isNumber })
      return program.outputSoFar.last == 10
    }
    let number = try #require(port, "\(program.errorTextSoFar)")
    let client = try testClient(authorities: CertificateAuthorities(file: file))
    _ = try await client.send(HTTPRequest(.get, "https://127.0.0.1:\(number)/first"))
    let wrong = await withTaskGroup(of: String.self) { group in
      for index in 0..<50 {
        group.addTask {
          let response = try? await client.send(HTTPRequest(.get, "https://127.0.0.1:\(number)/\(index)"))
          let text = String(decoding: response?.body ?? [], as: UTF8.self)
          return text == "2.0 1 /\(index)" ? "" : "\(index): \(text)"
        }
      }
      return await group.reduce(into: [String]()) { if !$1.isEmpty { $0.append($1) } }
    }
    #expect(wrong == [])
  }
}
