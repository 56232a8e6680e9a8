import AugmenterSupport
import Support

/// A scripted E-utilities server in a process of its own, and a folder in which aug-pubmed asks it as a person would.
final class OnlineDesk: AugmenterDesk {
  /// - Parameter arguments: how the server behaves: `eutils-server --help`.
  init(_ arguments: [String] = []) {
    super.init(tool: "aug-pubmed", program: "eutils-server", usual: ["--rate", "0"], arguments)
  }

  override var usualEnvironment: [String: String?] { ["NCBI_API_KEY": nil, "NCBI_EMAIL": "someone@example.org"] }

  /// Rows with one field, `gene`, a word of `prefix` and a number each.
  func writeGenes(_ numbers: some Sequence<Int>, prefix: String = "GENE", to name: String = "genes.csv") {
    writeRows("gene", numbers.map { "\(prefix)\($0)" }, to: name)
  }
}

extension LoggedRequest {
  /// "esearch" or "efetch".
  var utility: String {
    let file = path.split(separator: "/").last ?? ""
    return String(file.split(separator: ".").first ?? "")
  }

  /// The query of a search.
  var term: String? { parameters["term"] }

  /// The articles of a fetch.
  var pmids: [String] { parameters["id"]?.split(separator: ",").map(String.init) ?? [] }

  /// What the request asks, whenever it is made.
  var question: String { "\(utility) \(term ?? "") \(pmids.joined(separator: ","))" }
}
