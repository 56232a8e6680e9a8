import Support
import Testing

/// Rows of a model under conditions.
@Suite struct GivenTests {
  let desk = LearnDesk()

  init() { desk.learn(LearnTests.orders(500)) }

  @Test func allRowsHaveWhatIsGiven() {
    for row in desk.rows(500, ["--given", "currency=JPY"]) { #expect(row[1] == "JP" && row[2] == "JPY") }
    let dear = desk.rows(500, ["--given", "amount=3000..9000"])
    #expect(dear.allSatisfy { (3000...9000).contains(Double($0[3]) ?? 0) })
    #expect(dear.count { $0[1] == "JP" } > 450)
    for row in desk.rows(300, ["--given", "placed=2024-03-05..2024-03-20", "--given", "country=DE"]) {
      #expect(row[4] >= "2024-03-05" && row[4] <= "2024-03-20" && row[1] == "DE")
    }
    for row in desk.rows(300, ["--given", "note="]) { #expect(row[5].isEmpty && row[1] == "FR") }
    for row in desk.rows(300, ["--given", "amount=..40", "--given", "amount=20.."]) {
      #expect((20...40).contains(Double(row[3]) ?? 0))
    }
  }

  @Test func whatIsGivenChangesWhatDependsOnIt() {
    // Half of the rows are of Germany; of those with a note three in four.
    let share = Double(desk.rows(2000, ["--given", "note=late"]).count { $0[1] == "DE" }) / 2000
    #expect(share > 0.68 && share < 0.82)
  }

  @Test(arguments: [
    (
      ["country=XX"], 64,
      "--given \"country=XX\": the column has no such value in the model (its values are DE, FR, JP)"
    ),
    (["contry=DE"], 64, "--given \"contry=DE\": the model has no column \"contry\" (did you mean \"country\"?)"),
    (
      ["id=ORD-0001"], 64,
      "--given \"id=ORD-0001\": the column has no such value in the model (its values are made anew for each row)"
    ),
    (["country="], 64, "--given \"country=\": the column has no such value in the model (it always has a value)"),
    (
      ["country=JP", "currency=EUR"], 65,
      "by this model no row has \"country=JP\" and \"currency=EUR\" (leave one of them out, or learn from a sample that has such rows)"
    ),
  ]) func whatNoRowHasIsRefused(given: [String], status: Int32, message: String) {
    let outcome = desk.make(10, given.flatMap { ["--given", $0] })
    #expect(outcome.status == status)
    #expect(outcome.errorText == "synth-gen: \(message)\n")
    #expect(outcome.output.isEmpty)
  }

  @Test func numbersBeyondTheSampleAreRefused() {
    let outcome = desk.make(10, ["--given", "amount=100000"])
    #expect(outcome.status == 64)
    #expect(outcome.errorText.contains("it goes from 1"))
  }

  @Test func aCopulaKnowsNoConditions() {
    desk.learn(LearnTests.orders(100), ["--dependence", "copula"])
    let outcome = desk.make(10, ["--given", "country=DE"])
    #expect(outcome.status == 64)
    #expect(
      outcome.errorText.contains("--given needs a model that was learned with --dependence bayes or none, not copula"))
  }

  @Test func conditionsAreForModels() {
    let outcome = Executable("synth-gen").run(["--given", "a=1", "some words"])
    #expect(outcome.status == 64)
    #expect(outcome.errorText.contains("--given is for rows of a model that synth-gen learn made: add --model FILE"))
    let other = desk.make(10, ["--given", "country"])
    #expect(other.status == 64)
    #expect(other.errorText.contains("\"country\" is no column=value"))
    for option in [["--out-dir", "d"], ["--table", "t"]] {
      let outcome = desk.make(10, option)
      #expect(outcome.status == 64)
      #expect(outcome.errorText.contains("a model has one table: \(option[0]) does not go with it"))
    }
  }
}
