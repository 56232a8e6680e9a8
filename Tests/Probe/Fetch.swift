import ArgumentParser
import MillraceCore

/// Asks URLs all at once, and prints status and size of each answer in their order.
struct Fetch: MillraceCommand {
  @Argument var urls: [String]
  @Option(help: "Seconds for a whole answer.") var limit = 200.0
  @Option(help: "How many of the answers to wait for before the end; all without it.") var first: Int?

  func run() throws {
    let client = try HTTPClient(userAgent: "probe/1.0")
    let (urls, limit, count) = (urls, limit, first ?? urls.count)
    let lines = try waiting { () async throws(Failure) in
      let answers = await withTaskGroup(of: (Int, Result<HTTPResponse, TransferError>).self) { group in
        for (index, url) in urls.enumerated() {
          group.addTask {
            do throws(TransferError) {
              let request = HTTPRequest(.get, url, limits: HTTPLimits(totalTimeout: limit))
              return (index, .success(try await client.send(request)))
            } catch {
              return (index, .failure(error))
            }
          }
        }
        var answers: [(Int, Result<HTTPResponse, TransferError>)] = []
        while answers.count < count, let answer = await group.next() { answers.append(answer) }
        group.cancelAll()
        return answers.sorted { $0.0 < $1.0 }
      }
      var lines: [String] = []
      for (_, answer) in answers {
        do throws(TransferError) {
          let response = try answer.get()
          lines.append("\(response.status) \(response.body.count)")
        } catch {
          throw error.failure
        }
      }
      return lines
    }
    for line in lines { print(line) }
  }
}
