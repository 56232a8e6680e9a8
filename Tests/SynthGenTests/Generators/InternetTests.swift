import Glibc
import Support
import Testing

@testable import synth_gen

@Suite struct InternetTests {
  private let desk = SchemaDesk()

  private func number(_ address: some StringProtocol) -> UInt32? {
    let parts = address.split(separator: ".", omittingEmptySubsequences: false).map { UInt32($0) }
    guard parts.count == 4, parts.allSatisfy({ ($0 ?? 256) < 256 }) else { return nil }
    return parts.reduce(0) { $0 << 8 | ($1 ?? 0) }
  }

  private func isWithin(_ address: UInt32, _ network: String, _ length: UInt32) -> Bool {
    address >> (32 - length) == (number(network) ?? 0) >> (32 - length)
  }

  private func isPrivate(_ address: UInt32) -> Bool {
    isWithin(address, "10.0.0.0", 8) || isWithin(address, "172.16.0.0", 12) || isWithin(address, "192.168.0.0", 16)
  }

  private func isReserved(_ address: UInt32) -> Bool {
    let others: [(String, UInt32)] = [
      ("0.0.0.0", 8), ("100.64.0.0", 10), ("127.0.0.0", 8), ("169.254.0.0", 16), ("192.0.0.0", 24), ("192.0.2.0", 24),
      ("192.88.99.0", 24), ("198.18.0.0", 15), ("198.51.100.0", 24), ("203.0.113.0", 24), ("224.0.0.0", 4),
      ("240.0.0.0", 4),
    ]
    return others.contains { isWithin(address, $0.0, $0.1) }
  }

  @Test func publicAddressesAreNeitherPrivateNorReserved() throws {
    for value in desk.values("ipv4_public", count: 20_000) + desk.values("ipv4(private=false)") {
      let address = try #require(number(value), "\(value)")
      #expect(!isPrivate(address) && !isReserved(address), "\(value)")
    }
  }

  @Test func privateAddressesAreOfTheirClass() throws {
    for (name, first) in [("a", 10), ("b", 172), ("c", 192)] {
      for value in desk.values("ipv4_private(address_class=\"\(name)\")") {
        let address = try #require(number(value))
        #expect(isPrivate(address) && address >> 24 == UInt32(first), "\(value)")
      }
    }
    #expect(try desk.values("ipv4(private=true)").allSatisfy { isPrivate(try #require(number($0))) })
    #expect(
      desk.refusal(ofField: "ipv4(address_class=\"d\")")
        == "synth-gen: s.yaml:2: field \"x\": ipv4: address_class=\"d\", where a, b and c are possible "
        + "(it is ipv4(network=false, address_class, private))")
  }

  @Test func addressesOfAClassBeginAsItDoes() throws {
    let bounds: [String: ClosedRange<UInt32>] = ["a": 1...126, "b": 128...191, "c": 192...223]
    for (name, range) in bounds {
      for value in desk.values("ipv4(address_class=\"\(name)\")") {
        let address = try #require(number(value))
        #expect(range.contains(address >> 24) && !isReserved(address), "\(value)")
      }
    }
  }

  @Test func networksHaveNoBitsBehindTheirLength() throws {
    for generator in ["ipv4(network=true)", "ipv4_public(network=true)", "ipv4_private(network=true)"] {
      for value in desk.values(generator, count: 1000) {
        let parts = value.split(separator: "/")
        let (address, length) = (try #require(number(parts[0])), try #require(UInt32(parts[1])))
        #expect((8...32).contains(length) && address & (length == 32 ? 0 : UInt32.max >> length) == 0, "\(value)")
        let last = address | (length == 32 ? 0 : UInt32.max >> length)
        #expect(!isReserved(address) && !isReserved(last), "\(value)")
        if generator.contains("public") { #expect(!isPrivate(address) && !isPrivate(last), "\(value)") }
        if generator.contains("private") { #expect(isPrivate(address) && isPrivate(last), "\(value)") }
      }
    }
  }

  /// What the system's library reads, and writes in the same form again.
  private func rewritten(_ address: some StringProtocol) -> String? {
    var bytes = in6_addr()
    guard unsafe inet_pton(AF_INET6, String(address), &bytes) == 1 else { return nil }
    var text = Array(repeating: CChar(0), count: 64)
    guard unsafe inet_ntop(AF_INET6, &bytes, &text, 64) != nil else { return nil }
    return unsafe String(cString: text)
  }

  @Test func addressesOfVersion6AreWrittenAsTheyShouldBe() {
    for value in desk.values("ipv6", count: 2000) { #expect(rewritten(value) == value) }
    for value in desk.values("ipv6(network=true)", count: 300) {
      let parts = value.split(separator: "/")
      #expect(rewritten(parts[0]) == String(parts[0]) && (32...64).contains(Int(parts[1]) ?? 0), "\(value)")
    }
  }

  @Test func zeroGroupsAreShortened() {
    let cases: [(UInt64, UInt64)] = [
      (0, 0), (0, 1), (1 << 48, 0), (0x2001_0db8_0000_0000, 0x0000_0000_0000_0001), (0x2001_0000_0001_0000, 1),
      (0x2001_0000_0000_0001, 0x0000_0000_0000_0001), (0x0000_0000_0001_0001, 0x0001_0001_0000_0000),
      (0x2001_0db8_0000_0001, 0x0001_0001_0001_0001),
    ]
    for (high, low) in cases {
      let text = ByteBufferText()
      IPv6Generator.append(high, low, text.buffer)
      #expect(rewritten(text.text) == text.text)
    }
  }

  @Test func cardsHaveAddressesOfOneOrOfAGroup() throws {
    for (generator, isGroup) in [("mac_address", false), ("mac_address(multicast=true)", true)] {
      for value in desk.values(generator) {
        let parts = value.split(separator: ":").map { UInt8($0, radix: 16) }
        #expect(parts.count == 6 && value.count == 17 && value == value.lowercased())
        #expect((try #require(parts[0]) & 1 == 1) == isGroup, "\(value)")
      }
    }
    for generator in ["mac_address", "ipv6", "ipv4_public", "ipv4"] {
      #expect(Set(desk.values("{generator: \(generator), unique: true}", count: 30_000)).count == 30_000)
    }
  }

  @Test func portsAreOfTheirKind() {
    let kinds = [
      ("is_system=true", 0...1023), ("is_user=true", 1024...49_151), ("is_dynamic=true", 49_152...65_535),
      ("", 0...65_535),
    ]
    for (argument, range) in kinds {
      #expect(desk.values("port_number(\(argument))", count: 1000).allSatisfy { range.contains(Int($0) ?? -1) })
    }
    let all = Set(desk.values("{generator: port_number, is_system: true, unique: true}", count: 1024))
    #expect(all.contains("0") && all.contains("1023"))
    #expect(
      desk.refusal(ofField: "port_number(is_system=true, is_user=true)").contains(
        "port_number: is_system and is_user exclude each other"))
  }

  @Test func statusesOfHTTP() throws {
    let known = Set(try #require(Resource("common.txt")).sections().rows("http_status_codes").map { $0[0] })
    #expect(desk.values("http_status_code(include_unassigned=false)").allSatisfy { known.contains($0) })
    let any = desk.values("http_status_code", count: 5000).compactMap(Int.init)
    #expect(any.min() == 100 && any.max() == 599)
    #expect(Set(desk.values("http_method")).isSuperset(of: ["GET", "POST", "DELETE"]))
  }

  @Test func addressesOfPages() {
    for value in desk.values("url") {
      #expect(value.hasPrefix("https://") || value.hasPrefix("http://"))
      #expect(value.hasSuffix("/") && value.split(separator: "/").count == 2)
    }
    #expect(desk.values("url(schemes=[\"ftp\"])").allSatisfy { $0.hasPrefix("ftp://") })
    #expect(desk.values("uri(schemes=[\"https\"], deep=3)").allSatisfy { $0.filter { $0 == "/" }.count >= 5 })
    #expect(desk.values("uri_path(deep=4)").allSatisfy { $0.split(separator: "/").count == 4 })
    #expect(desk.values("domain_name(levels=3)").allSatisfy { $0.split(separator: ".").count >= 4 })
    #expect(desk.values("hostname(levels=0)").allSatisfy { !$0.contains(".") && $0.contains("-") })
    #expect(desk.values("slug(value=\"Grüße, Welt!\")").allSatisfy { $0 == "gruesse-welt" })
    for value in desk.values("slug") {
      #expect(value.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "-") }, "\(value)")
    }
    #expect(
      desk.refusal(ofField: "url(schemes=[\"a b\"])")
        == "synth-gen: s.yaml:2: field \"x\": url: schemes: expected names of schemes such as https (it is url(schemes))"
    )
    #expect(
      desk.refusal(ofField: "uri_path(deep=0)")
        == "synth-gen: s.yaml:2: field \"x\": uri_path: deep=0, where 1 to 20 is possible (it is uri_path(deep))")
  }

  @Test func picturesHaveTheirSize() {
    #expect(desk.values("image_url(width=640, height=480)").allSatisfy { $0.contains("640") && $0.contains("480") })
    #expect(
      desk.values("image_url(width=7, placeholder_url=\"https://p.example/{width}/{height}\")").allSatisfy {
        $0.hasPrefix("https://p.example/7/") && Int($0.dropFirst(20)) != nil
      })
    #expect(desk.refusal(ofField: "image_url(width=0)").contains("width=0, where 1 to 10000 is possible"))
  }

  @Test func browsersAreNamedAsTheyNameThemselves() {
    #expect(desk.values("chrome").allSatisfy { $0.contains("Chrome/") || $0.contains("CriOS/") })
    #expect(desk.values("safari").allSatisfy { $0.contains("Version/") && $0.contains("Safari/") })
    for value in desk.values("firefox", count: 500) where value.contains("rv:") && value.contains("Firefox/") {
      let version = value.split(separator: "/").last.map(String.init) ?? "?"
      #expect(value.contains("rv:\(version))"), "\(value)")
    }
    #expect(desk.values("user_agent").allSatisfy { $0.hasPrefix("Mozilla/5.0 (") && !$0.contains("{") })
  }
}
