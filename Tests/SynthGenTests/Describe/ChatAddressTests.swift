import MillraceCore
import Testing

@testable import synth_gen

@Suite struct ChatAddressTests {
  @Test(arguments: [
    ("https://api.openai.com/v1", "https://api.openai.com/v1/chat/completions"),
    ("https://api.openai.com/v1/", "https://api.openai.com/v1/chat/completions"),
    ("https://api.openai.com", "https://api.openai.com/v1/chat/completions"),
    ("http://localhost:11434/", "http://localhost:11434/v1/chat/completions"),
    ("http://localhost:11434/v1//", "http://localhost:11434/v1/chat/completions"),
    ("https://gateway.example/llm/openai", "https://gateway.example/llm/openai/chat/completions"),
    ("https://gateway.example/v1/chat/completions", "https://gateway.example/v1/chat/completions"),
    (
      "https://lab.openai.azure.com/openai/deployments/mini?api-version=2024-10-21",
      "https://lab.openai.azure.com/openai/deployments/mini/chat/completions?api-version=2024-10-21"
    ),
    ("https://gateway.example?tenant=7", "https://gateway.example/v1/chat/completions?tenant=7"),
    ("https://gateway.example/v1?", "https://gateway.example/v1/chat/completions"),
    ("http://[::1]:8080", "http://[::1]:8080/v1/chat/completions"),
  ])
  func aBaseIsRead(base: String, url: String) throws {
    #expect(try ChatAddress(base: base, environment: [:]).url == url)
    #expect(try ChatAddress(base: nil, environment: ["OPENAI_BASE_URL": base]).url == url)
  }

  @Test func openAIIsAskedByDefault() throws {
    for environment in [[:], ["OPENAI_BASE_URL": "", "OPENAI_API_KEY": ""]] {
      let address = try ChatAddress(base: nil, environment: environment)
      #expect(address.url == "https://api.openai.com/v1/chat/completions")
      #expect(address.lacksKey)
      #expect(address.headers.map(\.name) == ["Content-Type", "Accept"])
    }
    #expect(try !ChatAddress(base: "http://127.0.0.1:1", environment: [:]).lacksKey)
    #expect(try !ChatAddress(base: "https://gateway.example", environment: [:]).lacksKey)
    #expect(try ChatAddress(base: "https://a.openai.azure.com/openai", environment: [:]).lacksKey)
    #expect(try !ChatAddress(base: nil, environment: ["OPENAI_API_KEY": "sk-1"]).lacksKey)
  }

  @Test func theKeyGoesIntoHeaders() throws {
    let variables = ["OPENAI_API_KEY": " sk-1\n", "OPENAI_ORG_ID": "org-7", "OPENAI_PROJECT_ID": "proj_8"]
    let address = try ChatAddress(base: nil, environment: variables)
    #expect(
      address.headers.dropFirst(2) == [
        HTTPHeader("Authorization", "Bearer sk-1"), HTTPHeader("OpenAI-Organization", "org-7"),
        HTTPHeader("OpenAI-Project", "proj_8"),
      ])
    for (host, isAzure) in [
      ("lab.openai.azure.com", true), ("LAB.OpenAI.Azure.com:443", true), ("openai.azure.com.example", false),
      ("notopenai.azure.com", false), ("gateway.example", false),
    ] {
      let headers = try ChatAddress(base: "https://\(host)/openai", environment: ["OPENAI_API_KEY": "k1"]).headers
      #expect(headers.contains(HTTPHeader("Authorization", "Bearer k1")))
      #expect(headers.contains(HTTPHeader("api-key", "k1")) == isAzure, "\(host)")
    }
  }

  @Test(arguments: [
    ("ftp://example.org", "not the address of a service: \"ftp://example.org\""),
    ("example.org/v1", "not the address of a service: \"example.org/v1\""),
    ("https://example.org/v1?a b", "not the address of a service: its query holds what no URL has"),
    ("https://example.org/v1?a#b", "not the address of a service: its query holds what no URL has"),
    ("https://", "not the address of a service: \"https:\""), ("", "not the address of a service: \"\""),
  ])
  func whatIsNoBaseIsTold(base: String, message: String) {
    #expect { try ChatAddress(base: base, environment: [:]) } throws: { error in
      (error as? Failure)?.message == message && (error as? Failure)?.status == .usage
    }
    if base.isEmpty { return }
    #expect { try ChatAddress(base: nil, environment: ["OPENAI_BASE_URL": base]) } throws: { error in
      (error as? Failure)?.status == .badConfiguration
    }
  }

  @Test func aVariableIsNamedThatHoldsWhatItCannot() throws {
    func failure(_ environment: [String: String]) -> Failure? {
      do throws(Failure) {
        _ = try ChatAddress(base: nil, environment: environment)
        return nil
      } catch {
        return error
      }
    }
    #expect(
      failure(["OPENAI_BASE_URL": "api.openai.com"])
        == Failure(
          .badConfiguration, "OPENAI_BASE_URL is not the address of a service: \"api.openai.com\"",
          advice: "set it to one such as https://api.openai.com/v1, or unset it"))
    #expect(failure(["OPENAI_API_KEY": "sk 1"])?.message == "OPENAI_API_KEY holds characters that are in no key")
    #expect(
      failure(["OPENAI_API_KEY": "sk-1", "OPENAI_BASE_URL": "http://node17:8000/v1"])
        == Failure(
          .badConfiguration, "the key in OPENAI_API_KEY would be sent to node17:8000 without encryption",
          advice: "--base-url takes an address with https; or unset the key"))
    #expect(failure(["OPENAI_BASE_URL": "http://node17:8000/v1"]) == nil)
    #expect(failure(["OPENAI_API_KEY": "sk-1", "OPENAI_BASE_URL": "http://127.0.0.1:8000"]) == nil)
    #expect(
      failure(["OPENAI_ORG_ID": "org\n7"])?.message == "OPENAI_ORG_ID holds characters that are in no identifier")
    #expect(
      failure(["OPENAI_PROJECT_ID": "ü"])?.message == "OPENAI_PROJECT_ID holds characters that are in no identifier")
  }

  @Test func secretsOfTheAddressAreNotWritten() throws {
    let address = try ChatAddress(base: "https://me:word@gateway.example/v1?api_key=k7&x=1", environment: [:])
    #expect(address.text == "https://REDACTED@gateway.example/v1?api_key=REDACTED&x=1")
    #expect(address.url == "https://me:word@gateway.example/v1/chat/completions?api_key=k7&x=1")
    #expect(address.host == "gateway.example")
  }

  @Test func noPartOfTheKeyIsQuoted() throws {
    let address = try ChatAddress(
      base: nil, environment: ["OPENAI_API_KEY": "sk-abcdefghijklmnop", "OPENAI_BASE_URL": "http://localhost:1"])
    #expect(address.quoted("the key sk-abcdefghijklmnop!") == "the key REDACTED!")
    #expect(address.quoted("sk-abcd****mnop is wrong") == "REDACTED is wrong")
    #expect(address.quoted("no hijklm\nhere") == "no REDACTED here")
    #expect(address.quoted("keep this sk-ab one") == "keep this sk-ab one")
    #expect(address.quoted("a\u{1b}[31m" + String(repeating: "x", count: 300)).count < 230)
  }
}
