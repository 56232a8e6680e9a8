import AugmenterSupport
import Testing

@Suite struct OnlineKillTests {
  @Test func killedAtAnyInstant() async throws {
    let runs = try await KilledRuns(
      ["genes.csv", "--field", "gene", "--timeout", "100s"], reading: "genes.csv", requests: 800
    ) {
      let desk = OnlineDesk()
      desk.writeGenes(1...600)
      return desk
    } answers: { request in
      request.term.map { ["articles about \($0)"] } ?? request.pmids
    }
    #expect(runs.problems == [])
  }
}
